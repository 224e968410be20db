"""Secrets that are plain members of a JSON text, replaced where they stand: no walk over all the rest.

    {"server": {"id": "…", "adminPass": "s3cr3t", …}}

Of the text, cut between its members, only the strange pieces are looked at. Each falls at its quotation marks into
strings (the odd parts) and what is between them; a text with escapes is left to the walk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cloudtape.cassettes.scrubbing.secrets import Rule
from cloudtape.cassettes.scrubbing.shapes import Cut
from cloudtape.cassettes.scrubbing.walk import Walker

# Where nothing opens or closes.
BETWEEN_STRINGS = frozenset({": ", ", ", ":", ","})


class Member(NamedTuple):
    """A string that is a secret by its name: the number of its piece, its place among the parts of that, its rule."""

    piece: int
    at: int
    rule: Rule
    value: str


class NotPlain(Exception):
    """Only a walk can tell: what stands under a secret's name is no string, or the text is no plain JSON."""


def parts_of(cut: Cut, piece: int) -> list[str]:
    """Raises NotPlain where a piece does not begin and end between two strings, because one of them held a comma."""
    before = sum([one.count(b'"') for one in cut.pieces[:piece]]) + piece - 1 if piece else 0
    text = cut.pieces[piece].decode()
    parts = f'"{text}'.split('"') if piece else text.split('"')
    if before % 2 or len(parts) % 2 == 0:
        raise NotPlain
    return parts


def members(piece: int, parts: Sequence[str], rules: Mapping[str, Rule]) -> list[Member]:
    """The members in a piece whose name is in `rules` and whose value is a string. Raises NotPlain."""
    found = []
    for at in range(1, len(parts) - 1, 2):
        if (rule := rules.get(parts[at])) and parts[at + 1].lstrip()[:1] == ":":
            found += _value(piece, parts, at, rule)
    return found


def _value(piece: int, parts: Sequence[str], at: int, rule: Rule) -> list[Member]:
    behind = parts[at + 1].lstrip()[1:].lstrip()
    if not behind:
        return [Member(piece, at + 2, rule, parts[at + 2])] if parts[at + 2 :] and parts[at + 2] else []
    if behind[0] in "ntf" or rule.like:
        return []
    # What stands in an object or a list is looked at with the whole.
    if behind[0] in "{[" and not rule.deep:
        return []
    raise NotPlain


def with_values(cut: Cut, found: Sequence[Member], values: Sequence[str]) -> bytes:
    """The text with these in place of its members."""
    changed: dict[int, list[str]] = {}
    for member, value in zip(found, values, strict=True):
        if member.piece not in changed:
            changed[member.piece] = parts_of(cut, member.piece)
        changed[member.piece][member.at] = value
    pieces = list(cut.pieces)
    for number, parts in changed.items():
        pieces[number] = '"'.join(parts)[bool(number) :].encode()
    return cut.separator.join(pieces)


def replaced(cut: Cut, found: Sequence[Member], walker: Walker, place: str) -> bytes:
    """The text with other strings in place of its secrets; `place` is what its whole is called."""
    return with_values(cut, found, [_instead(cut, member, walker, place) for member in found])


def _instead(cut: Cut, member: Member, walker: Walker, place: str) -> str:
    value = walker.secret(member.rule, member.value, f"{place}.{_path(cut, member)}", 0)
    return value if value == member.value else json.dumps(value, ensure_ascii=member.value.isascii())[1:-1]


def _path(cut: Cut, member: Member) -> str:
    """The names that enclose a value, and its own, as a walk would say them."""
    inside = '"'.join([*parts_of(cut, member.piece)[: member.at], ""])[bool(member.piece) :]
    parts = cut.separator.join([*cut.pieces[: member.piece], inside.encode()]).decode().split('"')
    names, name = [""], ""
    for at in range(0, len(parts), 2):
        part = parts[at]
        if part in BETWEEN_STRINGS:
            continue
        if part.lstrip()[:1] == ":":
            name = parts[at - 1]
        for character in part:
            if character in "{[":
                names.append(name)
            elif character in "}]" and len(names) > 1:
                name = names.pop()
    return ".".join([*filter(None, names), parts[-3]])
