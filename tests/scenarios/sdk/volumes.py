"""Volumes, snapshots, their types and quotas, with openstacksdk."""

from __future__ import annotations

from typing import Any

from openstack.connection import Connection

from tests.scenarios.checks import fields, listed, same
from tests.scenarios.scenario import Run, Scenario
from tests.scenarios.sdk.client import gone, into, member, names, refused

SCENARIOS: list[Scenario] = []
scenario = into(SCENARIOS)


def available_volume(run: Run, cloud: Connection, **members: Any) -> Any:
    volume = cloud.block_storage.create_volume(**members)
    run.undo(delete_volume, run, cloud, volume)
    return run.until_status(lambda: cloud.block_storage.get_volume(volume.id), "available")


def delete_volume(run: Run, cloud: Connection, volume: Any) -> None:
    cloud.block_storage.delete_volume(volume, ignore_missing=False)
    gone(run, cloud.block_storage.get_volume, volume.id)


@scenario(changed={"size": 11}, size=1)
def volume_lives_and_goes(run: Run, cloud: Connection, size: int) -> None:
    name, renamed = run.name("vol"), run.name("vol-renamed")
    volume = cloud.block_storage.create_volume(name=name, size=size, description=f"made for {name}")
    delete = run.undo(cloud.block_storage.delete_volume, volume, ignore_missing=False)
    fields(volume, name=name, size=size)
    volume = run.until_status(lambda: cloud.block_storage.get_volume(volume.id), "available")
    fields(volume, name=name, size=size, description=f"made for {name}", is_bootable=False, attachments=[])
    same(names(cloud.block_storage.volumes(name=name)), [name], "the list")
    fields(cloud.block_storage.update_volume(volume, name=renamed), name=renamed, id=volume.id)
    fields(cloud.block_storage.get_volume(volume.id), name=renamed)
    same(names(cloud.block_storage.volumes(name=name)), [], "the list of the old name")
    same(names(cloud.block_storage.volumes(name=renamed)), [renamed], "the list of the new name")
    delete()
    gone(run, cloud.block_storage.get_volume, volume.id)
    refused(404, cloud.block_storage.delete_volume, volume.id, ignore_missing=False)
    same(names(cloud.block_storage.volumes(name=renamed)), [], "the list when it is gone")


@scenario(changed={"size": 12}, size=3)
def volume_is_extended(run: Run, cloud: Connection, size: int) -> None:
    volume = available_volume(run, cloud, name=run.make("tempest VolumesExtendTest-volume"), size=2)
    cloud.block_storage.extend_volume(volume, size)

    def extended(now: Any) -> bool:
        return bool(now.status == "available" and now.size == size)

    run.until(lambda: cloud.block_storage.get_volume(volume.id), extended, f"available with {size} GiB")
    refused(400, cloud.block_storage.extend_volume, volume, size)


@scenario(changed={"keys": ("owner", "shelf")}, keys=("owner", "purpose"))
def volume_metadata_is_set_and_unset(run: Run, cloud: Connection, keys: tuple[str, str]) -> None:
    owner = run.name("team")
    volume = available_volume(run, cloud, name=run.name("vol-meta"), size=1, metadata={keys[0]: owner})
    fields(volume, metadata={keys[0]: owner})
    cloud.block_storage.set_volume_metadata(volume, **{keys[1]: "scratch"})
    fields(cloud.block_storage.get_volume(volume.id), metadata={keys[0]: owner, keys[1]: "scratch"})
    cloud.block_storage.delete_volume_metadata(volume.id, [keys[0]])
    same(cloud.block_storage.get_volume(volume.id).metadata, {keys[1]: "scratch"}, "the metadata")


@scenario(changed={"metadata": {"reason": "upgrade", "keep": "1"}}, metadata={"reason": "upgrade"})
def snapshot_of_a_volume(run: Run, cloud: Connection, metadata: dict[str, str]) -> None:
    volume = available_volume(run, cloud, name=run.name("vol-src"), size=1)
    name = run.name("vol-snap")
    snapshot = cloud.block_storage.create_snapshot(volume_id=volume.id, name=name, metadata=metadata)
    delete = run.undo(cloud.block_storage.delete_snapshot, snapshot, ignore_missing=False)
    snapshot = run.until_status(lambda: cloud.block_storage.get_snapshot(snapshot.id), "available")
    fields(snapshot, name=name, volume_id=volume.id, size=1, metadata=metadata)
    same(names(cloud.block_storage.snapshots(volume_id=volume.id)), [name], "the list")
    refused(400, cloud.block_storage.delete_volume, volume, ignore_missing=False)
    delete()
    gone(run, cloud.block_storage.get_snapshot, snapshot.id)
    same(names(cloud.block_storage.snapshots(volume_id=volume.id)), [], "the list when it is gone")


@scenario(changed={"size": 13}, size=2)
def volume_from_a_snapshot(run: Run, cloud: Connection, size: int) -> None:
    source = available_volume(run, cloud, name=run.make("hex"), size=1)
    snapshot = cloud.block_storage.create_snapshot(volume_id=source.id, name=run.name("snap"))
    delete = run.undo(cloud.block_storage.delete_snapshot, snapshot, ignore_missing=False)
    run.until_status(lambda: cloud.block_storage.get_snapshot(snapshot.id), "available")
    name = run.name("vol-from-snap")
    volume = available_volume(run, cloud, name=name, size=size, snapshot_id=snapshot.id)
    fields(volume, name=name, size=size, snapshot_id=snapshot.id)
    delete()
    gone(run, cloud.block_storage.get_snapshot, snapshot.id)


@scenario(changed={"size": 14}, size=1)
def volume_from_an_image(run: Run, cloud: Connection, size: int) -> None:
    image = cloud.image.find_image("tiny", ignore_missing=False)
    name = run.make("tempest VolumesFromImage-volume")
    volume = available_volume(run, cloud, name=name, size=size, image_id=image.id)
    fields(volume, name=name, size=size, is_bootable=True, volume_image_metadata={"image_id": image.id})


@scenario(changed={"specs": {"tier": "gold", "billing": "monthly"}}, specs={"tier": "gold"})
def volume_type_with_extra_specs(run: Run, cloud: Connection, specs: dict[str, str]) -> None:
    name = run.name("vtype")
    kind = cloud.block_storage.create_type(name=name, extra_specs=specs)
    delete = run.undo(cloud.block_storage.delete_type, kind, ignore_missing=False)
    fields(cloud.block_storage.get_type(kind.id), name=name, extra_specs=specs)
    cloud.block_storage.update_type_extra_specs(kind.id, note=run.name("note"))
    same(sorted(cloud.block_storage.get_type(kind.id).extra_specs), sorted([*specs, "note"]), "the extra specs")
    listed(cloud.block_storage.types(), "types", has=[kind.id])
    refused(409, cloud.block_storage.create_type, name=name)
    delete()
    refused(404, cloud.block_storage.get_type, kind.id)
    listed(cloud.block_storage.types(), "types", lacks=[kind.id])


@scenario(changed={"volumes": 2}, volumes=1)
def volume_quota_is_kept(run: Run, cloud: Connection, volumes: int) -> None:
    user, project = member(run, cloud)
    cloud.block_storage.update_quota_set(project, volumes=volumes)
    fields(cloud.block_storage.get_quota_set(project), volumes=volumes)
    for _ in range(volumes):
        available_volume(run, user, name=run.name("vol"), size=1)
    said = refused(413, user.block_storage.create_volume, name=run.name("vol-more"), size=1)
    same("VolumeLimitExceeded" in said or "allowed number of volumes" in said, True, said)


@scenario(changed={"size": 15}, size=1)
def volume_is_given_to_another_project(run: Run, cloud: Connection, size: int) -> None:
    user, project = member(run, cloud)
    volume = cloud.block_storage.create_volume(name=run.name("gift"), size=size)
    delete = run.undo(cloud.block_storage.delete_volume, volume)
    run.until_status(lambda: cloud.block_storage.get_volume(volume.id), "available")
    name = run.name("transfer")
    transfer = cloud.block_storage.create_transfer(volume_id=volume.id, name=name)
    fields(transfer, name=name, volume_id=volume.id)
    same(cloud.block_storage.get_volume(volume.id).status, "awaiting-transfer", "the status")
    user.block_storage.accept_transfer(transfer.id, transfer.auth_key)
    delete.forget()
    run.undo(delete_volume, run, user, volume)
    given = run.until_status(lambda: user.block_storage.get_volume(volume.id), "available")
    fields(given, project_id=project.id, size=size)


@scenario(
    changed={"action": {"os-retype": {"new_type": "none", "migration_policy": "never"}}}, action={"os-reserve": None}
)
def missing_volume_is_not_found(run: Run, cloud: Connection, action: dict[str, Any]) -> None:
    missing = run.make("uuid")
    said = refused(404, cloud.block_storage.get_volume, missing)
    same(missing in said, True, f"{missing} in {said}")
    refused(404, cloud.block_storage.delete_volume, missing, ignore_missing=False)
    answer = cloud.block_storage.post(f"/volumes/{missing}/action", json=action)
    same(answer.status_code, 404, "the status")
