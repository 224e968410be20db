"""The verbs that change nothing: a list, a resource, whether it is there."""

from __future__ import annotations

import functools
from typing import Any

import msgspec

from cloudtape.synthesis.engine import documents
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.completion import complete
from cloudtape.synthesis.engine.finding import chosen_of, is_there, item, project_of_list, sees, shelf_of
from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.engine.lists import Page, page_of
from cloudtape.synthesis.engine.paging import write_links
from cloudtape.synthesis.engine.plans import Plan, Verb
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.engine.telling import form_of
from cloudtape.synthesis.engine.views import render
from cloudtape.synthesis.worlds.shelves import Members, Resource


def list_all(scene: Scene) -> Answer:
    call, plan, kind = scene.call, scene.call.plan, scene.kind(scene.call.plan.kind)
    documents.stock(scene, kind)
    scene.follow(Resource(kind.name, "", {}), "LISTED", {})
    chosen, project = chosen_of(scene, kind), project_of_list(scene, kind)

    def seen(one: Resource) -> bool:
        if one.pending is not None and not is_there(scene, one):
            return False
        return (one.project == project or sees(scene, one)) and (chosen is None or chosen(one))

    page = page_of(shelf_of(scene), kind, call, seen, project)
    name = kind.rule.many or plan.wrapper if plan.many else kind.many
    wrapped: list[Any] = [one.id for one in page.items] if _is_names(plan) else _items(scene, kind, page, name)
    if not name or (isinstance(plan.sample, list) and not kind.rule.many):
        return Answer(plan.status, wrapped)
    body: Members = {name: _by_key(kind, wrapped) if kind.rule.keyed else wrapped}
    write_links(body, name, call, page)
    if kind.alone and call.token.is_admin and scene.in_json:
        # Clients read the list. Who may not see an administrator's attributes needs no example of them.
        body[kind.alone] = next(iter(wrapped), None)
    return Answer(plan.status, body)


def _by_key(kind: Kind, items: list[Members]) -> Members:
    """The items of a list in an object, by their keys."""
    return {str(one.get(kind.key)): {name: one[name] for name in one if name != kind.key} for one in items}


def _items(scene: Scene, kind: Kind, page: Page, name: str) -> list[Any]:
    """The resources of a page, each encoded once."""
    call, plan, clock, inner = scene.call, scene.call.plan, scene.world.clock, kind.item_wrapper

    def of(one: Resource) -> Any:
        found = render(kind, one, call, plan, clock)
        return {inner: found} if inner else found

    if not scene.in_json or kind.rule.keyed:
        return [of(one) for one in page.items]
    whole = scene.skeleton
    lists = whole.below.get(name) if whole and name else whole
    each = lists.each if lists else None

    def text(one: Resource) -> bytes:
        found = of(one)
        return msgspec.json.encode(found if one.is_whole or each is None else complete(found, each, form))

    form = form_of(kind.rule, plan, call.micro, call.token.is_admin, call.as_printed)
    key = ("item", plan.operation.id, call.micro, call.base, call.token.is_admin, call.as_printed)
    return [msgspec.Raw(one.text(key, functools.partial(text, one))) for one in page.items]


def _is_names(plan: Plan) -> bool:
    """Whether the list holds names alone (`resource_types`)."""
    inside = plan.sample.get(plan.wrapper) if plan.wrapper and isinstance(plan.sample, dict) else plan.sample
    return isinstance(inside, list) and bool(inside) and all(isinstance(one, str) for one in inside)


def show(scene: Scene) -> Answer:
    documents.stock(scene, scene.kind(scene.call.plan.kind))
    one = item(scene, scene.call.plan.kind, scene.call.id, scene.call.parents)
    if scene.in_json:
        return Answer(scene.call.plan.status, shows=one)
    return msgspec.structs.replace(shown(scene, one), whole=one.is_whole)


def check_there(scene: Scene) -> Answer:
    if scene.kind(scene.call.plan.kind).is_collection and scene.call.plan.has_id:
        item(scene, scene.call.plan.kind, scene.call.id, scene.call.parents)
    return Answer(scene.call.plan.status)


def shown(scene: Scene, one: Resource, more: Members | None = None) -> Answer:
    """A resource, wrapped as its operation wraps it, with members that this answer alone tells."""
    call, plan, kind = scene.call, scene.call.plan, scene.kind(one.kind)
    body: Any = render(kind, one, call, plan, scene.world.clock)
    if plan.verb in (Verb.CREATE, Verb.PUT) and kind.rule.made:
        body = {name: value for name, value in body.items() if name in kind.rule.made}
    told = plan.sample is None or (isinstance(plan.sample, dict) and kind.wrapper in plan.sample)
    body = {**body, **(more or {})}
    wrapper = plan.wrapper or (kind.wrapper if told else "")
    if isinstance(plan.sample, list) and not plan.many:
        return Answer(plan.status, [body])
    inside = plan.sample.get(wrapper) if wrapper and isinstance(plan.sample, dict) else None
    if isinstance(inside, list):
        return Answer(plan.status, {wrapper: [body]})
    if plan.sample is None and plan.status == 204:
        return Answer(204)
    return Answer(plan.status, {wrapper: body} if wrapper else body)
