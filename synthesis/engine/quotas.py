"""Quotas: how much a project may have, how much it has, and what is said when it wants more."""

from __future__ import annotations

from typing import Any

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.engine.services import Quotas
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members


def _quotas(scene: Scene, service: str) -> Quotas:
    found = scene.cloud.services[service].quotas
    assert found, f"{service} has no quotas"
    return found


def class_kind(kind: str) -> str:
    """The kind that keeps the classes of the quotas of a kind."""
    return kind.replace("quota-sets", "quota-class-sets")


def limits_of(scene: Scene, service: str, project: str) -> dict[str, int]:
    """The limits of a project, with what an admin has set."""
    kind = f"{service}/{_quotas(scene, service).kind}"
    kept = scene.world.documents.get((scene.call.region, kind, (project,)), {})
    limits = default_limits(scene, service)
    return {**limits, **{name: _number(value) for name, value in kept.items() if name in limits}}


def default_limits(scene: Scene, service: str) -> dict[str, int]:
    """The limits of a project of which nobody said anything: those of the class `default`."""
    budget = _quotas(scene, service)
    types = scene.world.all(f"{service}/{budget.types}", scene.call.region) if budget.types else ()
    there = [one.members["name"] for one in types]
    by_type = {f"{name}_{kind}": -1 for kind in [budget.default, *there] for name in budget.by_type}
    kind = class_kind(f"{service}/{budget.kind}")
    kept = scene.world.documents.get((scene.call.region, kind, ("default",)), {})
    limits = {**budget.limits, **by_type}
    return {**limits, **{name: _number(value) for name, value in kept.items() if name in limits}}


def printed_limits(scene: Scene, service: str) -> dict[str, int]:
    """The limits that the service begins with, whoever has set others since."""
    return dict(_quotas(scene, service).limits)


def _number(value: Any) -> int:
    number = whole(value)
    return -1 if number is None else number


def used_of(scene: Scene, service: str, project: str) -> dict[str, int]:
    """How much of each a project has."""
    used = dict.fromkeys(_quotas(scene, service).limits, 0)
    for kind in scene.cloud.kinds.counted(service):
        used[kind.rule.quota] = used.get(kind.rule.quota, 0) + scene.world.count(kind.name, scene.call.region, project)
    for name, members in _quotas(scene, service).sums.items():
        used[name] = sum(sum(_sizes(scene, project, f"{service}/{kind}", one)) for kind, one in members.items())
    return used


def _sizes(scene: Scene, project: str, kind: str, member: str) -> list[int]:
    shelf = scene.world.shelf(kind, scene.call.region)
    return [int(one.members.get(member) or 0) for one in shelf.walk(project)]


def check_quota(scene: Scene, kind: Kind, project: str) -> None:
    """Raises Refused when the project has all that it may have."""
    budget = scene.cloud.services[kind.service].quotas
    name = kind.rule.quota
    if budget is None or name not in budget.limits:
        return
    limit = limits_of(scene, kind.service, project)[name]
    used = scene.world.count(kind.name, scene.call.region, project)
    if 0 <= limit <= used:
        raise exceeded(scene, kind.service, name, 1, used, limit)


def check_sums(scene: Scene, service: str, project: str, wanted: dict[str, int]) -> None:
    """Raises Refused when this much more of what is added up (gigabytes, cores) is more than a project may have."""
    limits, used = limits_of(scene, service, project), used_of(scene, service, project)
    for name, more in wanted.items():
        if 0 <= limits[name] < used[name] + more:
            raise exceeded(scene, service, name, more, used[name], limits[name])


def exceeded(scene: Scene, service: str, name: str, more: int, used: int, limit: int, told: str = "") -> Refused:
    """What is said beyond a quota; `told` is its name there, where it has a longer one."""
    budget = _quotas(scene, service)
    why = budget.whys.get(name, budget.why).format(name=told or name, more=more, used=used, limit=limit)
    return Refused(budget.status, why, budget.fault)


def detailed(scene: Scene, service: str, project: str) -> Members:
    """Each quota with its limit, what is used and what is reserved."""
    used = used_of(scene, service, project)
    limits = limits_of(scene, service, project)
    return {name: {"limit": limit, "in_use": used.get(name, 0), "reserved": 0} for name, limit in limits.items()}
