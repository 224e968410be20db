"""Cinder: what is done to a volume beside attaching it.

Sources: cinder's `volume/api.py`, `api/contrib/volume_actions.py`, `admin_actions.py`, `volume_image_metadata.py`.
"""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.documents import check_map
from cloudtape.synthesis.engine.filters import TRUE
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.block_storage.attachments import detach
from cloudtape.synthesis.services.block_storage.kinds import (
    IMAGES,
    SNAPSHOTS,
    VOLUMES,
    bad_input,
    bad_volume,
    is_shared,
    type_named,
)
from cloudtape.synthesis.services.block_storage.room import check_size, need_room, need_room_of_type
from cloudtape.synthesis.worlds.lifecycle import Transition
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

IN_USE = (3, 42)
"""From here on a volume in use may be extended."""


@HOOKS.on(VOLUMES, "os-extend")
def _extend(scene: Scene, volume: Resource, sent: Members) -> Outcome:
    before, size = int(volume.members["size"]), int(sent["new_size"])
    if size <= before:
        why = "New size for extend must be greater than current size."
        raise bad_input(f"{why} (current: {before}, extended: {size}).")
    is_used = volume.members["status"] == "in-use"
    if is_used and scene.call.micro < IN_USE:
        raise bad_volume(f"Volume {volume.id} status must be '{{'status': 'available'}}' to extend, currently in-use.")
    check_size(scene, volume.project, size)
    need_room(scene, volume.project, volume.members["volume_type"], {"gigabytes": size - before})
    volume.set(size=size)
    for entry in volume.members["attachments"]:
        if server := scene.find("compute/servers", entry["server_id"]):
            scene.follow(server, "VOLUME_EXTENDED", sent)
    return Outcome(goes=Transition(via="extending", then="in-use") if is_used else None)


@HOOKS.on(VOLUMES, "os-reset_status")
def _reset(scene: Scene, volume: Resource, sent: Members) -> None:
    """An administrator says in which state a volume is, wherever it was on its way to."""
    said = {name: str(value).lower() for name, value in sent.items() if value}
    if not said:
        raise Refused(400, "Must specify 'status', 'attach_status' or 'migration_status' for update.")
    status = said.get("status", volume.members["status"])
    if status == "deleting":
        raise Refused(400, "Cannot reset-state to deleting")
    if said.get("status") == "in-use" and not volume.members["attachments"]:
        raise Refused(400, "Cannot reset-state to in-use because volume does not have any attachments.")
    if said.get("attach_status") == "detached":
        for entry in list(volume.members["attachments"]):
            detach(scene, volume, attachment=entry["attachment_id"])
    volume.pending = None
    volume.set(status=status)
    if "migration_status" in said:
        moving = None if said["migration_status"] == "none" else said["migration_status"]
        volume.set(migration_status=moving, **{"os-vol-mig-status-attr:migstat": moving})


@HOOKS.on(VOLUMES, "os-reserve")
def _reserve(_: Scene, volume: Resource, __: Members) -> None:
    """One with several attachments is reserved while it is in use, too."""
    state = volume.members["status"]
    if state == "in-use" and not volume.members["multiattach"]:
        raise bad_volume(f"Volume status must be available to reserve, but the status is {state}.")


@HOOKS.on(VOLUMES, "os-unreserve")
def _unreserve(_: Scene, volume: Resource, __: Members) -> None:
    """What is not reserved stays as it is."""
    if volume.members["status"] == "attaching":
        volume.set(status="in-use" if volume.members["attachments"] else "available")


@HOOKS.on(VOLUMES, "os-roll_detaching")
def _roll(_: Scene, volume: Resource, __: Members) -> None:
    if volume.members["status"] == "detaching":
        volume.set(status="in-use")


@HOOKS.on(VOLUMES, "os-set_bootable")
def _bootable(_: Scene, volume: Resource, sent: Members) -> None:
    volume.set(bootable=str(str(sent["bootable"]).lower() in TRUE).lower())


@HOOKS.on(VOLUMES, "os-update_readonly_flag")
def _read_only(_: Scene, volume: Resource, sent: Members) -> None:
    is_so = str(sent["readonly"]).lower() in TRUE
    volume.set(metadata={**volume.members["metadata"], "readonly": str(is_so)})


def _check_alone(scene: Scene, volume: Resource, why: str, snapshots: bool = False) -> None:
    """Raises Refused for a volume of a group, or one with snapshots where it may have none."""
    has_any = snapshots and any(scene.where(SNAPSHOTS, volume_id=volume.id))
    if volume.members["group_id"] or volume.members["consistencygroup_id"] or has_any:
        raise bad_volume(why)


@HOOKS.on(VOLUMES, "os-retype")
def _retype(scene: Scene, volume: Resource, sent: Members) -> None:
    kind, wanted, members = type_named(scene, sent["new_type"]), sent["new_type"], volume.members
    if kind is None:
        raise Refused(404, f"Volume type with name {wanted} could not be found.")
    if is_shared(kind) != members["multiattach"] and members["status"] != "available":
        why = "retypes affecting multiattach are only allowed on available volumes"
        state = f"the specified volume however currently has a status of: {members['status']}"
        raise bad_input(f"Invalid volume_type passed, {why}, {state}.")
    if kind.id == members["volume_type_id"]:
        raise bad_volume(RETYPE)
    more = {"gigabytes": members["size"], "volumes": 1}
    need_room_of_type(scene, volume.project, kind.members["name"], more)
    _check_alone(scene, volume, RETYPE)
    volume.set(volume_type=kind.members["name"], volume_type_id=kind.id, multiattach=is_shared(kind))


RETYPE = (
    "Retype needs volume to be in available or in-use state, not be part of an active migration or a consistency group,"
    " requested type has to be different that the one from the volume, and for in-use volumes front-end qos specs"
    " cannot change."
)


@HOOKS.on(VOLUMES, "os-migrate_volume")
def _migrate(scene: Scene, volume: Resource, _: Members) -> None:
    why = (
        f"Volume {volume.id} status must be available or in-use, must not be migrating, have snapshots, be replicated,"
        " be part of a group and destination host/cluster must be different than the current one"
    )
    _check_alone(scene, volume, why, snapshots=True)


@HOOKS.on(VOLUMES, "revert")
def _revert(scene: Scene, volume: Resource, sent: Members) -> None:
    """To the latest snapshot, and no other."""
    snapshots, wanted = list(scene.where(SNAPSHOTS, volume_id=volume.id)), sent.get("snapshot_id")
    if not snapshots:
        raise Refused(400, f"Volume {volume.id} doesn't have any snapshots.")
    latest = max(snapshots, key=lambda one: str(one.members["created_at"]))
    if wanted != latest.id:
        raise Refused(400, f"Specified snapshot {wanted} is None or not the latest one of volume {volume.id}.")
    why = f"Can't revert volume {volume.id} to its latest snapshot {wanted}."
    if volume.members["size"] != latest.members["size"]:
        raise Refused(400, f"{why} The volume size must be equal to the snapshot size.")
    if volume.members["status"] != "available":
        raise Refused(409, f"Invalid volume: {why} Volume's status must be 'available'.")


@HOOKS.on(VOLUMES, "os-show_image_metadata")
def _its_image_metadata(_: Scene, volume: Resource, __: Members) -> Outcome:
    return Outcome({"metadata": volume.members.get("volume_image_metadata") or {}})


@HOOKS.on(VOLUMES, "os-set_image_metadata")
def _image_metadata(_: Scene, volume: Resource, sent: Members) -> Outcome:
    check_map("metadata", sent.get("metadata"))
    held = {**volume.members.get("volume_image_metadata", {}), **sent["metadata"]}
    volume.set(volume_image_metadata=held)
    return Outcome({"metadata": held})


@HOOKS.on(VOLUMES, "os-unset_image_metadata")
def _no_image_metadata(_: Scene, volume: Resource, sent: Members) -> None:
    held, key = volume.members.get("volume_image_metadata", {}), sent["key"]
    if key not in held:
        raise Refused(404, f"Glance metadata for volume/snapshot {volume.id} cannot be found.")
    volume.set(volume_image_metadata={name: value for name, value in held.items() if name != key})


@HOOKS.on(VOLUMES, "os-volume_upload_image")
def _upload(scene: Scene, volume: Resource, sent: Members) -> Outcome:
    is_forced = str(sent.get("force")).lower() in TRUE
    if volume.members["status"] == "in-use" and not is_forced:
        raise bad_volume(f"Volume {volume.id} status must be available")
    formats: dict[str, Any] = {name: sent.get(name) for name in ("container_format", "disk_format")}
    image = scene.add(IMAGES, {"name": sent.get("image_name"), "status": "active", "size": 0, **formats})
    image.update({"self": f"/v2/images/{image.id}", "file": f"/v2/images/{image.id}/file"})
    about = {"image_id": image.id, "image_name": sent.get("image_name"), "status": "uploading", "id": volume.id}
    return Outcome({"os-volume_upload_image": {**about, "size": volume.members["size"], **formats}})
