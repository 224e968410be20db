"""A resource as an answer shows it: the members of its microversion, its links, the operation's shape."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from typing import Any

from cloudtape.synthesis.engine.adapt import Adapter
from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.engine.plans import Plan
from cloudtape.synthesis.engine.telling import Form, form_of
from cloudtape.synthesis.worlds.clock import Clock
from cloudtape.synthesis.worlds.shelves import Members, Resource

NAME = re.compile(r"\{(\w+)\}")


def visible(kind: Kind, one: Resource, form: Form) -> Members:
    """All members that an answer of this form shows."""
    rule, members = kind.rule, one.members
    shown = {name: value for name, value in members.items() if form.tells(name) and name not in rule.hidden}
    for name in rule.said:
        if shown.get(name) is None:
            shown.pop(name, None)
    for name in form.replaced:
        if rule.newer[name].take in members:
            shown[name] = members[rule.newer[name].take]
    return shown


def render(kind: Kind, one: Resource, call: Call, plan: Plan, clock: Clock) -> Members:
    """One resource, as the operation shows it."""
    form = form_of(kind.rule, plan, call.micro, call.token.is_admin, call.as_printed)
    shown = visible(kind, one, form)
    for name in kind.rule.alone if plan.many else ():
        shown.pop(name, None)
    names = shown_names(kind, plan)
    if plan.operation.version != kind.newest or not kind.rule.newest:
        shown = _as_printed(kind, shown, call, plan, clock, form)
    if names:
        shown = {name: value for name, value in shown.items() if name in names}
    if "links" in shown:
        shown["links"] = links_of(shown["links"], call, kind, one)
    return shown


def fields_asked(call: Call) -> frozenset[str]:
    """The members that a query says are to be shown; empty: all."""
    asks = call.service.fields and call.request.method == "GET"
    return frozenset(value for key, value in call.query if key == "fields" and value) if asks else frozenset()


def only(body: Any, names: frozenset[str]) -> Any:
    """An answer with some members alone of each resource in it."""
    if not names or not isinstance(body, dict):
        return body

    def few(one: Any) -> Any:
        return {name: value for name, value in one.items() if name in names} if isinstance(one, dict) else one

    return {
        name: [few(one) for one in value] if isinstance(value, list) and not name.endswith("_links") else few(value)
        for name, value in body.items()
    }


def shown_names(kind: Kind, plan: Plan) -> Iterable[str]:
    """The members that an operation shows; empty: all of them."""
    if plan.many and not plan.detailed and plan.operation.version == kind.newest:
        return kind.short
    return ()


def _as_printed(kind: Kind, shown: Members, call: Call, plan: Plan, clock: Clock, form: Form) -> Members:
    """With what the operation's example has besides: older names for members, and members that no resource keeps."""
    sample, is_old = kind.lent_item(plan), plan.operation.version != kind.newest
    if not sample:
        return shown
    found: Members = {} if is_old else dict(shown)
    adapter = Adapter(clock.now(), call.project, call.token.user, call.base)
    for name, value in sample.items():
        known = kind.rule.old.get(name, name)
        if known in shown:
            found[name] = shown[known]
        elif name not in found and name not in kind.rule.hidden and form.completes(name):
            found[name] = adapter(value, name)
    return found


def links_of(links: Any, call: Call, kind: Kind, one: Resource) -> Any:
    """Links in the form in which the kind has them: a list with rels, or an object."""
    if not kind.place and isinstance(links, list) and all(isinstance(one, dict) and one.get("href") for one in links):
        return links  # no template says where it is: what made it has written where its links lead
    path = item_path(kind, one)
    if isinstance(links, dict):
        near = {name: _linked(name, call.base + path) for name in {**links, "self": ""}}
        return near | _leads(kind, one, call)
    bookmark = call.service.address(call.region) + path
    href = {"bookmark": bookmark}
    listed = links if isinstance(links, list) else ()  # a recording may say anything
    found = [link for link in listed if isinstance(link, dict) and isinstance(link.get("rel"), str)] or [
        {"rel": "self"}
    ]
    return [{"rel": link["rel"], "href": href.get(link["rel"], call.base + path)} for link in found]


def _leads(kind: Kind, one: Resource, call: Call) -> dict[str, str]:
    """The links that lead elsewhere, but for those whose end is not known yet."""
    base = call.base.removesuffix(f"/{call.project}") if call.project else call.base
    known = {name: str(value) for name, value in one.members.items() if value is not None}
    paths = {name: path for name, path in kind.rule.leads.items() if set(NAME.findall(path)) <= known.keys()}
    return {name: base + NAME.sub(lambda found: known[found[1]], path) for name, path in paths.items()}


def _linked(name: str, itself: str) -> str | None:
    """Where a link of an object leads: to itself, to what it is part of, or to what is part of it."""
    if name == "self" or name in ("next", "previous"):
        return itself if name == "self" else None
    before, above, rest = itself.partition(f"/{name}s/")
    return f"{before}{above}{rest.partition('/')[0]}" if above else f"{itself}/{name}"


def item_path(kind: Kind, one: Resource) -> str:
    """The path of a resource behind the base of the call."""
    ids = iter([*one.parents, one.id])
    if not kind.place:
        *above, last = kind.path.split("/")
        pairs = itertools.zip_longest(above, one.parents[: len(above)])
        return "/" + "/".join([*(step for pair in pairs for step in pair if step), last, one.id])
    walked = [
        part if part[0] != "{" else str(one.members.get("stack_name")) if part == "{stack_name}" else next(ids, one.id)
        for part in kind.place
    ]
    return "/" + "/".join(walked)
