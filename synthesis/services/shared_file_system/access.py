"""Manila: who may mount a share.

Sources: manila's `api/v2/shares.py`, `share_accesses.py`, `api/common.py` (`validate_access`), `share/api.py`.
"""

from __future__ import annotations

import ipaddress
import re
import string
from collections.abc import Callable

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.engine.seeing import is_seen
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.shared_file_system.kinds import SHARES, check_metadata
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
LEVELS = ("rw", "ro")
TRANSITIONAL = frozenset(
    [
        "creating",
        "deleting",
        "managing",
        "unmanaging",
        "extending",
        "shrinking",
        "migrating",
        "migrating_to",
        "restoring",
        "reverting",
        "server_migrating",
        "server_migrating_to",
        "backup_restoring",
        "backup_creating",
        "ensuring",
        "reverting_to_snapshot",
    ]
)
"""States in which no rule is changed (`TRANSITIONAL_STATUSES`)."""
BLANK = re.compile(r"[\s|.]+$")
USER = re.compile(r""".[^"/\\\[\]:;|=,+*?<>]{3,254}$""")
SINCE = {"access_key": (2, 21), "created_at": (2, 33), "updated_at": (2, 33), "metadata": (2, 45)}
"""The microversions from which members of a rule are told on."""
OF_STATES, OF_CEPH = (2, 28), (2, 13)
OF_ERRORS = (2, 74)
OF_IPV6 = (2, 38)


def _check_ip(scene: Scene, value: str) -> None:
    try:
        (ipaddress.ip_network if scene.call.micro >= OF_IPV6 else ipaddress.IPv4Network)(value)
    except ValueError as error:
        raise Refused(400, str(error)) from None


def _check_user(_: Scene, value: str) -> None:
    if BLANK.match(value):
        raise Refused(400, "Invalid user or group name,cannot consist solely of periods or spaces.")
    if not USER.match(value):
        why = "Must be 4-255 characters and consist of alphanumeric characters and exclude special characters"
        raise Refused(400, rf'Invalid user or group name. {why} "/\[]:;|=,+*?<>')


def _check_cert(_: Scene, value: str) -> None:
    if not 0 < len(value.strip()) < 65:
        raise Refused(400, "Invalid CN (common name). Must be 1-64 chars long.")


def _check_ceph(_: Scene, value: str) -> None:
    if not value:
        raise Refused(400, "Ceph IDs may not be empty.")
    if not set(value) <= set(string.printable):
        raise Refused(400, "Ceph IDs must consist of ASCII printable characters.")
    if "." in value:
        raise Refused(400, "Ceph IDs may not contain periods.")


CHECKS: dict[str, Callable[[Scene, str], None]] = {
    "ip": _check_ip,
    "user": _check_user,
    "cert": _check_cert,
    "cephx": _check_ceph,
}
"""By the type of a rule, what it may let in."""


def _check(scene: Scene, sent: Members) -> None:
    """Raises Refused for a rule that manila does not take."""
    has_ceph = scene.call.micro >= OF_CEPH
    kind, to = sent.get("access_type"), sent.get("access_to")
    for name in ("access_type", "access_to"):
        if not isinstance(sent.get(name), str):
            raise Refused(400, f"Invalid input for field/attribute {name}: '{name}' is a required property")
    if kind not in CHECKS or (kind == "cephx" and not has_ceph):
        types = "'ip', 'user', 'cert' or 'cephx' access types" if has_ceph else "'ip', 'user' or 'cert' access types"
        raise Refused(400, f"Only {types} are supported.")
    CHECKS[str(kind)](scene, str(to))
    level = sent.get("access_level")
    if level is not None and level not in LEVELS:
        raise Refused(400, f"Invalid access rule: Invalid share access level: {level}.")
    check_metadata(sent.get("metadata"))


def _check_state(scene: Scene, share: Resource, why: str) -> None:
    """Raises Refused for a share whose rules cannot change now."""
    wrong = TRANSITIONAL if scene.call.micro >= OF_ERRORS else TRANSITIONAL | {"error"}
    if share.members["status"] in wrong:
        state = "any of its replicas or migration copies lacks a valid host or is in an invalid state."
        raise Refused(400, f"{why} {state}")


@HOOKS.on(SHARES, "os-allow_access", "allow_access")
def _allow(scene: Scene, share: Resource, sent: Members) -> Outcome:
    _check(scene, sent)
    held = share.private.setdefault("access", [])
    if any(one["access_to"] == sent["access_to"] and one["access_type"] == sent["access_type"] for one in held):
        raise Refused(400, f"Share access {sent['access_type']}:{sent['access_to']} exists.")
    _check_state(scene, share, "New access rules cannot be applied while the share or")
    entry: Members = {
        "id": scene.world.new_id(),
        "share_id": share.id,
        "access_type": sent["access_type"],
        "access_to": sent["access_to"],
        "access_level": sent.get("access_level") or "rw",
        "state": "active",
        "access_key": None,
        "created_at": scene.now(),
        "updated_at": None,
        "metadata": dict(sent.get("metadata") or {}),
    }
    held.append(entry)
    begun = "queued_to_apply" if scene.call.micro >= OF_STATES else "new"
    return Outcome(answer=_whole({"access": {**_told(scene, entry), "state": begun}}))


@HOOKS.on(SHARES, "os-deny_access", "deny_access")
def _deny(scene: Scene, share: Resource, sent: Members) -> None:
    held = share.private.setdefault("access", [])
    if not any(one["id"] == sent.get("access_id") for one in held):
        raise Refused(404, "Resource could not be found.")
    _check_state(scene, share, "Access rules cannot be denied while the share,")
    share.private["access"] = [one for one in held if one["id"] != sent["access_id"]]


def _told(scene: Scene, rule: Members) -> Members:
    call = scene.call
    return {name: rule[name] for name in rule if call.as_printed or call.micro >= SINCE.get(name, (0, 0))}


def _whole(body: Members) -> Answer:
    """The examples tell of rules what not every microversion does."""
    return Answer(200, body, whole=True)


def _listed(scene: Scene, share: Resource) -> Answer:
    """Its rules, which in a list do not say of which share they are."""
    rules = [_told(scene, one) for one in share.private.setdefault("access", [])]
    return _whole({"access_list": [{name: one[name] for name in one if name != "share_id"} for one in rules]})


@HOOKS.on(SHARES, "os-access_list", "access_list")
def _access_list(scene: Scene, share: Resource, __: Members) -> Outcome:
    return Outcome(answer=_listed(scene, share))


@HOOKS.answer("shared-file-system.share-access-rules.list")
def _rules(scene: Scene) -> Answer:
    wanted = scene.call.asked("share_id")
    if wanted is None:
        raise Refused(400, "The field 'share_id' has to be specified.")
    share = scene.find(SHARES, wanted)
    if share is None or not is_seen(scene.kind(SHARES), share, scene.call):
        raise Refused(400, f"Share {wanted} not found.")
    return _listed(scene, share)


@HOOKS.answer("shared-file-system.share-access-rules.show")
def _rule(scene: Scene) -> Answer:
    for share in scene.world.all(SHARES, scene.call.region):
        for one in share.private.get("access", ()) if is_seen(scene.kind(SHARES), share, scene.call) else ():
            if one["id"] == scene.call.id:
                return _whole({"access": _told(scene, one)})
    raise Refused(404, f"Share access rule {scene.call.id} not found.")
