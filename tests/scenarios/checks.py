"""Comparisons that say what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.scenarios.errors import Differs


def same(actual: object, expected: object, what: str) -> None:
    """Raises Differs."""
    if actual != expected:
        raise Differs(what, actual, expected)


def fields(thing: Any, what: str = "", **expected: object) -> None:
    """The attributes of a resource, those named. A mapping must hold what is expected, and may hold more."""
    for name, value in expected.items():
        actual = getattr(thing, name)
        label = f"{what or type(thing).__name__}.{name}"
        if isinstance(value, Mapping):
            actual = {key: actual.get(key) for key in value} if isinstance(actual, Mapping) else actual
        same(actual, value, label)


def listed(things: Iterable[Any], what: str, *, has: Iterable[str] = (), lacks: Iterable[str] = ()) -> None:
    """The ids of `has` are in a list, each once, and those of `lacks` are not."""
    ids = [getattr(thing, "id", None) or thing.name for thing in things]
    for one in has:
        same(ids.count(one), 1, f"the count of {one} in the {what}")
    for one in lacks:
        same(ids.count(one), 0, f"the count of {one} in the {what}")
