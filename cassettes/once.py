"""What is worked out of header fields, once for the same ones: a client that polls says the same again and again, and
`cloudtape.http.requests` has one tuple for all that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from cloudtape.cassettes.messages import Headers

Made = TypeVar("Made")
MOST = 256
"""Tuples that are remembered, each with what was made of it."""


class Once(Generic[Made]):
    """`work` with a memory: a tuple is known by being the same object."""

    def __init__(self, work: Callable[[Headers], Made]) -> None:
        self._work = work
        self._known: dict[int, tuple[Headers, Made]] = {}

    def __call__(self, headers: Headers) -> Made:
        known = self._known.get(id(headers))
        if known is not None and known[0] is headers:
            return known[1]
        made = self._work(headers)
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[id(headers)] = headers, made
        return made
