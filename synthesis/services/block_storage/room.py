"""Cinder: whether a project may have more, as its quotas say, those of volume types among them.

Sources: cinder's `quota_utils.py`, `volume/flows/api/create_volume.py`.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.quotas import check_sums, exceeded, limits_of
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.block_storage.kinds import SNAPSHOTS, TYPES, VOLUMES
from cloudtape.synthesis.worlds.shelves import Members

SERVICE = "block-storage"


def need_room(scene: Scene, project: str, kind: str, more: Members) -> None:
    """Raises Refused where volumes, snapshots or gigabytes of a volume type are more than a project may have."""
    check_sums(scene, SERVICE, project, {"gigabytes": more.get("gigabytes", 0)})
    need_room_of_type(scene, project, kind, more)


def need_room_of_type(scene: Scene, project: str, kind: str, more: Members) -> None:
    """Raises Refused where that is more of a volume type than a project may have."""
    limits = limits_of(scene, SERVICE, project)
    bound = {name: limits.get(f"{name}_{kind}", -1) for name in more}
    if all(limit < 0 for limit in bound.values()):
        return
    used = used_of_type(scene, project, kind)
    for name, wanted in sorted(more.items()):
        if 0 <= bound[name] < used[name] + wanted:
            raise exceeded(scene, SERVICE, name, wanted, used[name], bound[name], f"{name}_{kind}")


def check_size(scene: Scene, project: str, size: int) -> None:
    """Raises Refused for a volume that is larger than any may be."""
    limit = limits_of(scene, SERVICE, project)["per_volume_gigabytes"]
    if 0 <= limit < size:
        why = f"Requested volume size {size}G is larger than maximum allowed limit {limit}G."
        raise Refused(413, f"VolumeSizeExceedsLimit: {why}")


def used_of_type(scene: Scene, project: str, kind: str) -> dict[str, int]:
    """How much of a volume type a project has."""
    volumes = [one for one in scene.where(VOLUMES, volume_type=kind) if one.project == project]
    ids = {one.id for one in volumes}
    snapshots = [one for one in scene.where(SNAPSHOTS) if one.project == project and one.members["volume_id"] in ids]
    sizes = sum(int(one.members.get("size") or 0) for one in (*volumes, *snapshots))
    return {"volumes": len(volumes), "snapshots": len(snapshots), "gigabytes": sizes}


def used_by_types(scene: Scene, project: str) -> dict[str, int]:
    """The same of all types, by the names of their quotas."""
    kinds = [str(one.members["name"]) for one in scene.where(TYPES)]
    used = {kind: used_of_type(scene, project, kind) for kind in kinds}
    return {f"{name}_{kind}": number for kind, numbers in used.items() for name, number in numbers.items()}
