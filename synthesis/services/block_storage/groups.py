"""Cinder: groups of volumes and their snapshots. Source: cinder's `group/api.py`, `api/v3/groups.py`."""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.filters import TRUE
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.quotas import check_quota
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.block_storage.kinds import (
    GROUP_SNAPSHOTS,
    GROUP_TYPES,
    GROUPS,
    SNAPSHOTS,
    VOLUMES,
    bad_volume,
    state_of,
    type_named,
)
from cloudtape.synthesis.services.block_storage.room import need_room
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
STATES = ("available", "in-use")
"""The states of volumes that may join a group; any of these, or one with an error, may leave it."""


def _bad_group(why: str) -> Refused:
    return Refused(400, f"Invalid Group: {why}")


@HOOKS.on(GROUPS, "CREATE")
def _group(scene: Scene, group: Resource, sent: Members) -> None:
    """Of a type, by its id or name, for volumes of some types."""
    wanted = sent["group_type"]
    kind = scene.find(GROUP_TYPES, wanted) or next(scene.where(GROUP_TYPES, name=wanted), None)
    if kind is None:
        raise Refused(404, f"Group type {wanted} could not be found.")
    types = []
    for name in sent["volume_types"]:
        found = type_named(scene, name)
        if found is None:
            raise Refused(404, f"Volume type {name} could not be found.")
        types.append(found.id)
    group.set(group_type=kind.id, volume_types=types)


@HOOKS.on(GROUP_TYPES, "DELETE")
def _type_goes(scene: Scene, one: Resource, _: Members) -> None:
    if any(scene.where(GROUPS, group_type=one.id)):
        raise Refused(400, "Target group type is still in use.")


@HOOKS.on(GROUP_SNAPSHOTS, "CREATE")
def _snapshot(scene: Scene, one: Resource, sent: Members) -> None:
    group = scene.named(GROUPS, sent.get("group_id"))
    one.set(group_id=group.id, group_type_id=group.members.get("group_type"))
    volumes = list(scene.where(VOLUMES, group_id=group.id))
    for volume in volumes:
        if state_of(volume) == "error":
            raise bad_volume("The snapshot cannot be created when the volume is in error status.")
    for volume in volumes:
        size = volume.members["size"]
        check_quota(scene, scene.kind(SNAPSHOTS), one.project)
        need_room(scene, one.project, volume.members["volume_type"], {"gigabytes": size, "snapshots": 1})
        of = {"volume_id": volume.id, "size": size, "group_snapshot_id": one.id}
        scene.add(SNAPSHOTS, {**of, "name": one.members.get("name"), "status": "available"}, project=one.project)


@HOOKS.on(GROUP_SNAPSHOTS, "DELETE")
def _snapshot_goes(scene: Scene, one: Resource, _: Members) -> None:
    for snapshot in list(scene.where(SNAPSHOTS, group_snapshot_id=one.id)):
        scene.remove(snapshot)


@HOOKS.answer("block-storage.groups.create-from-src")
def _copy(scene: Scene) -> Answer:
    """A group like the one that is named, or that was snapshot, with copies of its volumes."""
    sent = scene.call.sent
    snapshot, volumes = _copied(scene, sent)
    source = scene.need(GROUPS, snapshot.members["group_id"] if snapshot else sent.get("source_group_id"))
    check_quota(scene, scene.kind(GROUPS), scene.call.project)
    kept = {name: source.members.get(name) for name in ("group_type", "volume_types", "availability_zone")}
    origin = {name: sent.get(name) for name in ("source_group_id", "group_snapshot_id")}
    named = {name: sent.get(name) for name in ("name", "description")}
    group = scene.add(GROUPS, {**kept, **origin, **named, "status": "available"})
    for volume in volumes:
        like = {name: volume.members[name] for name in ("size", "volume_type", "volume_type_id", "metadata")}
        scene.add(VOLUMES, {**like, "name": volume.members["name"], "group_id": group.id, "status": "available"})
    return Answer(202, {"group": {"id": group.id, "name": group.members["name"]}}, whole=True)


def _copied(scene: Scene, sent: Members) -> tuple[Resource | None, list[Resource]]:
    """The snapshot from which a group is made, if it is one, and the volumes that are copied. Raises Refused."""
    from_snapshot, from_group = sent.get("group_snapshot_id"), sent.get("source_group_id")
    if bool(from_snapshot) == bool(from_group):
        why = f"{sent} is not valid under any of the given schemas"
        raise Refused(400, f"Invalid input for field/attribute create-from-src. Value: {sent}. {why}")
    if not from_snapshot:
        volumes = list(scene.where(VOLUMES, group_id=scene.named(GROUPS, from_group).id))
        if not volumes:
            raise _bad_group("Source Group is empty. No group will be created.")
        return None, volumes
    snapshot = scene.need(GROUP_SNAPSHOTS, from_snapshot)
    held = [one.members["volume_id"] for one in scene.where(SNAPSHOTS, group_snapshot_id=snapshot.id)]
    found = [volume for id_ in held if (volume := scene.find(VOLUMES, id_))]
    if not found:
        raise _bad_group("Group snapshot is empty. No group will be created.")
    return snapshot, found


@HOOKS.on(GROUPS, "UPDATE")
def _members(scene: Scene, group: Resource, sent: Members) -> None:
    adds, removes = (_ids(sent.get(name)) for name in ("add_volumes", "remove_volumes"))
    if both := [one for one in adds if one in removes]:
        raise bad_volume(f"UUIDs {both} are in both add and remove volume list.")
    leaving = [_leaving(scene, group, id_) for id_ in removes]
    coming = [_coming(scene, group, id_) for id_ in adds]
    for volume in leaving:
        volume.set(group_id=None)
    for volume in coming:
        volume.set(group_id=group.id)


def _ids(sent: Any) -> list[str]:
    return [one for one in str(sent or "").split(",") if one]


def _leaving(scene: Scene, group: Resource, id_: str) -> Resource:
    volume = scene.find(VOLUMES, id_)
    if volume is None or volume.members["group_id"] != group.id:
        raise bad_volume(f"Cannot remove volume {id_} from group {group.id} because it is not in the group.")
    return volume


def _coming(scene: Scene, group: Resource, id_: str) -> Resource:
    """Raises Refused for a volume that cannot join."""
    volume, why = scene.find(VOLUMES, id_), f"Cannot add volume {id_} to group {group.id}"
    if volume is None:
        raise bad_volume(f"{why} because volume cannot be found.")
    other, kind, state = volume.members["group_id"], volume.members["volume_type_id"], state_of(volume)
    if other not in (None, group.id):
        raise bad_volume(f"{why} because it is already in group {other}.")
    if volume.project != group.project:
        raise bad_volume(f"{why} as they belong to different projects.")
    if kind not in (group.members.get("volume_types") or ()):
        raise bad_volume(f"{why} because volume type {kind} is not supported by the group.")
    if state not in STATES:
        raise bad_volume(f"{why} because volume is in an invalid state: {state}. Valid states are: {STATES}.")
    return volume


@HOOKS.on(GROUPS, "delete")
def _goes(scene: Scene, group: Resource, sent: Members) -> None:
    held = list(scene.where(VOLUMES, group_id=group.id))
    if any(scene.where(GROUP_SNAPSHOTS, group_id=group.id)):
        raise _bad_group("Group has existing snapshots.")
    if held and str(sent.get("delete-volumes")).lower() not in TRUE:
        why = "The delete-volumes flag is required to delete it."
        raise _bad_group(f"Group {group.id} still contains volumes. {why}")
    for volume in held:
        if volume.members["attachments"]:
            raise _bad_group(f"Volume in group {group.id} is attached. Need to detach first.")
        if any(scene.where(SNAPSHOTS, volume_id=volume.id)):
            raise _bad_group("Volume in group still has dependent snapshots.")
    for volume in held:
        scene.remove(volume)


@HOOKS.on(GROUPS, "reset_status")
@HOOKS.on(GROUP_SNAPSHOTS, "reset_status")
def _reset(_: Scene, one: Resource, sent: Members) -> None:
    one.pending = None
    one.set(status=str(sent["status"]).lower())
