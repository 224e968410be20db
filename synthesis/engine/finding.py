"""Which resources a call is about, and who may see them."""

from __future__ import annotations

from collections.abc import Callable

from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.engine.filters import FALSE, TRUE
from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.engine.scene import Scene, not_found
from cloudtape.synthesis.worlds.lifecycle import look
from cloudtape.synthesis.worlds.shelves import Resource, Shelf

ASK_FOR_ALL = ("all_tenants", "all_projects", "global_tenant")

OPEN = (True, "public", "community")
"""Values of the member that makes a resource everybody's to see."""


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
    kind, call, token = scene.kind(one.kind), scene.call, scene.call.token
    if call.service.hides and not token.is_admin and {"LIST", "SHOW"} & set(kind.rule.admin):
        return False
    if kind.scope == "global" or call.sees_all:
        return kind.scope != "own" or one.user == token.user or bool(call.asked("user_id"))
    if kind.scope == "own":
        return one.user == token.user
    return one.project == token.project or (kind.scope == "public" and is_open(kind, one, token.project))


def is_open(kind: Kind, one: Resource, project: str) -> bool:
    members = one.members
    says = (kind.rule.public, *kind.rule.opens)
    return any(members.get(name) in OPEN for name in says) or project in members.get("_shared_with", ())


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
