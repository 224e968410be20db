"""Placement: inventories, aggregates and traits of providers.

Sources: placement's `handlers/inventory.py`, `aggregate.py`, `trait.py`.
"""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.placement.names import class_names, trait_names
from cloudtape.synthesis.services.placement.providers import (
    UNITS,
    capacity,
    changed,
    check_generation,
    placed,
    provider,
    sent_object,
    usages,
)
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

BASE = "resource-providers"


def _with_generation(one: Resource, **more: Any) -> Members:
    return {"resource_provider_generation": one.members["generation"], **more}


# --- inventories --------------------------------------------------------------------------------------------------


def _inventory(scene: Scene, one: Resource, name: str, sent: Any) -> Members:
    """What a client says of a class. Raises Refused."""
    if not isinstance(sent, dict) or not isinstance(sent.get("total"), int) or sent["total"] < 1:
        raise Refused(400, "JSON does not validate: 'total' is a required property")
    if name not in class_names(scene):
        raise Refused(400, f"Unknown resource class in inventory for resource provider {one.id}: {name}")
    told = {**UNITS, **{key: value for key, value in sent.items() if key in (*UNITS, "total")}}
    if any(not isinstance(value, int | float) or isinstance(value, bool) for value in told.values()):
        raise Refused(400, "JSON does not validate: a number is expected")
    if told["reserved"] > told["total"]:
        raise Refused(400, f"Unable to update inventory for resource provider {one.id}: Invalid inventory for '{name}'")
    return told


def _free(scene: Scene, one: Resource, names: set[str]) -> None:
    """Raises Refused where some class is in use."""
    if used := sorted(names & usages(scene, one).keys()):
        raise Refused(409, f"Inventory for {', '.join(used)} on resource provider {one.id} in use.")


@placed(HOOKS, f"{BASE}.inventories.list")
def _list(scene: Scene) -> Answer:
    one = provider(scene)
    return Answer(200, _with_generation(one, inventories=one.private["inventories"]))


@placed(HOOKS, f"{BASE}.inventories.replace")
def _replace(scene: Scene) -> Answer:
    one, sent = provider(scene), sent_object(scene)
    check_generation(one, sent)
    wanted = sent.get("inventories")
    if not isinstance(wanted, dict):
        raise Refused(400, "JSON does not validate: 'inventories' is a required property")
    made = {name: _inventory(scene, one, name, told) for name, told in wanted.items()}
    _free(scene, one, set(one.private["inventories"]) - set(made))
    one.private["inventories"] = made
    changed(one)
    return _list(scene)


@placed(HOOKS, f"{BASE}.inventories.clear", (1, 5))
def _clear(scene: Scene) -> Answer:
    one = provider(scene)
    _free(scene, one, set(one.private["inventories"]))
    one.private["inventories"] = {}
    changed(one)
    return Answer(204)


@placed(HOOKS, f"{BASE}.inventories.create")
def _create(scene: Scene) -> Answer:
    one, sent = provider(scene), sent_object(scene)
    name = str(sent.get("resource_class"))
    if name in one.private["inventories"]:
        raise Refused(409, f"Update conflict: Inventory of {name} already exists for resource provider {one.id}.")
    one.private["inventories"][name] = _inventory(scene, one, name, sent)
    changed(one)
    return Answer(201, _with_generation(one, **one.private["inventories"][name]))


def _one(scene: Scene) -> tuple[Resource, str]:
    one, name = provider(scene), scene.call.ids[1]
    if name not in one.private["inventories"]:
        raise Refused(404, f"No inventory of class {name} for {one.id}")
    return one, name


@placed(HOOKS, f"{BASE}.inventories.show")
def _show(scene: Scene) -> Answer:
    one, name = _one(scene)
    return Answer(200, _with_generation(one, **one.private["inventories"][name]))


@placed(HOOKS, f"{BASE}.inventories.update")
def _update(scene: Scene) -> Answer:
    one, sent, name = provider(scene), sent_object(scene), scene.call.ids[1]
    check_generation(one, sent)
    made = _inventory(scene, one, name, sent)
    if usages(scene, one).get(name, 0) > capacity(made):
        raise Refused(409, f"update conflict: Inventory for {name} on resource provider {one.id} in use.")
    one.private["inventories"][name] = made
    changed(one)
    return Answer(200, _with_generation(one, **made))


@placed(HOOKS, f"{BASE}.inventories.delete")
def _delete(scene: Scene) -> Answer:
    one, name = _one(scene)
    _free(scene, one, {name})
    del one.private["inventories"][name]
    changed(one)
    return Answer(204)


# --- aggregates and traits ----------------------------------------------------------------------------------------


@placed(HOOKS, f"{BASE}.aggregates.list", (1, 1))
def _aggregates(scene: Scene) -> Answer:
    one = provider(scene)
    told = {"aggregates": one.private["aggregates"]}
    return Answer(200, _with_generation(one, **told) if scene.call.micro >= (1, 19) else told)


@placed(HOOKS, f"{BASE}.aggregates.replace", (1, 1))
def _set_aggregates(scene: Scene) -> Answer:
    one, body = provider(scene), scene.call.body
    if scene.call.micro >= (1, 19):
        check_generation(one, sent_object(scene))
    found = body.get("aggregates") if isinstance(body, dict) else body
    if not isinstance(found, list):
        raise Refused(400, "JSON does not validate: a list of aggregates is expected")
    one.private["aggregates"] = list(dict.fromkeys(map(str, found)))
    changed(one)
    return _aggregates(scene)


@placed(HOOKS, f"{BASE}.traits.list", (1, 6))
def _traits(scene: Scene) -> Answer:
    one = provider(scene)
    return Answer(200, _with_generation(one, traits=one.private["traits"]))


@placed(HOOKS, f"{BASE}.traits.replace", (1, 6))
def _set_traits(scene: Scene) -> Answer:
    one, sent = provider(scene), sent_object(scene)
    check_generation(one, sent)
    found = sent.get("traits")
    if not isinstance(found, list):
        raise Refused(400, "JSON does not validate: 'traits' is a required property")
    if unknown := [name for name in found if name not in trait_names(scene)]:
        raise Refused(400, f"No such trait {', '.join(map(str, unknown))}")
    one.private["traits"] = list(dict.fromkeys(found))
    changed(one)
    return _traits(scene)


@placed(HOOKS, f"{BASE}.traits.clear", (1, 6))
def _clear_traits(scene: Scene) -> Answer:
    one = provider(scene)
    one.private["traits"] = []
    changed(one)
    return Answer(204)


@placed(HOOKS, f"{BASE}.usages.list")
def _usages(scene: Scene) -> Answer:
    one = provider(scene)
    used = usages(scene, one)
    return Answer(200, _with_generation(one, usages={name: used.get(name, 0) for name in one.private["inventories"]}))
