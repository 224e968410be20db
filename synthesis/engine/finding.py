"""Which resources a call is about, and who may see them."""

from __future__ import annotations

from collections.abc import Callable

from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.engine.filters import FALSE, TRUE
from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.engine.scene import Scene, not_found
from cloudtape.synthesis.engine.seeing import is_seen
from cloudtape.synthesis.worlds.lifecycle import look
from cloudtape.synthesis.worlds.shelves import Resource, Shelf

ASK_FOR_ALL = ("all_tenants", "all_projects", "global_tenant")


def item(scene: Scene, kind: str, id_: str, parents: tuple[str, ...] = ()) -> Resource:
    """The resource, as it is now. Raises Refused when it is not there, or is somebody else's."""
    found = scene.world.find(kind, id_, scene.call.region, canonical(scene, parents))
    if found is None or not sees(scene, found) or not is_there(scene, found):
        raise not_found(scene.kind(kind), id_)
    return found


def canonical(scene: Scene, parents: tuple[str, ...]) -> tuple[str, ...]:
    """The parents by their ids, where a path names them by something else."""
    if not parents:
        return ()
    above = [step for step in scene.call.plan.steps if step.variable]
    ids: list[str] = []
    for at, parent in enumerate(parents):
        found = scene.world.find(above[at].kind, parent, scene.call.region, tuple(ids)) if at < len(above) else None
        ids.append(found.id if found else parent)
    return tuple(ids)


def is_there(scene: Scene, one: Resource) -> bool:
    if one.pending is None or look(one, scene.world.clock):
        return True
    scene.remove(one)
    return False


def sees(scene: Scene, one: Resource) -> bool:
    """Whether whoever asks may see a resource."""
    return is_seen(scene.kind(one.kind), one, scene.call)


def project_of_list(scene: Scene, kind: Kind) -> str | None:
    """The project whose resources a list shows; None for all that may be seen."""
    call = scene.call
    if kind.scope != "project":
        return None
    if call.sees_all and (call.service.shows_all or call.service.all_projects or _asks_for_all(call)):
        return None
    return call.project


def _asks_for_all(call: Call) -> bool:
    asked = [call.asked(name) for name in ASK_FOR_ALL]
    return any(value is not None and value.lower() in ("", *TRUE) for value in asked)


def shelf_of(scene: Scene) -> Shelf:
    call = scene.call
    return scene.world.shelf(call.plan.kind, call.region, canonical(scene, call.parents))


def chosen_of(scene: Scene, kind: Kind) -> Callable[[Resource], bool] | None:
    """What the query says of who may see the resources, which is not a member's value."""
    call = scene.call
    if choice := scene.cloud.choices.get(kind.name):
        return choice(scene)
    asked = call.asked("is_public")
    if kind.rule.public and asked and asked.lower() in FALSE | TRUE:
        wanted = asked.lower() in TRUE
        return lambda one: bool(one.members.get(kind.rule.public)) is wanted
    if kind.rule.public == "visibility" and (asked := call.asked("visibility")):
        return lambda one: one.members.get("visibility") == asked
    return None
