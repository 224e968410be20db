"""Cinder: volumes that are given to another project.

Sources: cinder's `transfer/api.py`, `api/v3/volume_transfer.py`.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.quotas import check_quota
from cloudtape.synthesis.engine.scene import Outcome, Scene, not_found
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.block_storage.kinds import SNAPSHOTS, TRANSFERS, VOLUMES, bad_volume, state_of
from cloudtape.synthesis.services.block_storage.room import check_size, need_room
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()


@HOOKS.on(TRANSFERS, "CREATE")
def _transfer(scene: Scene, transfer: Resource, sent: Members) -> Outcome:
    volume = scene.named(VOLUMES, sent["volume_id"])
    if state_of(volume) != "available":
        raise bad_volume("status must be available")
    for one in () if sent.get("no_snapshots") else scene.where(SNAPSHOTS, volume_id=volume.id):
        if state_of(one) != "available":
            raise Refused(400, f"Invalid snapshot: snapshot: {one.id} status must be available")
    volume.set(status="awaiting-transfer")
    key = scene.world.new_id("hex")[:16]
    transfer.private |= {"auth_key": key, "no_snapshots": bool(sent.get("no_snapshots"))}
    transfer.set(source_project_id=transfer.project, volume_id=volume.id)
    return Outcome(more={"auth_key": key})


def _transfer_at(scene: Scene) -> Resource:
    found = scene.find(TRANSFERS, scene.call.ids[0])
    if found is None:
        raise not_found(scene.kind(TRANSFERS), scene.call.ids[0])
    return found


@HOOKS.answer("block-storage.volume-transfer.accept.accept", "block-storage.volume-transfers.accept.accept")
def _accept(scene: Scene) -> Answer:
    transfer = _transfer_at(scene)
    if scene.call.sent.get("auth_key") != transfer.private["auth_key"]:
        raise Refused(400, f"Invalid auth key: Attempt to transfer {transfer.id} with invalid auth key.")
    volume = scene.find(VOLUMES, transfer.members["volume_id"])  # whoever's it is
    if volume is None:
        raise not_found(scene.kind(VOLUMES), transfer.members["volume_id"])
    _check_room(scene, volume)
    _hand_over(scene, volume)
    volume.set(status="available")
    if not transfer.private.get("no_snapshots"):
        for one in list(scene.where(SNAPSHOTS, volume_id=volume.id)):
            _hand_over(scene, one)
    scene.remove(transfer)
    told = {"id": transfer.id, "name": transfer.members["name"], "volume_id": volume.id}
    link = f"{scene.call.base}/volume-transfers/{transfer.id}"
    return Answer(202, {"transfer": {**told, "links": [{"rel": "self", "href": link}]}})


def _check_room(scene: Scene, volume: Resource) -> None:
    """Raises Refused where who accepts a volume has no room for it."""
    project, size = scene.call.project, int(volume.members["size"])
    if volume.project == project:
        return
    check_size(scene, project, size)
    check_quota(scene, scene.kind(VOLUMES), project)
    need_room(scene, project, volume.members["volume_type"], {"gigabytes": size, "volumes": 1})


def _hand_over(scene: Scene, one: Resource) -> None:
    scene.world.hand_over(one, scene.call.project, scene.call.region)
    one.user = scene.call.token.user
    names = ("os-vol-tenant-attr:tenant_id", "os-extended-snapshot-attributes:project_id")
    one.set(user_id=one.user, **{name: one.project for name in names if name in one.members})


@HOOKS.on(TRANSFERS, "DELETE")
def _transfer_goes(scene: Scene, transfer: Resource, _: Members) -> None:
    if volume := scene.find(VOLUMES, transfer.members["volume_id"]):
        volume.set(status="available")
