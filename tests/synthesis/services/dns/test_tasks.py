"""Designate's transfers, keys, exports and imports, and reverse records, by hand."""

import msgspec
import pytest

from cloudtape.synthesis.services.dns.zone_files import read_zone
from tests.synthesis.requests import Asker, json_of
from tests.synthesis.services.dns.test_rules import ask, zone

OTHERS = (("X-Auth-Sudo-Project-ID", "theirs"),)


def test_what_is_handed_over_takes_its_recordsets_along_and_counts_there() -> None:
    asker = Asker()
    path = f"/zones/{zone(asker)['id']}"
    request = ask(asker, "POST", f"{path}/tasks/transfer_requests", {})[1]
    sent = {"zone_transfer_request_id": request["id"], "key": request["key"]}
    ask(asker, "PATCH", "/quotas/theirs", {"zones": 0})
    status, told = ask(asker, "POST", "/zones/tasks/transfer_accepts", sent, OTHERS)
    assert (status, told["type"]) == (413, "over_quota")
    assert ask(asker, "GET", path)[0] == 200
    ask(asker, "DELETE", "/quotas/theirs")
    assert ask(asker, "POST", "/zones/tasks/transfer_accepts", sent, OTHERS)[0] == 201
    assert ask(asker, "GET", path)[0] == 404
    found = ask(asker, "GET", f"{path}/recordsets", headers=OTHERS)[1]["recordsets"]
    assert [one["project_id"] for one in found] == ["theirs"] * 2


def test_a_reverse_record_is_not_told_to_who_has_the_address_later() -> None:
    asker = Asker()
    network = next(asker.world.where("network/networks", name="public")).id
    sent = msgspec.json.encode({"floatingip": {"floating_network_id": network}})
    address = json_of(asker.ask("POST", "network", "/v2.0/floatingips", sent))["floatingip"]["id"]
    path = f"/reverse/floatingips/RegionOne:{address}"
    assert ask(asker, "PATCH", path, {"ptrdname": "mine.test."})[1]["ptrdname"] == "mine.test."
    assert ask(asker, "GET", path)[1]["ptrdname"] == "mine.test."
    one = asker.world.find("network/floatingips", address)
    assert one is not None
    one.set(project_id="theirs", tenant_id="theirs")
    asker.world.hand_over(one, "theirs")
    assert ask(asker, "GET", path)[0] == 404
    assert ask(asker, "GET", path, headers=OTHERS)[1]["ptrdname"] is None
    assert ask(asker, "PATCH", path, {"ptrdname": "theirs.test."}, OTHERS)[1]["ptrdname"] == "theirs.test."


@pytest.mark.parametrize("scope", ["POOL", "ZONE"])
def test_a_key_is_for_a_pool_or_a_zone_that_there_is(scope: str) -> None:
    asker = Asker()
    about = {"name": "k", "algorithm": "hmac-sha256", "secret": "x", "scope": scope, "resource_id": "none"}
    status, told = ask(asker, "POST", "/tsigkeys", about)
    assert (status, told["type"]) == (400, "invalid_tsigkey")
    there = zone(asker)["id" if scope == "ZONE" else "pool_id"]
    assert ask(asker, "POST", "/tsigkeys", {**about, "resource_id": there})[0] == 201
    assert ask(asker, "POST", "/tsigkeys", {**about, "resource_id": there})[1]["type"] == "duplicate_tsigkey"


def test_an_export_is_no_larger_than_its_quota() -> None:
    asker = Asker()
    made = zone(asker)
    ask(asker, "PATCH", f"/quotas/{made['project_id']}", {"api_export_size": 1})
    assert ask(asker, "POST", f"/zones/{made['id']}/tasks/export")[0] == 413


def test_an_import_that_fails_half_way_leaves_no_zone() -> None:
    asker = Asker()
    text = "$ORIGIN half.test.\n@ 60 IN SOA ns.test. a.half.test. 1 2 3 4 5\nwww 60 IN A 192.0.2.1\nwww 60 IN LOC 1 N 1 E 1m\n"
    made = ask(asker, "POST", "/zones/tasks/imports", {"zonefile": text})[1]
    assert made["status"] == "ERROR"
    assert ask(asker, "GET", "/zones")[1]["zones"] == []


def test_a_zone_file_names_who_answers_for_it() -> None:
    text = (
        "$ORIGIN a.test.\n@ 60 IN SOA ns.test. first\\.last.a.test. 1 2 3 4 5\n@ IN NS ns.test.\nb IN NS ns.b.test.\n"
    )
    found = read_zone(text)
    assert found.zone == {"name": "a.test.", "type": "PRIMARY", "email": "first.last@a.test", "ttl": 60}
    assert [(one["name"], one["type"]) for one in found.records] == [("b.a.test.", "NS")]
