"""Cinder: what a volume is attached to.

Sources: cinder's `volume/api.py`, `api/v3/attachments.py`, `api/contrib/volume_actions.py`.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.services.block_storage.kinds import ATTACHMENTS, VOLUMES, bad_volume, one_of, state_of
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()


def attach(scene: Scene, volume: Resource, server: str, device: str, attachment: str) -> None:
    """Raises Refused when it is not free."""
    state = state_of(volume)
    if volume.members["attachments"] and not volume.members.get("multiattach"):
        raise bad_volume(f"volume {volume.id} already attached")
    if state not in ("available", "in-use", "attaching", "reserved", "downloading"):
        raise bad_volume(
            f"Volume {volume.id} status must be available or downloading to reserve, but the current status is {state}."
        )
    entry = _show_attached(scene, volume, server, device, attachment)
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


def _show_attached(scene: Scene, volume: Resource, server: str, device: str, attachment: str) -> Members:
    """Have a volume show that a server has it."""
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
    volume.set(status="in-use", attachments=[*volume.members["attachments"], entry])
    return entry


def detach(scene: Scene, volume: Resource, server: str = "", attachment: str = "") -> None:
    gone = [
        one for one in volume.members["attachments"] if server == one["server_id"] or attachment == one["attachment_id"]
    ]
    kept = [one for one in volume.members["attachments"] if one not in gone]
    ended, left = {attachment, *[entry["attachment_id"] for entry in gone]}, False
    for one in list(scene.where(ATTACHMENTS, volume_id=volume.id)):
        if one.id in ended or (server and one.members["instance"] == server):
            scene.remove(one)
        else:
            left = True
    volume.set(status="in-use" if kept else "reserved" if left else "available", attachments=kept)


@HOOKS.on(ATTACHMENTS, "CREATE")
def _attachment(scene: Scene, one: Resource, sent: Members) -> None:
    volume = scene.named(VOLUMES, sent.get("volume_uuid") or sent.get("volume_id"))
    _reserve(scene, volume, one, sent.get("instance_uuid"))
    volume.set(status="reserved")
    one.set(volume_id=volume.id, instance=sent.get("instance_uuid"), status="reserved", connection_info={})


def _reserve(scene: Scene, volume: Resource, one: Resource, server: object) -> None:
    """Raises Refused where a volume is not free, unless a server has it that may be on its way to another host."""
    state = state_of(volume)
    if "error" in state:
        why = "Volume attachments can not be created if the volume is in an error state."
        raise bad_volume(f"{why} The Volume {volume.id} currently has a status of: {state} ")
    free = ("available", "in-use") if volume.members["multiattach"] else ("available", "downloading")
    held = [other for other in scene.where(ATTACHMENTS, volume_id=volume.id) if other is not one]
    moves = state in ("in-use", "reserved") and any(server and other.members["instance"] == server for other in held)
    if state not in free and not moves:
        raise bad_volume(
            f"Volume {volume.id} status must be {one_of(free)} to reserve, but the current status is {state}."
        )


@HOOKS.on(ATTACHMENTS, "os-complete")
def _complete(scene: Scene, one: Resource, _: Members) -> None:
    one.set(status="attached")
    if volume := scene.find(VOLUMES, one.members["volume_id"]):
        device = str((one.members.get("connection_info") or {}).get("mountpoint") or "/dev/vdb")
        _show_attached(scene, volume, str(one.members.get("instance") or ""), device, one.id)


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
