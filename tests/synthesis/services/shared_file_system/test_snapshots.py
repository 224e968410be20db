"""Snapshots, and the shares that are made from them: manila's `api/v2/share_snapshots.py`, `share/api.py`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.shared_file_system.asker import Manila
from tests.synthesis.services.teller import NONE


def test_a_snapshot_is_accepted_and_tells_of_its_share() -> None:
    manila = Manila()
    share = manila.share(size=3)
    status, told = manila.say("POST", "/snapshots", {"snapshot": {"share_id": share, "name": "s"}})
    made = told["snapshot"]
    assert (status, made["status"], made["name"], made["description"]) == (202, "creating", "s", None)
    shown = manila.show(f"/snapshots/{made['id']}")
    assert (shown["status"], shown["share_id"]) == ("available", share)
    assert (shown["size"], shown["share_size"], shown["share_proto"]) == (3, 3, "NFS")
    assert [sorted(one) for one in manila.show("/snapshots")] == [["id", "links", "name"]]
    assert manila.show("/snapshots/detail") == [shown]


def test_a_snapshot_is_one_of_a_share_that_there_is() -> None:
    manila = Manila()
    why = f"ShareNotFound: Share {NONE} could not be found."
    assert manila.unmade("snapshots", share_id=NONE) == (404, why)
    assert manila.unmade("snapshots")[0] == 400
    bodies: list[Any] = [{}, {"share": {}}, {"snapshot": None}]
    for body in bodies:
        assert manila.refused("POST", "/snapshots", body)[0] == 422
    assert manila.show("/snapshots") == []


@pytest.mark.parametrize("state", ["error", "creating", "extending", "deleting"])
def test_a_share_in_this_state_has_no_new_snapshots(state: str) -> None:
    manila = Manila()
    share = manila.share()
    manila.hold(share, state)
    why = "Invalid share: Source share status must be available."
    assert manila.unmade("snapshots", share_id=share) == (400, why)


def test_a_share_whose_type_says_nothing_of_snapshots_has_none() -> None:
    manila = Manila()
    share = manila.share(share_type=manila.type_("plain"))
    why = f"Snapshots cannot be created for share '{share}' since it does not have that capability."
    assert manila.unmade("snapshots", share_id=share) == (422, why)
    manila.snapshot(manila.share(share_type=manila.type_("more", snapshot_support="True")))


@pytest.mark.parametrize("state", ["creating", "deleting", "error_deleting", "managing", "restoring"])
def test_a_snapshot_is_not_deleted_in_this_state(state: str) -> None:
    manila = Manila()
    path = f"/snapshots/{manila.snapshot(manila.share())}"
    manila.put_into(path, state)
    why = "Invalid share snapshot: Share Snapshot status must be one of ('available', 'error')."
    assert manila.refused("DELETE", path) == (400, why)
    assert manila.state(path) == state
    assert manila.act(path, "force_delete") == 202
    assert manila.status("GET", path) == 404


def test_a_snapshot_goes() -> None:
    manila = Manila(polls=1)
    share = manila.share()
    manila.hold(share, "available")
    path = f"/snapshots/{manila.snapshot(share)}"
    assert [manila.state(path), manila.state(path)] == ["creating", "available"]
    assert manila.status("DELETE", path) == 202
    assert manila.state(path) == "deleting"
    assert [manila.status(method, path) for method in ("GET", "DELETE")] == [404, 404]


@pytest.mark.parametrize("sent", [{"status": "nope"}, {}, None])
def test_a_snapshot_has_states_of_its_own(sent: Any) -> None:
    manila = Manila()
    path = f"/snapshots/{manila.snapshot(manila.share())}"
    assert manila.refusal(path, "reset_status", sent)[0] == 400
    assert manila.state(path) == "available"


def test_a_snapshot_is_renamed_and_nothing_else() -> None:
    manila = Manila()
    path = f"/snapshots/{manila.snapshot(manila.share(), name='old')}"
    sent = {"display_name": "new", "display_description": "d", "size": 9, "share_id": NONE, "status": "error"}
    told = manila.say("PUT", path, {"snapshot": sent})[1]["snapshot"]
    assert (told["name"], told["description"], told["size"], told["status"]) == ("new", "d", 1, "available")
    assert told == manila.show(path)
    assert manila.refused("PUT", path, {"share": {}})[0] == 422
    assert manila.status("PUT", f"/snapshots/{NONE}", {"snapshot": {"display_name": "x"}}) == 404


def test_metadata_of_a_snapshot_is_set_and_taken_away() -> None:
    manila = Manila()
    path = f"/snapshots/{manila.snapshot(manila.share(), metadata={'a': '1'})}/metadata"
    assert manila.show(path) == {"a": "1"}
    assert manila.say("POST", path, {"metadata": {"b": "2"}}) == (200, {"metadata": {"a": "1", "b": "2"}})
    assert manila.say("PUT", f"{path}/b", {"metadata": {"b": "3"}}) == (200, {"metadata": {"b": "3"}})
    assert manila.say("GET", f"{path}/b") == (200, {"meta": {"b": "3"}})
    assert manila.status("DELETE", f"{path}/a") == 200
    assert manila.status("DELETE", f"{path}/a") == 404
    assert manila.say("PUT", path, {"metadata": {}}) == (200, {"metadata": {}})


@pytest.mark.parametrize(
    ("member", "since"), [("provider_location", 12), ("user_id", 17), ("project_id", 17), ("metadata", 73)]
)
def test_a_member_of_a_snapshot_is_told_from_its_microversion_on(member: str, since: int) -> None:
    manila = Manila()
    path, told = f"/snapshots/{manila.snapshot(manila.share())}", []
    for number in (since - 1, since):
        manila.micro = f"2.{number}"
        told.append(member in manila.show(path))
    assert told == [False, True]


def test_snapshots_are_listed_by_what_they_are() -> None:
    manila = Manila()
    first, second = manila.share(), manila.share()
    manila.snapshot(first, name="abc")
    manila.snapshot(second, name="bcd")
    assert manila.names("/snapshots") == ["bcd", "abc"]
    assert manila.names(f"/snapshots?share_id={first}") == ["abc"]
    assert manila.names("/snapshots?name=bcd") == ["bcd"]
    assert manila.names("/snapshots?name~=bc") == ["bcd", "abc"]
    assert manila.names("/snapshots?limit=1&offset=1") == ["abc"]


# --- shares of snapshots ------------------------------------------------------------------------------------------


def test_a_share_of_a_snapshot_is_as_large_or_larger() -> None:
    manila = Manila()
    snapshot = manila.snapshot(manila.share(size=2))
    assert manila.show(f"/shares/{manila.share(snapshot_id=snapshot, size=None)}")["size"] == 2
    assert manila.show(f"/shares/{manila.share(snapshot_id=snapshot, size=3)}")["size"] == 3
    assert manila.unmade("shares", share_proto="NFS", size=1, snapshot_id=snapshot) == (
        400,
        "Invalid input received: Share size '1' must be equal or greater than snapshot size.",
    )


def test_a_share_is_not_made_of_a_snapshot_that_is_not_available() -> None:
    manila = Manila()
    snapshot = manila.snapshot(manila.share())
    manila.put_into(f"/snapshots/{snapshot}", "error")
    why = "Invalid share snapshot: status must be 'available'."
    assert manila.unmade("shares", share_proto="NFS", size=1, snapshot_id=snapshot) == (400, why)


def test_a_share_of_a_snapshot_is_of_the_type_of_its_source() -> None:
    manila = Manila()
    able = {"snapshot_support": "True", "create_share_from_snapshot_support": "True"}
    kind, other, poor = manila.type_("a", **able), manila.type_("b", **able), manila.type_("c", snapshot_support="True")
    snapshot = manila.snapshot(manila.share(share_type=kind))
    assert manila.show(f"/shares/{manila.share(snapshot_id=snapshot)}")["share_type"] == kind
    status, why = manila.unmade("shares", share_proto="NFS", size=1, snapshot_id=snapshot, share_type=other)
    assert (status, "must match the type of the source share" in why) == (400, True)
    snapshot = manila.snapshot(manila.share(share_type=poor))
    assert manila.unmade("shares", share_proto="NFS", size=1, snapshot_id=snapshot) == (
        400,
        f"A new share may not be created from snapshot '{snapshot}', because the snapshot's parent share does not have "
        "that capability.",
    )


def test_a_share_of_a_snapshot_is_in_the_network_of_its_source() -> None:
    manila = Manila()
    network, other = (manila.make("share-networks", name=name)["id"] for name in "ab")
    kind = manila.type_("t", snapshot_support="True", create_share_from_snapshot_support="True")
    snapshot = manila.snapshot(manila.share(share_type=kind, share_network_id=network))
    why = "Share network ID should be the same as snapshot's parent share's or empty"
    sent = {"share_proto": "NFS", "size": 1, "snapshot_id": snapshot}
    assert manila.unmade("shares", **sent, share_network_id=other) == (400, why)
    assert manila.show(f"/shares/{manila.share(snapshot_id=snapshot)}")["share_network_id"] == network


def test_a_share_goes_back_to_its_latest_snapshot() -> None:
    manila = Manila(polls=1)
    share = manila.share(size=1)
    path = f"/shares/{share}"
    manila.hold(share, "available")
    snapshot = manila.snapshot(share)
    for _ in range(2):
        manila.state(f"/snapshots/{snapshot}")
    manila.act(path, "extend", {"new_size": 2})
    for _ in range(2):
        manila.state(path)
    assert manila.act(path, "revert", {"snapshot_id": snapshot}) == 202
    assert [manila.state(path), manila.state(path)] == ["reverting", "available"]
    assert manila.show(path)["size"] == 1


def test_a_share_does_not_go_back_to_this() -> None:
    manila = Manila()
    share = manila.share()
    path, first = f"/shares/{share}", manila.snapshot(share)
    latest, theirs = manila.snapshot(share), manila.snapshot(manila.share())
    for sent in (None, {}, {"snapshot_id": 1}):
        assert manila.refusal(path, "revert", sent)[0] == 400
    refusals = {
        NONE: (400, f"Snapshot {NONE} could not be found."),
        theirs: (400, f"Snapshot {theirs} is not associated with share {share}."),
        first: (
            409,
            f"Snapshot {first} may not be restored because it is not the most recent snapshot of share {share}. "
            f"Currently the latest snapshot is {latest}.",
        ),
    }
    for snapshot, why in refusals.items():
        assert manila.refusal(path, "revert", {"snapshot_id": snapshot}) == why
    manila.put_into(f"/snapshots/{latest}", "error")
    assert manila.refusal(path, "revert", {"snapshot_id": latest}) == (
        409,
        f"Snapshot {latest} is in 'error' state, but it must be in 'available' state to be restored.",
    )
    manila.put_into(f"/snapshots/{latest}", "available")
    manila.hold(share, "error")
    assert manila.refusal(path, "revert", {"snapshot_id": latest}) == (
        409,
        f"Share {share} is in 'error' state, but it must be in 'available' state to be reverted to a snapshot.",
    )


def test_a_share_whose_type_does_not_say_so_does_not_go_back() -> None:
    manila = Manila()
    share = manila.share(share_type=manila.type_("t", snapshot_support="True"))
    snapshot = manila.snapshot(share)
    why = f"Share {share} may not be reverted to snapshot {snapshot}, because the share does not have that capability."
    assert manila.refusal(f"/shares/{share}", "revert", {"snapshot_id": snapshot}) == (400, why)
