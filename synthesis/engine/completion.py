"""Puts into an answer what its reference's examples have and it lacks: members that no resource keeps, with no value.

So every answer has at least the structure that the reference documents. Members of maps (metadata and the like) are the
client's own, and are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.engine.plans import Plan
from cloudtape.synthesis.engine.telling import Form


class Skeleton(msgspec.Struct, frozen=True):
    """The members that an object must have, with the skeletons of those that are objects or lists of them."""

    names: frozenset[str]
    empty: dict[str, Any]
    below: dict[str, Skeleton]
    each: Skeleton | None = None


def skeleton_of(samples: Sequence[Any], maps: frozenset[str], every: bool = False) -> Skeleton | None:
    """What examples of the same thing have: all members of any; of a list's items, those of `every` one.

    Members of `maps` are data.
    """
    objects = [one for one in samples if isinstance(one, dict)]
    lists = [one for one in samples if isinstance(one, list)]
    if objects:
        values = {name: [one[name] for one in objects if name in one] for one in objects for name in one}
        if every:
            values = {name: found for name, found in values.items() if len(found) == len(objects)}
        below = {name: skeleton_of(found, maps, every) for name, found in values.items() if name not in maps}
        kept = {name: one for name, one in below.items() if one is not None}
        return Skeleton(frozenset(values), {name: _empty(found) for name, found in values.items()}, kept)
    items = [[item for item in one if isinstance(item, dict)] for one in lists]
    each = _merged([found for one in items if one and (found := skeleton_of(one, maps, True))])
    return Skeleton(frozenset(), {}, {}, each) if each else None


def _merged(skeletons: Sequence[Skeleton]) -> Skeleton | None:
    """All that any of them has."""
    if len(skeletons) < 2:
        return next(iter(skeletons), None)
    names = frozenset(name for one in skeletons for name in one.names)
    empty = {name: value for one in skeletons for name, value in one.empty.items()}
    below = {name: _merged([one.below[name] for one in skeletons if name in one.below]) for name in names}
    each = _merged([one.each for one in skeletons if one.each])
    return Skeleton(names, empty, {name: one for name, one in below.items() if one}, each)


def _empty(values: Iterable[Any]) -> Any:
    """No value, in the form of what is printed."""
    kinds = {type(one) for one in values if one is not None}
    return {dict: {}, list: []}.get(kinds.pop()) if len(kinds) == 1 else None  # type: ignore[call-overload]


def skeleton_for(plan: Plan, alike: Iterable[Plan], kind: Kind) -> Skeleton | None:
    """The skeleton of an operation's answers: its example, and those of operations that no request tells from it."""
    samples = [one.sample for one in (plan, *alike) if one.sample is not None and _is_like(one, plan)]
    if kind.rule.map or plan.kind.endswith(("/template", "/file")):
        return None
    return skeleton_of(samples, kind.lending.maps)


def _is_like(one: Plan, plan: Plan) -> bool:
    """Whether two answers are about the same: one's wrapper stands in the other."""
    pairs = ((one, plan), (plan, one))
    return one.wrapper == plan.wrapper or any(isinstance(b.sample, dict) and a.wrapper in b.sample for a, b in pairs)


def complete(body: Any, skeleton: Skeleton, form: Form) -> Any:
    """The body with what it lacks, but for what its form does not tell; changed in place where it is an object."""
    if isinstance(body, dict):
        for name in skeleton.names - body.keys():
            if form.completes(name):
                body[name] = skeleton.empty[name]
        for name, below in skeleton.below.items():
            value = body.get(name)
            if isinstance(value, dict | list) and name not in form.whole:
                body[name] = complete(own_copy(value), below, form)
    elif isinstance(body, list) and skeleton.each:
        each = skeleton.each
        return [complete(dict(one), each, form) if isinstance(one, dict) else one for one in body]
    return body


def own_copy(value: Any) -> Any:
    """A copy, since what a resource keeps is not to be changed by an answer."""
    return dict(value) if isinstance(value, dict) else value
