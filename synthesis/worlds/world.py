"""The resources that synthesis keeps for a session, and what they need: ids, time, tokens.

A world knows nothing of requests. Whoever changes a resource calls `Scene.follow`, so that related resources follow.
"""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Protocol

import msgspec

from cloudtape.cassettes.blob_store import BlobStore
from cloudtape.synthesis.worlds.clock import Clock, Pace
from cloudtape.synthesis.worlds.lifecycle import Life
from cloudtape.synthesis.worlds.shelves import Members, Resource, Shelf
from cloudtape.synthesis.worlds.token_book import Token, TokenBook

FIRST_NUMBER = 1


class Shape(Protocol):
    """What a world knows of a kind of resource: how it is named, and how one begins."""

    @property
    def key(self) -> str: ...
    @property
    def by(self) -> tuple[str, ...]: ...
    @property
    def named(self) -> str: ...
    @property
    def id_form(self) -> str: ...
    @property
    def template(self) -> Members: ...
    @property
    def is_made(self) -> bool: ...
    @property
    def is_regional(self) -> bool: ...
    @property
    def life(self) -> Life | None: ...


class Shapes(Protocol):
    """All kinds, by name."""

    def __getitem__(self, name: str, /) -> Shape: ...


class Grant(msgspec.Struct, frozen=True):
    """A role that an actor (`users`, `groups`) has on a target (`projects`, `domains`, `system`)."""

    actors: str
    actor: str
    targets: str
    target: str
    role: str
    inherited: bool = False


class World:
    """`region` of a shelf is empty for what all regions share."""

    def __init__(self, kinds: Shapes, seed: int = 0, pace: Pace | None = None, clock: Clock | None = None) -> None:
        self.kinds: Shapes = kinds
        self.seed = seed
        self.pace, self.clock = pace or Pace(), clock or Clock()
        # Ids that a run can repeat. How often somebody logs in or looks does not change them: that has its own numbers.
        self._random, self._secrets, self._requests = (random.Random(f"{seed}/{use}") for use in range(3))  # noqa: S311
        self._shelves: dict[tuple[str, str, tuple[str, ...]], Shelf] = {}
        self._of_kind: defaultdict[tuple[str, str], dict[tuple[str, ...], Shelf]] = defaultdict(dict)
        self._children: defaultdict[tuple[str, str], list[tuple[str, str, tuple[str, ...]]]] = defaultdict(list)
        self._numbers: defaultdict[str, int] = defaultdict(lambda: FIRST_NUMBER)
        self.documents: dict[tuple[str, str, tuple[str, ...]], Members] = {}
        self.tokens = TokenBook(lambda: self.clock.now())
        # The identity of tokens that this world has not issued; None refuses them.
        self.trusted: Token | None = None
        self.blobs = BlobStore()
        self.token_life = timedelta(hours=1)
        # As dicts, so that they keep their order.
        self.grants: dict[Grant, None] = {}
        self.memberships: dict[tuple[str, str], None] = {}
        """(group, user)"""

    # --- names and times --------------------------------------------------------------------------------------------

    def new_id(self, form: str = "uuid", of: str = "") -> Any:
        """An id that no other resource has: uuid, hex, or int (counted for each kind)."""
        if form == "int":
            self._numbers[of] += 1
            return self._numbers[of] - 1
        made = uuid.UUID(int=self._random.getrandbits(128), version=4)
        return made.hex if form == "hex" else str(made)

    def choose(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def secret(self, length: int, letters: str = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789") -> str:
        return "".join(self._secrets.choices(letters, k=length))

    def request_id(self) -> str:
        text = f"{self._requests.getrandbits(128):032x}"
        return f"req-{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    # --- resources --------------------------------------------------------------------------------------------------

    def shelf(self, kind: str, region: str = "", parents: tuple[str, ...] = ()) -> Shelf:
        key = (region if self.kinds[kind].is_regional else "", kind, parents)
        shelf = self._shelves.get(key)
        if shelf is None:
            shelf = self._shelves[key] = self._of_kind[key[0], kind][parents] = Shelf()
            if parents:
                self._children[key[0], parents[-1]].append(key)
        return shelf

    def find(self, kind: str, id_: str, region: str = "", parents: tuple[str, ...] = ()) -> Resource | None:
        """A resource by its id or, where its kind says so, by another name."""
        shelf = self.shelf(kind, region, parents)
        found = shelf.get(id_)
        if found is None and (by := self.kinds[kind].by):
            return next((one for one in shelf if any(str(one.members.get(name)) == id_ for name in by)), None)
        return found

    def all(self, kind: str, region: str = "") -> Iterator[Resource]:
        """All resources of a kind, under whatever parents."""
        for shelf in self._shelves_of(kind, region):
            yield from shelf

    def count(self, kind: str, region: str, project: str) -> int:
        """How many of a kind a project has, under whatever parents."""
        return sum(shelf.count(project) for shelf in self._shelves_of(kind, region))

    def _shelves_of(self, kind: str, region: str) -> list[Shelf]:
        return list(self._of_kind[region if self.kinds[kind].is_regional else "", kind].values())

    def where(self, kind: str, region: str = "", **members: Any) -> Iterator[Resource]:
        """The resources of a kind with these members."""
        wanted = members.items()
        for one in self.all(kind, region):
            if all(one.members.get(name) == value for name, value in wanted):
                yield one

    def add(
        self,
        kind: str,
        members: Members,
        *,
        region: str = "",
        project: str = "",
        user: str = "",
        parents: tuple[str, ...] = (),
    ) -> Resource:
        """Put a resource on its shelf; its id is the member that its kind is named by."""
        id_ = str(members[self.kinds[kind].key])
        one = Resource(kind, id_, members, project, user, parents)
        self.shelf(kind, region, parents).add(one)
        return one

    def remove(self, one: Resource, region: str = "") -> None:
        """Take a resource away, and what stands under it."""
        region = region if self.kinds[one.kind].is_regional else ""
        self.shelf(one.kind, region, one.parents).remove(one)
        for key in self._children.pop((region, one.id), ()):
            if self._shelves.pop(key, None) is not None:
                del self._of_kind[key[:2]][key[2]]
        for document in [key for key in self.documents if one.id in key[2]]:
            del self.documents[document]

    def address_in(self, _: str) -> str:
        """An address in a subnet or network that is there, but of which nothing else is known; empty: none is known."""
        return ""

    def hand_over(self, one: Resource, project: str, region: str = "") -> None:
        """Give a resource to another project."""
        shelf = self.shelf(one.kind, region, one.parents)
        shelf.remove(one)
        one.project = project
        shelf.add(one)

    # --- all of it --------------------------------------------------------------------------------------------------

    def everything(self) -> Iterator[tuple[str, Resource]]:
        """Every resource with its region."""
        for (region, _, _), shelf in list(self._shelves.items()):
            for one in shelf:
                yield region, one

    def numbers(self) -> dict[str, int]:
        """How far each kind with numbers for ids has counted."""
        return dict(self._numbers)

    def count_from(self, numbers: dict[str, int]) -> None:
        self._numbers.update(numbers)
