"""In what a world is as recorded answers say, and in what its client made it differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cloudtape.synthesis.shelves import Resource
from cloudtape.synthesis.sightings import Key
from cloudtape.synthesis.world import World

# What a client makes to log in as, or to: it is named by its name.
WHO = frozenset({"identity/users", "identity/projects", "identity/domains"})

Shelf = tuple[str, str, tuple[str, ...]]


class Agreement:
    """Resources are compared by their revisions: one that was changed has another than when it was agreed upon."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._revisions: defaultdict[Shelf, dict[str, int]] = defaultdict(dict)
        # What only this client can mean: the ids of what it made here, and the names of those it made to log in.
        self._own: set[str] = set()

    def agree(self, key: Key, one: Resource) -> None:
        """It is now as a recorded answer says."""
        self._revisions[_shelf(key)][one.id] = one.revision

    def note(self, one: Resource) -> None:
        """The client made this, and no recorded answer."""
        self._own.add(one.id)
        if one.kind in WHO:
            self._own.add(str(one.members.get("name")))

    def is_changed(self, key: Key) -> bool:
        """Whether the client made, changed or deleted it."""
        found = self._world.find(key.kind, key.id, key.region, key.parents)
        agreed = self._revisions[_shelf(key)].get(found.id if found else key.id)
        return agreed != (found.revision if found else None)

    def names_own(self, value: Any) -> bool:
        """Whether some text in a JSON value names what the client made."""
        return bool(self._own) and not self._own.isdisjoint(_texts(value))

    def changes(self, shelf: Key) -> set[str]:
        """The ids of what the client made, changed or deleted of a kind, under the same parents."""
        agreed = self._revisions[_shelf(shelf)]
        there = self._world.shelf(shelf.kind, shelf.region, shelf.parents)
        is_made = self._world.kinds[shelf.kind].is_made
        ours = (one for one in there if is_made or one.id in agreed)
        differing = {one.id for one in ours if agreed.get(one.id) != one.revision}
        return differing | {id_ for id_ in agreed if there.get(id_) is None}

    @contextmanager
    def kept(self) -> Iterator[None]:
        """All that is done meanwhile is agreed upon, but for what had been changed before."""
        before = {key for key, one in self._everything() if self._revisions[_shelf(key)].get(one.id) != one.revision}
        gone = {(shelf, id_) for shelf, id_ in self._agreed() if self._world.shelf(*shelf).get(id_) is None}
        yield
        for key, one in self._everything():
            if key not in before:
                self.agree(key, one)
        for shelf, id_ in self._agreed():
            if (shelf, id_) not in gone and self._world.shelf(*shelf).get(id_) is None:
                del self._revisions[shelf][id_]

    def _everything(self) -> Iterator[tuple[Key, Resource]]:
        for region, one in self._world.everything():
            yield Key(one.kind, region, one.parents, one.id), one

    def _agreed(self) -> list[tuple[Shelf, str]]:
        return [(shelf, id_) for shelf, agreed in self._revisions.items() for id_ in agreed]


def _shelf(key: Key) -> Shelf:
    return key.kind, "" if key.kind.startswith("identity/") else key.region, key.parents


def _texts(value: Any) -> Iterator[str]:
    """The texts in a JSON value, and the last segment of those that are URLs."""
    if isinstance(value, str):
        yield value
        if "://" in value:
            yield value.rstrip("/").rpartition("/")[2]
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
