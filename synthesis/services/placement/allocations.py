"""Placement: what consumers have, and where there is room for more.

Sources: placement's `handlers/allocation.py`, `allocation_candidate.py`, `usage.py`.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.placement.providers import (
    CONSUMERS,
    Consumer,
    amounts,
    capacity,
    consumers,
    fits,
    has_room,
    has_traits,
    placed,
    provider,
    providers,
    usages,
)
from cloudtape.synthesis.worlds.shelves import Members

HOOKS = Hooks()

Amounts = dict[str, dict[str, int]]
WITH_OWNER, WITH_GENERATION, WITH_TYPE = (1, 12), (1, 28), (1, 38)


def _consumer(scene: Scene, id_: str) -> Consumer | None:
    return next((one for one in consumers(scene) if one.id == id_), None)


@placed(HOOKS, "allocations.show")
def _show(scene: Scene) -> Answer:
    one, micro = _consumer(scene, scene.call.id), scene.call.micro
    if one is None:
        return Answer(200, {"allocations": {}})
    generations = {of.id: of.members["generation"] for of in providers(scene)}
    told: Members = {
        "allocations": {
            id_: {"resources": found, "generation": generations.get(id_, 0)} for id_, found in one.allocations.items()
        }
    }
    if micro >= WITH_OWNER:
        told |= {"project_id": one.project, "user_id": one.user}
    return Answer(200, told | _generation(scene, one))


def _generation(scene: Scene, one: Consumer) -> Members:
    told: Members = {"consumer_generation": one.generation} if scene.call.micro >= WITH_GENERATION else {}
    return told | ({"consumer_type": one.kind} if scene.call.micro >= WITH_TYPE else {})


@placed(HOOKS, "resource-providers.allocations.list")
def _of_provider(scene: Scene) -> Answer:
    one = provider(scene)
    found = {
        of.id: {"resources": of.allocations[one.id], **_generation(scene, of)}
        for of in consumers(scene)
        if one.id in of.allocations
    }
    return Answer(200, {"resource_provider_generation": one.members["generation"], "allocations": found})


@placed(HOOKS, "allocations.replace")
def _replace(scene: Scene) -> Answer:
    _claim(scene, {scene.call.id: scene.call.body})
    return Answer(204)


@placed(HOOKS, "allocations.manage", (1, 13))
def _manage(scene: Scene) -> Answer:
    if not isinstance(scene.call.body, dict):
        raise Refused(400, "Malformed JSON: the request body must be an object.")
    _claim(scene, scene.call.body)
    return Answer(204)


@placed(HOOKS, "allocations.delete")
def _delete(scene: Scene) -> Answer:
    if _consumer(scene, scene.call.id) is None:
        raise Refused(404, f"No allocations for consumer '{scene.call.id}'")
    _keep(scene, scene.call.id, {}, {})
    return Answer(204)


def _claim(scene: Scene, wanted: Members) -> None:
    """Give consumers what they ask for, all or nothing. Raises Refused."""
    read = {id_: _read(scene, id_, sent) for id_, sent in wanted.items()}
    for one in providers(scene):
        used = Counter(usages(scene, one))
        for id_ in read:
            before = _consumer(scene, id_)
            used.subtract(before.allocations.get(one.id, {}) if before else {})
        for found in read.values():
            for name, amount in found.get(one.id, {}).items():
                if not fits(one, name, amount, used[name]):
                    why = f"Unable to create allocation for '{name}' on resource provider '{one.id}'."
                    raise Refused(
                        409, f"Unable to allocate inventory: {why} The requested amount would exceed the capacity."
                    )
                used[name] += amount
    for id_, found in read.items():
        _keep(scene, id_, found, wanted[id_])


def _read(scene: Scene, id_: str, sent: Any) -> Amounts:
    told = sent.get("allocations") if isinstance(sent, dict) else None
    if isinstance(told, list):  # before 1.12
        told = {one["resource_provider"]["uuid"]: {"resources": one["resources"]} for one in told}
    if not isinstance(told, dict):
        raise Refused(400, "JSON does not validate: 'allocations' is a required property")
    if scene.call.micro >= WITH_GENERATION:
        before = _consumer(scene, id_)
        if "consumer_generation" not in sent:
            raise Refused(400, "JSON does not validate: 'consumer_generation' is a required property")
        if sent["consumer_generation"] != (before.generation if before else None):
            have = before.generation if before else None
            why = f"consumer generation conflict - expected {have} but got {sent['consumer_generation']}"
            raise Refused(409, why)
    found: Amounts = {}
    for uuid, of in told.items():
        resources = of.get("resources") if isinstance(of, dict) else None
        if not isinstance(resources, dict) or not all(isinstance(one, int) and one > 0 for one in resources.values()):
            raise Refused(400, "JSON does not validate: 'resources' is a required property")
        found[provider(scene, uuid, 400).id] = dict(resources)
    return found


def _keep(scene: Scene, id_: str, found: Amounts, sent: Members) -> None:
    """What a consumer has from now on; a server that has nothing is remembered, since it would have something."""
    before = _consumer(scene, id_)
    shelf = scene.world.shelf(CONSUMERS, scene.call.region)
    if (old := shelf.get(id_)) is not None:
        scene.remove(old)
    if not found and scene.find("compute/servers", id_) is None:
        return
    members = {
        "consumer_uuid": id_,
        "project_id": sent.get("project_id") or (before.project if before else scene.call.project),
        "user_id": sent.get("user_id") or (before.user if before else scene.call.token.user),
        "consumer_type": sent.get("consumer_type") or (before.kind if before else "unknown"),
        "generation": before.generation + 1 if before else 1,
    }
    scene.world.add(CONSUMERS, members, region=scene.call.region).private["claimed"] = found


# --- all that is used, and room for more --------------------------------------------------------------------------


@placed(HOOKS, "usages.list", (1, 9), everybody=True)
def _usages(scene: Scene) -> Answer:
    project, user, micro = scene.call.asked("project_id"), scene.call.asked("user_id"), scene.call.micro
    if not project:
        raise Refused(400, "Invalid query string parameters: 'project_id' is a required property")
    if project != scene.call.project and not scene.call.token.is_admin:
        raise Refused(403, "Policy does not allow placement:usages to be performed.")
    mine = [one for one in consumers(scene) if one.project == project and user in (None, one.user)]
    if micro < WITH_TYPE:
        return Answer(200, {"usages": _sum(mine)})
    kinds = dict.fromkeys(one.kind for one in mine)
    by_kind = {kind: [one for one in mine if one.kind == kind] for kind in kinds}
    return Answer(200, {"usages": {kind: {**_sum(of), "consumer_count": len(of)} for kind, of in by_kind.items()}})


def _sum(found: list[Consumer]) -> dict[str, int]:
    return dict(sum((Counter(of) for one in found for of in one.allocations.values()), Counter()))


@placed(HOOKS, "allocation-candidates.list", (1, 10))
def _candidates(scene: Scene) -> Answer:
    asked = scene.call.asked
    wanted = amounts(asked("resources"))
    if not wanted and not any(name.startswith("resources") for name, _ in scene.call.query):
        raise Refused(400, "All requests must specify resources.")
    # Numbered groups are served by one provider, too: none here has children.
    groups = [
        amounts(value) for name, value in scene.call.query if name.startswith("resources") and name != "resources"
    ]
    wanted = dict(sum(map(Counter, groups), Counter(wanted)))
    found = [one for one in providers(scene) if has_traits(one, asked("required")) and has_room(scene, one, wanted)]
    limit = whole(asked("limit"))
    found = found if limit is None else found[: max(0, limit)]
    requests: list[Members] = []
    for one in found:
        if scene.call.micro >= WITH_OWNER:
            request: Members = {"allocations": {one.id: {"resources": wanted}}}
        else:
            request = {"allocations": [{"resource_provider": {"uuid": one.id}, "resources": wanted}]}
        requests.append(request | ({"mappings": {"": [one.id]}} if scene.call.micro >= (1, 34) else {}))
    summaries = {one.id: _summary(scene, one, wanted) for one in found}
    return Answer(200, {"allocation_requests": requests, "provider_summaries": summaries})


def _summary(scene: Scene, one: Any, wanted: dict[str, int]) -> Members:
    used, micro = usages(scene, one), scene.call.micro
    told: Members = {
        "resources": {
            name: {"capacity": capacity(of), "used": used.get(name, 0)}
            for name, of in one.private["inventories"].items()
            if micro >= (1, 27) or name in wanted
        }
    }
    if micro >= (1, 17):
        told["traits"] = one.private["traits"]
    if micro >= (1, 29):
        told |= {name: one.members[name] for name in ("parent_provider_uuid", "root_provider_uuid")}
    return told


@placed(HOOKS, "reshaper.reshape", (1, 30))
def _reshape(scene: Scene) -> Answer:
    """Inventories and allocations at once. Raises Refused."""
    sent = scene.call.body if isinstance(scene.call.body, dict) else {}
    for id_, told in (sent.get("inventories") or {}).items():
        one = provider(scene, id_, 400)
        if told.get("resource_provider_generation") != one.members["generation"]:
            raise Refused(409, "resource provider generation conflict")
        one.private["inventories"] = told.get("inventories") or {}
        one.set(generation=one.members["generation"] + 1)
    _claim(scene, sent.get("allocations") or {})
    return Answer(204)
