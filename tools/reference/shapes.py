"""Which members the objects of the examples have, and in which order: what a damaged example is held against.

An object is known by the name under which it stands, in the singular, so that those of a list, of a show and of a
create are the same: `volumes[3]` and `volume`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from tools.reference.json_tokens import Token

ROOT = ""
# Up to so many members at the top, they wrap the rest: `{"volumes": […], "volumes_links": […]}`.
WRAPPERS = 3
# So many objects of one name that share no member with those before, and the name says nothing of members.
STRANGERS = 4
# What stands before the first and after the last member of an object, or string of a list.
EDGE = ""


def singular(name: str) -> str:
    """`volumes` → `volume`, `policies` → `policy`; a rough rule, which only has to be the same everywhere."""
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def kind_of(value: object) -> str:
    """The bracket that opens a value; a letter for one that has none."""
    return "{" if isinstance(value, dict) else "[" if isinstance(value, list) else "s"


class KnownObjects:
    """Objects by their name, learned from examples that are whole.

    `wider` knows those of the other side and of other versions, too: what an object may have, not what it must.
    """

    def __init__(self, wider: KnownObjects | None = None) -> None:
        self._wider = wider
        self._objects: defaultdict[str, set[frozenset[str]]] = defaultdict(set)
        self._members: defaultdict[str, set[str]] = defaultdict(set)
        self._kinds: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._items: defaultdict[str, set[str]] = defaultdict(set)
        self._strangers: defaultdict[str, int] = defaultdict(int)
        self._next: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)

    def learn(self, value: Any, name: str = ROOT) -> None:
        """Take a parsed example in."""
        if self._wider and name == ROOT:
            self._wider.learn(value)
        if isinstance(value, dict):
            self._learn_object(name, value)
            for key, member in value.items():
                self.learn(member, singular(key))
        elif isinstance(value, list):
            self._learn_list(name, value)
            for item in value:
                self.learn(item, name)

    def learn_pages(self, pages: Sequence[Sequence[Token]]) -> None:
        """Take in the objects that are whole on a page of a damaged example, those that end at its foot aside.

        Outside a list, an object whose name begins otherwise wherever it stands says nothing of the others.
        """
        names = _names_of_unlike(pages)
        for page in pages:
            self._learn_page(page, names)

    def _learn_page(self, page: Sequence[Token], unlike: frozenset[str]) -> None:
        foot = len(page)
        while foot and page[foot - 1].text in ("}", "]", ","):
            foot -= 1
        opened: list[tuple[str, int]] = []
        for place, token in enumerate(page[:foot]):
            if token.text in ("{", "["):
                opened.append((_key_before(page, place) or (opened[-1][0] if opened else ROOT), place))
            elif token.text in ("}", "]") and opened:
                name, start = opened.pop()
                lone = name in unlike and all(page[at].text != "[" for _, at in opened)
                if token.text == "}" and name != ROOT and not lone:
                    self._learn_text(name, page[start : place + 1])

    def _learn_text(self, name: str, part: Sequence[Token]) -> None:
        try:
            value = json.loads("".join(token.text for token in part), strict=False)
        except ValueError:
            return
        self._learn_object(name, value)
        if self._wider:
            self._wider._learn_object(name, value)

    def _learn_object(self, name: str, value: dict[str, Any]) -> None:
        if value and self._objects[name] and self._members[name].isdisjoint(value):
            self._strangers[name] += 1
        self._objects[name].add(frozenset(value))
        self._members[name].update(value)
        self._learn_order("{", name, value)
        for key, member in value.items():
            if member is not None:
                self._kinds[name, key].add(kind_of(member))

    def _learn_list(self, name: str, value: list[Any]) -> None:
        self._items[name].update(map(kind_of, value))
        if value and all(isinstance(item, str) for item in value):
            self._learn_order("[", name, value)

    def _learn_order(self, bracket: str, name: str, keys: Iterable[str]) -> None:
        before = EDGE
        for key in (*keys, EDGE):
            self._next[bracket, name, before].add(key)
            before = key

    def is_free(self, name: str) -> bool:
        """Whether objects with that name have whatever members they like: metadata, parameters."""
        return (self._wider or self)._strangers[name] >= STRANGERS

    def knows(self, name: str, key: str) -> bool:
        """Whether an object with that name has been seen with that member, or none with that name at all."""
        here = self._wider or self
        return key in here._members[name] or not here._objects[name] or self.is_free(name)

    def follows(self, bracket: str, name: str, before: str, key: str) -> bool:
        """Whether a member (or a string in a list) has been seen after another one, or nothing is known of that one.

        EDGE is what comes before the first and after the last.
        """
        here = self._wider or self
        known = here._next.get((bracket, name, before))
        return known is None or key in known or (bracket == "{" and self.is_free(name))

    def has_place_at_top(self, key: str, first: str) -> bool | None:
        """Whether a member has been seen at the top beside the first one; None where that one has not been seen there.

        Beside many members, another may always stand.
        """
        beside = [known for known in self._objects[ROOT] if first in known]
        return any(key in known or len(known) > WRAPPERS for known in beside) if beside else None

    def missing(self, name: str, keys: frozenset[str]) -> int:
        """How many members an object lacks to be like one that has been seen; 0 where none with that name has been."""
        if self.is_free(name):
            return 0
        return min((len(known - keys) for known in self._objects[name] if known & keys or not known), default=0)

    def fits(self, name: str, key: str | None, kind: str) -> bool:
        """Whether a member (or, without a key, an item) of that kind has been seen, or nothing is known of it."""
        here = self._wider or self
        kinds = here._items[name] if key is None else here._kinds[name, key]
        return kind in kinds or not kinds


def _key_before(page: Sequence[Token], place: int) -> str:
    """The key, in the singular, of the value that begins here; empty where there is none."""
    return singular(page[place - 2].text.strip('"')) if place > 1 and page[place - 1].text == ":" else ""


def _names_of_unlike(pages: Sequence[Sequence[Token]]) -> frozenset[str]:
    """The names of several objects of which each begins with another member."""
    first: defaultdict[str, list[str]] = defaultdict(list)
    for page in pages:
        for place, (token, after) in enumerate(pairwise(page)):
            if token.text == "{" and after.is_string and (name := _key_before(page, place)):
                first[name].append(after.text)
    return frozenset(name for name, keys in first.items() if 1 < len(keys) == len(set(keys)))
