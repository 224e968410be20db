"""Two recorded things change places: the live one that stood for the first stands for the second from now on.

Creates that are alike (`{"network": {"name": <random>}}`) cannot be told apart when they come; what is done to the
thing afterwards tells which one it was. When a request would be right but for the thing it names, and the thing that it
should name was made in the same way, the two are exchanged in the session: what the client was told stays true, because
ids change places and names move along. Whatever was done to either must have been done to the other in the recording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from cloudtape.cassettes.messages import Interaction
from cloudtape.matchers.canonical import json_value
from cloudtape.matchers.form import Form
from cloudtape.matchers.naming import Kind, Naming, Position
from cloudtape.matchers.past import Past
from cloudtape.matchers.recording import Recording
from cloudtape.matchers.summary import own_id
from cloudtape.matchers.things import word

MOST_WRITES = 32
"""What was done to one thing at most, for two to change places."""
SWAPPED = frozenset({Kind.ID, Kind.ADDRESS, Kind.WHO})

Pair = tuple[int, int]
"""Positions of two requests: the one replayed, and the one that it becomes."""


class Exchanged(msgspec.Struct, frozen=True):
    """`positions`: what was replayed, and what it becomes; `ids` and `names` change places in what is bound."""

    positions: tuple[Pair, ...]
    ids: tuple[tuple[str, str], ...]
    names: tuple[tuple[str, str], ...]


class SecondThoughts:
    """`read` gives the interaction at a position, `form_at` the form of its request."""

    def __init__(
        self,
        recording: Recording,
        read: Callable[[int], Interaction],
        form_at: Callable[[int], tuple[bytes, Form]],
        naming: Naming,
    ) -> None:
        self._recording, self._read, self._form_at, self._naming = recording, read, form_at, naming

    def exchange(self, past: Past, first: str, second: str) -> Exchanged | None:
        """What changes places so that the thing with the id `first` becomes the one with the id `second`.

        None where they cannot.
        """
        there, back = self._paired(past, first, second), self._paired(past, second, first)
        if not there or back is None:
            return None
        ids: dict[str, str] = {}
        names: dict[str, str] = {}
        for one, other in [*there, *((other, one) for one, other in back)]:
            for kind, old, new in self._differences(one, other):
                (ids if kind in SWAPPED else names).setdefault(old, new)
        pairs = (*there, *back)
        if ids.get(first) != second or not self._is_whole(past, pairs):
            return None
        return Exchanged(pairs, tuple(ids.items()), tuple(names.items()))

    def _paired(self, past: Past, first: str, second: str) -> list[Pair] | None:
        """Each write that was replayed on the one, with the one of its form on the other, in order."""
        done = past.replayed(self._recording.writes.get(word(first), ()))
        others = self._recording.writes.get(word(second), ())[:MOST_WRITES]
        if len(done) > MOST_WRITES or (done and not self._makes(done[0], first)):
            return None
        pairs: list[Pair] = []
        rest = iter(others)
        for one in done:
            other = next((candidate for candidate in rest if self._are_alike(one, candidate)), None)
            if other is None or (not pairs and not self._makes(other, second)):
                return None
            pairs.append((one, other))
        return pairs

    def _makes(self, position: int, made: str) -> bool:
        return self._recording.is_create(position) and own_id(self._read(position).response.body) == made

    def _are_alike(self, one: int, other: int) -> bool:
        return (
            self._form_at(one)[1].fixed == self._form_at(other)[1].fixed
            and self._recording.is_create(one) == self._recording.is_create(other)
            and self._read(one).response.status == self._read(other).response.status
        )

    def _is_whole(self, past: Past, pairs: tuple[Pair, ...]) -> bool:
        """Whether nothing else was done to what was made: it would stay behind."""
        moved = {one for one, _ in pairs}
        made = [own_id(self._read(one).response.body) for one in moved if self._recording.is_create(one)]
        return all(moved.issuperset(past.replayed(self._recording.writes.get(word(one), ()))) for one in made)

    def _differences(self, one: int, other: int) -> Iterator[tuple[Kind, str, str]]:
        for old, new in zip(self._form_at(one)[1].leaves, self._form_at(other)[1].leaves, strict=True):
            if old.value != new.value and old.kind in (Kind.NAME, Kind.ADDRESS):
                yield Kind.NAME, old.value, new.value
        bodies = [self._read(position).response.body for position in (one, other)]
        values = [_value(body) for body in bodies]
        yield from self._value_differences("", values[0], values[1])

    def _value_differences(self, field: str, one: Any, other: Any) -> Iterator[tuple[Kind, str, str]]:
        if isinstance(one, dict) and isinstance(other, dict):
            for name in one.keys() & other.keys():
                yield from self._value_differences(name, one[name], other[name])
        elif isinstance(one, list) and isinstance(other, list):
            for old, new in zip(one, other, strict=False):
                yield from self._value_differences(field, old, new)
        elif isinstance(one, str) and isinstance(other, str) and one != other and one and other:
            kind = self._naming.kind(Position.BODY, field, one)
            if kind in SWAPPED:
                yield kind, one, other


def _value(body: object) -> Any:
    try:
        return json_value(body) if isinstance(body, bytes) and body[:1] == b"{" else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return None
