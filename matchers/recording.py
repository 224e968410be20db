"""All interactions that were recorded, by what they match: shared by all sessions, never changed."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import msgspec

from cloudtape.matchers.progress import Story
from cloudtape.matchers.summary import CREATES, ENDS, Columns, Identity
from cloudtape.matchers.vocabulary import Vocabulary

KEY, PLACE, FAMILY, THING, THINGS = range(5)
Group = tuple[int, int | None, int | None]
NOBODY: Identity = ("nobody",)
"""The identity of requests without a token."""


class Recording:
    """Positions count from 0 through all cassettes, as do their `columns` (`Summariser.close`)."""

    def __init__(self, summaries: Iterable[Sequence[Any]], columns: Iterable[bytes] = ()) -> None:
        self._by_key: dict[bytes, int | list[int]] = {}
        self.things: dict[int, Sequence[int]] = {}
        self.thing_of: dict[bytes, int] = {}
        self.writes: dict[int, list[int]] = {}
        self.size = 0
        for position, summary in enumerate(summaries):
            self._add(position, summary)
        self._columns = _joined(columns)
        self._askers, self._items = array("I", self._columns.askers), array("I", self._columns.items)
        self._stories: dict[int, Story] = {}
        self._by_identity: dict[bytes, dict[Identity, list[int]]] = {}
        self._identities = dict(self._columns.tokens)

    def _add(self, position: int, summary: Sequence[Any]) -> None:
        self.size = position + 1
        key, things = summary[KEY], summary[THINGS]
        before = self._by_key.get(key)
        if before is None:
            self._by_key[key] = position
        elif isinstance(before, int):
            self._by_key[key] = [before, position]
            self.thing_of[key] = summary[THING]
        else:
            before.append(position)
        if things is not None:
            self.things[position] = things
            for thing in things:
                self.writes.setdefault(thing, []).append(position)

    def positions(self, key: bytes) -> Sequence[int]:
        """Where a request was recorded, in order."""
        found = self._by_key.get(key, ())
        return (found,) if isinstance(found, int) else found

    def is_write(self, position: int) -> bool:
        return position in self.things

    def is_create(self, position: int) -> bool:
        """Whether something was made whose name came with the answer: it can stand for one live thing only."""
        return bool(self._columns.flags) and bool(self._columns.flags[position] & CREATES)

    def story(self, thing: int) -> Story:
        """The writes on a thing."""
        story = self._stories.get(thing)
        if story is None:
            writes = self.writes[thing]
            items, flags = self._items, self._columns.flags
            story = self._stories[thing] = Story(
                writes,
                [items[one] if items else 0 for one in writes],
                [bool(flags) and bool(flags[one] & ENDS) for one in writes],
            )
        return story

    def asker(self, position: int) -> int:
        """The token that an interaction acted with; 0 for none."""
        return self._askers[position] if self._askers else 0

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
        return Vocabulary(array("I", self._columns.told), array("I", self._columns.made))

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
        forms, owns, stems = (array("I", getattr(self._columns, name)) for name in ("forms", "owns", "stems"))
        for first in self._by_key.values():
            at = first if isinstance(first, int) else first[0]
            if at < len(forms):
                for group in (
                    (forms[at], owns[at], stems[at]),
                    (forms[at], owns[at], None),
                    (forms[at], None, None),
                ):
                    groups.setdefault(group, array("I")).append(at)
        return groups


def _joined(columns: Iterable[bytes]) -> Columns:
    parts = [msgspec.msgpack.decode(one, type=Columns) for one in columns]
    if len(parts) < 2:
        return parts[0] if parts else Columns()
    return Columns(
        **{name: _concatenated([getattr(part, name) for part in parts]) for name in Columns.__struct_fields__}
    )


def _concatenated(columns: list[Any]) -> Any:
    if isinstance(columns[0], bytes):
        return b"".join(columns)
    return [pair for column in columns for pair in column]
