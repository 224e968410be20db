"""What an operator sees of cinder: services, hosts, pools, zones."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.block_storage.asker import Cinder


@pytest.fixture
def cinder() -> Cinder:
    return Cinder()


def test_services_are_found_by_host_and_binary(cinder: Cinder) -> None:
    all_ = cinder.show("/os-services")
    assert {one["binary"] for one in all_} == {"cinder-scheduler", "cinder-volume", "cinder-backup"}
    volume = next(one for one in all_ if one["binary"] == "cinder-volume")
    assert cinder.show("/os-services?binary=cinder-volume") == [volume]
    assert cinder.show(f"/os-services?host={volume['host']}")[0]["host"] == volume["host"]
    assert cinder.show(f"/os-services?host={volume['host'].partition('@')[0]}")[0]["host"].startswith("block-1")
    assert cinder.show("/os-services?host=none") == []


def test_a_service_is_disabled_with_a_reason_and_enabled_again(cinder: Cinder) -> None:
    service = next(one for one in cinder.show("/os-services") if one["binary"] == "cinder-volume")
    sent: dict[str, Any] = {"host": service["host"], "binary": "cinder-volume"}

    def found() -> tuple[str, str | None]:
        (one,) = cinder.show("/os-services?binary=cinder-volume")
        return one["status"], one["disabled_reason"]

    assert cinder.refused("PUT", "/os-services/disable-log-reason", sent)[0] == 400
    assert found() == ("enabled", None)
    told = cinder.say("PUT", "/os-services/disable-log-reason", {**sent, "disabled_reason": "old"})[1]
    assert (told["status"], told["disabled_reason"]) == ("disabled", "old")
    assert found() == ("disabled", "old")
    assert cinder.say("PUT", "/os-services/enable", sent)[1]["status"] == "enabled"
    assert found() == ("enabled", None)


def test_a_service_that_is_not_there_is_named(cinder: Cinder) -> None:
    sent = {"host": "mars", "binary": "cinder-volume"}
    why = "Service cinder-volume could not be found on host mars."
    for how in ("enable", "disable"):
        assert cinder.refused("PUT", f"/os-services/{how}", sent) == (404, why)


def test_a_host_is_frozen_and_thawed(cinder: Cinder) -> None:
    (service,) = cinder.show("/os-services?binary=cinder-volume")
    for how, is_so in (("freeze", True), ("thaw", False)):
        assert cinder.status("PUT", f"/os-services/{how}", {"host": service["host"]}) == 202
        assert cinder.show("/os-services?binary=cinder-volume")[0]["frozen"] is is_so
    assert cinder.refused("PUT", "/os-services/freeze", {"host": "mars"})[0] == 400


def test_a_host_adds_up_its_volumes(cinder: Cinder) -> None:
    cinder.volume(size=2)
    cinder.volume(size=3)
    (service,) = cinder.show("/os-services?binary=cinder-volume")
    told = cinder.show(f"/os-hosts/{service['host']}")[0]["resource"]
    assert (told["volume_count"], told["total_volume_gb"]) == ("2", "5")
    assert cinder.refused("GET", "/os-hosts/mars")[0] == 404


def test_pools_tell_what_they_can_do_where_that_is_asked_for(cinder: Cinder) -> None:
    short, long = (cinder.show(f"/scheduler-stats/get_pools{query}") for query in ("", "?detail=true"))
    assert [set(one) for one in short] == [{"name"}] * len(long)
    assert all("total_capacity" in one["capabilities"] or "total_capacity_gb" in one["capabilities"] for one in long)


def test_only_an_administrator_sees_services(cinder: Cinder) -> None:
    cinder.become("guest")
    assert cinder.refused("GET", "/os-services")[0] == 403


def test_a_zone_is_where_volumes_are_made(cinder: Cinder) -> None:
    (zone,) = cinder.show("/os-availability-zone")
    made = cinder.make("volumes", size=1, availability_zone=zone["zoneName"])
    assert (zone["zoneState"], made["availability_zone"]) == ({"available": True}, zone["zoneName"])


def test_a_world_begins_without_messages_and_clusters(cinder: Cinder) -> None:
    assert (cinder.show("/messages"), cinder.show("/clusters")) == ([], [])
