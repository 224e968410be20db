"""The values in a JSON text where they stand in it, each with the objects that hold it.

For whoever changes some values of a document and leaves every other byte as it is. A text that is torn or no JSON has
the leaves that can be seen.
"""

from __future__ import annotations

import json
from collections.abc import Set

import msgspec

from cloudtape.cassettes.scrubbing.json_rows import COLON, JSON_TOKEN


class Holder:
    """An object or a list. `members`: what an object has under the names that were asked for."""

    __slots__ = ("above", "field", "members")

    def __init__(self, above: Holder | None, field: str) -> None:
        self.above, self.field = above, field
        self.members: dict[str, str] = {}


class JsonLeaf(msgspec.Struct, frozen=True):
    """A string or a number, at `text[start:end]`. `field` is the member that it stands under, in a list or alone."""

    start: int
    end: int
    field: str
    value: str | int | float
    holder: Holder


def leaves_in(text: str, names: Set[str] = frozenset()) -> list[JsonLeaf]:
    """All strings and numbers, in order. `names` are the members that holders keep the values of, as text."""
    found: list[JsonLeaf] = []
    holder, field = Holder(None, ""), ""
    for token in JSON_TOKEN.finditer(text):
        start = token[0][0]
        if start in "{[":
            holder = Holder(holder, field)
        elif start in "}]":
            field, holder = holder.field, holder.above or holder
        elif start != ",":
            value = _value(token[0])
            if start == '"' and COLON.match(text, token.end()):
                field = str(value)
            elif value is not None:
                found.append(JsonLeaf(token.start(), token.end(), field, value, holder))
                if field in names:
                    holder.members[field] = str(value)
    return found


def _value(token: str) -> str | int | float | None:
    """None for true, false, null and what is no value."""
    try:
        value = token[1:-1] if token[0] == '"' and "\\" not in token else json.loads(token, strict=False)
    except ValueError:
        return None
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None
