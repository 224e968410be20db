"""Secrets that are plain members of a JSON text, replaced where they stand: no walk over all the rest.

    {"server": {"id": "…", "adminPass": "s3cr3t", …}}

A text without escapes falls at its quotation marks into strings (the odd pieces) and what is between them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cloudtape.cassettes.secrets import DEFAULT, Rule
from cloudtape.cassettes.walk import Walker

DEFAULT_NAME = re.compile(rf'"{DEFAULT}"\s*:')


class Member(NamedTuple):
    """A string that is a secret by its name, and its place among the pieces of its text."""

    at: int
    rule: Rule
    value: str


class NotPlain(Exception):
    """What stands under a secret's name is no string: only a walk can tell."""


def members(document: str, pieces: Sequence[str], rules: Mapping[str, Rule], names: Iterable[str]) -> list[Member]:
    """The members under these names whose value is a string, in order. The text must be JSON. Raises NotPlain."""
    found = []
    for name in names:
        rule, at = rules[name], -1
        for _ in range(pieces.count(name)):
            at = pieces.index(name, at + 1)
            if _is_name(pieces, at):
                found += _value(document, pieces, at, rule)
    return sorted(found)


def _value(document: str, pieces: Sequence[str], at: int, rule: Rule) -> list[Member]:
    behind = pieces[at + 1].lstrip()[1:].lstrip()
    if not behind:
        return [Member(at + 2, rule, pieces[at + 2])] if pieces[at + 2] else []
    if behind[0] in "ntf":
        return []
    # An object under a parameter's name may hold the parameter's own value.
    if behind[0] == "{" and not rule.deep and not DEFAULT_NAME.search(document.lower()):
        return []
    raise NotPlain


def _is_name(pieces: Sequence[str], at: int) -> bool:
    return at + 1 < len(pieces) and pieces[at + 1].lstrip()[:1] == ":"


def replaced(pieces: Sequence[str], found: Iterable[Member], walker: Walker, place: str) -> str:
    """The text with other strings in place of these; `place` is what its whole is called."""
    pieces = list(pieces)
    for member in found:
        value = walker.secret(member.rule, member.value, f"{place}.{_path(pieces, member.at)}", 0)
        if value != member.value:
            value = json.dumps(value, ensure_ascii=member.value.isascii())[1:-1]
        pieces[member.at] = value
    return '"'.join(pieces)


def _path(pieces: Sequence[str], value_at: int) -> str:
    """The names that enclose a value, and its own, as a walk would say them."""
    names, name = [""], ""
    for at in range(value_at - 1):
        piece = pieces[at]
        if at % 2:
            name = piece if _is_name(pieces, at) else name
            continue
        for character in piece:
            if character in "{[":
                names.append(name)
            elif character in "}]" and len(names) > 1:
                name = names.pop()
    return ".".join([*filter(None, names), name])
