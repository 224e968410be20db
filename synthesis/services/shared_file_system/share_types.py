"""Manila: types of shares, who may use them, and what a share takes over of its type.

Sources: manila's `api/v2/share_types.py`, `share_types_extra_specs.py`, `share/share_types.py`, `share/api.py`
(`get_share_attributes_from_share_type`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.checks import FLAGS
from cloudtape.synthesis.engine.filters import FALSE, TRUE
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.making import LONGEST_NAME
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.shared_file_system.kinds import SHARES, TYPES, bad_input
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
UUID = re.compile("[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
SAYS_PUBLIC = ("os-share-type-access:is_public", "share_type_access:is_public")
SERVERS = "driver_handles_share_servers"
"""The spec without which there is no type."""
CAPABILITIES = (
    "snapshot_support",
    "create_share_from_snapshot_support",
    "revert_to_snapshot_support",
    "mount_snapshot_support",
)
"""What a share can do, as its type says: no where that says nothing."""
OF_SPECS = (2, 24)
"""From this microversion on nothing is said of snapshots unasked."""


def _flag(value: Any) -> bool:
    """Of a spec, which may be written as a capability that is searched for (`<is> True`)."""
    return str(value).replace("<is>", "").strip().lower() in TRUE | {"y"}


def _extra(specs: Any) -> Members:
    return dict(specs) if isinstance(specs, dict) else {}


def _need_servers(specs: Members) -> None:
    """Raises Refused where what every type must say is not said, or is no truth."""
    if SERVERS not in specs:
        raise Refused(400, f"Invalid extra_spec: Required extra specs '{SERVERS}' not specified.")
    if str(specs[SERVERS]).strip().lower() not in FLAGS:
        raise Refused(400, f"Invalid extra_spec: Value of required extra_spec {SERVERS} is not valid.")


@HOOKS.on(TYPES, "CREATE")
def _type(scene: Scene, one: Resource, sent: Members) -> None:
    name, description = sent.get("name"), sent.get("description")
    if not name or len(str(name)) > LONGEST_NAME or len(str(description or "")) > LONGEST_NAME:
        raise Refused(400, "Type name or description is not valid.")
    specs = _extra(sent.get("extra_specs"))
    if scene.call.micro < OF_SPECS:
        specs.setdefault("snapshot_support", True)
    _need_servers(specs)
    _check_name(scene, one)
    one.set(extra_specs={key: str(value) for key, value in specs.items()})
    one.set(required_extra_specs={SERVERS: str(specs[SERVERS])}, is_default=False)
    public = next((sent[said] for said in SAYS_PUBLIC if said in sent), True)
    _say_public(one, public if isinstance(public, bool) else str(public).lower() in TRUE)


def _check_name(scene: Scene, one: Resource) -> None:
    """Raises Refused for the name of another one."""
    for other in scene.where(TYPES, name=one.members["name"]):
        if other is not one:
            raise Refused(409, f"Share Type {one.members['name']} already exists.")


def _say_public(one: Resource, public: bool) -> None:
    one.set(**dict.fromkeys(SAYS_PUBLIC, public))


@HOOKS.on(TYPES, "UPDATE")
def _update(scene: Scene, one: Resource, sent: Members) -> None:
    name, public = sent.get("name"), sent.get("share_type_access:is_public")
    if public is not None and str(public).lower() not in TRUE | FALSE:
        raise Refused(400, "share_type_access:is_public has a non-boolean value.")
    if name is not None and not str(name).strip():
        raise Refused(400, "Share type name cannot be empty.")
    if name is None and sent.get("description") is None and public is None:
        why = "Specify share type name, description, share_type_access:is_public or a combination thereof."
        raise Refused(400, why)
    _check_name(scene, one)
    if public is not None:
        _say_public(one, str(public).lower() in TRUE)


@HOOKS.on(TYPES, "DELETE")
def _delete(scene: Scene, one: Resource, _: Members) -> None:
    if any(scene.where(SHARES, share_type=one.id)):
        raise Refused(400, "Target share type is still in use.")


@HOOKS.answer("shared-file-system.types.default.list")
def _default_type(scene: Scene) -> Answer:
    """The type that was made first; where there is none, one without a name."""
    known = next((one.members for one in scene.where(TYPES)), {})
    return Answer(200, {name: scene.adapter(one, name, known) for name, one in scene.lent.items()})


@HOOKS.choose(TYPES)
def _listed(scene: Scene) -> Callable[[Resource], bool]:
    """A list shows the types that are for all, and those that the project may use; an admin may ask for more."""
    asked, project = (scene.call.asked("is_public") or "").lower(), scene.call.project
    if scene.call.token.is_admin and asked == "all":
        return lambda _: True
    if scene.call.token.is_admin and asked in FALSE:
        return lambda one: not one.members[SAYS_PUBLIC[0]]
    return lambda one: bool(one.members[SAYS_PUBLIC[0]]) or project in one.members.get("_shared_with", ())


# --- who may use them ---------------------------------------------------------------------------------------------


@HOOKS.on(TYPES, "addProjectAccess", "removeProjectAccess")
def _access(scene: Scene, one: Resource, sent: Members) -> None:
    project = sent.get("project")
    if not UUID.fullmatch(str(project)):
        raise Refused(400, f"Bad project format: project is not in proper format ({project})")
    if one.members[SAYS_PUBLIC[0]]:
        raise Refused(409, "Type access modification is not applicable to public share type.")
    held, adds = list(one.members.get("_shared_with", ())), scene.call.plan.operation.action == "addProjectAccess"
    if adds and project in held:
        raise Refused(409, f"Share type access for {one.id} / {project} combination already exists.")
    if not adds and project not in held:
        raise Refused(404, f"Share type access not found for {one.id} / {project} combination.")
    one.set(_shared_with=[*held, project] if adds else [other for other in held if other != project])


@HOOKS.answer("shared-file-system.types.share-type-access.show", "shared-file-system.types.share-type-access.list")
def _who(scene: Scene) -> Answer:
    one = scene.find(TYPES, scene.call.ids[0])
    if one is None:
        raise Refused(404, f"Share type {scene.call.ids[0]} not found.")
    if one.members[SAYS_PUBLIC[0]]:
        raise Refused(404, "Access list not available for public share types.")
    shared = one.members.get("_shared_with", ())
    return Answer(200, {"share_type_access": [{"share_type_id": one.id, "project_id": project} for project in shared]})


@HOOKS.answer("shared-file-system.types.extra-specs.unset")
def _unset(scene: Scene) -> Answer:
    one, key = scene.need(TYPES, scene.call.ids[0]), scene.call.id
    if not scene.call.token.is_admin:
        raise Refused(403, "Policy doesn't allow share_types_extra_spec:delete to be performed.")
    if key == SERVERS:
        raise Refused(403, f"Extra spec '{key}' can't be deleted.")
    specs = dict(one.members["extra_specs"])
    if key not in specs:
        raise Refused(404, f"Share Type {one.id} has no extra specs with key {key}.")
    del specs[key]
    one.set(extra_specs=specs)
    return Answer(scene.call.plan.status)


# --- shares of a type ---------------------------------------------------------------------------------------------


def type_of_share(scene: Scene, share: Resource, sent: Members, source: Resource | None) -> Members:
    """What a share tells of its type. Raises Refused for one that it cannot have."""
    if "share_type" in sent and "volume_type" in sent:
        raise Refused(400, "Cannot specify both share_type and volume_type")
    kind = _named(scene, sent.get("share_type") or sent.get("volume_type"))
    parent = scene.find(SHARES, source.members["share_id"]) if source else None
    if parent is not None:
        _check_parent(share, kind, parent)
        kind = scene.find(TYPES, parent.members["share_type"])
    if kind is None:
        return {"share_type": None, "share_type_name": None, "volume_type": None}
    specs = kind.members["extra_specs"]
    if _flag(specs.get(SERVERS)) and not source and not sent.get("share_network_id") and not sent.get("share_group_id"):
        raise Refused(400, "Share network must be set when the driver_handles_share_servers is true.")
    told: Members = {name: _flag(specs.get(name, False)) for name in CAPABILITIES}
    name = kind.members["name"]
    told |= {"share_type": kind.id, "share_type_name": name, "volume_type": name}
    return told | {"replication_type": specs.get("replication_type")}


def _named(scene: Scene, wanted: Any) -> Resource | None:
    if not wanted:
        return None
    kind = scene.find(TYPES, wanted) or next(scene.where(TYPES, name=wanted), None)
    if kind is None:
        raise Refused(404, "Share type not found.")
    return kind


def _check_parent(share: Resource, kind: Resource | None, parent: Resource) -> None:
    """Raises Refused where a share of a snapshot would be otherwise than the one that it was taken of."""
    if not parent.members.get("create_share_from_snapshot_support"):
        why = "because the snapshot's parent share does not have that capability."
        raise Refused(400, f"A new share may not be created from snapshot '{share.members['snapshot_id']}', {why}")
    network, theirs = share.members.get("share_network_id"), parent.members.get("share_network_id")
    if network and network != theirs:
        raise Refused(400, "Share network ID should be the same as snapshot's parent share's or empty")
    share.set(share_network_id=theirs)
    if kind is not None and kind.id != parent.members["share_type"]:
        why = "the requested share type must match the type of the source share."
        more = "If a share type is not specified when requesting a new share from a snapshot,"
        last = "the share type of the source share will be applied to the new share."
        raise bad_input(f"Invalid share type specified: {why} {more} {last}")
