"""Where a walk stands in a document of objects and lists, and whether what stands there is a secret."""

from __future__ import annotations

import re

import msgspec

from cloudtape.cassettes.scrubbing.names import Rule
from cloudtape.cassettes.scrubbing.rows import holds_value, is_value_below, named, says_name, unconditional
from cloudtape.cassettes.scrubbing.secrets import Table

MOST_TOLD = 64
"""Levels in the name of a place: a broken text may open thousands, and has as many values in them."""
OPTION = re.compile(r"--?[A-Za-z][A-Za-z0-9_-]{1,40}")


class Level(msgspec.Struct):
    """An enclosing object or array.

    `carried`: the row of what encloses it. `option`: the item before was an option of a command (`--password`).
    `name`: what it stands under. `deep`: all below is secret by this rule. `below`: what encloses it is the name of a
    secret. `row`: the object says the name of a secret, of which it holds the value.
    """

    name: str
    deep: Rule | None
    below: Rule | None
    row: Rule | None
    is_list: bool = False
    values: int = 0
    carried: Rule | None = None
    option: Rule | None = None


class Levels:
    """What encloses a place, outermost first. `name`: the member that comes next, or whose items do.

    `rule`: everything is a secret by this rule.
    """

    def __init__(self, table: Table, place: str, rule: Rule | None = None) -> None:
        self._table, self._place = table, place
        self._levels = [Level("", rule, None, None)]
        self.name = ""

    def __len__(self) -> int:
        return len(self._levels)

    def enter(self, is_list: bool, row: Rule | None) -> None:
        level = self._levels[-1]
        level.values += 1
        deep, below = level.deep, level.below
        if deep is None:
            found = self._table.rule(self.name, level.name)
            if found and found.deep:
                deep = found
            elif level.row and holds_value(self.name):
                deep = level.row
            below = unconditional(found) or below
        self._levels.append(Level(self.name, deep, below, row, is_list, carried=level.row or level.carried))

    def leave(self) -> None:
        if len(self._levels) > 1:
            self.name = self._levels.pop().name

    def go_back(self, depth: int, name: str) -> None:
        """To where this many levels were open."""
        del self._levels[depth:]
        self.name = name

    def rule(self) -> Rule | None:
        """The rule for a value that stands here."""
        level = self._levels[-1]
        if level.deep:
            return level.deep
        if found := self._table.rule(self.name, level.name):
            return found
        if level.option:
            return level.option
        if level.row and (level.is_list or holds_value(self.name)):
            return level.row
        if level.carried and not level.is_list and holds_value(self.name):
            return level.carried
        return level.below if level.below and is_value_below(level.below.kind, self.name) else None

    def note(self, value: str) -> None:
        """A string stands here; it may be the name of the row that it stands in."""
        level = self._levels[-1]
        level.values += 1
        if not level.is_list:
            if level.row is None and says_name(self.name):
                level.row = named(self._table, value)
            return
        level.option = unconditional(self._table.rule(value.lstrip("-"))) if OPTION.fullmatch(value) else None
        if level.values == 1 and len(self._levels) > 2 and self._levels[-2].is_list:
            level.row = named(self._table, value)

    def where(self) -> str:
        levels = self._levels
        if len(levels) > MOST_TOLD:
            levels = [*levels[: MOST_TOLD // 2], *levels[-MOST_TOLD // 2 :]]
        return ".".join([self._place, *[level.name for level in levels if level.name], self.name])
