"""The walk over JSON, token by token: a member's name, and those of what encloses it, tell whether it is a secret."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import msgspec

from cloudtape.cassettes.scrubbing.secrets import Rule

if TYPE_CHECKING:
    from cloudtape.cassettes.scrubbing.walk import Walker

JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)|[{}\[\],]|[^\s{}\[\],:"]+', re.DOTALL)
COLON = re.compile(r"\s*:")


class JsonWalk:
    """A walk over JSON that may come in pieces; each piece but the last should end between two tokens.

    `rule`: everything is a secret by this rule.
    """

    def __init__(self, walker: Walker, place: str, depth: int, rule: Rule | None = None) -> None:
        self._walker, self._depth = walker, depth
        self._table, self._replace = walker._table, walker._replace
        # Of each enclosing object or array: the name it stands under, and the rule that makes all below it secret.
        self._names: list[str] = [""]
        self._deep: list[Rule | None] = [rule]
        self._name = ""
        self._place = place

    def feed(self, text: str, more: bool = False) -> tuple[str, str]:
        """The text with its secrets replaced, and the end of it that must be fed again when `more` will follow."""
        pieces: list[str] = []
        end = 0
        for token in JSON_TOKEN.finditer(text):
            if more and _may_go_on(token, text):
                return "".join([*pieces, text[end : token.start()]]), text[token.start() :]
            kind = token[0][0]
            if kind in "{[":
                self._enter()
            elif kind in "}]":
                self._leave()
            elif kind == '"' and COLON.match(text, token.end()):
                self._name = _string(token[0])
            elif kind != ",":
                replaced = self._value(token[0])
                if replaced is not token[0]:
                    pieces += [text[end : token.start()], replaced]
                    end = token.end()
        return "".join([*pieces, text[end:]]), ""

    def _enter(self) -> None:
        rule = self._deep[-1]
        if rule is None and (found := self._table.rule(self._name, self._names[-1])) and found.deep:
            rule = found
        self._names.append(self._name)
        self._deep.append(rule)

    def _leave(self) -> None:
        if len(self._names) > 1:
            self._name = self._names.pop()
            self._deep.pop()

    def _value(self, token: str) -> str:
        rule = self._deep[-1] or self._table.rule(self._name, self._names[-1])
        if token[0] != '"':
            return self._scalar(token, rule)
        value = _string(token)
        if not value:
            return token
        place = self._where()
        if rule:
            replaced = self._walker.secret(rule, value, place, self._depth)
        else:
            replaced = self._walker.leaf(value, place, self._depth)
        return token if replaced == value else _quoted(replaced, token)

    def _scalar(self, token: str, rule: Rule | None) -> str:
        """A number under a secret name; true, false and null say nothing."""
        if rule is None or not token.lstrip("-")[:1].isdigit():
            return token
        replaced = self._replace(rule, token, self._where())
        return token if replaced == token else _number(replaced)

    def _where(self) -> str:
        return ".".join([self._place, *filter(None, self._names), self._name])


def _may_go_on(token: re.Match[str], text: str) -> bool:
    """Whether a token at the end of a piece may be longer, or turn out to be a name."""
    return token[0] not in "{}[]," and not text[token.end() :].strip()


def is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        return False
    return True


def _string(token: str) -> str:
    inner = token[1:-1] if len(token) > 1 and token.endswith('"') else token[1:]
    if "\\" not in inner:
        return inner
    try:
        value: str = json.loads(f'"{inner}"', strict=False)
    except ValueError:
        return inner
    return value


def _quoted(text: str, like: str) -> str:
    """A JSON string, in ASCII where the one that it replaces was."""
    quoted = json.dumps(text, ensure_ascii=like.isascii())
    return quoted if len(like) > 1 and like.endswith('"') else quoted[:-1]


def _number(replaced: str) -> str:
    return replaced if replaced.isdigit() else json.dumps(replaced)
