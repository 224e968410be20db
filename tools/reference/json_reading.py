"""How far the reading of a damaged example has come: the open brackets, and what may come next. Knows no costs."""

from __future__ import annotations

from typing import NamedTuple

from tools.reference.json_tokens import Token
from tools.reference.shapes import EDGE, ROOT, singular

CLOSER = {"{": "}", "[": "]"}
CLOSERS = frozenset(CLOSER.values())

# Where a reading is: at the head of a page, of which it has taken nothing yet; within it; before a bracket that was
# read for another; among the brackets that end the example; behind its end.
HEAD, BODY, SKIP, END, BEHIND = range(5)

# What may come next: a key or the end, a key, a colon, a value or the end, a value, a comma or the end.
KEY0, KEY, COLON, VALUE0, VALUE, AFTER = range(6)
MAY_END = (AFTER, KEY0, VALUE0)


class Frame(NamedTuple):
    """An open object or array: the name it goes by, what may come next, its last key, its keys (of an array, its
    strings, or the keys of its last object), how much in it is odd, where it was opened, and its keys in order."""

    bracket: str
    name: str
    state: int
    key: str
    keys: frozenset[str]
    odd: int
    page: int
    indent: int
    order: tuple[str, ...] = ()

    def opened_by(self, bracket: str, token: Token) -> Frame:
        """The frame of a value that begins here."""
        name = singular(self.key) if self.bracket == "{" else self.name
        state = KEY0 if bracket == "{" else VALUE0
        return Frame(bracket, name, state, EDGE, frozenset(), 0, token.page, token.indent)

    def now(self, state: int) -> Frame:
        """The same with another thing that may come next."""
        return Frame(self.bracket, self.name, state, self.key, self.keys, self.odd, self.page, self.indent, self.order)

    def having(self, state: int, key: str, odd: int) -> Frame:
        """With a key, or a string of an array, more."""
        keys, order = self.keys | {key}, (*self.order, key)
        return Frame(self.bracket, self.name, state, key, keys, odd, self.page, self.indent, order)

    def after(self, value: Frame) -> Frame:
        """As it is after a value with brackets."""
        if self.bracket == "[" and value.bracket == "{":
            return self._replace(state=AFTER, keys=value.keys, order=value.order)
        return self.now(AFTER)

    def after_comma(self) -> Frame:
        """As it is after a comma."""
        return self.now(KEY if self.bracket == "{" else VALUE)


class Reading(NamedTuple):
    """The open brackets, the innermost last, and where the reading is. The document is a frame without a bracket."""

    stack: tuple[Frame, ...]
    at: int

    @property
    def top(self) -> Frame:
        """The innermost open bracket."""
        return self.stack[-1]

    @property
    def like(self) -> Frame:
        """What is known of the object before this one in the same list; the document where there is none."""
        outer = self.stack[-2]
        return outer if outer.bracket == "[" and self.top.bracket == "{" else self.stack[0]

    def with_top(self, top: Frame) -> Reading:
        """The same with another innermost frame."""
        return Reading((*self.stack[:-1], top), self.at)

    def opened(self, bracket: str, token: Token) -> Reading:
        """With a bracket more."""
        return Reading((*self.stack, self.stack[-1].opened_by(bracket, token)), self.at)

    def closed(self) -> Reading:
        """With the innermost bracket closed."""
        *below, parent, value = self.stack
        return Reading((*below, parent.after(value)), self.at)

    def moved(self, at: int) -> Reading:
        """The same at another place."""
        return Reading(self.stack, at)


DOCUMENT = Frame("", ROOT, VALUE, "", frozenset(), 0, -1, 0)
START = Reading((DOCUMENT,), BODY)
DONE = (DOCUMENT.now(AFTER),)
