"""Resources, and the shelves on which a world keeps them: in the order in which they were made, so that any page of a
list costs as much as its items, however many resources there are."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any

Members = dict[str, Any]
MOST_TEXTS = 8


class Resource:
    """One resource. `members` are those that its service shows; `private` what it keeps to itself (a password, data).

    `pending` is what it is on its way to become (see `lifecycle`). `revision` grows with each change, of which
    `drift` came by themselves. `is_whole`: its members
    have the structure that its cloud gives them, and need no other.
    """

    __slots__ = (
        "_texts",
        "_texts_of",
        "drift",
        "id",
        "is_whole",
        "kind",
        "members",
        "parents",
        "pending",
        "private",
        "project",
        "revision",
        "user",
    )

    def __init__(
        self, kind: str, id_: str, members: Members, project: str = "", user: str = "", parents: tuple[str, ...] = ()
    ) -> None:
        self.kind, self.id, self.members = kind, id_, members
        self.project, self.user, self.parents = project, user, parents
        self.private: Members = {}
        self.pending: Any = None
        self.is_whole = False
        self.revision = self.drift = 0
        self._texts: dict[Hashable, bytes] = {}
        self._texts_of = 0

    def __repr__(self) -> str:
        return f"Resource({self.kind}, {self.id})"

    @property
    def changes(self) -> int:
        """How often somebody changed it."""
        return self.revision - self.drift

    def text(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """What was made under this key since the resource last changed."""
        if self._texts_of != self.revision or len(self._texts) > MOST_TEXTS:
            self._texts, self._texts_of = {}, self.revision
        found = self._texts.get(key)
        if found is None:
            found = self._texts[key] = make()
        return found

    def set(self, /, **members: Any) -> None:
        self.update(members)

    def update(self, members: Members) -> None:
        self.members.update(members)
        self.revision += 1


class _Row:
    """Resources in order, each found by its id; a removed one leaves a gap until there are more gaps than resources."""

    __slots__ = ("_at", "_items")

    def __init__(self) -> None:
        self._items: list[Resource | None] = []
        self._at: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._at)

    def add(self, one: Resource) -> None:
        self._at[one.id] = len(self._items)
        self._items.append(one)

    def remove(self, id_: str) -> None:
        at = self._at.pop(id_, None)
        if at is not None:
            self._items[at] = None
            if len(self._items) > 64 and len(self._at) * 2 < len(self._items):
                self._close_gaps()

    def _close_gaps(self) -> None:
        self._items = [one for one in self._items if one is not None]
        self._at = {one.id: at for at, one in enumerate(self._items) if one}

    def walk(self, after: str = "", newest_first: bool = False) -> Iterator[Resource]:
        """From the one behind `after` on. Raises KeyError when there is none of that id."""
        if newest_first:
            start, end, step = (self._at[after] if after else len(self._items)) - 1, -1, -1
        else:
            start, end, step = (self._at[after] + 1 if after else 0), len(self._items), 1
        return (one for at in range(start, end, step) if (one := self._items[at]) is not None)


class Shelf:
    """The resources of one kind (under one parent, in one region)."""

    def __init__(self) -> None:
        self._by_id: dict[str, Resource] = {}
        self._all = _Row()
        self._by_project: dict[str, _Row] = {}
        # A resource may change hands.
        self._homes: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Resource]:
        return iter(list(self._by_id.values()))

    def get(self, id_: str) -> Resource | None:
        return self._by_id.get(id_)

    def add(self, one: Resource) -> None:
        self._by_id[one.id] = one
        self._all.add(one)
        self._homes[one.id] = one.project
        self._by_project.setdefault(one.project, _Row()).add(one)

    def remove(self, one: Resource) -> None:
        if self._by_id.pop(one.id, None):
            self._all.remove(one.id)
            self._by_project[self._homes.pop(one.id)].remove(one.id)

    def count(self, project: str) -> int:
        row = self._by_project.get(project)
        return len(row) if row else 0

    def walk(self, project: str | None = None, after: str = "", newest_first: bool = False) -> Iterator[Resource]:
        """In order, of one project or (None) of all. Raises KeyError for an `after` that is not there."""
        row = self._all if project is None else self._by_project.get(project, _Row())
        return row.walk(after, newest_first)
