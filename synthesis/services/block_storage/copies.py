"""Cinder: snapshots and backups.

Sources: cinder's `volume/api.py`, `backup/api.py`, `api/v3/snapshots.py`, `backups.py`, `api/contrib/admin_actions.py`.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.filters import TRUE
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.quotas import check_quota, check_sums
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.engine.states import reset
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.block_storage.kinds import (
    BACKUPS,
    SNAPSHOTS,
    VOLUMES,
    bad_volume,
    default_type,
    kept,
    state_of,
)
from cloudtape.synthesis.services.block_storage.room import check_size, need_room
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

FREE = (3, 66)
"""From here on a volume in use may be copied without being forced to."""


NO_FORCE = (
    "Since microversion 3.66 the 'force' flag is invalid for this request. For backward compatability, however, when"
    " the 'force' flag is passed with a value evaluating to True, it is silently ignored."
)


def _forced(sent: Members) -> bool:
    return str(sent.get("force")).lower() in TRUE


def _bad_backup(why: str) -> Refused:
    return Refused(400, f"Invalid backup: {why}")


# --- snapshots ----------------------------------------------------------------------------------------------------


@HOOKS.on(SNAPSHOTS, "CREATE")
def _snapshot(scene: Scene, snapshot: Resource, sent: Members) -> None:
    volume = scene.named(VOLUMES, sent["volume_id"])
    if scene.call.micro >= FREE and "force" in sent and not _forced(sent):
        raise Refused(400, NO_FORCE)
    state = state_of(volume)
    allowed = ("available", "in-use") if _forced(sent) or scene.call.micro >= FREE else ("available",)
    if state == "error":
        raise bad_volume("The snapshot cannot be created when the volume is in error status.")
    if state not in allowed:
        why = f"status must be {', '.join(allowed)}, but current status is: {state}."
        raise bad_volume(f"Volume {volume.id} {why}")
    size = volume.members["size"]
    snapshot.set(size=0, volume_id=None)
    need_room(scene, snapshot.project, volume.members["volume_type"], {"gigabytes": size, "snapshots": 1})
    snapshot.set(size=size, volume_id=volume.id, metadata=dict(sent.get("metadata") or {}))


@HOOKS.on(SNAPSHOTS, "DELETE")
def _snapshot_goes(scene: Scene, snapshot: Resource, _: Members) -> None:
    """One of a group's snapshot goes with that."""
    if snapshot.members["group_snapshot_id"]:
        raise kept(scene, snapshot)


for _kind in (SNAPSHOTS, BACKUPS):
    HOOKS.on(_kind, "os-reset_status")(reset)


@HOOKS.on(SNAPSHOTS, "os-update_snapshot_status")
def _update_status(_: Scene, one: Resource, sent: Members) -> None:
    one.pending = None
    one.set(status=sent.get("status"))
    if progress := sent.get("progress"):
        one.set(**{"os-extended-snapshot-attributes:progress": progress})


# --- backups ------------------------------------------------------------------------------------------------------


@HOOKS.on(BACKUPS, "CREATE")
def _backup(scene: Scene, backup: Resource, sent: Members) -> None:
    volume = scene.named(VOLUMES, sent["volume_id"])
    _check_copied(scene, volume, sent)
    backup.set(size=0)
    check_sums(scene, "block-storage", backup.project, {"backup_gigabytes": volume.members["size"]})
    parent = _parent(scene, backup, sent)
    if parent is not None:
        parent.set(has_dependent_backups=True)
        backup.private["parent"] = parent.id
    backup.private["metadata_of_volume"] = dict(volume.members["metadata"])
    backup.set(size=volume.members["size"], is_incremental=parent is not None)
    backup.set(container=sent.get("container") or "volumebackups")


def _check_copied(scene: Scene, volume: Resource, sent: Members) -> None:
    """Raises Refused where a volume or its snapshot is not to be backed up now."""
    if sent.get("snapshot_id"):
        snapshot = scene.named(SNAPSHOTS, sent["snapshot_id"])
        if snapshot.members["volume_id"] != volume.id:
            of = snapshot.members["volume_id"]
            raise bad_volume(f"Volume {volume.id} does not match with snapshot.volume_id {of}.")
        if (state := state_of(snapshot)) != "available":
            why = f'Snapshot to be backed up must be available, but the current status is "{state}".'
            raise Refused(400, f"Invalid snapshot: {why}")
        return
    state = state_of(volume)
    if state not in ("available", "in-use"):
        raise bad_volume(f'Volume to be backed up must be available or in-use, but the current status is "{state}".')
    if state == "in-use" and not _forced(sent):
        raise bad_volume("Backing up an in-use volume must use the force flag.")


def _parent(scene: Scene, backup: Resource, sent: Members) -> Resource | None:
    """The latest backup of the volume, where only what has changed since is to be backed up."""
    if str(sent.get("incremental")).lower() not in TRUE:
        return None
    of_volume = scene.where(BACKUPS, volume_id=backup.members["volume_id"])
    others = [one for one in of_volume if one is not backup and state_of(one) == "available"]
    if not others:
        raise _bad_backup("No backups available to do an incremental backup.")
    return max(others, key=lambda one: str(one.members["created_at"]))


@HOOKS.on(BACKUPS, "DELETE")
def _backup_goes(scene: Scene, backup: Resource, _: Members) -> None:
    others = [one for one in scene.where(BACKUPS) if one is not backup]
    if any(one.private.get("parent") == backup.id for one in others):
        raise _bad_backup("Incremental backups exist for this backup.")
    above = backup.private.get("parent")
    if above and (parent := scene.find(BACKUPS, above)):
        parent.set(has_dependent_backups=any(one.private.get("parent") == above for one in others))


@HOOKS.answer("block-storage.backups.restore.restore")
def _restore(scene: Scene) -> Answer:
    backup, sent = scene.need(BACKUPS, scene.call.ids[0]), scene.call.sent
    if state_of(backup) != "available":
        raise _bad_backup("Backup status must be available")
    size = backup.members["size"]
    volume = scene.named(VOLUMES, sent["volume_id"]) if sent.get("volume_id") else _new_volume(scene, backup)
    if state_of(volume) != "available":
        raise bad_volume("Volume to be restored to must be available")
    if size > volume.members["size"]:
        raise bad_volume(f"volume size {volume.members['size']} is too small to restore backup of size {size}.")
    volume.set(metadata={**volume.members["metadata"], **backup.private.get("metadata_of_volume", {})})
    told = {"backup_id": backup.id, "volume_id": volume.id, "volume_name": volume.members["name"]}
    return Answer(202, {"restore": told})


def _new_volume(scene: Scene, backup: Resource) -> Resource:
    """The volume that is made for a backup."""
    project, size, kind = scene.call.project, backup.members["size"], default_type(scene)
    check_quota(scene, scene.kind(VOLUMES), project)
    check_size(scene, project, size)
    need_room(scene, project, kind.members["name"], {"gigabytes": size, "volumes": 1})
    of = {"volume_type": kind.members["name"], "volume_type_id": kind.id}
    name = scene.call.sent.get("name") or f"restore_backup_{backup.id}"
    return scene.add(VOLUMES, {"name": name, "size": size, "status": "available", **of})
