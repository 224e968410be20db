"""Groups of volumes and their snapshots: who may join, what keeps them, what is made of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.block_storage.asker import Cinder
from tests.synthesis.services.teller import NONE


@pytest.fixture
def cinder() -> Cinder:
    return Cinder()


def kind_of(cinder: Cinder) -> str:
    """The type of groups of this test."""
    found = [one["id"] for one in cinder.show("/group_types") if one["name"] == "g"]
    return str(found[0] if found else cinder.make("group_types", name="g")["id"])


def group_of(cinder: Cinder, types: tuple[str, ...] = ("__DEFAULT__",), **members: Any) -> str:
    cinder.show("/types")
    return str(cinder.make("groups", group_type=kind_of(cinder), volume_types=types, **members)["id"])


@pytest.mark.parametrize(
    ("more", "status", "why"),
    [
        ({"group_type": None}, 400, "group_type"),
        ({"volume_types": None}, 400, "volume_types"),
        ({"group_type": NONE}, 404, f"Group type {NONE} could not be found."),
        ({"volume_types": [NONE]}, 404, f"Volume type {NONE} could not be found."),
    ],
)
def test_a_group_is_of_types_that_there_are(cinder: Cinder, more: dict[str, Any], status: int, why: str) -> None:
    sent = {"group_type": kind_of(cinder), "volume_types": ["__DEFAULT__"], **more}
    cinder.show("/types")
    found = cinder.refused("POST", "/groups", {"group": sent})
    assert (found[0], why in found[1]) == (status, True), found
    assert cinder.show("/groups") == []


def test_a_group_takes_volumes_of_its_types(cinder: Cinder) -> None:
    group = group_of(cinder)
    fast = cinder.make("types", name="fast")["id"]
    assert cinder.show(f"/volumes/{cinder.volume(group_id=group)}")["group_id"] == group
    status, why = cinder.refused("POST", "/volumes", {"volume": {"size": 1, "volume_type": "fast", "group_id": group}})
    assert (status, "requested type must be supported by this group" in why) == (400, True)
    other = cinder.volume(volume_type="fast")
    status, why = cinder.refused("PUT", f"/groups/{group}", {"group": {"add_volumes": other}})
    assert (status, why) == (
        400,
        f"Invalid volume: Cannot add volume {other} to group {group} because volume type {fast} is not supported by the"
        " group.",
    )


def test_volumes_join_and_leave(cinder: Cinder) -> None:
    group, other, volume = group_of(cinder), group_of(cinder), cinder.volume()
    path = f"/groups/{group}"
    assert cinder.status("PUT", path, {"group": {"add_volumes": volume}}) == 202
    assert cinder.show(f"/volumes/{volume}")["group_id"] == group
    cases = [
        (f"/groups/{other}", {"add_volumes": volume}, f"because it is already in group {group}."),
        (path, {"add_volumes": volume, "remove_volumes": volume}, "are in both add and remove volume list."),
        (path, {"add_volumes": NONE}, "because volume cannot be found."),
        (path, {"remove_volumes": NONE}, "because it is not in the group."),
    ]
    for to, sent, why in cases:
        status, told = cinder.refused("PUT", to, {"group": sent})
        assert (status, told.startswith("Invalid volume: "), why in told) == (400, True, True), told
    assert cinder.show(f"/volumes/{volume}")["group_id"] == group
    assert cinder.status("PUT", path, {"group": {"remove_volumes": volume}}) == 202
    assert cinder.show(f"/volumes/{volume}")["group_id"] is None


def test_a_volume_that_is_not_ready_does_not_join(cinder: Cinder) -> None:
    group, volume = group_of(cinder), cinder.volume()
    cinder.act(f"/volumes/{volume}", "os-reset_status", {"status": "error"})
    status, why = cinder.refused("PUT", f"/groups/{group}", {"group": {"add_volumes": volume}})
    assert (status, "because volume is in an invalid state: error." in why) == (400, True)


def test_a_volume_of_a_group_does_nothing_alone(cinder: Cinder) -> None:
    volume = cinder.volume(group_id=group_of(cinder))
    cinder.make("types", name="fast")
    path = f"/volumes/{volume}"
    assert cinder.refused("DELETE", path)[0] == 400
    for action, sent in (("os-retype", {"new_type": "fast"}), ("os-migrate_volume", {"host": "block-1"})):
        assert cinder.refusal(path, action, sent)[0] == 400
    assert (cinder.state(path), cinder.show(path)["volume_type"]) == ("available", "__DEFAULT__")


def test_a_group_goes_with_its_volumes_or_without_any(cinder: Cinder) -> None:
    group = group_of(cinder)
    volume, path = cinder.volume(group_id=group), f"/groups/{group}"
    why = f"Invalid Group: Group {group} still contains volumes. The delete-volumes flag is required to delete it."
    for sent in ({}, {"delete-volumes": False}):
        assert cinder.refusal(path, "delete", sent) == (400, why)
    assert cinder.refusal(path, "delete", {"delete-volumes": "maybe"})[0] == 400
    snapshot = cinder.snapshot(volume)
    status, why = cinder.refusal(path, "delete", {"delete-volumes": True})
    assert (status, why) == (400, "Invalid Group: Volume in group still has dependent snapshots.")
    cinder.status("DELETE", f"/snapshots/{snapshot}")
    assert cinder.act(path, "delete", {"delete-volumes": True}) == 202
    assert [cinder.status("GET", one) for one in (path, f"/volumes/{volume}")] == [404, 404]


def test_a_group_with_an_attached_volume_or_a_snapshot_stays(cinder: Cinder) -> None:
    group = group_of(cinder)
    volume, path = cinder.volume(group_id=group), f"/groups/{group}"
    cinder.act(f"/volumes/{volume}", "os-attach", {"instance_uuid": NONE, "mountpoint": "/dev/vdb"})
    status, why = cinder.refusal(path, "delete", {"delete-volumes": True})
    assert (status, why) == (400, f"Invalid Group: Volume in group {group} is attached. Need to detach first.")
    cinder.make("group_snapshots", group_id=group)
    status, why = cinder.refusal(path, "delete", {"delete-volumes": True})
    assert (status, why) == (400, "Invalid Group: Group has existing snapshots.")


def test_a_type_that_groups_have_stays(cinder: Cinder) -> None:
    group, kind = group_of(cinder), kind_of(cinder)
    assert cinder.refused("DELETE", f"/group_types/{kind}") == (400, "Target group type is still in use.")
    cinder.act(f"/groups/{group}", "delete", {})
    assert cinder.status("DELETE", f"/group_types/{kind}") == 202


def test_a_snapshot_of_a_group_is_one_of_each_volume(cinder: Cinder) -> None:
    group = group_of(cinder)
    volumes = {cinder.volume(group_id=group) for _ in range(2)}
    made = cinder.make("group_snapshots", group_id=group, name="s")["id"]
    snapshots = [cinder.show(f"/snapshots/{one['id']}") for one in cinder.show("/snapshots")]
    assert {one["volume_id"] for one in snapshots} == volumes
    assert {one["group_snapshot_id"] for one in snapshots} == {made}
    status, why = cinder.refused("DELETE", f"/snapshots/{snapshots[0]['id']}")
    assert (status, "must not be part of a group" in why) == (400, True)
    cinder.act(f"/group_snapshots/{made}", "reset_status", {"status": "creating"})
    status, why = cinder.refused("DELETE", f"/group_snapshots/{made}")
    assert (status, why.startswith("Invalid GroupSnapshot: GroupSnapshot status must be")) == (400, True)
    cinder.act(f"/group_snapshots/{made}", "reset_status", {"status": "error"})
    assert cinder.status("DELETE", f"/group_snapshots/{made}") == 202
    assert cinder.show("/snapshots") == []


def test_a_group_is_made_of_another_one_or_of_its_snapshot(cinder: Cinder) -> None:
    group = group_of(cinder)
    cinder.volume(group_id=group, size=3, name="v")
    snapshot = cinder.make("group_snapshots", group_id=group)["id"]
    for source in ({"source_group_id": group}, {"group_snapshot_id": snapshot}):
        status, told = cinder.say("POST", "/groups/action", {"create-from-src": {"name": "copy", **source}})
        assert (status, told["group"]["name"]) == (202, "copy")
        copied = [one for one in cinder.show("/volumes/detail") if one["group_id"] == told["group"]["id"]]
        assert [(one["name"], one["size"]) for one in copied] == [("v", 3)]


def test_a_group_is_made_of_one_thing_that_is_not_empty(cinder: Cinder) -> None:
    group = group_of(cinder)
    snapshot = cinder.make("group_snapshots", group_id=group)["id"]
    cases: list[tuple[dict[str, str], int, str]] = [
        ({}, 400, "create-from-src"),
        ({"source_group_id": group, "group_snapshot_id": snapshot}, 400, "create-from-src"),
        ({"source_group_id": group}, 400, "Invalid Group: Source Group is empty. No group will be created."),
        ({"group_snapshot_id": snapshot}, 400, "Invalid Group: Group snapshot is empty. No group will be created."),
        ({"source_group_id": NONE}, 404, f"Group {NONE} could not be found."),
        ({"group_snapshot_id": NONE}, 404, f"GroupSnapshot {NONE} could not be found."),
    ]
    for sent, status, why in cases:
        found = cinder.refused("POST", "/groups/action", {"create-from-src": sent})
        assert (found[0], why in found[1]) == (status, True), found
    assert len(cinder.show("/groups")) == 1


def test_a_status_of_a_group_is_one_of_those_that_there_are(cinder: Cinder) -> None:
    path = f"/groups/{group_of(cinder)}"
    assert [cinder.refusal(path, "reset_status", sent)[0] for sent in ({}, {"status": "happy"})] == [400, 400]
    assert cinder.act(path, "reset_status", {"status": "error"}) == 202
    assert cinder.state(path) == "error"
