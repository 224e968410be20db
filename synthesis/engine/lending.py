"""What an answer takes from a printed example: its structure, and never a value that is somebody else's.

Where the world and the request say nothing of a member, it is there and empty, as the type of what is printed has it:

    text    null, "" in a name or a description    number  0
    list    no items                               truth   false, true of what is on unless somebody says otherwise
    object  its members, each of them empty        map     {} (`maps`: rows of the service's folder name them)
    time, owner                                    as printed: `adapt` makes them now, and the asker's
    address                                        that of this service in this cloud (`adapt`)
    links   as many, and where they lead is empty: whoever answers knows where it stands

What is printed holds only in the members that a row of the service's folder says so of (`printed`): words of the API
itself, as `rel`, units, the names of capabilities. `*` are all members; a collection that no client can fill then holds
what its example lists.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from cloudtape.synthesis.engine.adapt import PROJECT_MEMBERS, SOMEWHERE, TIME, USER_MEMBERS

EVERYTHING = "*"
TRUE_UNLESS_SAID = frozenset({"enabled", "admin_state_up", "enable_dhcp"})
EMPTY_TEXT = frozenset({"name", "description", "display_name"})
LINKS = frozenset({"links"})


class Lending(msgspec.Struct, frozen=True):
    """What rows say of examples: `printed` are the members that hold as printed, `maps` those in which everything is
    data of a client, names of members, too."""

    printed: frozenset[str] = frozenset()
    maps: frozenset[str] = frozenset()

    def and_of(self, printed: Iterable[str], maps: Iterable[str]) -> Lending:
        return Lending(self.printed.union(printed), self.maps.union(maps))

    @property
    def is_all(self) -> bool:
        return EVERYTHING in self.printed


NOTHING = Lending()


def lent(value: Any, name: str, rows: Lending) -> Any:
    """A printed value as an answer may hold it that knows nothing of it."""
    if rows.is_all or name in rows.printed:
        return value
    match value:
        case dict():
            return {} if name in rows.maps else {key: lent(one, key, rows) for key, one in value.items()}
        case list():
            return [lent(one, "", rows) for one in value] if name in LINKS else []
        case bool():
            return name in TRUE_UNLESS_SAID
        case int() | float():
            return type(value)()
        case str():
            return _text(value, name)
        case _:
            return None


def _text(text: str, name: str) -> str | None:
    if name in PROJECT_MEMBERS or name in USER_MEMBERS or TIME.fullmatch(text):
        return text
    if "://" in text:
        return None if name == "href" else SOMEWHERE
    return "" if name in EMPTY_TEXT else None
