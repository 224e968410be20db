"""What is wrong with a template before anything is made, in heat's words; and in which order its resources are made.

Sources: heat's `engine/stack.py` (validate), `engine/properties.py`, `common/exception.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from cloudtape.synthesis.engine.finding import item, sees
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.orchestration.functions import names_in
from cloudtape.synthesis.services.orchestration.templates import Definition, Template
from cloudtape.synthesis.services.orchestration.texts import Unresolved
from cloudtape.synthesis.services.orchestration.types import Property, Type
from cloudtape.synthesis.services.orchestration.values import Later, Works, type_of
from cloudtape.synthesis.worlds.shelves import Members

PSEUDO = ("OS::", "AWS::")


def check(works: Works) -> None:
    """Raises Refused for what heat would refuse."""
    template = works.template
    both = template.parameters.keys() & template.resources.keys()
    if both:
        raise Refused(400, f"Duplicate names {both}")
    for name, one in template.resources.items():
        _check_references(template, name, one)
    for told in template.outputs.values():
        _check_names(template, told["value"], "unknown")
    order(template)
    for name, one in template.resources.items():
        if row := type_of(one.type):
            _check_properties(works, name, one, row)


def _check_references(template: Template, name: str, one: Definition) -> None:
    _check_names(template, one.properties, f"{name}.Properties")
    for before in one.depends_on:
        if before not in template.resources:
            raise Refused(400, f'The specified reference "{before}" (in {name}) is incorrect.')


def _check_names(template: Template, value: Any, where: str) -> None:
    for named, attribute, path in names_in(value, template.hot):
        is_parameter = not template.hot and (named in template.parameters or named.startswith(PSEUDO))
        if named not in template.resources and not is_parameter:
            place = where + path if path else where
            raise Refused(400, f'The specified reference "{named}" (in {place}) is incorrect.')
        row = type_of(template.resources[named].type) if named in template.resources else None
        if attribute and row and attribute not in row.names:
            raise Refused(400, f"The Referenced Attribute ({named} {attribute}) is incorrect.")


def _check_properties(works: Works, name: str, one: Definition, row: Type) -> None:
    place = f"resources.{name}.properties" if works.template.hot else f"Resources.{name}.Properties"
    if row.any:
        return
    for key in one.properties:
        if key not in row.properties:
            raise Refused(400, f"Property error: {place}: Unknown Property {key}")
    for key, rule in row.properties.items():
        if rule.needed and key not in one.properties:
            raise Refused(400, f"Property error: {place}: Property {key} not assigned")
    for key, raw in one.properties.items():
        try:
            found(works.scene, row.properties[key], works.resolve(raw))
        except (Later, NotFound):
            # What is not there is found missing when the resource is made. Heat looks here, too; but the reference's
            # own examples name images and keys that no other cloud has.
            continue
        except Unresolved as error:
            raise Refused(400, f"Property error: {place}.{key}: {error}") from None


# --- names and ids ------------------------------------------------------------------------------------------------


class NotFound(Unresolved):
    """A property names what is not there."""


def found(scene: Scene, rule: Property, value: Any) -> Any:
    """A property's value with ids in place of names. Raises NotFound."""
    if rule.find:
        return (
            [_id(scene, rule.find, one) for one in value] if isinstance(value, list) else _id(scene, rule.find, value)
        )
    if not rule.finds:
        return value
    if isinstance(value, list):
        return [_members(scene, rule, one) for one in value]
    return _members(scene, rule, value)


def _members(scene: Scene, rule: Property, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: _id(scene, rule.finds[name], one) if name in rule.finds else one for name, one in value.items()}


def _id(scene: Scene, kind: str, value: Any) -> Any:
    if value is None or value == "":
        return value
    for one in scene.world.all(kind, scene.call.region):
        if str(value) in (one.id, one.members.get("name")) and sees(scene, one):
            return one.id
    try:
        return item(scene, kind, str(value)).id
    except Refused:
        label = scene.kind(kind).label
        raise NotFound(f"Error validating value '{value}': The {label} ({value}) could not be found.") from None


# --- order --------------------------------------------------------------------------------------------------------


def needs(template: Template) -> dict[str, list[str]]:
    """The resources that each one needs, as the template says it."""
    return {
        name: list(dict.fromkeys([*one.depends_on, *_named(template, one.properties)]))
        for name, one in template.resources.items()
    }


def _named(template: Template, value: Any) -> Iterator[str]:
    return (name for name, _, __ in names_in(value, template.hot) if name in template.resources)


def order(template: Template) -> list[str]:
    """The names in an order in which each comes behind what it needs. Raises Refused for a circle."""
    wanted = needs(template)
    _sorted(wanted)
    # What heat knows without being told (a port needs its network's subnets), where it makes no circle.
    for name, one in template.resources.items():
        row = type_of(one.type)
        for other, of in template.resources.items():
            if row and of.type in row.after and other != name and not _leads(wanted, other, name):
                wanted[name].append(other)
    return _sorted(wanted)


def _sorted(wanted: dict[str, list[str]]) -> list[str]:
    try:
        return list(TopologicalSorter(wanted).static_order())
    except CycleError as error:
        raise Refused(400, f"Circular Dependency Found: {' -> '.join(error.args[1])}") from None


def _leads(wanted: dict[str, list[str]], start: str, goal: str) -> bool:
    """Whether one resource needs another one, by however many steps."""
    seen, left = {start}, [start]
    while left:
        for one in wanted[left.pop()]:
            if one == goal:
                return True
            if one not in seen:
                seen.add(one)
                left.append(one)
    return False


def required_by(template: Template) -> dict[str, list[str]]:
    """The resources that need each one."""
    wanted = needs(template)
    return {name: [other for other, before in wanted.items() if name in before] for name in wanted}


def properties_of(works: Works, one: Definition, row: Type | None) -> Members:
    """A resource's properties with their values, ids in place of names. Raises Unresolved."""
    values = {name: works.resolve(raw) for name, raw in one.properties.items()}
    if row is None:
        return values
    return {name: found(works.scene, row.properties.get(name, Property()), value) for name, value in values.items()}
