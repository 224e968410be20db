"""Snapshots and backups: of what they are made, what keeps them, and what they are made into again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.block_storage.asker import Cinder
from tests.synthesis.services.teller import NONE

SNAPSHOT_KEPT = "Invalid snapshot: Snapshot status must be available or error and must not be part of a group."


@pytest.fixture
def cinder() -> Cinder:
    return Cinder()


def used(cinder: Cinder) -> str:
    """A volume in use."""
    volume = cinder.volume()
    assert cinder.act(f"/volumes/{volume}", "os-attach", {"instance_uuid": NONE, "mountpoint": "/dev/vdb"}) == 202
    return volume


# --- snapshots ----------------------------------------------------------------------------------------------------


def test_a_snapshot_has_the_size_of_its_volume_then() -> None:
    cinder = Cinder(polls=1)
    volume = cinder.volume(size=3)
    cinder.state(f"/volumes/{volume}")
    made = cinder.make("snapshots", volume_id=volume, name="s", metadata={"a": "b"})
    assert (made["size"], made["status"], made["metadata"]) == (3, "creating", {"a": "b"})
    told = [cinder.show(f"/snapshots/{made['id']}") for _ in range(2)]
    assert [one["status"] for one in told] == ["creating", "available"]
    assert told[1]["os-extended-snapshot-attributes:progress"] == "100%"
    cinder.act(f"/volumes/{volume}", "os-extend", {"new_size": 4})
    assert cinder.show(f"/snapshots/{made['id']}")["size"] == 3


@pytest.mark.parametrize(
    ("micro", "more", "status"),
    [
        ("3.65", {}, 400),
        ("3.65", {"force": False}, 400),
        ("3.65", {"force": True}, 202),
        ("3.66", {}, 202),
        ("3.66", {"force": True}, 202),
        ("3.66", {"force": False}, 400),
    ],
)
def test_a_volume_in_use_is_snapshot_by_force_or_since_3_66(micro: str, more: dict[str, Any], status: int) -> None:
    cinder = Cinder(micro=micro)
    volume = used(cinder)
    assert cinder.status("POST", "/snapshots", {"snapshot": {"volume_id": volume, **more}}) == status
    assert len(cinder.show("/snapshots")) == (status == 202)


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("error", "Invalid volume: The snapshot cannot be created when the volume is in error status."),
        ("extending", "status must be available, but current status is: extending."),
    ],
)
def test_a_volume_that_is_not_ready_is_not_snapshot(state: str, why: str) -> None:
    cinder = Cinder(micro="3.0")
    volume = cinder.volume()
    cinder.act(f"/volumes/{volume}", "os-reset_status", {"status": state})
    status, told = cinder.refused("POST", "/snapshots", {"snapshot": {"volume_id": volume}})
    assert (status, why in told) == (400, True)


def test_a_snapshot_is_deleted_when_it_is_available_or_failed(cinder: Cinder) -> None:
    volume = cinder.volume()
    first, second = cinder.snapshot(volume), cinder.snapshot(volume)
    for snapshot, state in ((first, "error_deleting"), (second, "error")):
        assert cinder.act(f"/snapshots/{snapshot}", "os-reset_status", {"status": state}) == 202
    assert cinder.refused("DELETE", f"/snapshots/{first}") == (400, SNAPSHOT_KEPT)
    assert cinder.status("DELETE", f"/snapshots/{second}") == 202
    assert cinder.act(f"/snapshots/{first}", "os-force_delete") == 202
    assert cinder.show("/snapshots") == []


@pytest.mark.parametrize("kind", ["snapshots", "backups"])
@pytest.mark.parametrize("sent", [{}, {"status": "happy"}, None])
def test_a_status_is_one_of_those_that_there_are(cinder: Cinder, kind: str, sent: Any) -> None:
    made = cinder.make(kind, volume_id=cinder.volume())
    assert cinder.refusal(f"/{kind}/{made['id']}", "os-reset_status", sent)[0] == 400
    assert cinder.state(f"/{kind}/{made['id']}") == "available"


def test_a_snapshot_is_renamed_and_nothing_else(cinder: Cinder) -> None:
    path = f"/snapshots/{cinder.snapshot(cinder.volume(), name='old')}"
    assert cinder.say("PUT", path, {"snapshot": {"name": "new"}})[1]["snapshot"]["name"] == "new"
    assert cinder.refused("PUT", path, {"snapshot": {"size": 9}})[0] == 400
    assert cinder.show(path)["size"] == 1


def test_metadata_of_a_snapshot_is_added_and_taken_away(cinder: Cinder) -> None:
    path = f"/snapshots/{cinder.snapshot(cinder.volume(), metadata={'a': '1'})}/metadata"
    assert cinder.say("POST", path, {"metadata": {"b": "2"}})[1] == {"metadata": {"a": "1", "b": "2"}}
    assert [cinder.status("DELETE", f"{path}/a") for _ in range(2)] == [200, 404]
    assert cinder.show(path) == {"b": "2"}


# --- backups ------------------------------------------------------------------------------------------------------


def test_a_backup_is_made_and_restored_to_a_new_volume(cinder: Cinder) -> None:
    volume = cinder.volume(size=2, metadata={"a": "b"})
    made = cinder.make("backups", volume_id=volume, name="b")
    assert set(made) == {"id", "name", "links"}
    status, told = cinder.say("POST", f"/backups/{made['id']}/restore", {"restore": {"name": "again"}})
    assert (status, told["restore"]["backup_id"], told["restore"]["volume_name"]) == (202, made["id"], "again")
    restored = cinder.show(f"/volumes/{told['restore']['volume_id']}")
    assert (restored["size"], restored["metadata"], restored["volume_type"]) == (2, {"a": "b"}, "__DEFAULT__")


def test_a_backup_is_restored_to_a_free_volume_that_holds_it(cinder: Cinder) -> None:
    path = f"/backups/{cinder.make('backups', volume_id=cinder.volume(size=2))['id']}/restore"
    small, large, busy = cinder.volume(size=1), cinder.volume(size=3), used(cinder)
    status, why = cinder.refused("POST", path, {"restore": {"volume_id": small}})
    assert (status, why) == (400, "Invalid volume: volume size 1 is too small to restore backup of size 2.")
    status, why = cinder.refused("POST", path, {"restore": {"volume_id": busy}})
    assert (status, why) == (400, "Invalid volume: Volume to be restored to must be available")
    assert cinder.say("POST", path, {"restore": {"volume_id": large}})[1]["restore"]["volume_id"] == large
    assert cinder.status("POST", path, {"restore": {"volume_id": NONE}}) == 404


def test_a_backup_that_failed_is_not_restored(cinder: Cinder) -> None:
    path = f"/backups/{cinder.make('backups', volume_id=cinder.volume())['id']}"
    cinder.act(path, "os-reset_status", {"status": "error"})
    assert cinder.refused("POST", f"{path}/restore", {"restore": {}}) == (
        400,
        "Invalid backup: Backup status must be available",
    )
    assert len(cinder.show("/volumes")) == 1


def test_a_volume_in_use_is_backed_up_by_force(cinder: Cinder) -> None:
    volume = used(cinder)
    sent: dict[str, Any] = {"backup": {"volume_id": volume}}
    assert cinder.refused("POST", "/backups", sent) == (
        400,
        "Invalid volume: Backing up an in-use volume must use the force flag.",
    )
    sent["backup"]["force"] = True
    assert cinder.status("POST", "/backups", sent) == 202
    cinder.act(f"/volumes/{volume}", "os-reset_status", {"status": "error"})
    status, why = cinder.refused("POST", "/backups", sent)
    assert (status, 'or in-use, but the current status is "error".' in why) == (400, True)


def test_a_snapshot_is_backed_up_with_its_own_volume(cinder: Cinder) -> None:
    volume, other = cinder.volume(), cinder.volume()
    snapshot = cinder.snapshot(volume)
    status, why = cinder.refused("POST", "/backups", {"backup": {"volume_id": other, "snapshot_id": snapshot}})
    assert (status, why) == (400, f"Invalid volume: Volume {other} does not match with snapshot.volume_id {volume}.")
    cinder.act(f"/snapshots/{snapshot}", "os-reset_status", {"status": "error"})
    status, why = cinder.refused("POST", "/backups", {"backup": {"volume_id": volume, "snapshot_id": snapshot}})
    assert (status, why.startswith("Invalid snapshot: Snapshot to be backed up must be available")) == (400, True)


def test_backups_that_build_on_one_another_go_from_the_last(cinder: Cinder) -> None:
    volume = cinder.volume()
    status, why = cinder.refused("POST", "/backups", {"backup": {"volume_id": volume, "incremental": True}})
    assert (status, why) == (400, "Invalid backup: No backups available to do an incremental backup.")
    whole = cinder.make("backups", volume_id=volume)["id"]
    more = cinder.make("backups", volume_id=volume, incremental=True)["id"]
    told = [cinder.show(f"/backups/{one}") for one in (whole, more)]
    assert [one["is_incremental"] for one in told] == [False, True]
    assert [one["has_dependent_backups"] for one in told] == [True, False]
    assert cinder.refused("DELETE", f"/backups/{whole}") == (
        400,
        "Invalid backup: Incremental backups exist for this backup.",
    )
    assert [cinder.status("DELETE", f"/backups/{one}") for one in (more, whole)] == [202, 202]


def test_a_backup_under_way_is_not_deleted(cinder: Cinder) -> None:
    backup = cinder.make("backups", volume_id=cinder.volume())["id"]
    held = cinder.world.find("block-storage/backups", backup)
    assert held is not None
    cinder.state(f"/backups/{backup}")
    held.set(status="restoring")
    assert cinder.refused("DELETE", f"/backups/{backup}") == (
        400,
        "Invalid backup: Backup status must be available or error",
    )
    assert cinder.act(f"/backups/{backup}", "os-force_delete") == 202


def test_a_backup_outlives_its_volume(cinder: Cinder) -> None:
    volume = cinder.volume()
    backup = cinder.make("backups", volume_id=volume)["id"]
    assert cinder.status("DELETE", f"/volumes/{volume}") == 202
    assert cinder.show(f"/backups/{backup}")["volume_id"] == volume


@pytest.mark.parametrize(
    ("member", "since"), [("os-backup-project-attr:project_id", 18), ("metadata", 43), ("user_id", 56)]
)
def test_a_member_of_a_backup_is_told_from_its_microversion_on(cinder: Cinder, member: str, since: int) -> None:
    path = f"/backups/{cinder.make('backups', volume_id=cinder.volume())['id']}"
    told = []
    for number in (since - 1, since):
        cinder.micro = f"3.{number}"
        told.append(member in cinder.show(path))
    assert told == [False, True]
