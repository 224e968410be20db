"""Cinder: groups of volumes and their snapshots. Source: cinder's `api/v3/groups.py`, `group_snapshots.py`."""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.block_storage.volumes import SNAPSHOTS, VOLUMES
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

GROUPS, GROUP_SNAPSHOTS = "block-storage/groups", "block-storage/group_snapshots"


@HOOKS.on(GROUP_SNAPSHOTS, "CREATE")
def _snapshot(scene: Scene, one: Resource, sent: Members) -> None:
    group = scene.need(GROUPS, sent.get("group_id"))
    one.set(group_id=group.id, group_type_id=group.members.get("group_type"))
    for volume in list(scene.where(VOLUMES, group_id=group.id)):
        of = {"volume_id": volume.id, "size": volume.members["size"], "group_snapshot_id": one.id}
        scene.add(SNAPSHOTS, {**of, "name": one.members.get("name"), "status": "available"}, project=one.project)


@HOOKS.on(GROUP_SNAPSHOTS, "DELETE")
def _snapshot_goes(scene: Scene, one: Resource, _: Members) -> None:
    for snapshot in list(scene.where(SNAPSHOTS, group_snapshot_id=one.id)):
        scene.remove(snapshot)


@HOOKS.answer("block-storage.groups.create-from-src")
def _copy(scene: Scene) -> Answer:
    """A group like the one that is named, or that was snapshot, with copies of its volumes."""
    sent = scene.call.sent
    snapshot = scene.find(GROUP_SNAPSHOTS, sent.get("group_snapshot_id"))
    source = scene.find(GROUPS, snapshot.members["group_id"] if snapshot else sent.get("source_group_id"))
    if source is None:
        raise Refused(404, f"Group {sent.get('source_group_id') or sent.get('group_snapshot_id')} could not be found.")
    kept = {name: source.members.get(name) for name in ("group_type", "volume_types", "availability_zone")}
    origin = {name: sent.get(name) for name in ("source_group_id", "group_snapshot_id")}
    named = {name: sent.get(name) for name in ("name", "description")}
    group = scene.add(GROUPS, {**kept, **origin, **named, "status": "available"})
    for volume in list(scene.where(VOLUMES, group_id=source.id)):
        like = {name: volume.members[name] for name in ("size", "volume_type", "volume_type_id", "metadata")}
        scene.add(VOLUMES, {**like, "name": volume.members["name"], "group_id": group.id, "status": "available"})
    return Answer(202, {"group": {"id": group.id, "name": group.members["name"]}}, whole=True)


@HOOKS.on(GROUPS, "UPDATE")
def _members(scene: Scene, group: Resource, sent: Members) -> None:
    for name, value in (("add_volumes", group.id), ("remove_volumes", None)):
        for id_ in filter(None, str(sent.get(name) or "").split(",")):
            scene.need(VOLUMES, id_).set(group_id=value)


@HOOKS.on(GROUPS, "delete")
def _goes(scene: Scene, group: Resource, sent: Members) -> None:
    held = list(scene.where(VOLUMES, group_id=group.id))
    if held and not sent.get("delete-volumes"):
        raise Refused(400, f"Invalid group: Group {group.id} is not empty; delete-volumes must be set to delete it.")
    for volume in held:
        scene.remove(volume)


@HOOKS.on(GROUPS, "reset_status")
@HOOKS.on(GROUP_SNAPSHOTS, "reset_status")
def _reset(_: Scene, one: Resource, sent: Members) -> None:
    one.pending = None
    one.set(status=sent.get("status"))
