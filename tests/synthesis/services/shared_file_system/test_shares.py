"""Shares: what makes them, their lives, sizes and the recycle bin.

The words are those of manila's `api/v2/shares.py`, `share/api.py`, `exception.py` and `api/views/shares.py`.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.shared_file_system.asker import Manila
from tests.synthesis.services.teller import NONE

# --- making -------------------------------------------------------------------------------------------------------


def test_a_share_is_shown_with_all_that_manila_tells() -> None:
    manila = Manila()
    made = manila.make("shares", name="a", description="d", share_proto="nfs", size=1, metadata={"k": "v"})
    shown = manila.show(f"/shares/{made['id']}")
    assert {**made, "status": "available", "progress": "100%"} == shown
    assert (shown["share_proto"], shown["size"], shown["metadata"]) == ("NFS", 1, {"k": "v"})
    assert [link["rel"] for link in shown["links"]] == ["self", "bookmark"]
    assert shown["project_id"] == manila.project
    assert shown["user_id"] == manila.user.id


def test_a_share_without_a_name_has_none() -> None:
    manila = Manila()
    shown = manila.show(f"/shares/{manila.share()}")
    assert (shown["name"], shown["description"], shown["is_public"]) == (None, None, False)


@pytest.mark.parametrize("size", [0, -1, "x", "", None, True])
def test_a_share_is_not_made_of_a_size_that_is_none(size: Any) -> None:
    manila = Manila()
    assert manila.unmade("shares", share_proto="NFS", size=size) == (
        400,
        f"Invalid input received: Share size '{size}' must be an integer and greater than 0.",
    )
    assert manila.show("/shares") == []


def test_a_size_may_be_sent_as_text() -> None:
    manila = Manila()
    assert manila.show(f"/shares/{manila.share(size='2')}")["size"] == 2


def test_a_share_needs_a_protocol_that_manila_knows() -> None:
    manila = Manila()
    status, why = manila.unmade("shares", share_proto="FTP", size=1)
    assert (status, why.startswith("Invalid input received: Invalid share protocol provided: FTP.")) == (400, True)
    for proto in ("NFS", "CIFS", "GLUSTERFS", "HDFS", "CEPHFS", "MAPRFS", "LUSTRE", "WEKAFS"):
        assert manila.show(f"/shares/{manila.share(share_proto=proto.lower())}")["share_proto"] == proto


NOWHERE: list[tuple[dict[str, Any], str]] = [
    ({"share_type": "nope"}, "Share type not found."),
    ({"volume_type": NONE}, "Share type not found."),
    ({"share_network_id": NONE}, f"Share network {NONE} could not be found."),
    ({"share_group_id": NONE}, f"Share group {NONE} could not be found."),
    ({"availability_zone": "mars"}, "Availability zone mars could not be found."),
    ({"snapshot_id": NONE}, f"ShareSnapshotNotFound: Snapshot {NONE} could not be found."),
]


@pytest.mark.parametrize(("wanted", "why"), NOWHERE)
def test_what_a_share_is_made_of_must_be_there(wanted: dict[str, Any], why: str) -> None:
    assert Manila().unmade("shares", share_proto="NFS", size=1, **wanted) == (404, why)


def test_a_share_has_one_type() -> None:
    why = "Cannot specify both share_type and volume_type"
    assert Manila().unmade("shares", share_proto="NFS", size=1, share_type="a", volume_type="a") == (400, why)


@pytest.mark.parametrize(
    ("metadata", "why"),
    [
        ({"": "v"}, "Metadata property key is blank."),
        ({"k": ""}, "Metadata property value is blank."),
        ({"k" * 256: "v"}, "Metadata property key is greater than 255 characters."),
        ({"k": "v" * 1024}, "Metadata property value is greater than 1023 characters."),
    ],
)
def test_metadata_is_neither_blank_nor_too_long(metadata: dict[str, str], why: str) -> None:
    assert Manila().unmade("shares", share_proto="NFS", size=1, metadata=metadata) == (400, why)


def test_a_body_without_a_share_is_not_processed() -> None:
    manila = Manila()
    why = "Unable to process the contained instructions"
    path = f"/shares/{manila.share()}"
    bodies: list[Any] = [{}, {"volume": {}}, {"share": None}, {"share": []}, None]
    for body in bodies:
        assert manila.refused("POST", "/shares", body) == (422, why)
    assert manila.refused("PUT", path, {"volume": {}}) == (422, why)


def test_names_are_not_unique() -> None:
    manila = Manila()
    manila.share(name="same")
    manila.share(name="same")
    assert manila.names("/shares?name=same") == ["same", "same"]


def test_a_name_has_at_most_255_letters() -> None:
    manila = Manila()
    assert manila.unmade("shares", share_proto="NFS", size=1, name="x" * 256)[0] == 400
    assert manila.unmade("shares", share_proto="NFS", size=1, description="x" * 256)[0] == 400
    manila.share(name="x" * 255)


@pytest.mark.parametrize(
    ("member", "since"),
    [
        ("snapshot_support", 2),
        ("task_state", 5),
        ("share_type_name", 6),
        ("access_rules_status", 10),
        ("has_replicas", 11),
        ("replication_type", 11),
        ("user_id", 16),
        ("create_share_from_snapshot_support", 24),
        ("revert_to_snapshot_support", 27),
        ("share_group_id", 31),
        ("mount_snapshot_support", 32),
        ("progress", 54),
        ("is_soft_deleted", 69),
        ("scheduled_to_be_deleted_at", 69),
        ("source_backup_id", 80),
    ],
)
def test_a_member_is_told_from_its_microversion_on(member: str, since: int) -> None:
    manila = Manila()
    path, told = f"/shares/{manila.share()}", []
    for number in (since - 1, since):
        manila.micro = f"2.{number}"
        told.append(member in manila.show(path))
    assert told == [False, True]


def test_export_locations_stand_in_a_share_until_they_have_a_place_of_their_own() -> None:
    manila = Manila(micro="2.8")
    path = f"/shares/{manila.share()}"
    assert {"export_location", "export_locations"} <= manila.show(path).keys()
    manila.micro = "2.9"
    assert not {"export_location", "export_locations"} & manila.show(path).keys()
    assert len(manila.show(f"{path}/export_locations")) == 1


@pytest.mark.parametrize(("micro", "status"), [("2.0", 200), ("2.80", 200), ("2.81", 406), ("1.9", 406), ("x", 400)])
def test_a_microversion_is_one_of_those_that_there_are(micro: str, status: int) -> None:
    assert Manila(micro=micro).status("GET", "/shares") == status


def test_only_an_administrator_is_told_the_host() -> None:
    manila = Manila()
    assert {"host", "share_server_id"} <= manila.show(f"/shares/{manila.share()}").keys()
    manila.become("guest")
    assert not {"host", "share_server_id"} & manila.show(f"/shares/{manila.share()}").keys()


# --- lives --------------------------------------------------------------------------------------------------------


def test_a_share_is_created_becomes_available_and_goes() -> None:
    manila = Manila(polls=2)
    made = manila.make("shares", share_proto="NFS", size=1)
    path = f"/shares/{made['id']}"
    assert [made["status"], *(manila.state(path) for _ in range(3))] == [
        "creating",
        "creating",
        "creating",
        "available",
    ]
    assert manila.status("DELETE", path) == 202
    assert [manila.status("GET", path) for _ in range(3)] == [200, 200, 404]
    assert manila.refused("DELETE", path)[0] == 404


NOT_DELETED = "Invalid share: Share status must be one of ('available', 'error', 'inactive')."
STATES = ["creating", "deleting", "error_deleting", "extending", "shrinking", "migrating", "reverting", "manage_error"]


@pytest.mark.parametrize("state", STATES)
def test_a_share_is_not_deleted_in_this_state(state: str) -> None:
    manila = Manila()
    share = manila.share()
    manila.hold(share, state)
    assert manila.refused("DELETE", f"/shares/{share}") == (403, NOT_DELETED)
    assert manila.refusal(f"/shares/{share}", "soft_delete") == (403, NOT_DELETED)
    assert manila.state(f"/shares/{share}") == state
    assert manila.act(f"/shares/{share}", "force_delete") == 202
    assert manila.status("GET", f"/shares/{share}") == 404


@pytest.mark.parametrize("state", ["available", "error", "inactive"])
def test_a_share_is_deleted_in_this_state(state: str) -> None:
    manila = Manila()
    share = manila.share()
    manila.hold(share, state)
    assert manila.status("DELETE", f"/shares/{share}") == 202


def test_a_share_with_snapshots_stays() -> None:
    manila = Manila()
    share = manila.share()
    snapshot, path = manila.snapshot(share), f"/shares/{share}"
    why = "Invalid share: Share still has 1 dependent snapshots."
    assert manila.refused("DELETE", path) == (403, why)
    assert manila.refusal(path, "soft_delete") == (403, why)
    assert manila.refusal(path, "force_delete") == (400, why)
    assert manila.refusal(path, "unmanage") == (
        403,
        f"Share '{share}' can not be unmanaged because it has '1' dependent snapshot(s).",
    )
    assert manila.state(path) == "available"
    assert manila.status("DELETE", f"/snapshots/{snapshot}") == 202
    assert manila.status("DELETE", path) == 202


def test_a_share_of_a_group_goes_with_the_name_of_its_group() -> None:
    manila = Manila()
    group = manila.make("share-groups", name="g")["id"]
    path = f"/shares/{manila.share(share_group_id=group)}"
    why = "Must provide 'share_group_id' as a request parameter when deleting a share in a share group."
    other = "The specified 'share_group_id' does not match the share group id of the share."
    assert manila.refused("DELETE", path) == (400, why)
    assert manila.refused("DELETE", f"{path}?share_group_id={NONE}") == (400, other)
    assert manila.status("DELETE", f"{path}?share_group_id={group}") == 202


def test_a_share_in_a_transitional_state_stays_managed() -> None:
    manila = Manila()
    share = manila.share()
    manila.hold(share, "extending")
    why = f"Share with transitional state can not be unmanaged. Share '{share}' is in 'extending' state."
    assert manila.refusal(f"/shares/{share}", "unmanage") == (403, why)
    manila.hold(share, "available")
    assert manila.act(f"/shares/{share}", "unmanage") == 202
    assert manila.status("GET", f"/shares/{share}") == 404


# --- changes ------------------------------------------------------------------------------------------------------


def test_a_share_is_renamed_and_made_public_and_nothing_else() -> None:
    manila = Manila()
    path = f"/shares/{manila.share(name='old')}"
    sent = {"display_name": "new", "display_description": "d", "is_public": "True", "size": 7, "status": "error"}
    told = manila.say("PUT", path, {"share": sent})[1]["share"]
    assert (told["name"], told["description"], told["is_public"]) == ("new", "d", True)
    assert (told["size"], told["status"]) == (1, "available")
    assert manila.say("PUT", path, {"share": {"name": "newer"}})[1]["share"]["name"] == "new"
    assert manila.show(path) == told


def test_a_share_that_is_not_there_is_not_changed() -> None:
    manila = Manila()
    path = f"/shares/{NONE}"
    assert manila.status("GET", path) == 404
    assert manila.status("PUT", path, {"share": {"display_name": "x"}}) == 404
    for action, sent in (("extend", {"new_size": 2}), ("reset_status", {"status": "error"}), ("force_delete", None)):
        assert manila.act(path, action, sent) == 404


def test_a_share_is_extended_to_more() -> None:
    manila = Manila(polls=1)
    path = f"/shares/{manila.share(size=2)}"
    manila.state(path)
    manila.state(path)
    for size in (1, 2):
        why = f"New size for extend must be greater than current size. (current: 2, extended: {size})."
        assert manila.refusal(path, "extend", {"new_size": size}) == (400, f"Invalid input received: {why}")
    assert manila.act(path, "extend", {"new_size": "3"}) == 202
    assert [manila.state(path), manila.state(path)] == ["extending", "available"]
    assert manila.show(path)["size"] == 3


def test_a_share_is_shrunk_to_less_and_not_to_nothing() -> None:
    manila = Manila()
    path = f"/shares/{manila.share(size=2)}"
    for size in (0, 2, 3):
        why = f"less than current size and greater than 0 (current: 2, new: {size})."
        assert manila.refusal(path, "shrink", {"new_size": size}) == (
            400,
            f"Invalid input received: New size for shrink must be {why}",
        )
    assert manila.act(path, "shrink", {"new_size": 1}) == 202
    assert manila.show(path)["size"] == 1


@pytest.mark.parametrize("action", ["extend", "shrink"])
@pytest.mark.parametrize("sent", [None, {}, {"new_size": "x"}, {"new_size": -1}, {"new_size": True}, {"new_size": []}])
def test_a_new_size_is_a_whole_number(action: str, sent: Any) -> None:
    manila = Manila()
    path = f"/shares/{manila.share(size=2)}"
    assert manila.refusal(path, action, sent)[0] == 400
    assert manila.show(path)["size"] == 2


def test_the_size_of_a_share_stays_in_a_wrong_state() -> None:
    manila = Manila()
    share = manila.share(size=2)
    path = f"/shares/{share}"
    manila.hold(share, "error")
    assert manila.refusal(path, "extend", {"new_size": 3}) == (
        400,
        f"Invalid share: Share {share} status must be 'available' to extend, but current status is: error.",
    )
    states = "(available, shrinking_possible_data_loss_error)"
    assert manila.refusal(path, "shrink", {"new_size": 1}) == (
        400,
        f"Invalid share: Share {share} status must in {states} to shrink, but current status is: error.",
    )
    manila.hold(share, "shrinking_possible_data_loss_error")
    assert manila.act(path, "shrink", {"new_size": 1}) == 202


def test_an_administrator_says_in_which_state_a_share_is() -> None:
    manila = Manila()
    path = f"/shares/{manila.share()}"
    for state in ("creating", "available", "deleting", "error", "error_deleting", "migrating", "migrating_to"):
        manila.put_into(path, state)
        assert manila.state(path) == state
    for sent in ({"status": "nope"}, {"status": "extending"}, {}, None):
        assert manila.refusal(path, "reset_status", sent)[0] == 400
    assert manila.act(path, "reset_task_state", {"task_state": "migration_error"}) == 202
    assert manila.show(path)["task_state"] == "migration_error"
    assert manila.refusal(path, "reset_task_state", {"task_state": "nope"})[0] == 400
    assert manila.refusal(path, "reset_task_state", {}) == (400, "Must specify 'task_state'")
    assert manila.act(path, "reset_task_state", {"task_state": None}) == 202
    assert manila.show(path)["task_state"] is None


def test_there_is_no_such_action() -> None:
    manila = Manila()
    path = f"/shares/{manila.share()}"
    assert manila.refusal(path, "frobnicate") == (400, "There is no such action: frobnicate")


def test_metadata_is_added_replaced_and_taken_away() -> None:
    manila = Manila()
    path = f"/shares/{manila.share(metadata={'a': '1'})}/metadata"
    assert manila.say("POST", path, {"metadata": {"b": "2"}}) == (200, {"metadata": {"a": "1", "b": "2"}})
    assert manila.say("GET", f"{path}/b") == (200, {"meta": {"b": "2"}})
    assert manila.say("PUT", f"{path}/b", {"metadata": {"b": "3"}}) == (200, {"metadata": {"b": "3"}})
    for sent in ({"metadata": {"c": "3"}}, {"metadata": {"b": "3", "c": "4"}}, {}):
        assert manila.status("PUT", f"{path}/b", sent) == 400
    assert manila.status("DELETE", f"{path}/a") == 200
    assert [manila.status(method, f"{path}/a") for method in ("GET", "DELETE")] == [404, 404]
    assert manila.say("PUT", path, {"metadata": {"z": "9"}}) == (200, {"metadata": {"z": "9"}})
    assert manila.show(path) == {"z": "9"}


# --- the recycle bin ----------------------------------------------------------------------------------------------


def test_a_share_in_the_bin_is_listed_there_alone_and_comes_back() -> None:
    manila = Manila()
    share = manila.share(name="a")
    path = f"/shares/{share}"
    assert manila.status("POST", f"{path}/action", {"restore": None}) == 200  # it is not there
    assert manila.act(path, "soft_delete") == 202
    assert (manila.names("/shares"), manila.names("/shares?is_soft_deleted=true")) == ([], ["a"])
    shown = manila.show(path)
    assert (shown["is_soft_deleted"], bool(shown["scheduled_to_be_deleted_at"])) == (True, True)
    why = "Invalid share: The share has been soft deleted already."
    assert manila.refusal(path, "soft_delete") == (403, why)
    assert manila.act(path, "restore") == 202
    assert (manila.names("/shares"), manila.names("/shares?is_soft_deleted=true")) == (["a"], [])


GONE: list[tuple[str, Any, str]] = [
    ("extend", {"new_size": 9}, "Cannot extend share '{id}' since it has been soft deleted."),
    ("shrink", {"new_size": 1}, "Cannot shrink share '{id}' since it has been soft deleted."),
    ("allow_access", {"access_type": "ip", "access_to": "10.0.0.1"}, "Cannot allow access for share '{id}' since it"),
    ("deny_access", {"access_id": NONE}, "Cannot deny access for share '{id}' since it has been soft deleted."),
    ("reset_status", {"status": "error"}, "status cannot be reset for share '{id}' since it has been soft deleted."),
    ("unmanage", None, "Share '{id} cannot be unmanaged, since it has been soft deleted."),
    ("revert", {"snapshot_id": NONE}, "Share '{id} cannot revert to snapshot, since it has been soft deleted."),
]


@pytest.mark.parametrize(("action", "sent", "why"), GONE)
def test_nothing_is_done_to_a_share_in_the_bin(action: str, sent: Any, why: str) -> None:
    manila = Manila()
    share = manila.share(size=2)
    manila.act(f"/shares/{share}", "soft_delete")
    status, told = manila.refusal(f"/shares/{share}", action, sent)
    assert (status, told.startswith(why.format(id=share))) == (403, True)


def test_a_share_in_the_bin_is_not_renamed_and_has_no_snapshots() -> None:
    manila = Manila()
    share = manila.share()
    manila.act(f"/shares/{share}", "soft_delete")
    assert manila.refused("PUT", f"/shares/{share}", {"share": {"display_name": "x"}}) == (
        403,
        f"Share '{share} cannot be updated, since it has been soft deleted.",
    )
    why = f"Snapshots cannot be created for share '{share}' since it has been soft deleted."
    assert manila.unmade("snapshots", share_id=share) == (403, why)


# --- lists and projects -------------------------------------------------------------------------------------------


def test_a_list_shows_names_and_a_detailed_one_all() -> None:
    manila = Manila()
    manila.share(name="a")
    manila.share(name="b")
    assert [sorted(one) for one in manila.show("/shares")] == [["id", "links", "name"]] * 2
    assert manila.names("/shares") == ["b", "a"]
    assert manila.show("/shares/detail")[0] == manila.show(f"/shares/{manila.show('/shares')[0]['id']}")


def test_pages_end() -> None:
    manila = Manila()
    for name in "abcde":
        manila.share(name=name)
    path, found = "/shares?limit=2", []
    for _ in range(4):
        told = manila.say("GET", path)[1]
        found += [one["name"] for one in told["shares"]]
        if not (links := told.get("shares_links")):
            break
        path = links[0]["href"].partition("/v2")[2]
    assert "".join(found) == "edcba"
    assert "shares_links" not in told
    assert manila.names("/shares?limit=2&offset=4") == ["a"]
    for wrong in ("limit=-1", "limit=x", "offset=-1", "offset=x"):
        assert manila.status("GET", f"/shares?{wrong}") == 400


def test_a_list_says_how_many_there_are_where_it_is_asked() -> None:
    manila = Manila()
    for name in "abc":
        manila.share(name=name)
    told = manila.say("GET", "/shares?with_count=true&limit=2")[1]
    assert (told["count"], len(told["shares"])) == (3, 2)
    assert "count" not in manila.say("GET", "/shares")[1]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("name=abc", ["abc"]),
        ("name~=b", ["bcd", "abc"]),
        ("description~=wor", ["bcd"]),
        ("status=available", ["efg", "bcd", "abc"]),
        ("status=error", []),
        ("metadata={'k': 'v'}", ["abc"]),
        ("metadata={'k': 'w'}", []),
        ("sort_key=name&sort_dir=asc", ["abc", "bcd", "efg"]),
        ("sort_key=size&sort_dir=asc", ["efg", "bcd", "abc"]),
        ("sort_key=size", ["abc", "bcd", "efg"]),
    ],
)
def test_a_list_is_filtered_and_sorted(query: str, names: list[str]) -> None:
    manila = Manila()
    manila.share(name="abc", size=3, metadata={"k": "v"})
    manila.share(name="bcd", size=2, description="a word")
    manila.share(name="efg", size=1)
    for one in manila.show("/shares"):
        manila.state(f"/shares/{one['id']}")
    assert manila.names(f"/shares/detail?{query.replace(' ', '%20')}") == names


def test_shares_of_another_project_are_not_there_unless_they_are_public() -> None:
    manila = Manila()
    private, public = manila.share(name="private"), manila.share(name="public", is_public=True)
    manila.become("guest")
    manila.share(name="own")
    assert manila.status("GET", f"/shares/{private}") == 404
    assert manila.status("DELETE", f"/shares/{private}") == 404
    assert manila.names("/shares") == ["own"]
    assert manila.names("/shares?all_tenants=1") == ["own"]
    assert manila.names("/shares?is_public=True") == ["own", "public"]
    assert manila.show(f"/shares/{public}")["name"] == "public"
    for method, body in (("PUT", {"share": {"display_name": "x"}}), ("DELETE", None)):
        assert manila.status(method, f"/shares/{public}", body) == 403
    assert manila.act(f"/shares/{public}", "allow_access", {"access_type": "ip", "access_to": "10.0.0.1"}) == 403
    assert manila.unmade("snapshots", share_id=private)[0] == 404


def test_an_administrator_is_shown_all_projects_where_he_asks() -> None:
    manila = Manila()
    admin = manila.token
    manila.become("guest")
    manila.share(name="theirs")
    manila.token = admin
    assert manila.names("/shares") == []
    assert manila.names("/shares?all_tenants=1") == ["theirs"]
