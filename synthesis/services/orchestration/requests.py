"""What is asked of other services for a resource of a stack, by its type's row: to make it, and to take it away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.inner import ask, ask_other, operation_of
from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.orchestration.makers import MAKERS
from cloudtape.synthesis.services.orchestration.types import (
    NOT_SENT,
    UNSET,
    Ask,
    Type,
    at,
    fill,
    names_in,
    shaped,
    within,
)
from cloudtape.synthesis.services.orchestration.values import Works, type_of
from cloudtape.synthesis.worlds.shelves import Members, Resource


def values_for(
    works: Works, one: Resource, row: Type, properties: Members, more: Members | None = None
) -> Callable[[str], Any]:
    """What stands for the names in a row's requests."""
    known: Members = {"resource": one.id, "project": works.scene.call.project, **(more or {})}
    for name, rule in row.properties.items():
        value = properties.get(name, rule.default)
        known[name] = UNSET if value is None else shaped(rule, value)
    if physical := one.members.get("physical_resource_id"):
        known["id"] = physical
    if row.makes:
        known["made"] = (
            MAKERS[row.makes](works, one.id, properties) if "made" not in one.private else one.private["made"]
        )
        one.private["made"] = known["made"]
    return lambda name: known.get(name, UNSET)


def create(works: Works, row: Type, values: Callable[[str], Any]) -> Any:
    if row.other:
        headers = fill(row.other.headers, values)
        metas: Members = {}
        for prefix, told in row.other.metas.items():
            found = values(told[1:])
            metas |= {f"{prefix}{key}": value for key, value in found.items()} if isinstance(found, dict) else {}
        sent = {**(headers if isinstance(headers, dict) else {}), **metas}
        path = str(fill(row.other.path, values))
        ask_other(works.scene, row.other.service, "PUT", path, tuple((k, str(v)) for k, v in sent.items()))
        return {}
    if row.create:
        answers = ask_for(works, row.create, values)
        return answers[0].body if answers else {}
    if not row.kind:
        return {}
    kind = works.scene.kind(row.kind)
    operation = operation_of(kind, Verb.CREATE)
    plan = works.scene.cloud.kinds.planner.plan(operation)
    sent = sent_of(row, values)
    around = fill(row.around, values)
    body = {plan.request_wrapper: sent} if plan.request_wrapper else sent
    made = ask(works.scene, operation, (), {**body, **(around if isinstance(around, dict) else {})})
    return made.body


def sent_of(row: Type, values: Callable[[str], Any], only: set[str] | None = None) -> Members:
    """The members that properties become."""
    sent: Members = {}
    for name, rule in row.properties.items():
        value = values(name)
        if value is UNSET or rule.to == NOT_SENT or (only is not None and name not in only):
            continue
        if rule.spread:
            sent |= value if isinstance(value, dict) else {}
        else:
            sent[rule.to or name] = value
    return sent


def physical_id(works: Works, row: Type, answer: Any, values: Callable[[str], Any]) -> str:
    if "$" in row.id:
        return str(fill(row.id, values))
    if row.id:
        return str(at(answer, row.id) or "")
    if not row.kind:
        return ""
    kind = works.scene.kind(row.kind)
    inside = answer if isinstance(answer, dict) else {}
    for one in (inside, *(value for value in inside.values() if isinstance(value, dict))):
        if one.get(kind.key) is not None:
            return str(one[kind.key])
    return ""


def ask_for(works: Works, one: Ask, values: Callable[[str], Any], changed: set[str] | None = None) -> list[Answer]:
    """What is asked for, once or for each item; nothing where a value of it is missing."""
    if changed is not None and not changed & set(names_in([one.ids, one.body, one.each])):
        return []
    items = values(one.each[1:]) if one.each else [None]
    answers = []
    for item in items if isinstance(items, list) else []:
        of = within(item, values) if one.each else values
        ids = [fill(id_, of) for id_ in one.ids]
        body = fill(one.body, of)
        if UNSET in ids or (one.body is not None and (body is UNSET or _is_empty(body))):
            continue
        data = str(fill(one.data, of)).encode() if one.data else b""
        answers.append(ask(works.scene, one.do, tuple(map(str, ids)), body, data))
    return answers


def _is_empty(body: Any) -> bool:
    return isinstance(body, dict) and not body


def only(values: Callable[[str], Any], changed: set[str], row: Type) -> Callable[[str], Any]:
    """Of the properties those that changed."""
    return lambda name: UNSET if name in row.properties and name not in changed else values(name)


def take_away(works: Works, one: Resource) -> None:
    """Raises Refused. What is gone already is gone."""
    row, physical = type_of(one.members["resource_type"]), one.members.get("physical_resource_id")
    if row is None or not physical:
        return
    values = values_for(works, one, row, one.private.get("properties") or {})
    for before in row.undo:
        _quietly(lambda before=before: ask_for(works, before, values))  # type: ignore[misc]
    if row.other:
        where = str(fill(row.other.path, lambda name: physical if name == row.named else values(name)))
        _quietly(lambda: ask_other(works.scene, row.other.service, "DELETE", where))  # type: ignore[union-attr]
    elif row.delete:
        _quietly(lambda: ask_for(works, row.delete, values))  # type: ignore[arg-type]
    elif (row.kind and not row.create) or (row.kind and row.create and not row.delete):
        operation = operation_of(works.scene.kind(row.kind), Verb.DELETE)
        _quietly(lambda: ask(works.scene, operation, (physical,)))


def _quietly(act: Callable[[], Any]) -> None:
    try:
        act()
    except Refused as error:
        if error.status != 404:
            raise
