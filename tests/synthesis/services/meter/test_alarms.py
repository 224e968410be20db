"""Alarms: aodh's `api/controllers/v2/alarms.py` and `quotas.py`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.synthesis.services.meter.asker import HOT, Ceilometer, q, wrong
from tests.synthesis.services.teller import NONE

MISSING = "Mandatory field missing."


# --- making -------------------------------------------------------------------------------------------------------


def test_an_alarm_is_made_with_what_is_not_sent() -> None:
    ceilometer = Ceilometer()
    status, made = ceilometer.say("POST", "/alarms", HOT)
    assert status == 201
    assert {name: made[name] for name in HOT} == HOT
    assert (made["project_id"], made["user_id"]) == (ceilometer.project, ceilometer.user.id)
    assert (made["state"], made["state_reason"]) == ("insufficient data", "Not evaluated yet")
    assert (made["severity"], made["enabled"], made["repeat_actions"]) == ("low", True, False)
    assert made["ok_actions"] == made["alarm_actions"] == made["insufficient_data_actions"] == []
    assert (made["time_constraints"], made["description"]) == ([], "threshold alarm rule")
    assert made["timestamp"] == made["state_timestamp"]
    assert ceilometer.show(f"/alarms/{made['alarm_id']}") == made
    assert ceilometer.show("/alarms") == [made]


def test_two_alarms_may_have_one_name() -> None:
    ceilometer = Ceilometer()
    assert ceilometer.alarm() != ceilometer.alarm()
    assert ceilometer.names() == ["hot", "hot"]


@pytest.mark.parametrize("kind", ["event", "composite", "gnocchi_resources_threshold", "prometheus"])
def test_an_alarm_has_the_rule_of_its_type(kind: str) -> None:
    ceilometer = Ceilometer()
    rule = {"event_type": "compute.*"}
    status, made = ceilometer.say("POST", "/alarms", {"name": "a", "type": kind, f"{kind}_rule": rule})
    assert (status, made["type"], made[f"{kind}_rule"]) == (201, kind, rule)


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({}, wrong("name", None, MISSING)),
        ({"name": "a"}, wrong("type", None, MISSING)),
        ({"name": "a", "type": "threshold"}, (400, "threshold_rule must be set for threshold type alarm")),
        ({**HOT, "event_rule": {"a": 1}}, (400, "event_rule and threshold_rule cannot be set at the same time")),
        ({**HOT, "colour": "red"}, (400, "Unknown attribute for argument data: colour")),
        ({**HOT, "state": "x"}, wrong("state", "x", "Value should be one of: ok, alarm, insufficient data")),
        ({**HOT, "severity": "x"}, wrong("severity", "x", "Value should be one of: low, moderate, critical")),
        ({**HOT, "alarm_actions": ["gopher://x"]}, (400, "Unsupported action gopher://x")),
        ({**HOT, "ok_actions": ["trust+http://me@x"]}, (400, "trust URL cannot contain a trust ID.")),
        ({**HOT, "time_constraints": [{"start": "* * * * *", "duration": 1}]}, wrong("name", None, MISSING)),
        ({**HOT, "time_constraints": [{"name": "n", "duration": 1}]}, wrong("start", None, MISSING)),
        ({**HOT, "time_constraints": [{"name": "n", "start": "* * * * *"}]}, wrong("duration", None, MISSING)),
        (
            {**HOT, "time_constraints": [{"name": "n", "start": "* * * * *", "duration": -1}]},
            wrong("duration", -1, "Value should be greater or equal to 0"),
        ),
    ],
)
def test_what_is_no_alarm_is_refused(sent: dict[str, Any], why: tuple[int, str]) -> None:
    ceilometer = Ceilometer()
    assert ceilometer.refused("POST", "/alarms", sent) == why
    assert ceilometer.names() == []
    one = ceilometer.alarm()
    assert ceilometer.refused("PUT", f"/alarms/{one}", sent) == why


def test_an_unknown_type_is_refused() -> None:
    status, why = Ceilometer().refused("POST", "/alarms", {**HOT, "type": "guess"})
    assert status == 400
    assert why.startswith("Invalid input for field/attribute type. Value: 'guess'. Value should be one of: ")


def test_the_names_of_time_constraints_are_unique_in_an_alarm() -> None:
    ceilometer = Ceilometer()
    night = {"name": "night", "start": "0 23 * * *", "duration": 10800}
    why = "Time constraint names must be unique for a given alarm."
    assert ceilometer.refused("POST", "/alarms", {**HOT, "time_constraints": [night, night]}) == (400, why)
    one = ceilometer.alarm(time_constraints=[night, {**night, "name": "day"}])
    assert [each["name"] for each in ceilometer.show(f"/alarms/{one}")["time_constraints"]] == ["night", "day"]


def test_an_action_that_is_sent_twice_is_there_once() -> None:
    ceilometer = Ceilometer()
    one = ceilometer.alarm(ok_actions=["http://a", "http://a", "https://b"])
    assert sorted(ceilometer.show(f"/alarms/{one}")["ok_actions"]) == ["http://a", "https://b"]


@pytest.mark.parametrize("action", ["log://", "test://"])
def test_only_an_admin_may_have_something_logged(action: str) -> None:
    ceilometer = Ceilometer()
    ceilometer.alarm(ok_actions=[action])
    ceilometer.become("guest")
    why = f"You are not authorized to create action: {action}"
    assert ceilometer.refused("POST", "/alarms", {**HOT, "ok_actions": [action]}) == (401, why)


def test_only_an_admin_makes_alarms_for_others() -> None:
    ceilometer = Ceilometer()
    one = ceilometer.alarm(project_id="another")
    assert ceilometer.show(f"/alarms/{one}")["project_id"] == "another"
    ceilometer.become("guest")
    sent = {**HOT, "project_id": "another"}
    assert ceilometer.refused("POST", "/alarms", sent) == (401, "Not Authorized to access project another")
    sent = {**HOT, "user_id": "another"}
    assert ceilometer.refused("POST", "/alarms", sent) == (401, "Not Authorized to access user another")


# --- one alarm ----------------------------------------------------------------------------------------------------


def test_no_alarm_is_found_by_an_id_of_nothing() -> None:
    ceilometer = Ceilometer()
    why = (404, f"Alarm {NONE} not found")
    for method, path, body in (
        ("GET", "", None),
        ("PUT", "", HOT),
        ("DELETE", "", None),
        ("GET", "/state", None),
        ("PUT", "/state", "ok"),
        ("GET", "/history", None),
    ):
        assert ceilometer.refused(method, f"/alarms/{NONE}{path}", body) == why


def test_an_alarm_of_another_project_is_not_found() -> None:
    ceilometer = Ceilometer()
    one = ceilometer.alarm()
    ceilometer.become("guest")
    assert ceilometer.names() == []
    for method, body in (("GET", None), ("PUT", HOT), ("DELETE", None)):
        assert ceilometer.refused(method, f"/alarms/{one}", body) == (404, f"Alarm {one} not found")


def test_a_put_says_all_of_an_alarm() -> None:
    ceilometer = Ceilometer()
    whole = {"severity": "critical", "enabled": False, "description": "d", "ok_actions": ["http://a"]}
    one = ceilometer.alarm(**whole)
    status, told = ceilometer.say("PUT", f"/alarms/{one}", {**HOT, "name": "warm"})
    assert (status, told["name"], told["alarm_id"]) == (200, "warm", one)
    assert (told["severity"], told["enabled"]) == ("low", True)
    assert (told["description"], told["ok_actions"]) == ("threshold alarm rule", [])
    assert ceilometer.show(f"/alarms/{one}") == told


def test_a_put_may_change_the_type() -> None:
    ceilometer = Ceilometer()
    one = ceilometer.alarm()
    sent = {"name": "e", "type": "event", "event_rule": {"event_type": "x"}}
    _, told = ceilometer.say("PUT", f"/alarms/{one}", sent)
    assert (told["type"], told["event_rule"], told["threshold_rule"]) == ("event", {"event_type": "x"}, None)


def test_a_deleted_alarm_is_gone() -> None:
    ceilometer = Ceilometer()
    one = ceilometer.alarm()
    assert ceilometer.say("DELETE", f"/alarms/{one}") == (204, None)
    assert ceilometer.refused("DELETE", f"/alarms/{one}") == (404, f"Alarm {one} not found")
    assert ceilometer.names() == []


# --- states and history -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["ok", "alarm", "insufficient data"])
def test_a_state_is_set_by_hand(state: str) -> None:
    ceilometer = Ceilometer()
    one = ceilometer.alarm()
    assert ceilometer.say("PUT", f"/alarms/{one}/state", state) == (200, state)
    assert ceilometer.show(f"/alarms/{one}/state") == state
    told = ceilometer.show(f"/alarms/{one}")
    assert (told["state"], told["state_reason"]) == (state, "Manually set via API")


@pytest.mark.parametrize("state", ["", "OK", 1, {"state": "ok"}])
def test_what_is_no_state_is_refused(state: Any) -> None:
    ceilometer = Ceilometer()
    one = ceilometer.alarm()
    assert ceilometer.refused("PUT", f"/alarms/{one}/state", state) == (400, "state invalid")
    assert ceilometer.show(f"/alarms/{one}/state") == "insufficient data"


def test_a_put_that_changes_the_state_says_so() -> None:
    ceilometer = Ceilometer()
    one = ceilometer.alarm()
    _, told = ceilometer.say("PUT", f"/alarms/{one}", {**HOT, "state": "ok"})
    assert (told["state"], told["state_reason"]) == ("ok", "Manually set via API")
    _, told = ceilometer.say("PUT", f"/alarms/{one}", HOT)
    assert told["state"] == "insufficient data"


def test_the_history_tells_of_changes_the_newest_first() -> None:
    ceilometer = Ceilometer()
    one = ceilometer.alarm()
    ceilometer.say("PUT", f"/alarms/{one}", {**HOT, "name": "warm"})
    ceilometer.say("PUT", f"/alarms/{one}/state", "alarm")
    told = ceilometer.show(f"/alarms/{one}/history")
    assert [each["type"] for each in told] == ["state transition", "rule change", "creation"]
    assert [each["alarm_id"] for each in told] == [one] * 3
    assert {each["user_id"] for each in told} == {ceilometer.user.id}
    assert {each["project_id"] for each in told} == {each["on_behalf_of"] for each in told} == {ceilometer.project}
    set_, changed, made = (json.loads(each["detail"]) for each in told)
    assert set_ == {"state": "alarm", "state_reason": "Manually set via API"}
    assert changed == {"name": "warm"}
    assert (made["name"], made["rule"], made["state"]) == ("hot", HOT["threshold_rule"], "insufficient data")


def test_a_put_of_nothing_new_is_no_history() -> None:
    ceilometer = Ceilometer()
    one = ceilometer.alarm()
    ceilometer.say("PUT", f"/alarms/{one}", HOT)
    assert len(ceilometer.show(f"/alarms/{one}/history")) == 1


def test_a_history_is_asked_for_by_type() -> None:
    ceilometer = Ceilometer()
    one = ceilometer.alarm()
    ceilometer.say("PUT", f"/alarms/{one}/state", "alarm")
    told = ceilometer.show(f"/alarms/{one}/history?{q('type', 'creation')}")
    assert [each["type"] for each in told] == ["creation"]


# --- lists --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (q("name", "a"), ["a"]),
        (q("name", "z"), []),
        (q("state", "ok"), ["b"]),
        (q("severity", "critical"), ["b"]),
        (q("enabled", "false"), ["b"]),
        (q("enabled", "True"), ["a"]),
        (q("type", "threshold"), ["a", "b"]),
        ("q.field=name&q.value=a", ["a"]),
        (f"{q('name', 'a')}&{q('state', 'ok')}", []),
    ],
)
def test_a_list_is_asked_for_by_members(query: str, names: list[str]) -> None:
    ceilometer = Ceilometer()
    ceilometer.alarm(name="a")
    ceilometer.alarm(name="b", state="ok", severity="critical", enabled=False)
    assert ceilometer.names(f"?{query}") == names


def test_a_list_is_not_asked_for_by_other_members() -> None:
    status, why = Ceilometer().refused("GET", f"/alarms?{q('colour', 'red')}")
    assert status == 400
    assert why.startswith("Invalid input for field/attribute field. Value: '{'colour'}'. only fields ")
    assert why.endswith(" are allowed")


def test_a_list_is_asked_for_by_what_is_equal() -> None:
    why = wrong("op", {"ne"}, "only operations {'eq'} are allowed")
    assert Ceilometer().refused("GET", f"/alarms?{q('name', 'a', 'ne')}") == why


def test_an_admin_lists_its_own_and_all_where_it_asks() -> None:
    ceilometer = Ceilometer()
    ceilometer.alarm(name="own")
    ceilometer.alarm(name="other", project_id="another")
    assert ceilometer.names() == ["own"]
    assert ceilometer.names(f"?{q('project_id', 'another')}") == ["other"]
    assert ceilometer.names(f"?{q('all_projects', 'true')}") == ["own", "other"]


def test_others_list_nothing_of_another_project() -> None:
    ceilometer = Ceilometer()
    ceilometer.become("guest")
    ceilometer.alarm(name="mine")
    assert ceilometer.names() == ceilometer.names(f"?{q('project_id', ceilometer.project)}") == ["mine"]
    why = (401, "Not Authorized to access project another")
    assert ceilometer.refused("GET", f"/alarms?{q('project_id', 'another')}") == why
    assert ceilometer.refused("GET", f"/alarms?{q('all_projects', 'true')}")[0] == 403


def test_pages_of_alarms_end() -> None:
    ceilometer = Ceilometer()
    ids = [ceilometer.alarm(name=name) for name in "abc"]
    found: list[str] = []
    while page := ceilometer.show(f"/alarms?limit=2{f'&marker={found[-1]}' if found else ''}"):
        assert len(page) <= 2
        found += [one["alarm_id"] for one in page]
    assert sorted(found) == sorted(ids)


@pytest.mark.parametrize("limit", ["0", "-1"])
def test_a_limit_is_positive(limit: str) -> None:
    """Of zero aodh knows nothing: it takes it for none."""
    ceilometer = Ceilometer()
    ceilometer.alarm()
    if limit == "0":
        assert ceilometer.names("?limit=0") == ["hot"]
    else:
        why = wrong("limit", limit, "it should be a positive integer.")
        assert ceilometer.refused("GET", f"/alarms?limit={limit}") == why


# --- quotas -------------------------------------------------------------------------------------------------------


def quotas(project: str, limit: int) -> dict[str, Any]:
    return {"project_id": project, "quotas": [{"resource": "alarms", "limit": limit}]}


def test_there_is_no_limit_of_alarms_at_first() -> None:
    ceilometer = Ceilometer()
    assert ceilometer.show("/quotas") == quotas(ceilometer.project, -1)
    assert ceilometer.show("/quotas?project_id=another") == quotas("another", -1)


def test_alarms_beyond_the_quota_are_refused() -> None:
    ceilometer = Ceilometer()
    sent = quotas(ceilometer.project, 1)
    assert ceilometer.say("POST", "/quotas", sent) == (201, sent)
    assert ceilometer.show("/quotas") == sent
    one = ceilometer.alarm()
    why = f"Alarm quota exceeded for user {ceilometer.user.id} on project {ceilometer.project}"
    assert ceilometer.refused("POST", "/alarms", HOT) == (403, why)
    assert ceilometer.names() == ["hot"]
    ceilometer.say("DELETE", f"/alarms/{one}")
    ceilometer.alarm()
    assert ceilometer.say("DELETE", f"/quotas/{ceilometer.project}") == (204, None)
    ceilometer.alarm()
    assert ceilometer.show("/quotas") == quotas(ceilometer.project, -1)


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"quotas": []}, wrong("project_id", None, MISSING)),
        (quotas("p", -2), wrong("limit", -2, "Value should be greater or equal to -1")),
        (
            {"project_id": "p", "quotas": [{"resource": "apples", "limit": 1}]},
            wrong("resource", "apples", "Value should be one of: alarms"),
        ),
    ],
)
def test_what_is_no_quota_is_refused(sent: dict[str, Any], why: tuple[int, str]) -> None:
    assert Ceilometer().refused("POST", "/quotas", sent) == why


def test_quotas_are_the_affair_of_admins() -> None:
    ceilometer = Ceilometer()
    ceilometer.become("guest")
    assert ceilometer.show("/quotas") == quotas(ceilometer.project, -1)
    assert ceilometer.status("GET", "/quotas?project_id=another") == 403
    assert ceilometer.status("POST", "/quotas", quotas(ceilometer.project, 5)) == 403
    assert ceilometer.status("DELETE", f"/quotas/{ceilometer.project}") == 403
