"""Samples, meters, resources and statistics: ceilometer 9's `api/controllers/v2/{meters,samples,resources}.py`."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest

from tests.synthesis.services.meter.asker import Ceilometer, q, sample, wrong
from tests.synthesis.services.teller import NONE

LEFT_OUT = "Mandatory field missing."


# --- posting ------------------------------------------------------------------------------------------------------


def test_posted_samples_are_answered_and_kept() -> None:
    ceilometer = Ceilometer()
    first, second = ceilometer.measure(3.0, 4, resource_metadata={"flavor": {"name": "small"}, "cores": 2})
    assert (first["counter_name"], first["counter_type"], first["counter_unit"]) == ("cpu", "gauge", "%")
    assert (first["counter_volume"], second["counter_volume"], first["resource_id"]) == (3.0, 4.0, "vm")
    assert (first["project_id"], first["user_id"]) == (ceilometer.project, ceilometer.user.id)
    assert first["source"] == f"{ceilometer.project}:openstack"
    assert first["resource_metadata"] == {"flavor.name": "small", "cores": "2"}
    assert ceilometer.show("/meters/cpu") == [second, first]
    one = ceilometer.show(f"/samples/{first['message_id']}")
    assert (one["id"], one["meter"], one["type"], one["volume"]) == (first["message_id"], "cpu", "gauge", 3.0)
    assert one["metadata"] == first["resource_metadata"]
    assert [each["volume"] for each in ceilometer.show("/samples")] == [4.0, 3.0]


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ([], (400, "Samples should be included in request body")),
        ([sample(meter="ram")], wrong("counter_name", "ram", "should be cpu")),
        ([sample(message_id="x")], wrong("message_id", "x", "The message_id must not be set")),
        (
            [sample(counter_type="x")],
            wrong("counter_type", "x", "The counter type must be: gauge, delta, cumulative"),
        ),
        *[
            ([{key: value for key, value in sample().items() if key != name}], wrong(name, None, LEFT_OUT))
            for name in ("counter_name", "counter_type", "counter_unit", "counter_volume", "resource_id")
        ],
    ],
)
def test_what_is_no_sample_of_a_meter_is_refused(sent: Any, why: tuple[int, str]) -> None:
    ceilometer = Ceilometer()
    assert ceilometer.refused("POST", "/meters/cpu", sent) == why
    assert ceilometer.show("/samples") == []


def test_a_volume_is_a_number() -> None:
    status, why = Ceilometer().refused("POST", "/meters/cpu", [sample("much")])
    assert (status, why.partition(" Value")[0]) == (400, "Invalid input for field/attribute counter_volume.")


def test_one_wrong_sample_refuses_all() -> None:
    ceilometer = Ceilometer()
    ceilometer.refused("POST", "/meters/cpu", [sample(), sample(counter_type="x")])
    assert ceilometer.show("/meters") == []


def test_only_an_admin_posts_samples_of_other_projects() -> None:
    ceilometer = Ceilometer()
    (told,) = ceilometer.measure(1.0, project_id="another", source="probe")
    assert (told["project_id"], told["source"]) == ("another", "another:probe")
    ceilometer.become("guest")
    why = wrong("project_id", "another", "can not post samples to other projects")
    assert ceilometer.refused("POST", "/meters/cpu", [sample(project_id="another")]) == why


# --- samples ------------------------------------------------------------------------------------------------------


def test_what_is_not_there_is_not_found() -> None:
    ceilometer = Ceilometer()
    assert ceilometer.refused("GET", f"/samples/{NONE}") == (404, f"Sample {NONE} Not Found")
    assert ceilometer.refused("GET", f"/resources/{NONE}") == (404, f"Resource {NONE} Not Found")


def test_a_meter_without_samples_is_empty() -> None:
    """Of a meter that is unknown ceilometer knows no samples; it is not refused."""
    ceilometer = Ceilometer()
    assert ceilometer.show("/meters/nothing") == ceilometer.show("/meters/nothing/statistics") == []


@pytest.mark.parametrize(
    ("query", "volumes"),
    [
        (q("meter", "ram"), [3.0]),
        (q("resource_id", "vm"), [2.0, 1.0]),
        (q("resource", "db"), [3.0]),
        (q("source", "nowhere"), []),
        (q("metadata.size", "big"), [2.0]),
        (q("resource_metadata.size", "big"), [2.0]),
        (q("timestamp", "2030-01-01T12:00:00", "gt"), [3.0, 2.0]),
        (q("timestamp", "2030-01-01T12:00:00", "ge"), [3.0, 2.0, 1.0]),
        (q("timestamp", "2030-01-01T12:00:00", "lt"), []),
        (q("timestamp", "2030-01-01T12:05:00", "le"), [2.0, 1.0]),
        (f"{q('resource', 'vm')}&{q('timestamp', '2030-01-01T12:00:00', 'gt')}", [2.0]),
        ("limit=1", [3.0]),
    ],
)
def test_samples_are_asked_for(query: str, volumes: list[float]) -> None:
    ceilometer = Ceilometer()
    ceilometer.measure(1.0, timestamp="2030-01-01T12:00:00")
    ceilometer.measure(2.0, timestamp="2030-01-01T12:05:00", resource_metadata={"size": "big"})
    ceilometer.measure(3.0, meter="ram", resource_id="db", timestamp="2030-01-01T12:10:00")
    assert [one["volume"] for one in ceilometer.show(f"/samples?{query}")] == volumes


@pytest.mark.parametrize(
    ("query", "why"),
    [
        (q("meter", "a", "ne"), wrong("op", "ne", "unimplemented operator for meter")),
        (q("metadata.a", "a", "lt"), wrong("op", "lt", "unimplemented operator for metadata.a")),
        (q("timestamp", "2030-01-01", "eq"), wrong("op", "eq", "unimplemented operator for timestamp")),
        (q("timestamp", "noon", "lt"), wrong("timestamp", "noon", "invalid timestamp format")),
        ("limit=0", (400, "Limit must be positive")),
        ("limit=-3", (400, "Limit must be positive")),
    ],
)
def test_what_cannot_be_asked_for_is_refused(query: str, why: tuple[int, str]) -> None:
    ceilometer = Ceilometer()
    ceilometer.measure(1.0)
    for path in ("/samples", "/meters/cpu"):
        assert ceilometer.refused("GET", f"{path}?{query}") == why


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/samples", "message_id meter project resource search_offset source timestamp user"),
        ("/meters/cpu", "message_id meter project resource search_offset source timestamp user"),
        ("/meters/cpu/statistics", "message_id meter project resource search_offset source timestamp user"),
        ("/resources", "project resource search_offset source timestamp user"),
        ("/meters", "project resource source user"),
    ],
)
def test_an_unknown_field_is_refused(path: str, keys: str) -> None:
    why = f"unrecognized field in query: [<Query 'colour' 'eq' 'red' Unset>], valid keys: {keys.split()}"
    assert Ceilometer().refused("GET", f"{path}?{q('colour', 'red')}") == (400, f'Unknown argument: "colour": {why}')


def test_meters_know_no_times() -> None:
    why = (400, 'Unknown argument: "timestamp": not valid for this resource')
    assert Ceilometer().refused("GET", f"/meters?{q('timestamp', '2030-01-01', 'lt')}") == why


def test_lists_are_of_so_many_at_most() -> None:
    ceilometer = Ceilometer()
    ceilometer.measure(*range(101))
    assert len(ceilometer.show("/samples")) == 100
    assert len(ceilometer.show("/samples?limit=101")) == 101


def test_others_see_nothing_of_another_project() -> None:
    ceilometer = Ceilometer()
    (told,) = ceilometer.measure(1.0)
    ceilometer.become("guest")
    for path in ("/samples", "/meters", "/resources", "/meters/cpu", "/meters/cpu/statistics"):
        assert ceilometer.show(path) == []
        why = (401, "Not Authorized to access project another")
        assert ceilometer.refused("GET", f"{path}?{q('project_id', 'another')}") == why
    assert ceilometer.status("GET", f"/samples/{told['message_id']}") == 404
    assert ceilometer.status("GET", "/resources/vm") == 404
    ceilometer.measure(2.0)
    assert [one["volume"] for one in ceilometer.show("/samples")] == [2.0]


# --- meters and resources -----------------------------------------------------------------------------------------


def test_meters_follow_from_samples() -> None:
    ceilometer = Ceilometer()
    ceilometer.measure(1.0, 2.0)
    ceilometer.measure(3.0, resource_id="db")
    ceilometer.measure(4.0, meter="ram", counter_unit="MB", counter_type="delta")
    told = ceilometer.show("/meters")
    found = {(one["name"], one["resource_id"], one["type"], one["unit"]) for one in told}
    assert found == {("cpu", "vm", "gauge", "%"), ("cpu", "db", "gauge", "%"), ("ram", "vm", "delta", "MB")}
    assert {b64decode(one["meter_id"]) for one in told} == {b"vm+cpu", b"db+cpu", b"vm+ram"}
    assert [one["name"] for one in ceilometer.show(f"/meters?{q('resource', 'db')}")] == ["cpu"]
    assert len(ceilometer.show("/meters?limit=2")) == 2


def test_a_resource_is_what_samples_are_of() -> None:
    ceilometer = Ceilometer()
    ceilometer.measure(1.0, resource_metadata={"host": "a"})
    ceilometer.measure(2.0, meter="ram", resource_metadata={"host": "b"})
    ceilometer.measure(3.0, resource_id="db")
    one = ceilometer.show("/resources/vm")
    assert (one["resource_id"], one["metadata"]) == ("vm", {"host": "b"})
    assert (one["project_id"], one["user_id"]) == (ceilometer.project, ceilometer.user.id)
    assert [link["rel"] for link in one["links"]] == ["self", "cpu", "ram"]
    assert one["links"][0]["href"].endswith("/v2/resources/vm")
    assert one["links"][1]["href"].endswith("/v2/meters/cpu?q.field=resource_id&q.value=vm")
    assert {each["resource_id"] for each in ceilometer.show("/resources")} == {"vm", "db"}
    assert ceilometer.show(f"/resources?{q('resource_id', 'vm')}") == [one]


# --- statistics ---------------------------------------------------------------------------------------------------


def measured() -> Ceilometer:
    ceilometer = Ceilometer()
    ceilometer.measure(1.0, timestamp="2030-01-01T12:00:00")
    ceilometer.measure(2.0, timestamp="2030-01-01T12:00:30", resource_id="db")
    ceilometer.measure(6.0, timestamp="2030-01-01T12:02:30")
    return ceilometer


def test_statistics_are_of_all_samples() -> None:
    (told,) = measured().show("/meters/cpu/statistics")
    assert (told["count"], told["min"], told["max"], told["sum"], told["avg"]) == (3, 1.0, 6.0, 9.0, 3.0)
    assert (told["unit"], told["duration"]) == ("%", 150.0)
    assert (told["duration_start"], told["duration_end"]) == ("2030-01-01T12:00:00", "2030-01-01T12:02:30")
    assert (told["period"], told["period_start"]) == (0, "2030-01-01T12:00:00")
    assert (told["period_end"], told["groupby"]) == ("2030-01-01T12:02:30", None)


def test_statistics_are_of_what_is_asked_for() -> None:
    ceilometer = measured()
    (told,) = ceilometer.show(f"/meters/cpu/statistics?{q('resource_id', 'vm')}")
    assert (told["count"], told["avg"]) == (2, 3.5)
    (told,) = ceilometer.show(f"/meters/cpu/statistics?{q('timestamp', '2030-01-01T12:00:00', 'gt')}")
    assert (told["count"], told["avg"]) == (2, 4.0)


def test_statistics_are_grouped() -> None:
    told = measured().show("/meters/cpu/statistics?groupby=resource_id")
    found = {one["groupby"]["resource_id"]: (one["count"], one["sum"]) for one in told}
    assert found == {"vm": (2, 7.0), "db": (1, 2.0)}


def test_statistics_are_of_periods_in_which_there_is_something() -> None:
    told = measured().show("/meters/cpu/statistics?period=60")
    assert [(one["period_start"], one["count"]) for one in told] == [
        ("2030-01-01T12:00:00", 2),
        ("2030-01-01T12:02:00", 1),
    ]
    assert [one["period"] for one in told] == [60, 60]
    assert told[1]["period_end"] == "2030-01-01T12:03:00"


def test_a_period_begins_where_the_query_does() -> None:
    query = q("timestamp", "2030-01-01T11:59:45", "ge")
    told = measured().show(f"/meters/cpu/statistics?period=60&{query}")
    assert [one["period_start"] for one in told] == ["2030-01-01T11:59:45", "2030-01-01T12:01:45"]


def test_what_cannot_be_computed_is_refused() -> None:
    ceilometer = measured()
    assert ceilometer.refused("GET", "/meters/cpu/statistics?period=-1") == (400, "Period must be positive.")
    status, why = ceilometer.refused("GET", "/meters/cpu/statistics?groupby=colour")
    assert (status, why.startswith("Unknown argument"), why.endswith(": Invalid groupby fields")) == (400, True, True)


@pytest.mark.parametrize("period", ["1", "9" * 18, "9" * 5_000])
def test_a_period_of_any_length_costs_as_much_as_there_are_samples(period: str) -> None:
    query = "q.field=timestamp&q.op=ge&q.value=1970-01-01T00:00:00"
    assert len(measured().show(f"/meters/cpu/statistics?period={period}&{query}")) < 10
