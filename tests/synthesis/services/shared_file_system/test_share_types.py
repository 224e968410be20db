"""Types of shares, and who may use them: manila's `api/v2/share_types.py`, `share_types_extra_specs.py`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.shared_file_system.asker import PLAIN, Manila
from tests.synthesis.services.teller import NONE

SERVERS = "driver_handles_share_servers"


def test_a_type_stands_under_both_of_its_names() -> None:
    manila = Manila()
    status, told = manila.say("POST", "/types", {"share_type": {"name": "t", "extra_specs": PLAIN}})
    assert (status, sorted(told)) == (200, ["share_type", "volume_type"])
    assert told["share_type"] == told["volume_type"]
    made = told["share_type"]
    assert (made["name"], made["extra_specs"], made["required_extra_specs"]) == ("t", PLAIN, PLAIN)
    assert (made["description"], made["is_default"], made["share_type_access:is_public"]) == (None, False, True)
    for path in (f"/types/{made['id']}", "/types/default"):
        told = manila.say("GET", path)[1]
        assert told["share_type"] == told["volume_type"]
    told = manila.say("GET", "/types")[1]
    assert told["share_types"] == told["volume_types"] == [made]


def test_a_name_is_taken_once() -> None:
    manila = Manila()
    manila.type_("a")
    other = manila.type_("b")
    assert manila.unmade("types", name="a", extra_specs=PLAIN) == (409, "Share Type a already exists.")
    assert manila.refused("PUT", f"/types/{other}", {"share_type": {"name": "a"}}) == (
        409,
        "Share Type a already exists.",
    )
    assert manila.show(f"/types/{other}")["name"] == "b"


@pytest.mark.parametrize("sent", [{}, {"name": ""}, {"name": None}, {"name": "a", "description": "x" * 256}])
def test_a_type_needs_a_name_and_no_long_description(sent: dict[str, Any]) -> None:
    assert Manila().unmade("types", extra_specs=PLAIN, **sent)[0] == 400


def test_a_body_without_a_type_is_malformed() -> None:
    manila = Manila()
    for body in ({}, {"type": {"name": "a"}}, {"share_type": None}):
        assert manila.refused("POST", "/types", body)[0] == 400
    assert manila.say("POST", "/types", {"volume_type": {"name": "old", "extra_specs": PLAIN}})[0] == 200


def test_a_type_says_who_handles_its_servers() -> None:
    manila = Manila()
    why = f"Invalid extra_spec: Required extra specs '{SERVERS}' not specified."
    for specs in ({}, {"snapshot_support": "True"}):
        assert manila.unmade("types", name="a", extra_specs=specs) == (400, why)
    assert manila.unmade("types", name="a") == (400, why)
    assert manila.unmade("types", name="a", extra_specs={SERVERS: "perhaps"}) == (
        400,
        f"Invalid extra_spec: Value of required extra_spec {SERVERS} is not valid.",
    )
    assert manila.show("/types?is_public=all") == []


def test_a_share_of_a_type_that_handles_servers_needs_a_network() -> None:
    manila = Manila()
    kind = manila.make("types", name="t", extra_specs={SERVERS: "True"})["id"]
    why = "Share network must be set when the driver_handles_share_servers is true."
    assert manila.unmade("shares", share_proto="NFS", size=1, share_type=kind) == (400, why)
    manila.share(share_type=kind, share_network_id=manila.make("share-networks")["id"])


def test_a_share_is_what_its_type_says() -> None:
    manila = Manila()
    able = ("snapshot_support", "create_share_from_snapshot_support", "revert_to_snapshot_support")
    kind = manila.type_("t", mount_snapshot_support="True", replication_type="dr", **dict.fromkeys(able, "<is> True"))
    for named in (kind, "t"):
        shown = manila.show(f"/shares/{manila.share(share_type=named)}")
        assert (shown["share_type"], shown["share_type_name"], shown["volume_type"]) == (kind, "t", "t")
        assert [shown[name] for name in (*able, "mount_snapshot_support")] == [True] * 4
        assert shown["replication_type"] == "dr"
    shown = manila.show(f"/shares/{manila.share(share_type=manila.type_('poor'))}")
    assert [shown[name] for name in (*able, "mount_snapshot_support")] == [False] * 4


def test_a_type_is_renamed_described_and_hidden() -> None:
    manila = Manila()
    path = f"/types/{manila.type_('a')}"
    sent = {"name": "b", "description": "d", "share_type_access:is_public": False}
    told = manila.say("PUT", path, {"share_type": sent})[1]["share_type"]
    assert (told["name"], told["description"], told["share_type_access:is_public"]) == ("b", "d", False)
    assert manila.show(path) == told
    assert manila.status("PUT", f"/types/{NONE}", {"share_type": {"name": "x"}}) == 404


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({}, "Specify share type name, description, share_type_access:is_public or a combination thereof."),
        ({"name": " "}, "Share type name cannot be empty."),
        ({"share_type_access:is_public": "perhaps"}, "share_type_access:is_public has a non-boolean value."),
    ],
)
def test_a_change_of_a_type_says_something(sent: dict[str, Any], why: str) -> None:
    manila = Manila()
    path = f"/types/{manila.type_('a')}"
    assert manila.refused("PUT", path, {"share_type": sent}) == (400, why)
    assert manila.show(path)["name"] == "a"


def test_a_type_that_shares_have_stays() -> None:
    manila = Manila()
    kind = manila.type_("t")
    share = manila.share(share_type=kind)
    assert manila.refused("DELETE", f"/types/{kind}") == (400, "Target share type is still in use.")
    manila.status("DELETE", f"/shares/{share}")
    assert manila.status("DELETE", f"/types/{kind}") == 202
    assert [manila.status(method, f"/types/{kind}") for method in ("GET", "DELETE")] == [404, 404]


@pytest.mark.parametrize(
    ("micro", "name"), [("2.6", "os-share-type-access:is_public"), ("2.7", "share_type_access:is_public")]
)
def test_whether_a_type_is_public_has_another_name_since_a_microversion(micro: str, name: str) -> None:
    manila = Manila(micro=micro)
    told = manila.show(f"/types/{manila.secret('t')}")
    assert [one for one in told if one.endswith("is_public")] == [name]
    assert told[name] is False


def test_only_an_administrator_makes_and_changes_types() -> None:
    manila = Manila()
    kind = manila.type_("t", colour="red")
    manila.become("guest")
    assert manila.unmade("types", name="x", extra_specs=PLAIN)[0] == 403
    for method, path, body in (
        ("PUT", f"/types/{kind}", {"share_type": {"name": "x"}}),
        ("DELETE", f"/types/{kind}", None),
        ("POST", f"/types/{kind}/extra_specs", {"extra_specs": {"a": "b"}}),
        ("DELETE", f"/types/{kind}/extra_specs/colour", None),
    ):
        assert manila.status(method, path, body) == 403
    assert manila.names("/types") == ["t"]


# --- who may use them ---------------------------------------------------------------------------------------------


def test_a_private_type_is_seen_by_those_who_may_use_it() -> None:
    manila = Manila()
    kind, admin, token = manila.secret("secret"), manila.project, manila.token
    manila.become("guest")
    guest, theirs = manila.project, manila.token
    assert manila.names("/types") == []
    manila.token, manila.project = token, admin
    assert (manila.names("/types"), manila.names("/types?is_public=all")) == ([], ["secret"])
    assert manila.names("/types?is_public=false") == ["secret"]
    assert manila.act(f"/types/{kind}", "addProjectAccess", {"project": guest}) == 202
    assert manila.show(f"/types/{kind}/share_type_access") == [{"share_type_id": kind, "project_id": guest}]
    manila.token, manila.project = theirs, guest
    assert manila.names("/types") == ["secret"]


def test_access_is_given_and_taken_once() -> None:
    manila = Manila()
    kind, project = manila.secret("t"), {"project": manila.project}
    which = f"{kind} / {manila.project} combination"
    assert manila.refusal(f"/types/{kind}", "removeProjectAccess", project) == (
        404,
        f"Share type access not found for {which}.",
    )
    assert manila.act(f"/types/{kind}", "addProjectAccess", project) == 202
    assert manila.refusal(f"/types/{kind}", "addProjectAccess", project) == (
        409,
        f"Share type access for {which} already exists.",
    )
    assert manila.act(f"/types/{kind}", "removeProjectAccess", project) == 202
    assert manila.show(f"/types/{kind}/share_type_access") == []


def test_access_to_a_public_type_is_nobodys() -> None:
    manila = Manila()
    kind = manila.type_("t")
    why = "Type access modification is not applicable to public share type."
    for action in ("addProjectAccess", "removeProjectAccess"):
        assert manila.refusal(f"/types/{kind}", action, {"project": manila.project}) == (409, why)
    assert manila.refused("GET", f"/types/{kind}/share_type_access") == (
        404,
        "Access list not available for public share types.",
    )
    assert manila.refused("GET", f"/types/{NONE}/share_type_access") == (404, f"Share type {NONE} not found.")


@pytest.mark.parametrize("project", ["x", None, 1, ""])
def test_access_is_given_to_a_project(project: Any) -> None:
    manila = Manila()
    kind = manila.secret("t")
    status, why = manila.refusal(f"/types/{kind}", "addProjectAccess", {"project": project})
    assert (status, why) == (400, f"Bad project format: project is not in proper format ({project})")


# --- specs --------------------------------------------------------------------------------------------------------


def test_specs_are_added_changed_and_taken_away() -> None:
    manila = Manila()
    path = f"/types/{manila.type_('t')}/extra_specs"
    assert manila.say("POST", path, {"extra_specs": {"a": "b"}}) == (200, {"extra_specs": {"a": "b"}})
    assert manila.show(path) == {**PLAIN, "a": "b"}
    assert manila.say("GET", f"{path}/a") == (200, {"a": "b"})
    assert manila.say("PUT", f"{path}/a", {"a": "c"}) == (200, {"a": "c"})
    for sent in ({"b": "c"}, {"a": "c", "b": "d"}, {}):
        assert manila.status("PUT", f"{path}/a", sent) == 400
    assert manila.status("DELETE", f"{path}/a") == 202
    assert [manila.status(method, f"{path}/a") for method in ("GET", "DELETE")] == [404, 404]


def test_what_every_type_says_is_not_taken_away() -> None:
    manila = Manila()
    path = f"/types/{manila.type_('t')}/extra_specs/{SERVERS}"
    assert manila.refused("DELETE", path) == (403, f"Extra spec '{SERVERS}' can't be deleted.")
    assert manila.say("GET", path) == (200, PLAIN)
