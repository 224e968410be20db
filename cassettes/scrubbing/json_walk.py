"""The walk over JSON, token by token: a member's name, and those of what encloses it, tell whether it is a secret."""

from __future__ import annotations

import json
import re

import msgspec

from cloudtape.cassettes.scrubbing.json_rows import COLON, JSON_TOKEN, RowsAhead, string_of
from cloudtape.cassettes.scrubbing.levels import Levels
from cloudtape.cassettes.scrubbing.names import Rule
from cloudtape.cassettes.scrubbing.walking import Walking

NEAR = 64 * 1024
"""Characters: what opened so shortly before the end of a piece is fed again: a name may stand behind its value."""
LONG_NAME = 8


class JsonWalk:
    """A walk over JSON that may come in pieces; each piece but the last should end between two tokens.

    `rule`: everything is a secret by this rule.
    """

    def __init__(self, walker: Walking, place: str, depth: int, rule: Rule | None = None) -> None:
        self._walker, self._place, self._depth = walker, place, depth
        self._table = walker.table
        self._levels = Levels(walker.table, place, rule)

    def feed(self, text: str, more: bool = False) -> tuple[str, str]:
        """The text with its secrets replaced, and the end of it that must be fed again when `more` will follow."""
        pieces: list[str] = []
        end = 0
        levels, rows = self._levels, RowsAhead(self._table, text)
        # Of what opened near the end: its level, where it begins, how much was made before it, its name.
        near: list[tuple[int, int, int, int, str]] = []
        for token in JSON_TOKEN.finditer(text):
            if more and _may_go_on(token, text):
                return self._back_to(near, pieces, text, end, token.start())
            kind = token[0][0]
            if kind in "{[":
                if more and len(text) - token.start() < NEAR:
                    near.append((len(levels), token.start(), len(pieces), end, levels.name))
                levels.enter(kind == "[", rows.at(token.start()))
            elif kind in "}]":
                levels.leave()
                while near and near[-1][0] >= len(levels):
                    near.pop()
            elif kind == '"' and COLON.match(text, token.end()):
                levels.name = string_of(token[0])
                end = self._put(pieces, text, end, token, self._named(levels.name, token[0]))
            elif kind != ",":
                end = self._put(pieces, text, end, token, self._value(token[0]))
        return self._back_to(near, pieces, text, end, len(text)) if more else ("".join([*pieces, text[end:]]), "")

    @staticmethod
    def _put(pieces: list[str], text: str, end: int, token: re.Match[str], replaced: str) -> int:
        """Up to where the text is in `pieces`, when that stands for a token."""
        if replaced is token[0] or replaced == token[0]:
            return end
        pieces += [text[end : token.start()], replaced]
        return token.end()

    def _named(self, name: str, token: str) -> str:
        said = self._walker.name(name, self._place) if len(name) >= LONG_NAME else name
        return token if said == name else _quoted(said, token)

    def _back_to(
        self, near: list[tuple[int, int, int, int, str]], pieces: list[str], text: str, end: int, stop: int
    ) -> tuple[str, str]:
        """What was made before the first of what is open near the end."""
        if near:
            level, stop, made, end, name = near[0]
            self._levels.go_back(level, name)
            del pieces[made:]
        return "".join([*pieces, text[end:stop]]), text[stop:]

    def _value(self, token: str) -> str:
        rule = self._levels.rule()
        value = string_of(token) if token[0] == '"' else ""
        self._levels.note(value)
        if token[0] != '"':
            return self._scalar(token, rule)
        if not value:
            return token
        if rule:
            replaced = self._walker.secret(rule, value, self._levels.where(), self._depth)
        elif self._walker.is_clean(value):
            replaced = self._walker.known(value)
        else:
            replaced = self._walker.leaf(value, self._levels.where(), self._depth)
        return token if replaced == value else _quoted(replaced, token)

    def _scalar(self, token: str, rule: Rule | None) -> str:
        """A number under a secret name; true, false and null say nothing."""
        if rule is None or rule.like or not token.lstrip("-")[:1].isdigit():
            return token
        replaced = self._walker.replace(rule, token, self._levels.where())
        return token if replaced == token else _number(replaced)


def _may_go_on(token: re.Match[str], text: str) -> bool:
    """Whether a token at the end of a piece may be longer, or turn out to be a name."""
    return token[0] not in "{}[]," and not text[token.end() :].strip()


def is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        return False
    return True


def _quoted(text: str, like: str) -> str:
    """A JSON string, in ASCII where the one that it replaces was."""
    quoted = json.dumps(text, ensure_ascii=like.isascii())
    return quoted if len(like) > 1 and like.endswith('"') else quoted[:-1]


def _number(replaced: str) -> str:
    return replaced if replaced.isdigit() else json.dumps(replaced)
