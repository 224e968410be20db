"""Recorded things change places: what stood for the one live thing stands for the other from now on.

Things that were made alike (`{"network": {"name": <random>}}`) cannot be told apart when they come; what is done to
them afterwards tells which was which. When a request would be right but for the things it names, these change places
with those that it should name: what was replayed of either becomes what was recorded of the other, ids change places in
what is bound, and names move along. So what the client was told stays true. Whatever else is touched by that changes
places, too; where something has no counterpart, nothing does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from cloudtape.cassettes.json_text import JsonError
from cloudtape.cassettes.messages import Interaction
from cloudtape.matchers.recordings.recording import Recording
from cloudtape.matchers.recordings.summary import own_id, own_thing
from cloudtape.matchers.requests.content import json_value
from cloudtape.matchers.requests.form import Form
from cloudtape.matchers.requests.naming import COMPARED, IPV4, IPV6, MAC, NameKind, Naming, Position
from cloudtape.matchers.requests.things import crc_of
from cloudtape.matchers.sessions.bindings import Bindings
from cloudtape.matchers.sessions.likeness import may_be_made_up
from cloudtape.matchers.sessions.past import Past

ADDRESS = f"{IPV4}|{IPV6}|{MAC}"
MOST_WRITES = 64
"""What was done to the things in question at most, for them to change places."""
GIVEN = frozenset({NameKind.ID, NameKind.ADDRESS, NameKind.WHO})
"""What clouds give to things: it changes places. Names, the client's own, move."""

STAYING = frozenset({NameKind.TEXT, NameKind.VOLATILE, NameKind.BYTES, NameKind.PART})
"""What of a request may differ, and changes no place."""

Swap = tuple[str, str]
"""Words of the recording."""
Pair = tuple[int, int]
"""Positions: of what was replayed, and of what it becomes."""


class Exchanged(msgspec.Struct, frozen=True):
    """What changes places: what was replayed, and what is bound (`ids` are the cloud's words, `names` the client's).

    `things` are pairs of what creates told: of what was told, and of what tells it from now on.
    """

    positions: tuple[Pair, ...]
    ids: tuple[Swap, ...]
    names: tuple[Swap, ...]
    things: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = ()

    @property
    def back(self) -> Exchanged:
        """What undoes it."""
        positions = tuple((new, old) for old, new in self.positions)
        return Exchanged(positions, self.ids, self.names, tuple((new, old) for old, new in self.things))


class _NoCounterpart(Exception):
    """Something that was done to the one thing was not done to the other."""


class Swaps:
    """`read` gives the interaction at a position, `form_at` the form of its request."""

    def __init__(
        self,
        recording: Recording,
        read: Callable[[int], Interaction],
        form_at: Callable[[int], tuple[bytes, Form]],
        naming: Naming,
    ) -> None:
        self._recording, self._read, self._form_at, self._naming = recording, read, form_at, naming

    def exchange(self, past: Past, bindings: Bindings, swaps: Iterable[Swap]) -> Exchanged | None:
        """What all changes places where some words do. None where it cannot."""
        work = _Work()
        try:
            for swap in swaps:
                work.add(*swap)
            for one, other in work.swaps():
                self._move(past, bindings, work, one, other)
                self._move(past, bindings, work, other, one)
        except _NoCounterpart:
            return None
        if not past.stays_whole(work.positions):
            return None
        ids, names = self._sorted(work)
        words = {word for swap in work.done for word in swap}
        return Exchanged(tuple(work.positions.items()), ids, names, tuple(self._things(work.positions, words)))

    def _things(
        self, positions: Mapping[int, int], words: Collection[str]
    ) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """What pairs of creates told, but for the words that change places by themselves."""
        for pair in positions.items():
            if self._recording.is_create(pair[0]):
                old, new = (own_thing(self._read(one).response.body) for one in pair)
                yield _without(old, words), _without(new, words)

    def _move(self, past: Past, bindings: Bindings, work: _Work, one: str, other: str) -> None:
        """Pair each write that was replayed on one thing with its like on the other, in order."""
        counterparts = iter(self._recording.writes.get(crc_of(other), ())[:MOST_WRITES])
        for position in past.replayed(self._recording.writes.get(crc_of(one), ())):
            if position not in work.positions:
                found = next((each for each in counterparts if self._are_alike(position, each)), None)
                if found is None or len(work.positions) >= MOST_WRITES:
                    raise _NoCounterpart
                work.positions[position] = found
                for swap in self._differences(position, found):
                    if any(bindings.moves(one_word) for one_word in swap):
                        continue  # within a network that changes places as a whole
                    work.add(*swap)

    def _are_alike(self, one: int, other: int) -> bool:
        return one != other and (
            self._are_of_one_form(self._form_at(one)[1], self._form_at(other)[1])
            and self._recording.is_create(one) == self._recording.is_create(other)
            and self._read(one).response.status == self._read(other).response.status
        )

    def _are_of_one_form(self, one: Form, other: Form) -> bool:
        """Whether nothing differs but what may differ."""
        vocabulary = self._recording.vocabulary
        return one.fixed == other.fixed or (
            one.shape == other.shape
            and all(
                old.value == new.value
                or (old.kind is new.kind and (old.kind not in COMPARED or may_be_made_up(old, new, vocabulary)))
                for old, new in zip(one.leaves, other.leaves, strict=True)
            )
        )

    def _differences(self, one: int, other: int) -> Iterator[Swap]:
        """Words of two requests, and of what two creates gave. Raises _NoCounterpart where one must stay."""
        for old, new in zip(self._form_at(one)[1].leaves, self._form_at(other)[1].leaves, strict=True):
            if old.value != new.value and old.kind not in STAYING:
                yield self._checked(old.value, new.value)
        if self._recording.is_create(one):
            values = [_value(self._read(position).response.body) for position in (one, other)]
            yield from self._value_differences("", values[0], values[1])

    def _value_differences(self, field: str, one: Any, other: Any) -> Iterator[Swap]:
        """What is given with a thing is its own, but for whose it is."""
        if isinstance(one, dict) and isinstance(other, dict):
            for name in one.keys() & other.keys():
                yield from self._value_differences(name, one[name], other[name])
        elif isinstance(one, list) and isinstance(other, list):
            for old, new in zip(one, other, strict=False):
                yield from self._value_differences(field, old, new)
        elif isinstance(one, str) and isinstance(other, str) and one and other and one != other:
            kind = self._naming.kind(Position.BODY, field, one)
            if kind in GIVEN:
                yield self._checked(one, other) if kind is NameKind.WHO else (one, other)

    def _checked(self, one: str, other: str) -> Swap:
        if not self.may(one, other):
            raise _NoCounterpart
        return one, other

    def _sorted(self, work: _Work) -> tuple[tuple[Swap, ...], tuple[Swap, ...]]:
        """What the cloud gave, and what the client made up."""
        vocabulary = self._recording.vocabulary
        ids = tuple(swap for swap in work.done if vocabulary.is_clouds(swap[0]))
        return ids, tuple(swap for swap in work.done if swap not in ids)

    def may(self, one: str, other: str) -> bool:
        """Whether two words could change places: both the client's, or both of things that were made."""
        clouds = [self._recording.vocabulary.is_clouds(each) for each in (one, other)]
        if not any(clouds):
            return True
        if re.fullmatch(ADDRESS, one):
            return bool(re.fullmatch(ADDRESS, other))
        return self._was_made(one) and self._was_made(other)

    def _was_made(self, thing: str) -> bool:
        creates = (one for one in self._recording.writes.get(crc_of(thing), ()) if self._recording.is_create(one))
        return any(own_id(self._read(one).response.body) == thing for one in creates)


def _without(thing: dict[str, Any], words: Collection[str]) -> dict[str, Any]:
    """A thing's id and those of its members that are none of some words."""
    return {name: value for name, value in thing.items() if name == "id" or str(value) not in words}


class _Work:
    """What is to change places, and what does already; each word with one other alone."""

    def __init__(self) -> None:
        self.positions: dict[int, int] = {}
        self.done: list[Swap] = []
        self._left: list[Swap] = []
        self._with: dict[str, str] = {}

    def add(self, one: str, other: str) -> None:
        if self._with.get(one) == other:
            return
        if one in self._with or other in self._with:
            raise _NoCounterpart
        self._with[one], self._with[other] = other, one
        self._left.append((one, other))

    def swaps(self) -> Iterator[Swap]:
        """Each once, those that are added meanwhile as well."""
        while self._left:
            self.done.append(self._left.pop(0))
            yield self.done[-1]


def _value(body: object) -> Any:
    try:
        return json_value(body) if isinstance(body, bytes) and body[:1] == b"{" else None
    except JsonError:
        return None
