"""All interactions that were recorded, by what they match: shared by all sessions, never changed."""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any

import msgspec

from cloudtape.matchers.recordings.progress import Story
from cloudtape.matchers.recordings.summary import CREATES, ENDS, LOST, MAKES, REPEATS, Columns, Identity
from cloudtape.matchers.recordings.vocabulary import Vocabulary
from cloudtape.matchers.requests.canonical import KEY_SIZE

Group = tuple[int, int | None, int | None, Identity | None]
"""A form, and where that matters: which of the cloud's own words are named, the stem of the names, who asks."""
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
        self._more_items = dict(columns.more_items)
        self._without_token: Identity = NOBODY if any(self._askers) else ()

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

    def is_end(self, position: int) -> bool:
        """Whether a write leaves nothing of what it is on."""
        return bool(self._columns.flags[position] & ENDS)

    def same_as(self, position: int) -> Sequence[int]:
        """Where the request at a position was recorded, in order."""
        return self.positions(self._columns.keys[position * KEY_SIZE : (position + 1) * KEY_SIZE].tobytes())

    def told_alike(self, position: int) -> Sequence[int]:
        """The answers that the asker of a position was given to the same request, the later ones first."""
        key = self._columns.keys[position * KEY_SIZE : (position + 1) * KEY_SIZE].tobytes()
        own = self.of_identity(key, self.identity(self.asker(position)))
        return [one for one in reversed(own) if not self.is_repeated(one)]

    def around(self, position: int, most: int) -> Sequence[int]:
        """The reads that the asker of a position made before it, the nearest first, and then those after it."""
        stream = self._streams[self.identity(self.asker(position))]
        at = bisect_left(stream, position)
        near = (*reversed(stream[max(0, at - most) : at]), *stream[at : at + most])
        return [one for one in near if not self.is_write(one)]

    def before(self, position: int, most: int) -> tuple[Sequence[int], Sequence[int]]:
        """What was asked before a position with the same token, and by the same asker: `most` of each, in order.

        Reads that were answered as the time before do not count.
        """
        asker = self.asker(position)
        own: Sequence[int] = self._streams[asker] if asker else ()
        whole = self._streams[self.identity(asker)]
        return _up_to(own, position, most), _up_to(whole, position, most)

    @cached_property
    def _streams(self) -> dict[int | Identity, array[int]]:
        streams: dict[int | Identity, array[int]] = {}
        for position, asker in enumerate(self._askers):
            for who in (asker, self.identity(asker)):
                stream = streams.setdefault(who, array("I"))
                if not self.is_repeated(position):
                    stream.append(position)
        return streams

    def of_form(self, form: int, words: Iterable[int], most: int) -> Sequence[int]:
        """Writes of a form that touch one of some words: `most` for each word."""
        forms = _numbers(self._columns.forms)
        touching = (one for word in words for one in self.writes.get(word, ())[:most])
        return [one for one in touching if forms[one] == form]

    def story(self, thing: int) -> Story:
        """The writes on a thing; where it is a name, also those on the items that had it."""
        story = self._stories.get(thing)
        if story is None:
            writes = set(self.writes[thing])
            for item in {item for one in writes for item in self.items(one)} - {thing}:
                writes.update(self.writes.get(item, ()))
                self.also.setdefault(item, set()).add(thing)
            story = self._stories[thing] = self._told(sorted(writes))
        return story

    def _told(self, writes: list[int]) -> Story:
        return Story(
            writes,
            [self.items(one) for one in writes],
            [self.is_end(one) for one in writes],
            [bool(self._columns.flags[one] & MAKES) for one in writes],
        )

    def items(self, position: int) -> tuple[int, ...]:
        """What a write is on."""
        item = self._items[position]
        return (item, *self._more_items.get(position, ())) if item else ()

    def is_repeated(self, position: int) -> bool:
        """Whether a read was answered as it was the time before."""
        return bool(self._columns.flags[position] & REPEATS)

    def asker(self, position: int) -> int:
        """The token that an interaction acted with; 0 for none."""
        return self._askers[position]

    def identity(self, token: int) -> Identity:
        """Whose a token is, as recorded. Where no request has one, they were left out: nobody knows who asked."""
        return self._identities.get(token, ()) if token else self._without_token

    def of_identity(self, key: bytes, identity: Identity) -> Sequence[int]:
        """Where a request was recorded for somebody, in order; empty where it was for others only."""
        found = self._by_identity.get(key)
        if found is None:
            found = self._by_identity[key] = {}
            for position in self.positions(key):
                found.setdefault(self.identity(self.asker(position)), []).append(position)
        return found.get(identity, ())

    def lost_at(self, place: int) -> Sequence[int]:
        """Writes to a place of which nothing but that could be kept, in order."""
        return self._lost.get(place, ())

    @cached_property
    def _lost(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for position, flags in enumerate(self._columns.flags):
            if flags & LOST:
                found.setdefault(self.places[position], []).append(position)
        return found

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(*map(_numbers, (self._columns.told, self._columns.made, self._columns.invented)))

    @cached_property
    def derived(self) -> dict[str, list[str]]:
        """For words that clients made, those that the cloud made of them."""
        found: dict[str, list[str]] = {}
        for made, derived in self._columns.derived:
            found.setdefault(made, []).append(derived)
        return found

    def alike(
        self, form: int, owns: int | None = None, stem: int | None = None, identity: Identity | None = None
    ) -> Sequence[int]:
        """The first position of each distinct request of a form, in order.

        Narrower with `identity`: what was recorded for somebody; with `owns` besides, and still with `stem`: those that
        name the same of the cloud's own words, and whose names have one stem.
        """
        return self._groups.get((form, owns, stem, identity), ())

    def of_shape(self, shape: int, identity: Identity | None) -> Sequence[int]:
        """The first position of each distinct request of a shape that was recorded for somebody, or for anybody."""
        return self._shapes.get((shape, identity), ())

    @cached_property
    def _groups(self) -> dict[Group, array[int]]:
        groups: dict[Group, array[int]] = {}
        forms, owns, stems = (_numbers(getattr(self._columns, name)) for name in ("forms", "owns", "stems"))
        for at, identity, is_first in self._distinct():
            form = forms[at]
            for group in (form, owns[at], stems[at], identity), (form, owns[at], None, identity):
                groups.setdefault(group, array("I")).append(at)
            if is_first:
                groups.setdefault((form, None, None, None), array("I")).append(at)
        return groups

    @cached_property
    def _shapes(self) -> dict[tuple[int, Identity | None], array[int]]:
        groups: dict[tuple[int, Identity | None], array[int]] = {}
        shapes = _numbers(self._columns.shapes)
        for at, identity, is_first in self._distinct():
            for whose in (identity, None) if is_first else (identity,):
                groups.setdefault((shapes[at], whose), array("I")).append(at)
        return groups

    def _distinct(self) -> Iterator[tuple[int, Identity, bool]]:
        """Each distinct request once for everybody who asked; whether it is the first of all."""
        for found in self._by_key.values():
            if isinstance(found, int):
                yield found, self.identity(self.asker(found)), True
                continue
            askers: set[Identity] = set()
            for at in found:
                identity = self.identity(self.asker(at))
                if identity not in askers:
                    askers.add(identity)
                    yield at, identity, len(askers) == 1


def _up_to(stream: Sequence[int], position: int, most: int) -> Sequence[int]:
    at = bisect_left(stream, position)
    return stream[max(0, at - most) : at]


def _numbers(column: memoryview) -> memoryview:
    return column.cast("I")


def _joined(summaries: Iterable[memoryview]) -> Columns:
    parts = [msgspec.msgpack.decode(one, type=Columns) for one in summaries]
    if len(parts) < 2:
        return parts[0] if parts else Columns()
    for part, begin in zip(parts, accumulate((len(part.flags) for part in parts), initial=0), strict=False):
        part.more_items = [(begin + position, items) for position, items in part.more_items]
    return Columns(
        **{name: _concatenated([getattr(part, name) for part in parts]) for name in Columns.__struct_fields__}
    )


def _concatenated(columns: list[Any]) -> Any:
    if isinstance(columns[0], memoryview):
        return memoryview(b"".join(columns))
    return [pair for column in columns for pair in column]
