"""In what a world is as recorded answers say, and in what its client made it differ."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cloudtape.matchers.requests.naming import is_distinctive
from cloudtape.synthesis.stocking.recorded.sightings import Key, texts_in
from cloudtape.synthesis.worlds.shelves import Resource
from cloudtape.synthesis.worlds.world import World

# What a client makes to log in as, or to: it is named by its name.
WHO = frozenset({"identity/users", "identity/projects", "identity/domains"})

Shelf = tuple[str, str, tuple[str, ...]]


class Agreement:
    """Resources are compared by how often they were changed; what comes by itself (BUILD, ACTIVE) does not count."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._counts: defaultdict[Shelf, dict[str, int]] = defaultdict(dict)
        # What only this client can mean: the ids of what it made here, and the names of those it made to log in.
        self._own: set[str] = set()
        self._documents: set[tuple[str, tuple[str, ...]]] = set()
        # By kind, the names that what the client made or changed has had.
        self._names: defaultdict[str, set[str]] = defaultdict(set)

    def agree(self, key: Key, one: Resource) -> None:
        """It is now as a recorded answer says."""
        self._counts[_shelf(key)][one.id] = one.changes

    def made(self, one: Resource) -> None:
        """The client made this, and no recorded answer."""
        self._own.add(one.id)
        self.named(one)
        if one.kind in WHO:
            self._own |= self._names[one.kind]

    def named(self, one: Resource) -> None:
        """The client gave it the name that it has."""
        self._names[one.kind].add(str(one.members.get(self._world.kinds[one.kind].named)))

    def names_own_login(self, value: Any) -> bool:
        """Whether a request to log in names a user, project or domain that the client made."""
        names = set[str]().union(*(self._names.get(kind, ()) for kind in WHO))
        return not names.isdisjoint(texts_in(value))

    def wrote(self, key: Key) -> None:
        """The client wrote a document: what there is, and is no resource."""
        self._documents.add((key.kind, key.parents))

    def has_written(self, key: Key) -> bool:
        """Whether the client wrote this document, or one that it is a part of."""
        return any(key.kind.startswith(kind) and key.parents[: len(ids)] == ids for kind, ids in self._documents)

    def has_written_any(self, service: str, paths: str) -> bool:
        """Whether the client wrote a document of a kind of a service whose path begins as a pattern says."""
        kinds = re.compile(f"{re.escape(service)}/(?:{paths})")
        return any(kinds.match(kind) for kind, _ in self._documents)

    def has_named(self, kind: str, name: str) -> bool:
        """Whether something that the client made or changed has ever had this name."""
        return name in self._names.get(kind, ())

    def is_changed(self, key: Key) -> bool:
        """Whether the client made, changed or deleted it."""
        found = self._world.find(key.kind, key.id, key.region, key.parents)
        if found is None:
            return key.id in self._own or key.id in self._counts[_shelf(key)]
        return self._differs(key, found)

    def _differs(self, shelf: Key, one: Resource) -> bool:
        return self._counts[_shelf(shelf)].get(one.id) != one.changes

    def names_news(self, value: Any) -> bool:
        """Whether some text in a JSON value names what the client made, or changed."""
        if not self._own and not self._names:
            return False
        texts = {text for text in texts_in(value) if is_distinctive(text)}
        if not texts.isdisjoint(self._own):
            return True
        return any(
            (one := self._world.shelf(*shelf).get(text)) and self._counts[shelf].get(text) != one.changes
            for shelf in list(self._counts)
            for text in texts
        )

    def is_needed_by_news(self, id_: str) -> bool:
        """Whether something that the client made, or changed, stands under a resource or names it."""
        if not self._own and not self._names:
            return False
        news = (one for key, one in self._everything() if one.id != id_ and self._differs(key, one))
        return any(id_ in one.parents or id_ in texts_in(one.members) for one in news)

    def has_made(self, kind: str) -> bool:
        """Whether the client ever made or changed one of a kind."""
        return kind in self._names

    def changes(self, shelf: Key) -> set[str]:
        """The ids of what the client made, changed or deleted of a kind, under the same parents."""
        agreed = self._counts[_shelf(shelf)]
        there = self._world.shelf(shelf.kind, shelf.region, shelf.parents)
        is_made = self._world.kinds[shelf.kind].is_made
        ours = (one for one in there if is_made or one.id in agreed)
        differing = {one.id for one in ours if self._differs(shelf, one)}
        return differing | {id_ for id_ in agreed if there.get(id_) is None}

    @contextmanager
    def kept(self) -> Iterator[None]:
        """All that is done meanwhile is agreed upon, but for what had been changed before."""
        before = {key for key, one in self._everything() if self._differs(key, one)}
        gone = {(shelf, id_) for shelf, id_ in self._agreed() if self._world.shelf(*shelf).get(id_) is None}
        yield
        for key, one in self._everything():
            if key not in before:
                self.agree(key, one)
        for shelf, id_ in self._agreed():
            if (shelf, id_) not in gone and self._world.shelf(*shelf).get(id_) is None:
                del self._counts[shelf][id_]

    def _everything(self) -> Iterator[tuple[Key, Resource]]:
        for region, one in self._world.everything():
            yield Key(one.kind, region, one.parents, one.id), one

    def _agreed(self) -> list[tuple[Shelf, str]]:
        return [(shelf, id_) for shelf, agreed in self._counts.items() for id_ in agreed]


def _shelf(key: Key) -> Shelf:
    return key.kind, "" if key.kind.startswith("identity/") else key.region, key.parents
