"""Who may mount a share: manila's `api/v2/shares.py`, `share_accesses.py` and `api/common.py` (`validate_access`)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.shared_file_system.asker import Manila
from tests.synthesis.services.teller import NONE

RULE = {"access_type": "ip", "access_to": "10.0.0.0/24"}


def allow(manila: Manila, share: str, **rule: Any) -> Any:
    status, told = manila.say("POST", f"/shares/{share}/action", {"allow_access": {**RULE, **rule}})
    assert status == 200, told
    return told["access"]


def rules(manila: Manila, share: str) -> Any:
    return manila.show(f"/share-access-rules?share_id={share}")


def test_a_rule_is_queued_listed_shown_and_taken_back() -> None:
    manila = Manila()
    share = manila.share()
    made = allow(manila, share, metadata={"k": "v"})
    assert (made["state"], made["share_id"], made["access_level"]) == ("queued_to_apply", share, "rw")
    shown = manila.show(f"/share-access-rules/{made['id']}")
    assert shown == {**made, "state": "active"}
    assert rules(manila, share) == [{name: value for name, value in shown.items() if name != "share_id"}]
    assert manila.act(f"/shares/{share}", "deny_access", {"access_id": made["id"]}) == 202
    assert rules(manila, share) == []
    assert manila.refused("GET", f"/share-access-rules/{made['id']}") == (
        404,
        f"Share access rule {made['id']} not found.",
    )


def test_a_rule_is_there_once() -> None:
    manila = Manila()
    share = manila.share()
    allow(manila, share)
    for level in ("rw", "ro"):
        why = "Share access ip:10.0.0.0/24 exists."
        assert manila.refusal(f"/shares/{share}", "allow_access", {**RULE, "access_level": level}) == (400, why)
    allow(manila, share, access_to="10.0.1.0/24")
    allow(manila, manila.share())
    assert len(rules(manila, share)) == 2


USER = "Invalid user or group name. Must be 4-255 characters and consist of alphanumeric characters and exclude special"
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"access_to": "x"}, "'x' does not appear to be an IPv4 or IPv6 network"),
    ({"access_to": "10.0.0.1/33"}, "'10.0.0.1/33' does not appear to be an IPv4 or IPv6 network"),
    ({"access_to": "10.0.0.1/24"}, "10.0.0.1/24 has host bits set"),
    ({"access_type": "user", "access_to": "abc"}, USER),
    ({"access_type": "user", "access_to": "a/bcd"}, USER),
    ({"access_type": "user", "access_to": "...."}, "Invalid user or group name,cannot consist solely of periods or"),
    ({"access_type": "cert", "access_to": "x" * 65}, "Invalid CN (common name). Must be 1-64 chars long."),
    ({"access_type": "cert", "access_to": " "}, "Invalid CN (common name). Must be 1-64 chars long."),
    ({"access_type": "cephx", "access_to": "a.b"}, "Ceph IDs may not contain periods."),
    ({"access_type": "cephx", "access_to": "é"}, "Ceph IDs must consist of ASCII printable characters."),
    ({"access_type": "cephx", "access_to": ""}, "Ceph IDs may not be empty."),
    ({"access_type": "bucket"}, "Only 'ip', 'user', 'cert' or 'cephx' access types are supported."),
    ({"access_level": "su"}, "Invalid access rule: Invalid share access level: su."),
    ({"metadata": {"": "v"}}, "Metadata property key is blank."),
]


@pytest.mark.parametrize(("rule", "why"), WRONG)
def test_a_rule_that_lets_in_nobody_is_refused(rule: dict[str, Any], why: str) -> None:
    manila = Manila()
    share = manila.share()
    status, told = manila.refusal(f"/shares/{share}", "allow_access", {**RULE, **rule})
    assert (status, told[: len(why)]) == (400, why)
    assert rules(manila, share) == []


RIGHT = [("ip", "10.0.0.1"), ("ip", "2001:db8::/32"), ("user", "alice"), ("cert", "x" * 64), ("cephx", "alice")]


@pytest.mark.parametrize(("kind", "to"), RIGHT)
def test_a_rule_lets_in_what_its_type_says(kind: str, to: str) -> None:
    manila = Manila()
    share = manila.share()
    allow(manila, share, access_type=kind, access_to=to, access_level="ro")
    (rule,) = rules(manila, share)
    assert (rule["access_type"], rule["access_to"], rule["access_level"]) == (kind, to, "ro")


def test_older_microversions_know_fewer_rules() -> None:
    manila = Manila(micro="2.12")
    path = f"/shares/{manila.share()}"
    why = "Only 'ip', 'user' or 'cert' access types are supported."
    assert manila.refusal(path, "allow_access", {"access_type": "cephx", "access_to": "alice"}) == (400, why)
    manila.micro = "2.37"
    status, told = manila.refusal(path, "allow_access", {"access_type": "ip", "access_to": "2001:db8::/32"})
    assert (status, "Expected 4 octets" in told) == (400, True)


@pytest.mark.parametrize(
    ("member", "since"), [("access_key", 21), ("created_at", 33), ("updated_at", 33), ("metadata", 45)]
)
def test_a_member_of_a_rule_is_told_from_its_microversion_on(member: str, since: int) -> None:
    manila = Manila()
    share, told = manila.share(), []
    for at, number in enumerate((since - 1, since)):
        manila.micro = f"2.{number}"
        told.append(member in allow(manila, share, access_to=f"10.0.{at}.0/24"))
    assert told == [False, True]


@pytest.mark.parametrize("state", ["creating", "deleting", "extending", "shrinking", "migrating", "reverting"])
def test_rules_do_not_change_while_a_share_does(state: str) -> None:
    manila = Manila()
    share = manila.share()
    rule = allow(manila, share)["id"]
    manila.hold(share, state)
    what = "any of its replicas or migration copies lacks a valid host or is in an invalid state."
    assert manila.refusal(f"/shares/{share}", "allow_access", {**RULE, "access_to": "10.1.0.0/24"}) == (
        400,
        f"New access rules cannot be applied while the share or {what}",
    )
    assert manila.refusal(f"/shares/{share}", "deny_access", {"access_id": rule}) == (
        400,
        f"Access rules cannot be denied while the share, {what}",
    )
    assert len(rules(manila, share)) == 1


def test_rules_of_a_broken_share_change_from_a_microversion_on() -> None:
    manila = Manila(micro="2.73")
    share = manila.share()
    manila.hold(share, "error")
    assert manila.refusal(f"/shares/{share}", "allow_access", RULE)[0] == 400
    manila.micro = "2.74"
    allow(manila, share)


def test_a_rule_that_is_not_there_is_not_taken_back() -> None:
    manila = Manila()
    share = manila.share()
    theirs = allow(manila, manila.share())["id"]
    for rule in (NONE, theirs):
        why = "Resource could not be found."
        assert manila.refusal(f"/shares/{share}", "deny_access", {"access_id": rule}) == (404, why)


def test_a_list_of_rules_is_that_of_a_share() -> None:
    manila = Manila()
    assert manila.refused("GET", "/share-access-rules") == (400, "The field 'share_id' has to be specified.")
    assert manila.refused("GET", f"/share-access-rules?share_id={NONE}") == (400, f"Share {NONE} not found.")


def test_rules_of_another_project_are_not_there() -> None:
    manila = Manila()
    share = manila.share()
    rule = allow(manila, share)["id"]
    manila.become("guest")
    assert manila.status("GET", f"/share-access-rules/{rule}") == 404
    assert manila.status("GET", f"/share-access-rules?share_id={share}") == 400
    assert manila.act(f"/shares/{share}", "deny_access", {"access_id": rule}) == 404
