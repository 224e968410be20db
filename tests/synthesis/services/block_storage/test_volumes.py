"""What cinder makes a volume of, what it refuses, and when a volume may be changed, enlarged or deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.synthesis.services.block_storage.asker import Cinder
from tests.synthesis.services.teller import NONE

DELETE_REFUSED = (
    "Invalid volume: Volume status must be available or error or error_restoring or error_extending or error_managing"
    " and must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, or be disassociated"
    " from snapshots after volume transfer."
)

WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({}, 400, "Volume size 'None' must be an integer and greater than 0"),
    ({"size": 0}, 400, "0 is less than the minimum of 1"),
    ({"size": -1}, 400, "-1 is less than the minimum of 1"),
    ({"size": "0"}, 400, "0 is less than the minimum of 1"),
    ({"size": "big"}, 400, "field/attribute size. Value: big"),
    ({"size": 1.5}, 400, "field/attribute size. Value: 1.5"),
    ({"size": True}, 400, "field/attribute size. Value: True"),
    ({"size": 1, "name": "x" * 256}, 400, "field/attribute name"),
    ({"size": 1, "description": "x" * 256}, 400, "field/attribute description"),
    ({"size": 1, "metadata": {"": "x"}}, 400, "metadata"),
    ({"size": 1, "metadata": {"k": "x" * 256}}, 400, "field/attribute k"),
    ({"size": 1, "metadata": {"k": 1}}, 400, "field/attribute k"),
    ({"size": 1, "metadata": "k"}, 400, "metadata"),
    ({"size": 1, "availability_zone": "mars"}, 400, "Availability zone 'mars' is invalid."),
    ({"size": 1, "multiattach": True}, 400, "multiattach parameter has been removed."),
    ({"size": 1, "volume_type": "fast"}, 404, "Volume type with name fast could not be found."),
    ({"size": 1, "snapshot_id": NONE}, 404, f"Snapshot {NONE} could not be found."),
    ({"size": 1, "source_volid": NONE}, 404, f"Volume {NONE} could not be found."),
    ({"size": 1, "backup_id": NONE}, 404, f"Backup {NONE} could not be found."),
    ({"size": 1, "group_id": NONE}, 404, f"Group {NONE} could not be found."),
    ({"size": 1, "imageRef": NONE}, 400, "Invalid image identifier or unable to access requested image."),
]


@pytest.mark.parametrize(("members", "status", "why"), WRONG)
def test_what_no_volume_is_made_of(members: dict[str, Any], status: int, why: str) -> None:
    cinder = Cinder()
    found = cinder.refused("POST", "/volumes", {"volume": members})
    assert found[0] == status
    assert why in found[1]
    assert cinder.show("/volumes") == []


def test_a_size_may_be_sent_as_text() -> None:
    cinder = Cinder()
    assert cinder.make("volumes", size="2")["size"] == 2


@pytest.mark.parametrize("of", ["snapshot_id", "source_volid", "backup_id"])
def test_a_copy_is_as_large_as_its_source_or_larger(of: str) -> None:
    cinder = Cinder()
    source = cinder.volume(size=3)
    makers: dict[str, Callable[[], str]] = {
        "snapshot_id": lambda: cinder.snapshot(source),
        "source_volid": lambda: source,
        "backup_id": lambda: str(cinder.make("backups", volume_id=source)["id"]),
    }
    made = makers[of]()
    assert cinder.make("volumes", **{of: made})["size"] == 3
    assert cinder.make("volumes", **{of: made, "size": 4})["size"] == 4
    status, why = cinder.refused("POST", "/volumes", {"volume": {of: made, "size": 2}})
    assert (status, "Volume size '2'GB cannot be smaller than" in why) == (400, True)


def test_what_is_not_ready_is_not_copied() -> None:
    cinder = Cinder()
    source = cinder.volume()
    snapshot = cinder.snapshot(source)
    cinder.act(f"/snapshots/{snapshot}", "os-reset_status", {"status": "error"})
    cinder.act(f"/volumes/{source}", "os-reset_status", {"status": "error"})
    for of, word in (({"snapshot_id": snapshot}, "snapshot"), ({"source_volid": source}, "volume")):
        status, why = cinder.refused("POST", "/volumes", {"volume": of})
        assert (status, why.startswith(f"Invalid {word}: Originating {word} status must be one of")) == (400, True)


def test_a_volume_of_an_image_is_bootable_and_has_its_metadata() -> None:
    cinder = Cinder()
    image = next(cinder.world.all("image/images"))
    volume = cinder.show(f"/volumes/{cinder.volume(imageRef=image.id)}")
    assert volume["bootable"] == "true"
    assert volume["volume_image_metadata"]["image_id"] == image.id
    assert cinder.show(f"/volumes/{cinder.volume()}")["bootable"] == "false"


def test_a_volume_is_no_smaller_than_its_image_wants() -> None:
    cinder = Cinder()
    image = next(cinder.world.all("image/images"))
    image.set(min_disk=5)
    status, why = cinder.refused("POST", "/volumes", {"volume": {"size": 4, "imageRef": image.id}})
    assert (status, "smaller than the image minDisk" in why) == (400, True)
    image.set(status="deactivated")
    assert cinder.refused("POST", "/volumes", {"volume": {"size": 5, "imageRef": image.id}})[0] == 400


# --- its life -----------------------------------------------------------------------------------------------------


def test_a_volume_is_created_becomes_available_and_goes() -> None:
    cinder = Cinder(polls=2)
    made = cinder.make("volumes", size=1)
    path = f"/volumes/{made['id']}"
    assert [made["status"], *(cinder.state(path) for _ in range(3))] == [
        "creating",
        "creating",
        "creating",
        "available",
    ]
    assert cinder.status("DELETE", path) == 202
    assert [cinder.say("GET", path)[0] for _ in range(3)] == [200, 200, 404]
    assert cinder.refused("DELETE", path) == (404, f"Volume {made['id']} could not be found.")


STATES = ["creating", "attaching", "detaching", "in-use", "reserved", "awaiting-transfer", "maintenance", "uploading"]


@pytest.mark.parametrize("state", STATES)
def test_a_volume_is_not_deleted_in_this_state(state: str) -> None:
    cinder = Cinder()
    volume = cinder.volume()
    held = cinder.world.find("block-storage/volumes", volume)
    assert held is not None
    cinder.state(f"/volumes/{volume}")
    held.set(status=state)
    assert cinder.refused("DELETE", f"/volumes/{volume}") == (400, DELETE_REFUSED)
    assert cinder.state(f"/volumes/{volume}") == state


@pytest.mark.parametrize("state", ["available", "error", "error_restoring", "error_extending", "error_managing"])
def test_a_volume_is_deleted_in_this_state(state: str) -> None:
    cinder = Cinder()
    volume = cinder.volume()
    cinder.act(f"/volumes/{volume}", "os-reset_status", {"status": state})
    assert cinder.status("DELETE", f"/volumes/{volume}") == 202


def test_a_volume_with_snapshots_goes_with_them_or_not_at_all() -> None:
    cinder = Cinder()
    volume = cinder.volume()
    snapshot = cinder.snapshot(volume)
    assert cinder.refused("DELETE", f"/volumes/{volume}") == (400, DELETE_REFUSED)
    assert cinder.state(f"/volumes/{volume}") == "available"
    assert cinder.status("DELETE", f"/volumes/{volume}?cascade=True") == 202
    assert cinder.status("GET", f"/snapshots/{snapshot}") == 404


def test_force_deletes_in_any_state() -> None:
    cinder = Cinder()
    volume = cinder.volume()
    cinder.act(f"/volumes/{volume}", "os-reset_status", {"status": "uploading"})
    assert cinder.act(f"/volumes/{volume}", "os-force_delete") == 202
    assert cinder.status("GET", f"/volumes/{volume}") == 404


# --- changes ------------------------------------------------------------------------------------------------------


def test_a_volume_is_renamed_and_nothing_else() -> None:
    cinder = Cinder()
    path = f"/volumes/{cinder.volume(name='old')}"
    told = cinder.say("PUT", path, {"volume": {"name": "new", "description": "d", "metadata": {"a": "b"}}})[1]["volume"]
    assert (told["name"], told["description"], told["metadata"]) == ("new", "d", {"a": "b"})
    for sent in ({"size": 9}, {"status": "error"}, {"bootable": "true"}, {"colour": "red"}):
        assert cinder.refused("PUT", path, {"volume": sent})[0] == 400
    assert (cinder.show(path)["size"], cinder.show(path)["bootable"]) == (1, "false")


def test_names_are_not_unique() -> None:
    cinder = Cinder()
    cinder.volume(name="same")
    cinder.volume(name="same")
    assert cinder.names("/volumes?name=same") == ["same", "same"]


def test_version_2_calls_a_name_display_name_too() -> None:
    cinder = Cinder()
    made = cinder.make("volumes", size=1, display_name="old", display_description="d")
    assert (made["name"], made["description"]) == ("old", "d")


def test_metadata_is_added_replaced_and_taken_away() -> None:
    cinder = Cinder()
    path = f"/volumes/{cinder.volume(metadata={'a': '1'})}/metadata"
    assert cinder.say("POST", path, {"metadata": {"b": "2"}}) == (200, {"metadata": {"a": "1", "b": "2"}})
    assert cinder.say("GET", f"{path}/b") == (200, {"meta": {"b": "2"}})
    assert cinder.say("PUT", f"{path}/b", {"meta": {"b": "3"}}) == (200, {"meta": {"b": "3"}})
    assert cinder.status("PUT", f"{path}/b", {"meta": {"c": "3"}}) == 400
    assert cinder.status("DELETE", f"{path}/a") == 200
    assert [cinder.status(method, f"{path}/a") for method in ("GET", "DELETE")] == [404, 404]
    assert cinder.say("PUT", path, {"metadata": {"z": "9"}}) == (200, {"metadata": {"z": "9"}})
    assert cinder.show(path) == {"z": "9"}


def test_a_summary_adds_up_what_there_is() -> None:
    cinder = Cinder()
    assert cinder.show("/volumes/summary") == {"total_size": 0, "total_count": 0, "metadata": {}}
    for size, metadata in ((1, {"a": "1"}), (2, {"a": "2"}), (3, {"a": "1", "b": "x"})):
        cinder.volume(size=size, metadata=metadata)
    told = cinder.show("/volumes/summary")
    assert (told["total_size"], told["total_count"]) == (6, 3)
    assert {name: sorted(values) for name, values in told["metadata"].items()} == {"a": ["1", "2"], "b": ["x"]}
    cinder.micro = "3.35"
    assert cinder.show("/volumes/summary") == {"total_size": 6, "total_count": 3}


@pytest.mark.parametrize(
    ("member", "since"),
    [
        ("group_id", 13),
        ("provider_id", 21),
        ("service_uuid", 48),
        ("shared_targets", 48),
        ("cluster_name", 61),
        ("volume_type_id", 63),
        ("consumes_quota", 65),
    ],
)
def test_a_member_is_told_from_its_microversion_on(member: str, since: int) -> None:
    cinder = Cinder()
    path = f"/volumes/{cinder.volume()}"
    told = []
    for number in (since - 1, since):
        cinder.micro = f"3.{number}"
        told.append(member in cinder.show(path))
    assert told == [False, True]


@pytest.mark.parametrize(("micro", "status"), [("3.0", 200), ("3.71", 200), ("3.72", 406), ("2.99", 406), ("x", 400)])
def test_a_microversion_is_one_of_those_that_there_are(micro: str, status: int) -> None:
    cinder = Cinder(micro=micro)
    assert cinder.say("GET", "/volumes")[0] == status


def test_only_an_administrator_is_told_the_host() -> None:
    cinder = Cinder()
    assert "os-vol-host-attr:host" in cinder.show(f"/volumes/{cinder.volume()}")
    cinder.become("guest")
    assert "os-vol-host-attr:host" not in cinder.show(f"/volumes/{cinder.volume()}")


def test_a_volume_of_another_project_is_not_there() -> None:
    cinder = Cinder()
    theirs = cinder.volume(name="theirs")
    cinder.become("guest")
    assert cinder.refused("GET", f"/volumes/{theirs}") == (404, f"Volume {theirs} could not be found.")
    assert cinder.names("/volumes?all_tenants=1") == []
    assert cinder.status("POST", "/snapshots", {"snapshot": {"volume_id": theirs}}) == 404
