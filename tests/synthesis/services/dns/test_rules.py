"""Designate's rules, by hand: what it refuses and how it says so, pages, and that no printed value is ever told."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import pytest

from cloudtape.cassettes.messages import Headers, Response
from cloudtape.synthesis.worlds.clock import Pace
from tests.synthesis.requests import Asker


def ask(asker: Asker, method: str, path: str, body: Any = None, headers: Headers = ()) -> tuple[int, Any]:
    sent = b"" if body is None else msgspec.json.encode(body)
    response: Response = asker.ask(method, "dns", f"/v2{path}", sent, headers)
    assert isinstance(response.body, bytes)
    return response.status, msgspec.json.decode(response.body) if response.body else None


def zone(asker: Asker, name: str = "rules.test.", **more: Any) -> Any:
    status, made = ask(asker, "POST", "/zones", {"name": name, "email": "a@rules.test", **more})
    assert status == 202, made
    return made


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "no name": ({"email": "a@x.test"}, 400, "invalid_object"),
    "no dot at the end": ({"name": "x.test", "email": "a@x.test"}, 400, "invalid_object"),
    "one label": ({"name": "test.", "email": "a@x.test"}, 400, "invalid_zone_name"),
    "a label that is too long": ({"name": "x" * 64 + ".test.", "email": "a@x.test"}, 400, "invalid_object"),
    "a hyphen first": ({"name": "-x.test.", "email": "a@x.test"}, 400, "invalid_object"),
    "no email": ({"name": "x.test."}, 400, "invalid_object"),
    "an email that is none": ({"name": "x.test.", "email": "a.test"}, 400, "invalid_object"),
    "two at signs": ({"name": "x.test.", "email": "a@b@c.test"}, 400, "invalid_object"),
    "a ttl below zero": ({"name": "x.test.", "email": "a@x.test", "ttl": -1}, 400, "invalid_object"),
    "a ttl that is too long": ({"name": "x.test.", "email": "a@x.test", "ttl": 2**31}, 400, "invalid_object"),
    "a ttl that is no number": ({"name": "x.test.", "email": "a@x.test", "ttl": "long"}, 400, "invalid_object"),
    "another type": ({"name": "x.test.", "email": "a@x.test", "type": "OTHER"}, 400, "invalid_object"),
    "a long description": ({"name": "x.test.", "email": "a@x.test", "description": "x" * 161}, 400, "invalid_object"),
    "masters of a primary": ({"name": "x.test.", "email": "a@x.test", "masters": ["192.0.2.1"]}, 400, "invalid_object"),
    "a secondary without": ({"name": "x.test.", "type": "SECONDARY"}, 400, "invalid_object"),
    "a secondary with an email": (
        {"name": "x.test.", "type": "SECONDARY", "masters": ["192.0.2.1"], "email": "a@x.test"},
        400,
        "invalid_object",
    ),
    "a master that is none": ({"name": "x.test.", "type": "SECONDARY", "masters": ["!"]}, 400, "invalid_object"),
    "a serial": ({"name": "x.test.", "email": "a@x.test", "serial": 1}, 400, "invalid_object"),
    "a member that there is not": ({"name": "x.test.", "email": "a@x.test", "colour": 1}, 400, "invalid_object"),
    "a pool that there is not": ({"name": "x.test.", "email": "a@x.test", "pool_id": "p"}, 404, "no_valid_pool_found"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_zone_is_refused_in_the_words_of_designate(why: str) -> None:
    sent, wanted, kind = REFUSED[why]
    asker = Asker()
    status, told = ask(asker, "POST", "/zones", sent)
    assert (status, told["code"], told["type"]) == (wanted, wanted, kind)
    assert set(told) == {"code", "type", "message", "request_id"}
    assert told["request_id"].startswith("req-")
    assert ask(asker, "GET", "/zones")[1]["zones"] == []


def test_a_name_is_taken_whatever_its_letters_case() -> None:
    asker = Asker()
    zone(asker)
    status, told = ask(asker, "POST", "/zones", {"name": "RULES.test.", "email": "a@x.test"})
    assert (status, told["type"]) == (409, "duplicate_zone")


def test_what_a_zone_is_cannot_be_changed() -> None:
    asker = Asker()
    path = f"/zones/{zone(asker)['id']}"
    for sent in ({"name": "other.test."}, {"type": "SECONDARY"}, {"status": "ERROR"}, {"ttl": -1}, {"email": "none"}):
        assert ask(asker, "PATCH", path, sent)[0] == 400
    assert ask(asker, "GET", path)[1]["version"] == 1


def test_a_zone_has_a_soa_and_ns_whose_serial_is_its_own() -> None:
    asker = Asker()
    made = zone(asker, email="first.last@rules.test")
    [soa, ns] = ask(asker, "GET", f"/zones/{made['id']}/recordsets")[1]["recordsets"]
    assert soa["records"][0].split(" ")[:3] == [
        "ns1.cloud.invalid.",
        "first\\.last.rules.test.",
        str(made["serial"]),
    ]
    assert (ns["type"], ns["records"], ns["name"]) == ("NS", ["ns1.cloud.invalid."], "rules.test.")
    for one, method in ((soa, "PUT"), (soa, "DELETE"), (ns, "PUT"), (ns, "DELETE")):
        body = {"records": ["x.test."]} if method == "PUT" else None
        assert ask(asker, method, f"/zones/{made['id']}/recordsets/{one['id']}", body)[0] == 400


def test_the_serial_grows_with_each_change_and_with_nothing_else() -> None:
    asker = Asker()
    made = zone(asker)
    path, serials = f"/zones/{made['id']}", [made["serial"]]

    def change(method: str, path_: str, body: Any = None) -> Any:
        status, told = ask(asker, method, path_, body)
        assert status == 202, told
        serials.append(ask(asker, "GET", path)[1]["serial"])
        return told

    one = change("POST", f"{path}/recordsets", {"name": "www.rules.test.", "type": "A", "records": ["192.0.2.1"]})
    change("PUT", f"{path}/recordsets/{one['id']}", {"records": ["192.0.2.2"]})
    change("DELETE", f"{path}/recordsets/{one['id']}")
    change("PATCH", path, {"ttl": 60})
    assert all(before < after for before, after in pairwise(serials))
    wrong = {"name": "www.rules.test.", "type": "A", "records": ["none"]}
    assert ask(asker, "POST", f"{path}/recordsets", wrong)[0] == 400
    assert ask(asker, "GET", path)[1]["serial"] == serials[-1]


def test_a_zone_that_goes_takes_no_changes_and_is_gone_at_last() -> None:
    asker = Asker()
    asker.world.pace = Pace(polls=2)
    path = f"/zones/{zone(asker)['id']}"
    states = [ask(asker, "GET", path)[1]["status"] for _ in range(3)]
    assert states == ["PENDING", "PENDING", "ACTIVE"]
    assert ask(asker, "DELETE", path)[1]["action"] == "DELETE"
    sent = {"name": "www.rules.test.", "type": "A", "records": ["192.0.2.1"]}
    status, told = ask(asker, "POST", f"{path}/recordsets", sent)
    assert (status, told["message"]) == (400, "Can not update a deleting zone")
    assert [ask(asker, "GET", path)[0] for _ in range(3)][-1] == 404
    assert ask(asker, "GET", "/recordsets")[1]["recordsets"] == []


def test_recordsets_of_all_zones_are_listed_and_each_is_found() -> None:
    asker = Asker()
    first, _ = zone(asker), zone(asker, "other.test.")
    names = [one["zone_name"] for one in ask(asker, "GET", "/recordsets")[1]["recordsets"]]
    assert names == ["rules.test."] * 2 + ["other.test."] * 2
    [soa, _] = ask(asker, "GET", f"/zones/{first['id']}/recordsets")[1]["recordsets"]
    response = asker.ask("GET", "dns", f"/v2/recordsets/{soa['id']}", b"", ())
    assert response.status == 301
    assert dict(response.headers)["Location"].endswith(f"/v2/zones/{first['id']}/recordsets/{soa['id']}")
    assert ask(asker, "GET", "/recordsets?data=*cloud.invalid.&type=NS")[1]["metadata"] == {"total_count": 2}
    assert ask(asker, "GET", "/recordsets?data=nothing*")[1]["recordsets"] == []


def test_a_recordset_of_a_child_zone_belongs_there() -> None:
    asker = Asker()
    above = zone(asker)
    zone(asker, "deep.rules.test.")
    sent = {"name": "www.deep.rules.test.", "type": "A", "records": ["192.0.2.1"]}
    status, told = ask(asker, "POST", f"/zones/{above['id']}/recordsets", sent)
    assert (status, told["type"]) == (400, "invalid_recordset_location")


def test_a_zone_takes_no_more_recordsets_and_records_than_its_quota() -> None:
    asker = Asker()
    made = zone(asker)
    path = f"/zones/{made['id']}/recordsets"
    many = {"name": "www.rules.test.", "type": "A", "records": [f"192.0.2.{number}" for number in range(21)]}
    status, told = ask(asker, "POST", path, many)
    assert (status, told["type"], told["message"]) == (413, "over_quota", "Quota exceeded for recordset_records.")
    assert ask(asker, "POST", path, {**many, "records": many["records"][:20]})[0] == 202
    ask(asker, "PATCH", f"/quotas/{made['project_id']}", {"zone_records": 20, "zone_recordsets": 3})
    status, told = ask(asker, "POST", path, {"name": "x.rules.test.", "type": "A", "records": ["192.0.2.1"]})
    assert (status, told["message"]) == (413, "Quota exceeded for zone_records, zone_recordsets.")


def test_pages_say_how_many_there_are_and_where_the_next_one_is() -> None:
    asker = Asker()
    for number in range(3):
        zone(asker, f"z{number}.test.")
    _, first = ask(asker, "GET", "/zones?limit=2&sort_key=name&sort_dir=desc")
    assert [one["name"] for one in first["zones"]] == ["z2.test.", "z1.test."]
    assert first["metadata"] == {"total_count": 3}
    rest = first["links"]["next"].partition("/v2")[2]
    last = ask(asker, "GET", rest)[1]
    assert [one["name"] for one in last["zones"]] == ["z0.test."]
    assert "next" not in last["links"]
    assert ask(asker, "GET", "/zones?limit=max")[1]["metadata"] == {"total_count": 3}


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("limit=0", "invalid_limit"),
        ("limit=-1", "invalid_limit"),
        ("limit=x", "invalid_limit"),
        ("marker=none", "marker_not_found"),
        ("sort_key=colour", "invalid_sort_key"),
        ("sort_key=name&sort_dir=up", "invalid_sort_dir"),
        ("colour=red", "bad_request"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(query: str, kind: str) -> None:
    status, told = ask(Asker(), "GET", f"/zones?{query}")
    assert (status, told["type"]) == (400, kind)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/zones/none", "zone_not_found"),
        ("/zones/none/recordsets", "zone_not_found"),
        ("/zones/none/recordsets/x", "zone_not_found"),
        ("/zones/none/shares", "zone_not_found"),
        ("/zones/none/nameservers", "zone_not_found"),
        ("/recordsets/none", "recordset_not_found"),
        ("/zones/tasks/transfer_requests/none", "zone_transfer_request_not_found"),
        ("/zones/tasks/transfer_accepts/none", "zone_transfer_accept_not_found"),
        ("/zones/tasks/exports/none", "zone_export_not_found"),
        ("/zones/tasks/exports/none/export", "zone_export_not_found"),
        ("/zones/tasks/imports/none", "zone_import_not_found"),
        ("/tlds/none", "tld_not_found"),
        ("/blacklists/none", "blacklist_not_found"),
        ("/tsigkeys/none", "tsigkey_not_found"),
        ("/pools/none", "pool_not_found"),
        ("/service_statuses/none", "service_status_not_found"),
    ],
)
def test_what_is_not_there_is_named(path: str, kind: str) -> None:
    status, told = ask(Asker(), "GET", path)
    assert (status, told["type"]) == (404, kind)


def test_links_lead_to_what_there_is() -> None:
    asker = Asker()
    made = zone(asker)
    export = ask(asker, "POST", f"/zones/{made['id']}/tasks/export")[1]
    assert export["links"]["export"].endswith(f"/v2/zones/tasks/exports/{export['id']}/export")
    share = ask(asker, "POST", f"/zones/{made['id']}/shares", {"target_project_id": "p"})[1]
    assert share["links"]["zone"].endswith(f"/v2/zones/{made['id']}")
    wrong = ask(asker, "POST", "/zones/tasks/imports", {"zonefile": "none"})[1]
    assert (wrong["status"], wrong["zone_id"], set(wrong["links"])) == ("ERROR", None, {"self"})


def test_nothing_that_is_printed_is_told() -> None:
    """A new world says of itself only what it has: examples lend their structure."""
    asker = Asker()
    made = zone(asker, "mine.test.", email="a@mine.test")
    paths = ["/zones", f"/zones/{made['id']}", f"/zones/{made['id']}/recordsets", "/recordsets", "/pools", "/tlds"]
    paths += [
        "/service_statuses",
        "/reverse/floatingips",
        "/zones/tasks/exports",
        "/blacklists",
        "/tsigkeys",
        "/quotas",
    ]
    for path in [*paths, f"/zones/{made['id']}/nameservers", "/limits", "/zones/tasks/transfer_requests"]:
        response = asker.ask("GET", "dns", f"/v2{path}", b"", ())
        assert response.status == 200, path
        assert isinstance(response.body, bytes)
        assert b"example" not in response.body, path
        assert b"zone.invalid" not in response.body, path
