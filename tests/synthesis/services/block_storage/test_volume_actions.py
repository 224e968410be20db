"""What is done to a volume, and the states of a volume that refuse it, in the words of cinder."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.block_storage.asker import Cinder
from tests.synthesis.services.teller import NONE

RETYPE = "Invalid volume: Retype needs volume to be in available or in-use state"
MIGRATE = "status must be available or in-use, must not be migrating, have snapshots, be replicated, be part of"


@pytest.fixture
def cinder() -> Cinder:
    return Cinder()


def in_state(cinder: Cinder, state: str, **members: Any) -> str:
    """The path of a volume in a state."""
    volume = cinder.volume(**members)
    path = f"/volumes/{volume}"
    if state == "in-use":
        assert cinder.act(path, "os-attach", {"instance_uuid": NONE, "mountpoint": "/dev/vdb"}) == 202
    else:
        assert cinder.act(path, "os-reset_status", {"status": state}) == 202
    return path


REFUSED = [
    ("os-extend", {"new_size": 2}, "error", "status must be '{'status': 'available'}' to extend, currently error."),
    ("os-extend", {"new_size": 2}, "extending", "to extend, currently extending."),
    ("os-begin_detaching", None, "available", "Volume status must be 'in-use' and attach_status must be 'attached'"),
    ("os-reserve", None, "error", "Volume status must be available to reserve, but the status is error."),
    ("os-reserve", None, "in-use", "Volume status must be available to reserve, but the status is in-use."),
    ("os-retype", {"new_type": "other"}, "error", RETYPE),
    ("os-retype", {"new_type": "__DEFAULT__"}, "available", RETYPE),
    ("os-migrate_volume", {"host": "block-1"}, "error", MIGRATE),
    (
        "os-update_readonly_flag",
        {"readonly": True},
        "in-use",
        "to update readonly flag, but current status is: in-use.",
    ),
    ("os-volume_upload_image", {"image_name": "i"}, "error", "status must be available"),
    ("os-volume_upload_image", {"image_name": "i"}, "in-use", "status must be available"),
    ("os-reimage", {"image_id": NONE}, "in-use", "status must be available or error, but current status is in-use."),
    ("os-attach", {"instance_uuid": NONE, "mountpoint": "/dev/vdb"}, "error", "but it is error."),
]


@pytest.mark.parametrize(("action", "sent", "state", "why"), REFUSED)
def test_an_action_is_refused_in_this_state(cinder: Cinder, action: str, sent: Any, state: str, why: str) -> None:
    cinder.make("types", name="other")
    path = in_state(cinder, state)
    status, told = cinder.refusal(path, action, sent)
    assert status == 400
    assert told.startswith("Invalid volume: ")
    assert why in told
    assert cinder.state(path) == state


WRONG = [
    ("os-extend", {}, "'new_size' is a required property"),
    ("os-extend", None, "is not of type 'object'"),
    ("os-extend", {"new_size": "x"}, "field/attribute new_size"),
    ("os-extend", {"new_size": 0}, "less than the minimum of 1"),
    ("os-extend", {"new_size": 1}, "New size for extend must be greater than current size. (current: 1, extended: 1)."),
    ("os-retype", {}, "'new_type' is a required property"),
    ("os-retype", {"new_type": "other", "migration_policy": "maybe"}, "migration_policy"),
    ("os-set_bootable", {}, "'bootable' is a required property"),
    ("os-set_bootable", {"bootable": "maybe"}, "'maybe' is not a boolean"),
    ("os-update_readonly_flag", {"readonly": 2}, "2 is not a boolean"),
    ("os-reset_status", {}, "Must specify 'status', 'attach_status' or 'migration_status' for update."),
    ("os-reset_status", {"status": "happy"}, "'happy' is not one of"),
    ("os-reset_status", {"status": "deleting"}, "Cannot reset-state to deleting"),
    ("os-reset_status", {"status": "in-use"}, "because volume does not have any attachments."),
    ("os-reset_status", {"migration_status": "maybe"}, "migration_status"),
    ("os-volume_upload_image", {"force": True}, "'image_name' is a required property"),
    ("os-volume_upload_image", {"image_name": "i", "force": "maybe"}, "force"),
    ("os-unset_image_metadata", {"key": 1}, "field/attribute key"),
    ("os-dance", {}, "There is no such action: os-dance"),
]


@pytest.mark.parametrize(("action", "sent", "why"), WRONG)
def test_an_action_that_says_what_cannot_be_is_refused(cinder: Cinder, action: str, sent: Any, why: str) -> None:
    path = f"/volumes/{cinder.volume()}"
    before = cinder.show(path)
    status, told = cinder.refusal(path, action, sent)
    assert status == 400
    assert why in told
    assert cinder.show(path) == before


def test_a_volume_grows_and_comes_back_to_its_state() -> None:
    cinder = Cinder(polls=1)
    path = f"/volumes/{cinder.volume()}"
    cinder.state(path)
    assert cinder.state(path) == "available"
    assert cinder.act(path, "os-extend", {"new_size": "3"}) == 202
    assert [cinder.state(path) for _ in range(2)] == ["extending", "available"]
    assert cinder.show(path)["size"] == 3


@pytest.mark.parametrize(("micro", "status", "size"), [("3.41", 400, 1), ("3.42", 202, 2)])
def test_a_volume_in_use_grows_from_3_42_on(cinder: Cinder, micro: str, status: int, size: int) -> None:
    path, cinder.micro = in_state(cinder, "in-use"), micro
    assert cinder.act(path, "os-extend", {"new_size": 2}) == status
    assert (cinder.state(path), cinder.show(path)["size"]) == ("in-use", size)


def test_a_reservation_is_taken_back_and_nothing_else_is(cinder: Cinder) -> None:
    path = f"/volumes/{cinder.volume()}"
    assert [cinder.act(path, "os-reserve"), cinder.state(path)] == [202, "attaching"]
    assert cinder.refusal(path, "os-reserve")[0] == 400
    assert [cinder.act(path, "os-unreserve"), cinder.state(path)] == [202, "available"]
    used = in_state(cinder, "in-use")
    assert [cinder.act(used, "os-unreserve"), cinder.state(used)] == [202, "in-use"]


def test_detaching_is_begun_and_rolled_back(cinder: Cinder) -> None:
    path = in_state(cinder, "in-use")
    assert [cinder.act(path, "os-begin_detaching"), cinder.state(path)] == [202, "detaching"]
    assert [cinder.act(path, "os-roll_detaching"), cinder.state(path)] == [202, "in-use"]
    assert [cinder.act(path, "os-detach", {}), cinder.state(path)] == [202, "available"]
    assert cinder.show(path)["attachments"] == []
    assert [cinder.act(path, "os-roll_detaching"), cinder.state(path)] == [202, "available"]


def test_a_status_is_reset_in_small_letters_and_ends_what_was_under_way() -> None:
    cinder = Cinder(polls=5)
    path = f"/volumes/{cinder.volume()}"
    assert cinder.act(path, "os-reset_status", {"status": "error"}) == 202
    assert [cinder.state(path) for _ in range(7)] == ["error"] * 7


def test_attachments_are_dropped_by_resetting_them(cinder: Cinder) -> None:
    path = in_state(cinder, "in-use")
    assert cinder.act(path, "os-reset_status", {"status": "available", "attach_status": "detached"}) == 202
    assert (cinder.state(path), cinder.show(path)["attachments"]) == ("available", [])
    assert cinder.act(path, "os-reset_status", {"migration_status": "migrating"}) == 202
    assert cinder.show(path)["migration_status"] == "migrating"
    assert cinder.act(path, "os-reset_status", {"migration_status": "none"}) == 202
    assert cinder.show(path)["migration_status"] is None


@pytest.mark.parametrize(("said", "kept"), [(True, "true"), ("False", "false"), ("1", "true"), ("no", "false")])
def test_a_volume_is_bootable_as_it_is_told(cinder: Cinder, said: Any, kept: str) -> None:
    path = f"/volumes/{cinder.volume()}"
    assert cinder.act(path, "os-set_bootable", {"bootable": said}) == 200
    assert cinder.show(path)["bootable"] == kept


def test_a_volume_is_read_only_in_its_metadata(cinder: Cinder) -> None:
    path = f"/volumes/{cinder.volume(metadata={'a': 'b'})}"
    assert cinder.act(path, "os-update_readonly_flag", {"readonly": True}) == 202
    assert cinder.show(path)["metadata"] == {"a": "b", "readonly": "True"}


def test_metadata_of_an_image_is_set_and_unset(cinder: Cinder) -> None:
    path = f"/volumes/{cinder.volume()}"
    sent = {"metadata": {"os": "linux", "arch": "arm"}}
    assert cinder.say("POST", f"{path}/action", {"os-set_image_metadata": sent}) == (200, sent)
    assert cinder.act(path, "os-unset_image_metadata", {"key": "os"}) == 200
    assert cinder.show(path)["volume_image_metadata"] == {"arch": "arm"}
    status, why = cinder.refusal(path, "os-unset_image_metadata", {"key": "os"})
    assert (status, why.startswith("Glance metadata for volume/snapshot")) == (404, True)


def test_a_retype_gives_another_type_and_what_comes_with_it(cinder: Cinder) -> None:
    kind = cinder.make("types", name="shared", extra_specs={"multiattach": "<is> True"})
    path = f"/volumes/{cinder.volume()}"
    assert cinder.act(path, "os-retype", {"new_type": "shared", "migration_policy": "never"}) == 202
    told = cinder.show(path)
    assert (told["volume_type"], told["volume_type_id"], told["multiattach"]) == ("shared", kind["id"], True)
    used = in_state(cinder, "in-use")
    status, why = cinder.refusal(used, "os-retype", {"new_type": "shared"})
    assert (status, "retypes affecting multiattach are only allowed on available volumes" in why) == (400, True)
    assert cinder.refusal(path, "os-retype", {"new_type": "none"})[0] == 404


def test_a_volume_with_snapshots_is_not_migrated(cinder: Cinder) -> None:
    volume = cinder.volume()
    cinder.snapshot(volume)
    status, why = cinder.refusal(f"/volumes/{volume}", "os-migrate_volume", {"host": "block-1"})
    assert (status, MIGRATE in why) == (400, True)


def test_a_volume_is_reverted_to_its_latest_snapshot_alone(cinder: Cinder) -> None:
    volume = cinder.volume()
    path = f"/volumes/{volume}"
    assert cinder.refusal(path, "revert", {"snapshot_id": NONE})[1] == f"Volume {volume} doesn't have any snapshots."
    first, last = cinder.snapshot(volume), cinder.snapshot(volume)
    status, why = cinder.refusal(path, "revert", {"snapshot_id": first})
    assert (status, "not the latest one" in why) == (400, True)
    assert cinder.act(path, "revert", {"snapshot_id": last}) == 202
    cinder.act(path, "os-extend", {"new_size": 2})
    assert "must be equal to the snapshot size" in cinder.refusal(path, "revert", {"snapshot_id": last})[1]


def test_an_upload_makes_an_image_and_comes_back(cinder: Cinder) -> None:
    path = in_state(cinder, "in-use")
    asked = {"image_name": "copy", "disk_format": "raw", "container_format": "bare", "force": True}
    status, told = cinder.say("POST", f"{path}/action", {"os-volume_upload_image": asked})
    assert (status, told["os-volume_upload_image"]["status"]) == (202, "uploading")
    image = cinder.world.find("image/images", told["os-volume_upload_image"]["image_id"])
    assert image is not None
    assert (image.members["name"], image.members["status"], image.members["disk_format"]) == ("copy", "active", "raw")
    assert cinder.state(path) == "in-use"
