"""Cinder: where a volume comes from, and when it may go.

Sources: cinder's `volume/api.py`, `api/v3/volumes.py`, `volume/flows/api/create_volume.py`.
"""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.documents import check_map, stocked
from cloudtape.synthesis.engine.finding import project_of_list, sees
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.block_storage.kinds import (
    BACKUPS,
    GROUPS,
    IMAGES,
    SNAPSHOTS,
    VOLUMES,
    bad_input,
    default_type,
    is_shared,
    kept,
    state_of,
    type_named,
)
from cloudtape.synthesis.services.block_storage.room import check_size, need_room
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

CONSISTENCY_GROUPS = "block-storage/consistencygroups"
ZONES = "block-storage/os-availability-zone"
COPIED = ("available", "in-use")
"""The states of a volume that may be copied."""
NO_LONGER = "multiattach parameter has been removed. The default behavior is to use multiattach enabled volume types."


@HOOKS.on(VOLUMES, "CREATE")
def _volume(scene: Scene, volume: Resource, sent: Members) -> None:
    members = volume.members
    if str(sent.get("multiattach")).lower() == "true":
        raise Refused(400, NO_LONGER)
    check_map("metadata", sent.get("metadata") or {})
    source, kind = _source(scene, sent), _type_of(scene, sent)
    size = _size(sent, source)
    _check_place(scene, sent, kind)
    volume.set(size=0, volume_type=None)
    check_size(scene, volume.project, size)
    need_room(scene, volume.project, kind.members["name"], {"gigabytes": size, "volumes": 1})
    members |= {
        "size": size,
        "volume_type": kind.members["name"],
        "volume_type_id": kind.id,
        "metadata": dict(sent.get("metadata") or {}),
        "bootable": "true" if sent.get("imageRef") or source.get("bootable") == "true" else "false",
        "availability_zone": sent.get("availability_zone") or "nova",
        "multiattach": is_shared(kind),
    }
    if image := scene.find(IMAGES, sent.get("imageRef")):
        shown = ("container_format", "disk_format", "min_disk", "min_ram", "checksum", "size")
        about = {name: str(image.members.get(name)) for name in shown}
        members["volume_image_metadata"] = {"image_id": image.id, "image_name": image.members.get("name"), **about}


def _size(sent: Members, source: Members) -> int:
    size = sent.get("size") or source.get("size")
    if size is None:
        raise bad_input("Volume size 'None' must be an integer and greater than 0")
    least, of = source.get("size") or source.get("least") or 0, source.get("of", "")
    if int(size) < least:
        raise bad_input(f"Volume size '{size}'GB cannot be smaller than {of} {least}GB. They must be >= {of} size.")
    return int(size)


def _type_of(scene: Scene, sent: Members) -> Resource:
    wanted = sent.get("volume_type")
    kind = type_named(scene, wanted) if wanted else default_type(scene)
    if kind is None or not sees(scene, kind):
        raise Refused(404, f"Volume type with name {wanted} could not be found.")
    return kind


def _check_place(scene: Scene, sent: Members, kind: Resource) -> None:
    """Raises Refused for a zone or a group that is not there, or takes no volume of the type."""
    zone = sent.get("availability_zone")
    if zone and not scene.call.as_printed and not any(one.id == zone for one in stocked(scene, ZONES)):
        raise Refused(400, f"Availability zone '{zone}' is invalid.")
    if wanted := sent.get("group_id") or sent.get("consistencygroup_id"):
        group = scene.find(CONSISTENCY_GROUPS, wanted) or scene.named(GROUPS, wanted)
        types = group.members.get("volume_types") or []
        if sent.get("group_id") and not {kind.id, kind.members["name"]} & set(types):
            what = f"{kind.members['name']} (requested type must be supported by this group)"
            raise bad_input(f"Invalid volume_type provided: {what}.")


def _source(scene: Scene, sent: Members) -> Members:
    """What a volume is made from. Raises Refused when that is not there, or not to be copied now."""
    kinds = (("snapshot_id", SNAPSHOTS, ("available",)), ("source_volid", VOLUMES, COPIED))
    for name, kind, states in (*kinds, ("backup_id", BACKUPS, ("available",))):
        if sent.get(name):
            one = scene.named(kind, sent[name])
            word = {SNAPSHOTS: "snapshot", VOLUMES: "volume", BACKUPS: "backup"}[kind]
            if state_of(one) not in states:
                why = f"Originating {word} status must be one of '{', '.join(states)}' values"
                raise Refused(400, f"Invalid {word}: {why}")
            return {**one.members, "of": f"the {word}"}
    image = scene.find(IMAGES, str(sent.get("imageRef") or "").rpartition("/")[2])
    if image is not None:
        return _from_image(image)
    if sent.get("imageRef"):
        raise Refused(400, "Invalid image identifier or unable to access requested image.")
    return {}


def _from_image(image: Resource) -> Members:
    """The least size. Raises Refused for an image that nobody may use."""
    if image.members.get("status") == "deactivated":
        raise bad_input(f"Image {image.id} is not active.")
    return {"least": image.members.get("min_disk") or 0, "of": "the image minDisk"}


@HOOKS.on(VOLUMES, "DELETE")
def _volume_goes(scene: Scene, volume: Resource, _: Members) -> None:
    snapshots = list(scene.where(SNAPSHOTS, volume_id=volume.id))
    cascade = (scene.call.asked("cascade") or "").lower() in ("true", "1")
    in_group = volume.members["group_id"] or volume.members["consistencygroup_id"]
    if in_group or volume.members["attachments"] or (snapshots and not cascade):
        raise kept(scene, volume)
    for one in snapshots:
        scene.remove(one)


@HOOKS.answer("block-storage.volumes.summary.show")
def _summary(scene: Scene) -> Answer:
    """How many volumes there are and how large, with all values of their metadata by its keys."""
    project = project_of_list(scene, scene.kind(VOLUMES))
    found = [one for one in scene.where(VOLUMES) if sees(scene, one) and project in (None, one.project)]
    summary: dict[str, Any] = {"total_size": sum(int(one.members["size"]) for one in found), "total_count": len(found)}
    values: dict[str, list[str]] = {}
    for one in found:
        for name, value in one.members["metadata"].items():
            values.setdefault(name, [])
            if value not in values[name]:
                values[name].append(value)
    if scene.call.micro >= WITH_METADATA:
        summary["metadata"] = values
    return Answer(200, {"volume-summary": summary}, whole=True)


WITH_METADATA = (3, 36)
"""From here on a summary has metadata."""
