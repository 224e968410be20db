"""Which members the objects of the examples have: what a damaged example is held against.

An object is known by the name under which it stands, in the singular, so that those of a list, of a show and of a
create are the same: `volumes[3]` and `volume`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from cloudtape.reference.json_tokens import Token

ROOT = ""
# Up to so many members at the top, they wrap the rest: `{"volumes": […], "volumes_links": […]}`.
WRAPPERS = 3


def singular(name: str) -> str:
    """`volumes` → `volume`, `policies` → `policy`; a rough rule, which only has to be the same everywhere."""
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def kind_of(value: object) -> str:
    """The bracket that opens a value; a letter for one that has none."""
    return "{" if isinstance(value, dict) else "[" if isinstance(value, list) else "s"


class Shapes:
    """Objects by their name, learned from examples that are whole."""

    def __init__(self) -> None:
        self._objects: defaultdict[str, set[frozenset[str]]] = defaultdict(set)
        self._members: defaultdict[str, set[str]] = defaultdict(set)
        self._kinds: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._items: defaultdict[str, set[str]] = defaultdict(set)

    def learn(self, value: Any, name: str = ROOT) -> None:
        """Take a parsed example in."""
        if isinstance(value, dict):
            self._learn_object(name, value)
            for key, member in value.items():
                self.learn(member, singular(key))
        elif isinstance(value, list):
            for item in value:
                self._items[name].add(kind_of(item))
                self.learn(item, name)

    def learn_page(self, page: Sequence[Token]) -> None:
        """Take in the objects that are whole on a page of a damaged example, those that end at its foot aside."""
        foot = len(page)
        while foot and page[foot - 1].text in ("}", "]", ","):
            foot -= 1
        opened: list[tuple[str, int]] = []
        for at, token in enumerate(page[:foot]):
            if token.text in ("{", "["):
                name = singular(page[at - 2].text.strip('"')) if at > 1 and page[at - 1].text == ":" else None
                opened.append((name or (opened[-1][0] if opened else ROOT), at))
            elif token.text in ("}", "]") and opened:
                name, start = opened.pop()
                if token.text == "}" and name != ROOT:
                    self._learn_text(name, page[start : at + 1])

    def _learn_text(self, name: str, part: Sequence[Token]) -> None:
        try:
            value = json.loads("".join(token.text for token in part), strict=False)
        except ValueError:
            return
        self._learn_object(name, value)

    def _learn_object(self, name: str, value: dict[str, Any]) -> None:
        self._objects[name].add(frozenset(value))
        self._members[name].update(value)
        for key, member in value.items():
            if member is not None:
                self._kinds[name, key].add(kind_of(member))

    def knows(self, name: str, key: str) -> bool:
        """Whether an object with that name has been seen with that member, or none with that name at all."""
        return key in self._members[name] or not self._objects[name]

    def has_place_at_top(self, key: str, first: str) -> bool | None:
        """Whether a member has been seen at the top beside the first one; None where that one has not been seen there.

        Beside many members, another may always stand.
        """
        beside = [known for known in self._objects[ROOT] if first in known]
        return any(key in known or len(known) > WRAPPERS for known in beside) if beside else None

    def missing(self, name: str, keys: frozenset[str]) -> int:
        """How many members an object lacks to be like one that has been seen; 0 where none with that name has been."""
        return min((len(known - keys) for known in self._objects[name] if known & keys or not known), default=0)

    def fits(self, name: str, key: str | None, kind: str) -> bool:
        """Whether a member (or, without a key, an item) of that kind has been seen, or nothing is known of it."""
        kinds = self._items[name] if key is None else self._kinds[name, key]
        return kind in kinds or not kinds
