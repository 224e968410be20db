"""Trove: groups of configuration values, and which instances have them. Source: trove's `configuration/service.py`."""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene, not_found
from cloudtape.synthesis.engine.seeing import is_seen
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.database.kinds import CONFIGURATIONS, INSTANCES, check_text, invalid
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()


def _values(sent: Members) -> Members:
    """The reference prints values as a list of objects; today's clients send one object."""
    values = sent.get("values")
    if isinstance(values, list) and all(isinstance(part, dict) for part in values):
        return {name: value for part in values for name, value in part.items()}
    if not isinstance(values, dict):
        raise invalid("configuration['values']", f"{values!r} is not of type 'object'")
    return dict(values)


@HOOKS.on(CONFIGURATIONS, "CREATE")
def _make(_: Scene, one: Resource, sent: Members) -> None:
    for name in ("values", "name"):
        if name not in sent:
            raise invalid("configuration", f"{name!r} is a required property")
    _check_words(sent)
    one.set(values=_values(sent))


def _check_words(sent: Members) -> None:
    for name in ("name", "description"):
        if sent.get(name) is not None:
            check_text(f"configuration[{name!r}]", sent[name])


def _users_of(scene: Scene, one: Resource) -> list[Resource]:
    """The instances that have it."""
    return [each for each in scene.where(INSTANCES) if (each.members.get("configuration") or {}).get("id") == one.id]


def _found(scene: Scene) -> Resource:
    found = scene.find(CONFIGURATIONS, scene.call.ids[0])
    if found is None or not is_seen(scene.kind(CONFIGURATIONS), found, scene.call):
        raise not_found(scene.kind(CONFIGURATIONS), scene.call.ids[0])
    return found


@HOOKS.answer("database.configurations.show")
def _show(scene: Scene) -> Answer:
    one = _found(scene)
    one.set(instance_count=len(_users_of(scene, one)))
    return Answer(200, {"configuration": {name: value for name, value in one.members.items() if name[0] != "_"}})


@HOOKS.answer("database.configurations.instances.list")
def _instances(scene: Scene) -> Answer:
    told = [{"id": one.id, "name": one.members["name"]} for one in _users_of(scene, _found(scene))]
    return Answer(200, {"instances": told})


@HOOKS.answer("database.configurations.update", "database.configurations.edit")
def _change(scene: Scene) -> Answer:
    """A PUT replaces all values, a PATCH changes some."""
    sent: Any = scene.call.body.get("configuration") if isinstance(scene.call.body, dict) else None
    if not isinstance(sent, dict):
        raise invalid("configuration", "'configuration' is a required property")
    one = _found(scene)
    _check_words(sent)
    replaces = scene.call.request.method == "PUT"
    values = _values(sent) if "values" in sent else {}
    one.set(values=values if replaces else {**one.members["values"], **values}, updated=scene.now())
    if replaces:
        one.set(**{name: sent[name] for name in ("name", "description") if name in sent})
    return Answer(scene.call.plan.status)


@HOOKS.on(CONFIGURATIONS, "DELETE")
def _delete(scene: Scene, one: Resource, _: Members) -> Outcome | None:
    if _users_of(scene, one):
        why = "A configuration group cannot be deleted if it is associated with one or more non-terminated instances."
        more = "Detach the configuration group from all non-terminated instances and please try again."
        raise Refused(400, f"{why} {more}")
    return None
