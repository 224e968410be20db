"""Cinder: where a volume comes from, what it is attached to, and what is done to it.

Sources: cinder's `volume/api.py`, `api/contrib/volume_actions.py`, `api/v3/attachments.py`.
"""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.documents import check_map
from cloudtape.synthesis.engine.filters import TRUE
from cloudtape.synthesis.engine.finding import sees
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.quotas import check_sums
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.engine.states import reset
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.lifecycle import Transition
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

VOLUMES, SNAPSHOTS, BACKUPS = "block-storage/volumes", "block-storage/snapshots", "block-storage/backups"
TYPES, TRANSFERS, ATTACHMENTS = "block-storage/types", "block-storage/volume-transfers", "block-storage/attachments"
ENCRYPTION = "block-storage/types/encryption"
QOS, QUOTAS = "block-storage/qos-specs", "block-storage/os-quota-sets"
IMAGES = "image/images"
DEFAULT_TYPE = "__DEFAULT__"


def type_named(scene: Scene, name: Any) -> Resource | None:
    return scene.find(TYPES, name) or next(scene.where(TYPES, name=name), None)


def _default_type(scene: Scene) -> Resource:
    return next(scene.where(TYPES, name=DEFAULT_TYPE), None) or scene.add(
        TYPES, {"name": DEFAULT_TYPE, "description": "Default Volume Type", "is_public": True}, project=""
    )


@HOOKS.on(TYPES, "LISTED")
def _have_default(scene: Scene, _: Resource, __: Members) -> None:
    _default_type(scene)


@HOOKS.answer("block-storage.types.default.show")
def _show_default(scene: Scene) -> Answer:
    members = _default_type(scene).members
    return Answer(200, {"volume_type": {name: value for name, value in members.items() if name[0] != "_"}})


@HOOKS.on(VOLUMES, "CREATE")
def _volume(scene: Scene, volume: Resource, sent: Members) -> None:
    members = volume.members
    source = _source(scene, sent)
    size = sent.get("size") or source.get("size")
    try:
        size = int(size or 0)
    except (TypeError, ValueError):
        size = 0
    if size < 1:
        raise Refused(
            400, f"Invalid volume size provided for create request: {sent.get('size')} (size must be positive)."
        )
    if size < (source.get("size") or source.get("least") or 0):
        raise Refused(400, f"Invalid input received: Volume size '{size}'GB cannot be smaller than its source.")
    volume.set(size=0)
    check_sums(scene, "block-storage", volume.project, {"gigabytes": size})
    wanted = sent.get("volume_type")
    kind = type_named(scene, wanted) if wanted else _default_type(scene)
    if kind is None or not sees(scene, kind):
        raise Refused(404, f"Volume type {wanted} could not be found.")
    members |= {
        "size": size,
        "volume_type": kind.members["name"],
        "volume_type_id": kind.id,
        "metadata": dict(sent.get("metadata") or {}),
        "bootable": "true" if sent.get("imageRef") or source.get("bootable") == "true" else "false",
        "availability_zone": sent.get("availability_zone") or "nova",
        "multiattach": sent.get("multiattach") is True or _is_shared(kind),
    }
    if image := scene.find(IMAGES, sent.get("imageRef")):
        shown = ("container_format", "disk_format", "min_disk", "min_ram", "checksum", "size")
        about = {name: str(image.members.get(name)) for name in shown}
        members["volume_image_metadata"] = {"image_id": image.id, "image_name": image.members.get("name"), **about}


def _is_shared(kind: Resource) -> bool:
    """Whether volumes of a type may be attached to several servers."""
    return "true" in str((kind.members.get("extra_specs") or {}).get("multiattach", "")).lower()


def _source(scene: Scene, sent: Members) -> Members:
    """What a volume is made from. Raises Refused when that is not there."""
    for name, kind in (("snapshot_id", SNAPSHOTS), ("source_volid", VOLUMES), ("backup_id", BACKUPS)):
        if sent.get(name):
            return scene.need(kind, sent[name]).members
    image = scene.find(IMAGES, str(sent.get("imageRef") or "").rpartition("/")[2])
    if image is not None:
        return _from_image(image)
    if sent.get("imageRef"):
        raise Refused(400, f"Invalid image identifier or unable to access requested image: {sent['imageRef']}.")
    return {}


def _from_image(image: Resource) -> Members:
    """The least size. Raises Refused for an image that nobody may use."""
    if image.members.get("status") == "deactivated":
        raise Refused(400, f"Invalid input received: Image {image.id} is not active.")
    return {"least": image.members.get("min_disk") or 0}


@HOOKS.on(VOLUMES, "DELETE")
def _volume_goes(scene: Scene, volume: Resource, _: Members) -> None:
    if any(scene.where(SNAPSHOTS, volume_id=volume.id)):
        cascade = (scene.call.asked("cascade") or "").lower() in ("true", "1")
        if not cascade:
            why = "Invalid volume: Volume status must be available or error or error_restoring or error_extending or "
            why += (
                "error_managing and must not be migrating, attached, belong to a group, have snapshots, or be awaiting "
            )
            raise Refused(400, why + "a transfer.")
        for one in list(scene.where(SNAPSHOTS, volume_id=volume.id)):
            scene.remove(one)


# --- attachments --------------------------------------------------------------------------------------------------


def attach(scene: Scene, volume: Resource, server: str, device: str, attachment: str) -> None:
    """Raises Refused when it is not free."""
    held = volume.members["attachments"]
    if held and not volume.members.get("multiattach"):
        raise Refused(400, f"Invalid volume: volume {volume.id} already attached")
    entry = {
        "id": volume.id,
        "attachment_id": attachment,
        "volume_id": volume.id,
        "server_id": server,
        "host_name": "compute-1",
        "device": device,
        "attached_at": scene.world.clock.text("%Y-%m-%dT%H:%M:%S.%f"),
    }
    volume.pending = None
    volume.set(status="in-use", attachments=[*held, entry])
    scene.add(
        ATTACHMENTS,
        {
            "id": attachment,
            "volume_id": volume.id,
            "instance": server,
            "status": "attached",
            "attach_mode": "rw",
            "attached_at": entry["attached_at"],
            "detached_at": None,
            "connection_info": {},
        },
        project=volume.project,
    )


def detach(scene: Scene, volume: Resource, server: str = "", attachment: str = "") -> None:
    gone = [
        one for one in volume.members["attachments"] if server == one["server_id"] or attachment == one["attachment_id"]
    ]
    kept = [one for one in volume.members["attachments"] if one not in gone]
    volume.set(status="in-use" if kept else "available", attachments=kept)
    for entry in gone:
        if found := scene.find(ATTACHMENTS, entry["attachment_id"]):
            scene.remove(found)


@HOOKS.on(ATTACHMENTS, "CREATE")
def _attachment(scene: Scene, one: Resource, sent: Members) -> None:
    volume = scene.find(VOLUMES, sent.get("volume_uuid") or sent.get("volume_id"))
    if volume is None:
        raise Refused(404, f"Volume {sent.get('volume_uuid')} could not be found.")
    volume.set(status="reserved")
    one.set(volume_id=volume.id, instance=sent.get("instance_uuid"), status="reserved", connection_info={})


@HOOKS.on(ATTACHMENTS, "os-complete")
def _complete(scene: Scene, one: Resource, _: Members) -> None:
    one.set(status="attached")
    if volume := scene.find(VOLUMES, one.members["volume_id"]):
        volume.set(status="in-use")


@HOOKS.on(ATTACHMENTS, "DELETE")
def _attachment_goes(scene: Scene, one: Resource, _: Members) -> None:
    if volume := scene.find(VOLUMES, one.members["volume_id"]):
        detach(scene, volume, attachment=one.id)


@HOOKS.on(VOLUMES, "os-attach")
def _attach_action(scene: Scene, volume: Resource, sent: Members) -> None:
    server = sent.get("instance_uuid") or sent.get("host_name") or ""
    volume.members["attachments"] = []
    attach(scene, volume, str(server), str(sent.get("mountpoint") or "/dev/vdb"), scene.world.new_id())


@HOOKS.on(VOLUMES, "os-detach", "os-force_detach")
def _detach_action(scene: Scene, volume: Resource, _: Members) -> None:
    for one in list(volume.members["attachments"]):
        detach(scene, volume, one["server_id"])


# --- actions ------------------------------------------------------------------------------------------------------


@HOOKS.on(VOLUMES, "os-extend")
def _extend(scene: Scene, volume: Resource, sent: Members) -> Outcome:
    size = sent.get("new_size")
    if not isinstance(size, int) or size <= volume.members["size"]:
        why = "New size for extend must be greater than current size."
        raise Refused(400, f"Invalid input received: {why} (current: {volume.members['size']}, extended: {size}).")
    check_sums(scene, "block-storage", volume.project, {"gigabytes": size - volume.members["size"]})
    volume.set(size=size)
    is_used = volume.members["status"] == "in-use"
    for entry in volume.members["attachments"]:
        if server := scene.find("compute/servers", entry["server_id"]):
            scene.follow(server, "VOLUME_EXTENDED", sent)
    return Outcome(goes=Transition(via="extending", then="in-use") if is_used else None)


for _kind in (VOLUMES, SNAPSHOTS, BACKUPS):
    HOOKS.on(_kind, "os-reset_status")(reset)


@HOOKS.on(SNAPSHOTS, "os-update_snapshot_status")
def _update_status(_: Scene, one: Resource, sent: Members) -> None:
    one.pending = None
    one.set(status=sent.get("status"))
    if progress := sent.get("progress"):
        one.set(**{"os-extended-snapshot-attributes:progress": progress})


@HOOKS.on(VOLUMES, "os-set_bootable")
def _bootable(_: Scene, volume: Resource, sent: Members) -> None:
    volume.set(bootable=str(sent.get("bootable")).lower())


@HOOKS.on(VOLUMES, "os-update_readonly_flag")
def _read_only(_: Scene, volume: Resource, sent: Members) -> None:
    volume.set(metadata={**volume.members["metadata"], "readonly": str(sent.get("readonly"))})


@HOOKS.on(VOLUMES, "os-retype")
def _retype(scene: Scene, volume: Resource, sent: Members) -> None:
    kind = type_named(scene, sent.get("new_type"))
    if kind is None:
        raise Refused(404, f"Volume type {sent.get('new_type')} could not be found.")
    volume.set(volume_type=kind.members["name"], volume_type_id=kind.id, multiattach=_is_shared(kind))


@HOOKS.on(VOLUMES, "os-show_image_metadata")
def _its_image_metadata(_: Scene, volume: Resource, __: Members) -> Outcome:
    return Outcome({"metadata": volume.members.get("volume_image_metadata") or {}})


@HOOKS.on("block-storage/volumes/summary", "READ")
def _summary(scene: Scene, _: Resource, __: Members) -> Outcome:
    """Of the volumes that whoever asks sees: an administrator those of all projects, where the query says so."""
    everyones = scene.call.token.is_admin and (scene.call.asked("all_tenants") or "").lower() in TRUE
    seen = [one for one in scene.where(VOLUMES) if everyones or one.project == scene.call.project]
    sizes = [one.members.get("size") or 0 for one in seen]
    return Outcome({"total_size": sum(sizes), "total_count": len(sizes), "metadata": {}})


@HOOKS.on(VOLUMES, "os-set_image_metadata")
def _image_metadata(_: Scene, volume: Resource, sent: Members) -> Outcome:
    check_map("metadata", sent.get("metadata"))
    held = {**volume.members.get("volume_image_metadata", {}), **sent["metadata"]}
    volume.set(volume_image_metadata=held)
    return Outcome({"metadata": held})


@HOOKS.on(VOLUMES, "os-unset_image_metadata")
def _no_image_metadata(_: Scene, volume: Resource, sent: Members) -> None:
    held, key = volume.members.get("volume_image_metadata", {}), sent.get("key")
    if not isinstance(key, str):
        raise Refused(400, f"Invalid input for field/attribute key. Value: {key}. {key!r} is not of type 'string'")
    if key in held:
        volume.set(volume_image_metadata={name: value for name, value in held.items() if name != key})


@HOOKS.on(VOLUMES, "os-volume_upload_image")
def _upload(scene: Scene, volume: Resource, sent: Members) -> Outcome:
    formats = {name: sent.get(name) for name in ("container_format", "disk_format")}
    image = scene.add(IMAGES, {"name": sent.get("image_name"), "status": "active", "size": 0, **formats})
    image.update({"self": f"/v2/images/{image.id}", "file": f"/v2/images/{image.id}/file"})
    about = {"image_id": image.id, "image_name": sent.get("image_name"), "status": "uploading", "id": volume.id}
    return Outcome({"os-volume_upload_image": {**about, "size": volume.members["size"], **formats}})
