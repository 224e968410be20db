"""All interactions that were recorded, by what they match: shared by all sessions, never changed."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any

import msgspec

from cloudtape.matchers.recordings.progress import Story
from cloudtape.matchers.recordings.summary import CREATES, ENDS, Columns, Identity
from cloudtape.matchers.recordings.vocabulary import Vocabulary
from cloudtape.matchers.requests.canonical import KEY_SIZE

Group = tuple[int, int | None, int | None]
NOBODY: Identity = ("nobody",)
"""The identity of requests without a token."""


class Recording:
    """Made from what a `Summariser` said of each cassette; positions count from 0 through all of them."""

    def __init__(self, summaries: Iterable[memoryview]) -> None:
        self._columns = columns = _joined(summaries)
        self.places, self.families = _numbers(columns.places), _numbers(columns.families)
        self._abouts, self._askers, self._items = map(_numbers, (columns.abouts, columns.askers, columns.items))
        self._counts, self._things = _numbers(columns.counts), _numbers(columns.things)
        self._ends = array("I", accumulate(self._counts))
        """Where in `_things` those of each interaction end."""
        self.size = len(self._ends)
        self._by_key = self._keyed()
        self.writes: dict[int, list[int]] = {}
        for position in filter(self.is_write, range(self.size)):
            for thing in self.things(position):
                self.writes.setdefault(thing, []).append(position)
        self._stories: dict[int, Story] = {}
        self.also: dict[int, set[int]] = {}
        """For items, the things whose story theirs is a part of."""
        self._by_identity: dict[bytes, dict[Identity, list[int]]] = {}
        self._identities = dict(columns.tokens)

    def _keyed(self) -> dict[bytes, int | list[int]]:
        by_key: dict[bytes, int | list[int]] = {}
        for position, (key,) in enumerate(struct.iter_unpack(f"{KEY_SIZE}s", self._columns.keys)):
            before = by_key.setdefault(key, position)
            if isinstance(before, list):
                before.append(position)
            elif before != position:
                by_key[key] = [before, position]
        return by_key

    def positions(self, key: bytes) -> Sequence[int]:
        """Where a request was recorded, in order."""
        found = self._by_key.get(key, ())
        return (found,) if isinstance(found, int) else found

    def is_write(self, position: int) -> bool:
        return self._counts[position] > 0

    def things(self, position: int) -> Sequence[int]:
        """What a write may change the reads of; empty for a read."""
        end = self._ends[position]
        return self._things[end - self._counts[position] : end]

    def about(self, position: int) -> int:
        """What a read is about."""
        return self._abouts[position]

    def is_create(self, position: int) -> bool:
        """Whether something was made whose name came with the answer: it can stand for one live thing only."""
        return bool(self._columns.flags[position] & CREATES)

    def story(self, thing: int) -> Story:
        """The writes on a thing; where it is a name, also those on the items that had it."""
        story = self._stories.get(thing)
        if story is None:
            writes = set(self.writes[thing])
            for item in {self._items[one] for one in writes} - {0, thing}:
                writes.update(self.writes.get(item, ()))
                self.also.setdefault(item, set()).add(thing)
            story = self._stories[thing] = self._told(sorted(writes))
        return story

    def _told(self, writes: list[int]) -> Story:
        flags = self._columns.flags
        return Story(writes, [self._items[one] for one in writes], [bool(flags[one] & ENDS) for one in writes])

    def asker(self, position: int) -> int:
        """The token that an interaction acted with; 0 for none."""
        return self._askers[position]

    def identity(self, token: int) -> Identity:
        """Whose a token is, as recorded."""
        return self._identities.get(token, ()) if token else NOBODY

    def of_identity(self, key: bytes, identity: Identity) -> Sequence[int]:
        """Where a request was recorded for somebody, in order; empty where it was for others only."""
        found = self._by_identity.get(key)
        if found is None:
            found = self._by_identity[key] = {}
            for position in self.positions(key):
                found.setdefault(self.identity(self.asker(position)), []).append(position)
        return found.get(identity, ())

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(_numbers(self._columns.told), _numbers(self._columns.made))

    @cached_property
    def derived(self) -> dict[str, list[str]]:
        """For words that clients made, those that the cloud made of them."""
        found: dict[str, list[str]] = {}
        for made, derived in self._columns.derived:
            found.setdefault(made, []).append(derived)
        return found

    def alike(self, form: int, owns: int | None = None, stem: int | None = None) -> Sequence[int]:
        """The first position of each distinct request of a form, in order.

        Narrower with `owns`, and still with `stem`: those that name the same of the cloud's own words, and whose names
        have one stem.
        """
        return self._groups.get((form, owns, stem), ())

    @cached_property
    def _groups(self) -> dict[Group, array[int]]:
        groups: dict[Group, array[int]] = {}
        forms, owns, stems = (_numbers(getattr(self._columns, name)) for name in ("forms", "owns", "stems"))
        for first in self._by_key.values():
            at = first if isinstance(first, int) else first[0]
            for group in (forms[at], owns[at], stems[at]), (forms[at], owns[at], None), (forms[at], None, None):
                groups.setdefault(group, array("I")).append(at)
        return groups


def _numbers(column: memoryview) -> memoryview:
    return column.cast("I")


def _joined(summaries: Iterable[memoryview]) -> Columns:
    parts = [msgspec.msgpack.decode(one, type=Columns) for one in summaries]
    if len(parts) < 2:
        return parts[0] if parts else Columns()
    return Columns(
        **{name: _concatenated([getattr(part, name) for part in parts]) for name in Columns.__struct_fields__}
    )


def _concatenated(columns: list[Any]) -> Any:
    if isinstance(columns[0], memoryview):
        return memoryview(b"".join(columns))
    return [pair for column in columns for pair in column]
