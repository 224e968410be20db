"""A resource as an answer shows it: the members of its microversion, its links, the operation's shape."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cloudtape.synthesis.adapt import Adapter
from cloudtape.synthesis.calls import Call
from cloudtape.synthesis.clock import Clock
from cloudtape.synthesis.kinds import Kind, items_in
from cloudtape.synthesis.plans import Plan
from cloudtape.synthesis.services import Microversion
from cloudtape.synthesis.shelves import Members, Resource

HIDDEN = "_"
"""Members whose names begin so are never shown."""


def visible(kind: Kind, one: Resource, micro: Microversion) -> Members:
    """All members that a microversion shows."""
    rule = kind.rule
    members = one.members
    shown = {name: value for name, value in members.items() if name[0:1] != HIDDEN and name not in rule.hidden}
    for name, first in rule.since.items():
        if micro < first:
            shown.pop(name, None)
    for name, end in rule.until.items():
        if micro >= end:
            shown.pop(name, None)
    for name, newer in rule.newer.items():
        if micro >= newer.since and newer.take in members:
            shown[name] = members[newer.take]
    return shown


def render(kind: Kind, one: Resource, call: Call, plan: Plan, clock: Clock) -> Members:
    """One resource, as the operation shows it."""
    shown = visible(kind, one, call.micro)
    names = shown_names(kind, plan)
    if plan.operation.version != kind.newest or not kind.rule.newest:
        shown = _as_printed(kind, shown, call, plan, clock)
    if names:
        shown = {name: value for name, value in shown.items() if name in names}
    if "links" in shown:
        shown["links"] = links_of(shown["links"], call, one)
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


def _as_printed(kind: Kind, shown: Members, call: Call, plan: Plan, clock: Clock) -> Members:
    """With what the operation's example has besides: older names for members, and members that no resource keeps."""
    samples = items_in(plan) if isinstance(plan.sample, dict | list) else []
    if not samples or not (plan.many or plan.wrapper in (kind.wrapper, "") or plan.wrapper):
        return shown
    sample, is_old = samples[0], plan.operation.version != kind.newest
    found: Members = {} if is_old else dict(shown)
    adapter = Adapter(clock.now(), call.project, call.token.user, call.base)
    for name, value in sample.items():
        known = kind.rule.old.get(name, name)
        if known in shown:
            found[name] = shown[known]
        elif name not in found and name not in kind.rule.hidden and not _barred(kind, name, call.micro):
            found[name] = adapter(value, name)
    return found


def _barred(kind: Kind, name: str, micro: Microversion) -> bool:
    return micro < kind.rule.since.get(name, (0, 0)) or micro >= kind.rule.until.get(name, (9999, 0))


def links_of(links: Any, call: Call, one: Resource) -> Any:
    """Links in the form in which the kind has them: a list with rels, or an object."""
    path = item_path(one)
    if isinstance(links, dict):
        return {**dict.fromkeys(links), "self": call.base + path}
    bookmark = call.service.address(call.region) + path
    href = {"bookmark": bookmark}
    found = [link for link in links if isinstance(link, dict) and "rel" in link] or [{"rel": "self"}]
    return [{"rel": link["rel"], "href": href.get(link["rel"], call.base + path)} for link in found]


def item_path(one: Resource) -> str:
    """The path of a resource behind the base of the call."""
    parts = [part for part in one.kind.split("/")[1:] if part]
    parents = list(one.parents)
    walked: list[str] = []
    for at, part in enumerate(parts):
        walked.append(part)
        if at < len(parts) - 1 and parents:
            walked.append(parents.pop(0))
    name = one.members.get("stack_name")
    return "/" + "/".join([*walked, name, one.id] if name and one.kind.endswith("/stacks") else [*walked, one.id])
