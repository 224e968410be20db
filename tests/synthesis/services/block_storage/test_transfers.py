"""A volume is given to another project with a key."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.block_storage.asker import Cinder
from tests.synthesis.services.teller import NONE

PATHS = ["volume-transfers", "os-volume-transfer"]


@pytest.fixture
def cinder() -> Cinder:
    return Cinder()


def offered(cinder: Cinder, path: str = "volume-transfers", **members: Any) -> Any:
    status, told = cinder.say("POST", f"/{path}", {"transfer": members})
    assert status == 202, told
    return told["transfer"]


@pytest.mark.parametrize("path", PATHS)
def test_who_has_the_key_becomes_the_owner(cinder: Cinder, path: str) -> None:
    volume = cinder.volume(name="gift")
    made = offered(cinder, path, volume_id=volume, name="t")
    donor, token = cinder.project, cinder.token
    assert cinder.state(f"/volumes/{volume}") == "awaiting-transfer"
    assert "auth_key" not in cinder.show(f"/{path}/{made['id']}")
    cinder.become("guest")
    accept = f"/{path}/{made['id']}/accept"
    assert cinder.refused("POST", accept, {"accept": {"auth_key": "wrong"}}) == (
        400,
        f"Invalid auth key: Attempt to transfer {made['id']} with invalid auth key.",
    )
    status, told = cinder.say("POST", accept, {"accept": {"auth_key": made["auth_key"]}})
    assert (status, told["transfer"]["volume_id"]) == (202, volume)
    found = cinder.show(f"/volumes/{volume}")
    assert (found["status"], found["os-vol-tenant-attr:tenant_id"]) == ("available", cinder.project)
    assert cinder.refused("POST", accept, {"accept": {"auth_key": made["auth_key"]}})[0] == 404
    cinder.project, cinder.token = donor, token
    assert cinder.names("/volumes") == []
    assert cinder.show(f"/{path}") == []


def test_only_an_available_volume_is_offered_and_once(cinder: Cinder) -> None:
    volume = cinder.volume()
    offered(cinder, volume_id=volume)
    sent = {"transfer": {"volume_id": volume}}
    assert cinder.refused("POST", "/volume-transfers", sent) == (400, "Invalid volume: status must be available")
    assert cinder.refused("DELETE", f"/volumes/{volume}")[0] == 400
    assert cinder.refused("POST", "/volume-transfers", {"transfer": {"volume_id": NONE}})[0] == 404
    assert cinder.refused("POST", "/volume-transfers", {"transfer": {}})[0] == 400
    assert len(cinder.show("/volume-transfers")) == 1


def test_an_offer_that_is_withdrawn_frees_the_volume(cinder: Cinder) -> None:
    volume = cinder.volume()
    made = offered(cinder, volume_id=volume)
    assert cinder.status("DELETE", f"/volume-transfers/{made['id']}") == 202
    assert cinder.state(f"/volumes/{volume}") == "available"
    assert cinder.refused("GET", f"/volume-transfers/{made['id']}")[0] == 404


def test_snapshots_go_along_unless_they_are_left_out(cinder: Cinder) -> None:
    with_, without = cinder.volume(), cinder.volume()
    first, second = cinder.snapshot(with_), cinder.snapshot(without)
    offers = [offered(cinder, volume_id=with_), offered(cinder, volume_id=without, no_snapshots=True)]
    cinder.become("guest")
    for one in offers:
        sent = {"accept": {"auth_key": one["auth_key"]}}
        assert cinder.status("POST", f"/volume-transfers/{one['id']}/accept", sent) == 202
    assert [cinder.status("GET", f"/snapshots/{one}") for one in (first, second)] == [200, 404]


def test_a_snapshot_that_failed_keeps_its_volume_from_being_offered(cinder: Cinder) -> None:
    volume = cinder.volume()
    snapshot = cinder.snapshot(volume)
    cinder.act(f"/snapshots/{snapshot}", "os-reset_status", {"status": "error"})
    why = f"Invalid snapshot: snapshot: {snapshot} status must be available"
    assert cinder.refused("POST", "/volume-transfers", {"transfer": {"volume_id": volume}}) == (400, why)


def test_who_accepts_needs_room(cinder: Cinder) -> None:
    volume = cinder.volume(size=3)
    made = offered(cinder, volume_id=volume)
    admin, token = cinder.project, cinder.token
    cinder.become("guest")
    guest, theirs = cinder.project, cinder.token
    sent = {"accept": {"auth_key": made["auth_key"]}}
    for limits in ({"volumes": 0}, {"volumes": 1, "gigabytes": 2}, {"gigabytes": 9, "per_volume_gigabytes": 2}):
        cinder.project, cinder.token = admin, token
        assert cinder.status("PUT", f"/os-quota-sets/{guest}", {"quota_set": limits}) == 200
        cinder.project, cinder.token = guest, theirs
        assert cinder.refused("POST", f"/volume-transfers/{made['id']}/accept", sent)[0] == 413
    cinder.project, cinder.token = admin, token
    assert cinder.state(f"/volumes/{volume}") == "awaiting-transfer"


def test_others_do_not_see_an_offer(cinder: Cinder) -> None:
    made = offered(cinder, volume_id=cinder.volume())
    cinder.become("guest")
    assert cinder.show("/volume-transfers") == []
    assert cinder.refused("GET", f"/volume-transfers/{made['id']}") == (
        404,
        f"Transfer {made['id']} could not be found.",
    )
