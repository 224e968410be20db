"""Placement: the names of classes and traits. Sources: placement's `handlers/resource_class.py`, `trait.py`."""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.placement.providers import (
    CLASSES,
    CUSTOM,
    TRAITS,
    known,
    placed,
    providers,
    sent_object,
)
from cloudtape.synthesis.worlds.shelves import Members

HOOKS = Hooks()


def class_names(scene: Scene) -> list[str]:
    return [*known().classes, *(one.id for one in scene.world.shelf(CLASSES, scene.call.region))]


def trait_names(scene: Scene) -> list[str]:
    return [*known().traits, *(one.id for one in scene.world.shelf(TRAITS, scene.call.region))]


def _add_name(scene: Scene, kind: str, label: str, name: Any) -> Answer:
    """201 for a new name, 204 for one that is there."""
    if not isinstance(name, str) or not name.startswith(CUSTOM) or name != name.upper():
        raise Refused(400, f"The {label} is invalid: it must start with {CUSTOM} and use the letters A-Z, 0-9 and _.")
    where = (("Location", f"{scene.call.base}/{kind.partition('/')[2]}/{name}"),)
    if scene.world.shelf(kind, scene.call.region).get(name) is not None:
        return Answer(204, None, where)
    scene.world.add(kind, {"name": name}, region=scene.call.region)
    return Answer(201, None, where)


def _remove_name(scene: Scene, kind: str, label: str, standard: tuple[str, ...]) -> Answer:
    name = scene.call.id
    if name in standard:
        raise Refused(400, f"Error in delete {label} {name}: it is a standard one.")
    found = scene.world.shelf(kind, scene.call.region).get(name)
    if found is None:
        raise Refused(404, f"No such {label} {name}")
    used = (one for one in providers(scene) if name in one.private["traits"] or name in one.private["inventories"])
    if any(used):
        raise Refused(409, f"The {label} {name} is in use by a resource provider.")
    scene.remove(found)
    return Answer(204)


def _named(name: str) -> Members:
    return {"name": name, "links": [{"rel": "self", "href": f"/resource_classes/{name}"}]}


@placed(HOOKS, "resource-classes.list", (1, 2))
def _classes(scene: Scene) -> Answer:
    return Answer(200, {"resource_classes": [_named(name) for name in class_names(scene)]})


@placed(HOOKS, "resource-classes.show", (1, 2))
def _class(scene: Scene) -> Answer:
    if scene.call.id not in class_names(scene):
        raise Refused(404, f"No such resource class {scene.call.id}.")
    return Answer(200, _named(scene.call.id))


@placed(HOOKS, "resource-classes.create", (1, 2))
def _create_class(scene: Scene) -> Answer:
    made = _add_name(scene, CLASSES, "resource class", sent_object(scene).get("name"))
    if made.status == 204:
        raise Refused(409, f"Conflicting resource class already exists: {sent_object(scene)['name']}")
    return made


@placed(HOOKS, "resource-classes.ensure", (1, 2))
def _ensure_class(scene: Scene) -> Answer:
    return _add_name(scene, CLASSES, "resource class", scene.call.id)


@placed(HOOKS, "resource-classes.delete", (1, 2))
def _delete_class(scene: Scene) -> Answer:
    return _remove_name(scene, CLASSES, "resource class", known().classes)


@placed(HOOKS, "traits.list", (1, 6))
def _traits(scene: Scene) -> Answer:
    wanted = scene.call.asked("name") or ""
    start, some = wanted.removeprefix("startswith:"), wanted.removeprefix("in:").split(",")
    names = trait_names(scene)
    if scene.call.asked("associated") is not None:
        yes = scene.call.asked("associated") in ("true", "True")
        held = {name for one in providers(scene) for name in one.private["traits"]}
        names = [name for name in names if (name in held) is yes]
    if wanted:
        names = [name for name in names if (name.startswith(start) if wanted.startswith("starts") else name in some)]
    return Answer(200, {"traits": names})


@placed(HOOKS, "traits.show", (1, 6))
def _trait(scene: Scene) -> Answer:
    if scene.call.id not in trait_names(scene):
        raise Refused(404, f"No such trait(s): {scene.call.id}.")
    return Answer(204)


@placed(HOOKS, "traits.ensure", (1, 6))
def _ensure_trait(scene: Scene) -> Answer:
    return _add_name(scene, TRAITS, "trait", scene.call.id)


@placed(HOOKS, "traits.delete", (1, 6))
def _delete_trait(scene: Scene) -> Answer:
    return _remove_name(scene, TRAITS, "trait", known().traits)
