"""Cinder besides volumes: snapshots, backups, transfers, types, quality of service, quotas.

Sources: cinder's `api/v2`, `api/v3`, `api/contrib`.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.filters import TRUE
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.quota_classes import read_class, write_class
from cloudtape.synthesis.engine.quotas import check_sums, default_limits, detailed, limits_of, used_of
from cloudtape.synthesis.engine.scene import Outcome, Scene, not_found
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.block_storage.volumes import (
    BACKUPS,
    ENCRYPTION,
    QOS,
    QUOTAS,
    SNAPSHOTS,
    TRANSFERS,
    TYPES,
    VOLUMES,
)
from cloudtape.synthesis.worlds.lifecycle import look
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
HOOKS.on("block-storage/os-quota-class-sets", "READ")(read_class)
HOOKS.on("block-storage/os-quota-class-sets", "WRITE")(write_class)

FREE = (3, 66)
"""From here on a volume in use may be copied without being forced to."""


def _forced(sent: Members) -> bool:
    return str(sent.get("force")).lower() in TRUE


# --- snapshots, backups, transfers --------------------------------------------------------------------------------


@HOOKS.on(SNAPSHOTS, "CREATE")
def _snapshot(scene: Scene, snapshot: Resource, sent: Members) -> None:
    volume = scene.need(VOLUMES, sent["volume_id"])
    look(volume, scene.world.clock)
    if volume.members["status"] != "available" and not (_forced(sent) or scene.call.micro >= FREE):
        raise Refused(
            400, f"Invalid volume: Volume {volume.id} status must be available, but is {volume.members['status']}."
        )
    snapshot.set(size=0)
    check_sums(scene, "block-storage", snapshot.project, {"gigabytes": volume.members["size"]})
    snapshot.set(size=volume.members["size"], metadata=dict(sent.get("metadata") or {}))


@HOOKS.on(BACKUPS, "CREATE")
def _backup(scene: Scene, backup: Resource, sent: Members) -> None:
    volume = scene.need(VOLUMES, sent["volume_id"])
    backup.private["metadata_of_volume"] = dict(volume.members["metadata"])
    backup.set(size=volume.members["size"], is_incremental=bool(sent.get("incremental")))
    backup.set(container=sent.get("container") or "volumebackups")


@HOOKS.answer("block-storage.backups.restore.restore")
def _restore(scene: Scene) -> Answer:
    backup, sent = scene.need(BACKUPS, scene.call.ids[0]), scene.call.sent
    volume = scene.need(VOLUMES, sent["volume_id"]) if sent.get("volume_id") else None
    if volume is None:
        name = sent.get("name") or f"restore_backup_{backup.id}"
        volume = scene.add(VOLUMES, {"name": name, "size": backup.members["size"], "status": "available"})
    volume.set(metadata={**volume.members["metadata"], **backup.private.get("metadata_of_volume", {})})
    told = {"backup_id": backup.id, "volume_id": volume.id, "volume_name": volume.members["name"]}
    return Answer(202, {"restore": told})


@HOOKS.on(TRANSFERS, "CREATE")
def _transfer(scene: Scene, transfer: Resource, sent: Members) -> Outcome:
    volume = scene.need(VOLUMES, sent["volume_id"])
    if volume.members["status"] not in ("available", "creating"):
        raise Refused(400, "Invalid volume: status must be available")
    volume.pending = None
    volume.set(status="awaiting-transfer")
    key = scene.world.new_id("hex")[:16]
    transfer.private["auth_key"] = key
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
    volume = scene.need(VOLUMES, transfer.members["volume_id"])
    scene.world.hand_over(volume, scene.call.project, scene.call.region)
    volume.user = scene.call.token.user
    owner = {"os-vol-tenant-attr:tenant_id": scene.call.project, "user_id": scene.call.token.user}
    volume.set(status="available", **owner)
    scene.remove(transfer)
    told = {"id": transfer.id, "name": transfer.members["name"], "volume_id": volume.id}
    link = f"{scene.call.base}/volume-transfers/{transfer.id}"
    return Answer(202, {"transfer": {**told, "links": [{"rel": "self", "href": link}]}})


@HOOKS.on(TRANSFERS, "DELETE")
def _transfer_goes(scene: Scene, transfer: Resource, _: Members) -> None:
    if volume := scene.find(VOLUMES, transfer.members["volume_id"]):
        volume.set(status="available")


# --- types and quality of service ---------------------------------------------------------------------------------


@HOOKS.on(TYPES, "CREATE", "UPDATE")
def _type(_: Scene, one: Resource, sent: Members) -> None:
    said = sent.get("os-volume-type-access:is_public", sent.get("is_public"))
    if said is not None:
        one.set(is_public=bool(said), **{"os-volume-type-access:is_public": bool(said)})
    if one.members.get("extra_specs") is None:
        one.set(extra_specs={})


@HOOKS.on(TYPES, "addProjectAccess", "removeProjectAccess")
@HOOKS.on("shared-file-system/types", "addProjectAccess", "removeProjectAccess")
def _access(scene: Scene, one: Resource, sent: Members) -> None:
    held = [project for project in one.members.get("_shared_with", ()) if project != sent.get("project")]
    adds = scene.call.plan.operation.action == "addProjectAccess"
    one.set(_shared_with=[*held, sent.get("project")] if adds else held)


@HOOKS.answer("block-storage.types.os-volume-type-access.show")
def _who(scene: Scene) -> Answer:
    one = scene.need(TYPES, scene.call.ids[0])
    shared = one.members.get("_shared_with", ())
    return Answer(
        200, {"volume_type_access": [{"volume_type_id": one.id, "project_id": project} for project in shared]}
    )


@HOOKS.on(QOS, "CREATE")
def _qos(_: Scene, one: Resource, sent: Members) -> None:
    specs = {name: value for name, value in sent.items() if name not in ("name", "consumer")}
    for name in specs:
        one.members.pop(name, None)
    one.set(specs=specs, consumer=sent.get("consumer") or "back-end")


@HOOKS.answer("block-storage.qos-specs.set")
def _set_qos(scene: Scene) -> Answer:
    one = scene.need(QOS, scene.call.id)
    sent = scene.call.sent
    if "consumer" in sent:
        one.set(consumer=sent.pop("consumer"))
    one.set(specs={**one.members["specs"], **sent})
    return Answer(200, {"qos_specs": scene.call.sent})


@HOOKS.answer("block-storage.qos-specs.delete-keys")
def _unset_qos(scene: Scene) -> Answer:
    one = scene.need(QOS, scene.call.ids[0])
    keys = scene.call.body.get("keys") if isinstance(scene.call.body, dict) else []
    if not isinstance(keys, list):
        raise Refused(400, f"Invalid input for field/attribute keys. Value: {keys}. {keys!r} is not of type 'array'")
    one.set(specs={name: value for name, value in one.members["specs"].items() if name not in keys})
    return Answer(202)


@HOOKS.answer(
    "block-storage.qos-specs.associate.associate",
    "block-storage.qos-specs.disassociate.disassociate",
    "block-storage.qos-specs.disassociate-all.disassociate",
)
def _associate(scene: Scene) -> Answer:
    qos, how = scene.need(QOS, scene.call.ids[0]), scene.call.path[-1]
    for one in scene.where(TYPES):
        if how == "disassociate_all" and one.members["qos_specs_id"] == qos.id:
            one.set(qos_specs_id=None)
        elif one.id == scene.call.asked("vol_type_id"):
            one.set(qos_specs_id=qos.id if how == "associate" else None)
    return Answer(202)


@HOOKS.answer("block-storage.qos-specs.associations.show")
def _associations(scene: Scene) -> Answer:
    qos = scene.need(QOS, scene.call.ids[0])
    found = scene.where(TYPES, qos_specs_id=qos.id)
    entries = [{"association_type": "volume_type", "name": one.members["name"], "id": one.id} for one in found]
    return Answer(200, {"qos_associations": entries})


@HOOKS.on(ENCRYPTION, "CREATE")
def _encrypt(scene: Scene, one: Resource, _: Members) -> None:
    if len(scene.world.shelf(ENCRYPTION, scene.call.region, one.parents)) > 1:
        raise Refused(400, f"Volume type encryption for type {one.parents[0]} already exists.")
    one.set(volume_type_id=one.parents[0])


def _encryption_of(scene: Scene) -> Resource | None:
    """That of a type. Its id in a path says nothing: cinder's own client writes `provider` there."""
    shelf = scene.world.shelf(ENCRYPTION, scene.call.region, (scene.need(TYPES, scene.call.ids[0]).id,))
    return next(iter(shelf), None)


@HOOKS.answer("block-storage.types.encryption.show")
def _encryption(scene: Scene) -> Answer:
    """In no wrapper."""
    one = _encryption_of(scene)
    return Answer(200, dict(one.members) if one else {}, whole=True)


@HOOKS.answer("block-storage.types.encryption.update", "block-storage.types.encryption.delete")
def _change_encryption(scene: Scene) -> Answer:
    one = _encryption_of(scene)
    if one is None:
        raise Refused(404, f"Volume type encryption for type {scene.call.ids[0]} does not exist.")
    if scene.call.request.method == "DELETE":
        scene.remove(one)
        return Answer(202)
    sent = {name: value for name, value in scene.call.sent.items() if name in one.members}
    one.set(**sent)
    return Answer(200, {"encryption": sent}, whole=True)


# --- limits and quotas --------------------------------------------------------------------------------------------

LIMITS = {
    "maxTotalVolumes": "volumes",
    "maxTotalSnapshots": "snapshots",
    "maxTotalVolumeGigabytes": "gigabytes",
    "maxTotalBackups": "backups",
    "maxTotalBackupGigabytes": "backup_gigabytes",
}
USED = {
    "totalVolumesUsed": "volumes",
    "totalSnapshotsUsed": "snapshots",
    "totalGigabytesUsed": "gigabytes",
    "totalBackupsUsed": "backups",
    "totalBackupGigabytesUsed": "backup_gigabytes",
}


@HOOKS.answer("block-storage.limits.show")
def _limits(scene: Scene) -> Answer:
    project = scene.call.project
    limits, used = limits_of(scene, "block-storage", project), used_of(scene, "block-storage", project)
    absolute = {name: limits[quota] for name, quota in LIMITS.items()}
    absolute |= {name: used.get(quota, 0) for name, quota in USED.items()}
    return Answer(200, {"limits": {"rate": [], "absolute": absolute}})


@HOOKS.on(QUOTAS, "READ")
def _quota_set(scene: Scene, shown: Resource, _: Members) -> Outcome:
    project = scene.call.ids[0] if scene.call.ids else scene.call.project
    if (scene.call.asked("usage") or "").lower() == "true":
        return Outcome({"id": project, **detailed(scene, "block-storage", project)})
    return Outcome({**shown.members, **limits_of(scene, "block-storage", project), "id": project})


@HOOKS.on(QUOTAS, "WRITE")
def _set_quota(scene: Scene, _: Resource, sent: Members) -> Outcome:
    if not scene.call.token.is_admin:
        raise Refused(403, "Policy doesn't allow volume_extension:quotas:update to be performed.")
    kept = scene.world.documents.setdefault((scene.call.region, QUOTAS, (scene.call.ids[0],)), {})
    kept.update({name: value for name, value in sent.items() if name != "tenant_id"})
    return Outcome({"quota_set": {**limits_of(scene, "block-storage", scene.call.ids[0]), **kept}})


@HOOKS.answer("block-storage.quota-sets.defaults.show", "block-storage.quota-sets.project.defaults.show")
def _defaults(scene: Scene) -> Answer:
    project = scene.call.ids[0] if scene.call.ids else ""
    return Answer(200, {"quota_set": {"id": project, **default_limits(scene, "block-storage")}})
