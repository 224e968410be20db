"""The walk over YAML: block scalars, rows, and what stands below the name of a secret, which no single line tells.

The parser's events are followed, not the document that they make: nothing is composed, so an alias is an alias and
depth costs nothing. Where the text stops being YAML, what was read counts. Other bytes stay as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from cloudtape.cassettes.scrubbing.about import is_nothing, is_said
from cloudtape.cassettes.scrubbing.levels import Levels
from cloudtape.cassettes.scrubbing.names import Rule
from cloudtape.cassettes.scrubbing.rows import holds_value, named, says_name
from cloudtape.cassettes.scrubbing.walking import Walking

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# A line that may begin a member: nothing else is worth a parser.
MEMBER = re.compile(r"^[ \t]*(?:- +)*[\"']?[\w$./-]+[\"']?:(?:[ \t]|$)|\{[ \t]*[\"']?[\w$.-]+[\"']?: ", re.MULTILINE)
# What no YAML may hold, the escape of a terminal's colours say: the parser would refuse all that stands before it, too.
UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LONGEST = 1024 * 1024
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*|[0-9]+")
DEEPEST = 200
ESCAPES = {'"': "\\", "'": "''"}
"""What escapes begin with, by the quote around a scalar."""
MOST_BEGINNINGS = 20
MOST_WITHIN = 6
"""YAML within YAML."""


class YamlWalk:
    """A walk over one text."""

    def __init__(self, walker: Walking, place: str, depth: int) -> None:
        self._walker, self._place, self._depth = walker, place, depth
        self._found: list[tuple[int, int, str]] = []

    def feed(self, text: str) -> str:
        """The text with those secrets replaced."""
        if len(text) > LONGEST:
            return text
        member = MEMBER.search(text)
        at = 0
        readable = UNREADABLE.sub("?", text) if member else text
        for _ in range(MOST_BEGINNINGS):
            if member is None:
                break
            stop = self._document(readable, at)
            # What is no YAML may hold some, from a later line on.
            member = MEMBER.search(text, text.find("\n", stop) + 1 or len(text))
            at = member.start() if member else at
        return self._with_found(text)

    def _document(self, text: str, at: int) -> int:
        """Follow what begins at a place, to where it stops to be YAML."""
        self._begin(at)
        stop = at
        try:
            for depth, event in _events(text[at:]):
                stop = at + event.end_mark.index
                if depth > DEEPEST:
                    return len(text)
                self._follow(event, text)
        except (yaml.YAMLError, ValueError, RecursionError):
            return stop
        return len(text)

    def _begin(self, at: int) -> None:
        self._at = at
        self._levels = Levels(self._walker.table, self._place)
        # Of each open collection: whether it is a mapping, whether a key comes next, its values before its row's name.
        self._mapping, self._key = [False], [False]
        self._early: list[list[Any]] = [[]]
        # Of each open collection: those lists of enclosing ones that its values belong to.
        self._held: list[list[list[Any]]] = [[]]

    def _with_found(self, text: str) -> str:
        pieces, end = [], 0
        for begin, stop, instead in sorted(self._found):
            if begin >= end:
                pieces += [text[end:begin], instead]
                end = stop
        return "".join([*pieces, text[end:]])

    def _follow(self, event: Any, text: str) -> None:
        if isinstance(event, yaml.ScalarEvent):
            if self._mapping[-1] and self._key[-1]:
                self._levels.name = event.value
                self._key[-1] = False
                return
            self._scalar(event, text)
        elif isinstance(event, yaml.CollectionStartEvent):
            holds = self._mapping[-1] and holds_value(self._levels.name)
            self._held.append([*self._held[-1], self._early[-1]] if holds else self._held[-1])
            self._levels.enter(isinstance(event, yaml.SequenceStartEvent), None)
            self._mapping.append(isinstance(event, yaml.MappingStartEvent))
            self._key.append(self._mapping[-1])
            self._early.append([])
            return
        elif isinstance(event, yaml.CollectionEndEvent) and len(self._mapping) > 1:
            self._levels.leave()
            for stack in (self._mapping, self._key, self._early, self._held):
                stack.pop()
        if self._mapping[-1]:
            self._key[-1] = True

    def _scalar(self, event: Any, text: str) -> None:
        rule = self._levels.rule()
        name = self._levels.name
        self._levels.note(event.value)
        if rule:
            self._replace(rule, event, text)
        else:
            lists = self._held[-1]
            if self._mapping[-1] and holds_value(name):  # the name may be said of it, or of the mapping around it
                around = self._early[-2:-1] if len(self._mapping) > 2 and self._mapping[-2] else []
                lists = [*[one for one in around if not any(one is held for held in lists)], *lists, self._early[-1]]
            for early in lists:
                early.append((event, name))
            self._within(event, text)
        if self._mapping[-1] and says_name(name) and (row := named(self._walker.table, event.value)):
            for early, under in self._early[-1]:
                self._levels.name = under
                self._replace(row, early, text)
            self._early[-1].clear()

    def _within(self, event: Any, text: str) -> None:
        """A block scalar may be YAML itself, and what is quoted any text, whose signs are escaped."""
        begin, stop = self._at + event.start_mark.index, self._at + event.end_mark.index
        if event.style in ESCAPES and ESCAPES[event.style] in text[begin + 1 : stop - 1]:
            replaced = self._walker.leaf(event.value, self._levels.where(), self._depth + 1)
            if replaced != event.value:
                self._found.append((begin, stop, _quoted(replaced, event.style)))
            return
        if event.style not in ("|", ">") or self._depth >= MOST_WITHIN or not MEMBER.search(event.value):
            return
        bare = event.value.rstrip("\n")
        replaced = YamlWalk(self._walker, self._levels.where(), self._depth + 1).feed(bare)
        if replaced != bare:
            self._found.append((begin, stop, _block(replaced, text[begin:stop])))

    def _replace(self, rule: Rule, event: Any, text: str) -> None:
        value = event.value
        if rule.base64 and event.style in ("|", ">"):  # no base64, but a text in which there may be secrets
            self._within(event, text)
            return
        if not value or (not event.style and is_nothing(value)) or "PRIVATE KEY" in value:
            return
        if not event.style and is_said(value, 0):
            return
        begin, stop = self._at + event.start_mark.index, self._at + event.end_mark.index
        bare = value.rstrip("\n")
        replaced = self._walker.secret(rule, bare, self._levels.where(), self._depth)
        if replaced == bare:
            return
        raw = text[begin:stop]
        if event.style in ("|", ">"):
            instead = _block(replaced, raw)
        elif event.style:
            instead = event.style + replaced.replace(event.style, "") + event.style
        else:
            instead = replaced if PLAIN.fullmatch(replaced) else '"' + replaced.replace('"', '\\"') + '"'
        self._found.append((begin, stop, instead))


def _events(text: str) -> Iterator[tuple[int, Any]]:
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        yield depth, event


def _quoted(replaced: str, quote: str) -> str:
    return json.dumps(replaced) if quote == '"' else "'" + replaced.replace("'", "''") + "'"


def _block(replaced: str, raw: str) -> str:
    """A block scalar stays one, with the indent and the empty lines behind it that it had."""
    head, _, body = raw.partition("\n")
    first = body[: len(body) - len(body.lstrip())].rpartition("\n")[2] or " "
    behind = raw[len(raw.rstrip()) :]
    return head + "\n" + "\n".join(first + line for line in replaced.split("\n")) + behind
