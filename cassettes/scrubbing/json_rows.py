"""The rows in a JSON text whose name stands behind their value: {"value": "s3cr3t", "name": "password"}."""

from __future__ import annotations

import json
import re

from cloudtape.cassettes.scrubbing.names import Rule
from cloudtape.cassettes.scrubbing.rows import VALUES, holds_value, named, says_name
from cloudtape.cassettes.scrubbing.secrets import HIDDEN, Table

JSON_TOKEN = re.compile(r'"(?:[^"\\]++|\\(?:.|\Z))*+(?:"|\Z)|[{}\[\],]|[^\s{}\[\],:"]+', re.DOTALL)
COLON = re.compile(r"\s*:")
HIDES = frozenset({"hidden", "noecho"})
"""In the declaration of a template's parameter."""
# A text without a member that may hold a row's value, however it is spelt, needs no look ahead.
MAY_HOLD = re.compile(rf'(?:{"|".join(VALUES)})"\s*:|\\u', re.IGNORECASE)


class RowsAhead:
    """Looks through a text once, and only where a row may be in it."""

    def __init__(self, table: Table, text: str) -> None:
        self._rules = _rows(table, text) if MAY_HOLD.search(text) else {}

    def at(self, start: int) -> Rule | None:
        """The rule for the object that begins at a place of the text."""
        return self._rules.get(start)


def _rows(table: Table, text: str) -> dict[int, Rule]:
    found: dict[int, Rule] = {}
    # Of each open object: where it begins, whether a value was there before the name, in it or in what it encloses.
    opened: list[tuple[int, bool, bool]] = []
    name, own, inner = "", False, False
    start = -1
    for token in JSON_TOKEN.finditer(text):
        kind = token[0][0]
        if kind in "{[":
            opened.append((start, own or holds_value(name), inner))
            start, own, inner, name = token.start(), False, False, ""
        elif kind in "}]":
            below = own and kind == "}"
            start, own, inner = opened.pop() if opened else (-1, False, False)
            name, inner = "", inner or below
        elif kind == '"' and COLON.match(text, token.end()):
            name = string_of(token[0])
        elif kind != ",":
            if token[0] == "true" and name.lower() in HIDES:
                found[start] = HIDDEN
            if (own or inner) and kind == '"' and says_name(name) and (rule := named(table, string_of(token[0]))):
                found[start] = rule
            own = own or holds_value(name)
    return found


def string_of(token: str) -> str:
    """What a JSON string means, torn or not."""
    inner = token[1:-1] if len(token) > 1 and token.endswith('"') else token[1:]
    if "\\" not in inner:
        return inner
    try:
        value: str = json.loads(f'"{inner}"', strict=False)
    except ValueError:
        return inner
    return value
