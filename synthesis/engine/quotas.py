"""Quotas: how much a project may have, how much it has, and what is said when it wants more."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members


class Budget(msgspec.Struct, frozen=True):
    """A service's quotas: where they are kept, the kind that each counts, their limits, and the refusal.

    Of those in `by_type` there is one more, without a limit, for each resource of the kind `types`, `default` always
    among them.
    """

    kind: str
    limits: dict[str, int]
    status: int = 403
    fault: str = ""
    why: str = "Quota exceeded for {name}: Requested 1, but already used {used} of {limit} {name}"
    by_type: tuple[str, ...] = ()
    types: str = ""
    default: str = ""


BUDGETS = {
    "compute": Budget(
        "compute/os-quota-sets",
        {
            "instances": 10_000,
            "cores": 100_000,
            "ram": 51_200_000,
            "key_pairs": 10_000,
            "server_groups": 1_000,
            "server_group_members": 1_000,
            "metadata_items": 128,
            "injected_files": 5,
            "injected_file_content_bytes": 10_240,
            "injected_file_path_bytes": 255,
            "fixed_ips": -1,
            "floating_ips": -1,
            "security_groups": -1,
            "security_group_rules": -1,
        },
    ),
    "block-storage": Budget(
        "block-storage/os-quota-sets",
        {
            "volumes": 10_000,
            "snapshots": 10_000,
            "gigabytes": 1_000_000,
            "backups": 10_000,
            "backup_gigabytes": 1_000_000,
            "per_volume_gigabytes": -1,
            "groups": 1_000,
        },
        413,
        by_type=("volumes", "snapshots", "gigabytes"),
        types="block-storage/types",
        default="__DEFAULT__",
        why="VolumeLimitExceeded: Maximum number of {name} allowed ({limit}) exceeded for quota '{name}'.",
    ),
    "network": Budget(
        "network/quotas",
        {
            "network": 10_000,
            "subnet": 10_000,
            "port": 50_000,
            "router": 1_000,
            "floatingip": 5_000,
            "security_group": 1_000,
            "security_group_rule": 10_000,
            "subnetpool": -1,
            "rbac_policy": 1_000,
            "trunk": 1_000,
            "loadbalancer": 100,
            "listener": -1,
            "pool": 100,
            "member": -1,
            "health_monitor": -1,
            "vip": 100,
        },
        409,
        "OverQuota",
        why="Quota exceeded for resources: ['{name}'].",
    ),
    "shared-file-system": Budget(
        "shared-file-system/os-quota-sets",
        {
            "shares": 5_000,
            "snapshots": 5_000,
            "gigabytes": 100_000,
            "snapshot_gigabytes": 100_000,
            "share_networks": 1_000,
            "share_groups": 500,
            "share_group_snapshots": 500,
            "share_replicas": 1_000,
            "replica_gigabytes": 10_000,
            "per_share_gigabytes": -1,
        },
        413,
        why="ShareLimitExceeded: Maximum number of {name} allowed ({limit}) exceeded.",
    ),
}


def limits_of(scene: Scene, service: str, project: str) -> dict[str, int]:
    """The limits of a project, with what an admin has set."""
    budget = BUDGETS[service]
    kept = scene.world.documents.get((scene.call.region, budget.kind, (project,)), {})
    limits = default_limits(scene, service)
    return {**limits, **{name: _number(value) for name, value in kept.items() if name in limits}}


def default_limits(scene: Scene, service: str) -> dict[str, int]:
    """The limits of a project of which nobody said anything: those of the class `default`."""
    budget = BUDGETS[service]
    there = [one.members["name"] for one in scene.world.all(budget.types, scene.call.region)]
    by_type = {f"{name}_{kind}": -1 for kind in [budget.default, *there] for name in budget.by_type}
    kind = budget.kind.replace("quota-sets", "quota-class-sets")
    kept = scene.world.documents.get((scene.call.region, kind, ("default",)), {})
    limits = {**budget.limits, **by_type}
    return {**limits, **{name: _number(value) for name, value in kept.items() if name in limits}}


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int) or str(value).lstrip("-").isdigit() else -1


def used_of(scene: Scene, service: str, project: str) -> dict[str, int]:
    """How much of each a project has."""
    used = dict.fromkeys(BUDGETS[service].limits, 0)
    for kind in scene.cloud.kinds.counted(service):
        used[kind.rule.quota] = used.get(kind.rule.quota, 0) + scene.world.shelf(kind.name, scene.call.region).count(
            project
        )
    for name, members in SUMS.get(service, {}).items():
        used[name] = sum(sum(_sizes(scene, project, kind, member)) for kind, member in members)
    return used


# Quotas that add up members: kinds, and the member of each.
SUMS: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {
    "block-storage": {
        "gigabytes": (("block-storage/volumes", "size"), ("block-storage/snapshots", "size")),
        "backup_gigabytes": (("block-storage/backups", "size"),),
    },
    "shared-file-system": {"gigabytes": (("shared-file-system/shares", "size"),)},
    "compute": {"cores": (("compute/servers", "_vcpus"),), "ram": (("compute/servers", "_ram"),)},
}


def _sizes(scene: Scene, project: str, kind: str, member: str) -> list[int]:
    shelf = scene.world.shelf(kind, scene.call.region)
    return [int(one.members.get(member) or 0) for one in shelf.walk(project)]


def check_quota(scene: Scene, kind: Kind, project: str) -> None:
    """Raises Refused when the project has all that it may have."""
    budget = BUDGETS.get(kind.service)
    name = kind.rule.quota
    if budget is None or name not in budget.limits:
        return
    limit = limits_of(scene, kind.service, project)[name]
    used = scene.world.shelf(kind.name, scene.call.region).count(project)
    if 0 <= limit <= used:
        raise Refused(budget.status, budget.why.format(name=name, used=used, limit=limit), budget.fault)


def check_sums(scene: Scene, service: str, project: str, wanted: dict[str, int]) -> None:
    """Raises Refused when this much more of what is added up (gigabytes, cores) is more than a project may have."""
    budget, limits, used = BUDGETS[service], limits_of(scene, service, project), used_of(scene, service, project)
    for name, more in wanted.items():
        if 0 <= limits[name] < used[name] + more:
            raise Refused(
                budget.status, budget.why.format(name=name, used=used[name], limit=limits[name]), budget.fault
            )


def detailed(scene: Scene, service: str, project: str) -> Members:
    """Each quota with its limit, what is used and what is reserved."""
    used = used_of(scene, service, project)
    limits = limits_of(scene, service, project)
    return {name: {"limit": limit, "in_use": used.get(name, 0), "reserved": 0} for name, limit in limits.items()}
