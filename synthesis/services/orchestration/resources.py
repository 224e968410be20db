"""Makes, changes and removes what the resources of a stack stand for, by the rows of `data/stack_types.yaml`.

Sources: heat's `engine/resource.py` and `engine/resources/`.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.inner import ask, operation_of
from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.orchestration.checks import order, properties_of, required_by
from cloudtape.synthesis.services.orchestration.events import record
from cloudtape.synthesis.services.orchestration.makers import Failed
from cloudtape.synthesis.services.orchestration.requests import (
    ask_for,
    create,
    only,
    physical_id,
    sent_of,
    take_away,
    values_for,
)
from cloudtape.synthesis.services.orchestration.texts import Unresolved
from cloudtape.synthesis.services.orchestration.types import UNSET, Type, at, fill, names_in
from cloudtape.synthesis.services.orchestration.values import RESOURCES, Works, type_of
from cloudtape.synthesis.worlds.shelves import Members, Resource

# What heat calls the errors of other services: the names of their clients' exceptions.
EXCEPTIONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    413: "OverLimit",
    500: "ValueError",
}
SHORT_ID = "abcdefghijklmnopqrstuvwxyz234567"


class StackFailed(Exception):
    """An action on a stack failed: the reason, as its status tells it."""


# --- all of a stack -----------------------------------------------------------------------------------------------


def build(works: Works, action: str) -> None:
    """Make what is not there, change what differs, remove what the template has no more. Raises StackFailed."""
    replaced: list[Resource] = []
    needed_by = required_by(works.template)
    for name in order(works.template):
        if works.is_wanted(name):
            _bring(works, name, action, replaced)
            _tell(works, name, needed_by)
    for one in reversed(works.shelf()):
        if not works.is_wanted(one.id):
            remove(works, one)
            works.scene.remove(one)
    for one in reversed(replaced):
        try:
            take_away(works, one)
        except Refused as error:
            _fail(works, one.id, error, action)


def _tell(works: Works, name: str, needed_by: dict[str, list[str]]) -> None:
    one = works.made(name)
    if one is not None:
        one.set(required_by=needed_by[name])


def remove_all(works: Works) -> None:
    """Raises StackFailed for the first that cannot go."""
    for one in reversed(works.shelf()):
        remove(works, one)


# --- one resource -------------------------------------------------------------------------------------------------


def _bring(works: Works, name: str, action: str, replaced: list[Resource]) -> None:
    definition, one = works.template.resources[name], works.made(name)
    row = type_of(definition.type)
    try:
        properties = properties_of(works, definition, row)
        if one is None or one.members["resource_type"] != definition.type or _is_broken(works, one):
            _replace(works, name, properties, replaced, one)
            return
        changed = _changes(one, properties)
        if not changed:
            return
        if row is None or changed <= _updatable(row):
            record(works, one, "UPDATE", "IN_PROGRESS")
            if row:
                _change(works, one, row, properties, changed)
            one.private["properties"] = properties
            record(works, one, "UPDATE", "COMPLETE")
        else:
            _replace(works, name, properties, replaced, one)
    except (Refused, Unresolved, TypeError, AttributeError, LookupError, ValueError, ArithmeticError) as error:
        # A property of another type than any service knows trips over it inside: the stack fails, as with an error.
        _fail(works, name, error, "CREATE" if works.made(name) is None else action)


def _is_broken(works: Works, one: Resource) -> bool:
    """Whether somebody else has taken away what it stands for."""
    row = type_of(one.members["resource_type"])
    return one.members["resource_status"].endswith("FAILED") or bool(
        row and row.kind and "/" not in row.kind.partition("/")[2] and works.physical(one) is None
    )


def _changes(one: Resource, properties: Members) -> set[str]:
    before = one.private.get("properties") or {}
    return {name for name in before.keys() | properties.keys() if before.get(name) != properties.get(name)}


def _updatable(row: Type) -> set[str]:
    told = {name for name, rule in row.properties.items() if rule.changes}
    return told | {name for one in row.update for name in names_in([one.ids, one.body, one.each])} - {"id"}


def _replace(works: Works, name: str, properties: Members, replaced: list[Resource], old: Resource | None) -> None:
    if old is not None:
        gone = Resource(old.kind, old.id, dict(old.members), old.project, old.user, old.parents)
        gone.private = old.private
        replaced.append(gone)
        works.scene.remove(old)
    definition = works.template.resources[name]
    one = _shown(works, name, definition.type)
    record(works, one, "CREATE", "IN_PROGRESS")
    one.private |= {"properties": properties, "policy": definition.deletion_policy, "metadata": definition.metadata}
    make(works, one, properties)
    record(works, one, "CREATE", "COMPLETE")


def _shown(works: Works, name: str, kind: str) -> Resource:
    """A resource as a stack shows it, before anything stands for it."""
    scene, stack, now = works.scene, works.stack, works.scene.now()
    shelf = scene.world.shelf(RESOURCES, scene.call.region, (stack.id,))
    if (old := shelf.get(name)) is not None:
        scene.remove(old)
    here = f"{scene.call.base}/stacks/{stack.members['stack_name']}/{stack.id}"
    members = {
        "resource_name": name,
        "logical_resource_id": name,
        "physical_resource_id": "",
        "resource_type": kind,
        "resource_status": "INIT_COMPLETE",
        "resource_status_reason": "",
        "description": "",
        "attributes": {},
        "creation_time": now,
        "updated_time": now,
        "required_by": [],
        "links": [{"rel": "self", "href": f"{here}/resources/{name}"}, {"rel": "stack", "href": here}],
    }
    return scene.add(RESOURCES, members, parents=(stack.id,))


def make(works: Works, one: Resource, properties: Members) -> None:
    """Make what a resource stands for. Raises Refused."""
    row = type_of(one.members["resource_type"])
    if row is None or row.any:
        one.set(physical_resource_id=works.scene.world.new_id())
        return
    name = f"{works.stack.members['stack_name']}-{one.id}-{works.scene.world.secret(12, SHORT_ID)}"
    if row.named and not properties.get(row.named):
        one.private["properties"] = properties
        properties = {**properties, row.named: name}
    values = values_for(works, one, row, properties, {"physical_name": name})
    answer = create(works, row, values)
    one.set(physical_resource_id=physical_id(works, row, answer, values) or works.scene.world.new_id())
    values = values_for(works, one, row, properties, {"physical_name": name})
    told = {name: at(answer, path) for name, path in row.kept.items()}
    given = {key: fill(template, values) for key, template in row.values.items()}
    one.private["attributes"] = told | {key: None if value is UNSET else value for key, value in given.items()}
    for following in row.then:
        ask_for(works, following, values)


def _change(works: Works, one: Resource, row: Type, properties: Members, changed: set[str]) -> None:
    every = values_for(works, one, row, properties)
    values = only(every, changed, row)
    if row.kind and not row.update and changed & {name for name, rule in row.properties.items() if rule.changes}:
        kind = works.scene.kind(row.kind)
        operation = operation_of(kind, Verb.UPDATE)
        plan = works.scene.cloud.kinds.planner.plan(operation)
        if sent := sent_of(row, values, changed):
            body = {plan.request_wrapper or kind.wrapper: sent}
            ask(works.scene, operation, (one.members["physical_resource_id"],), body)
    for following in row.update:
        ask_for(works, following, values, changed)
    if row.values:
        given = {key: fill(template, every) for key, template in row.values.items()}
        one.private["attributes"] = {key: None if value is UNSET else value for key, value in given.items()}


def remove(works: Works, one: Resource) -> None:
    """Take away what a resource stands for, unless it is to stay. Raises StackFailed."""
    record(works, one, "DELETE", "IN_PROGRESS")
    try:
        if one.private.get("policy") not in ("Retain", "Snapshot"):
            take_away(works, one)
    except Refused as error:
        _fail(works, one.id, error, "DELETE")
    record(works, one, "DELETE", "COMPLETE")


# --- failing ------------------------------------------------------------------------------------------------------


def _fail(works: Works, name: str, error: Exception, action: str) -> None:
    """Raises StackFailed."""
    why = _why(works, name, error)
    one = works.scene.world.shelf(RESOURCES, works.scene.call.region, (works.stack.id,)).get(name)
    if one is None:
        one = _shown(works, name, works.template.resources[name].type)
        record(works, one, action, "IN_PROGRESS")
    record(works, one, action, "FAILED", why)
    raise StackFailed(f"Resource {action} failed: {why}") from error


def _why(works: Works, name: str, error: Exception) -> str:
    place = f"{'resources' if works.template.hot else 'Resources'}.{name}"
    if isinstance(error, Refused):
        code = f" (HTTP {error.status})" if error.status in EXCEPTIONS and not isinstance(error, Failed) else ""
        return f"{EXCEPTIONS.get(error.status, 'ClientException')}: {place}: {error.message}{code}"
    return f"ValueError: {place}: {error}"
