"""What each way to read a token of a damaged example costs: the tables, and what its siblings say of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import inf
from typing import NamedTuple

from tools.reference.json_reading import END, HEAD, Frame, Reading
from tools.reference.json_tokens import Token, keys_ascend
from tools.reference.shapes import EDGE, ROOT, WRAPPERS, KnownObjects

STUB = "..."
CLOSING, SEPARATOR, OTHER = "closing", "separator", "other"
CLASSES = {"}": CLOSING, "]": CLOSING, ",": SEPARATOR, ":": SEPARATOR, STUB: STUB}


class Repeated(NamedTuple):
    """Costs of leaving out what stands on the other side of the page break, too."""

    member: float  # a key with its value
    word: float  # either alone


class NotEnded(NamedTuple):
    """Costs of leaving out the foot of a page that is not ended as what is made up is."""

    between: float  # with a comma
    within: float  # with a key or a value


# Cost of leaving a token out: at the head of a page, at its foot, among the brackets that end the example, behind its
# end (a bracket that closes what is closed), within a page.
DROP_AT_HEAD = {CLOSING: 1.2, SEPARATOR: 0.3, STUB: 1.0, OTHER: 2.0}
DROP_AT_FOOT = {CLOSING: 0.15, SEPARATOR: 0.05, STUB: 0.05, OTHER: 0.2}
DROP_AT_END = {CLOSING: 1.2, SEPARATOR: 0.7, STUB: 1.0}
DROP_BEHIND, DROP_CLOSED = 0.1, 0.3
DROP_WITHIN = {"}": 2.4, "]": 2.4, ",": 0.7, ":": 0.7, STUB: 1.0, "{": 2.0}
DROP_REPEATED_AT_HEAD = Repeated(member=0.15, word=0.5)
DROP_REPEATED_AT_FOOT = Repeated(member=0.05, word=0.1)
DROP_ITEM = 1.0  # more, for an object that begins at the foot
# Cost of the first that is left out: at a foot that ends with brackets, at another one; a member, one that stands on
# the other side, too, all members of an object; what the next page has again, and each token of it; a second value.
START_OF_FOOT, NOT_ENDED = 0.3, NotEnded(between=0.8, within=3.0)
START_OF_MEMBERS, START_OF_REPEATED, START_OF_ALL = 0.8, 0.4, 0.5
START_AGAIN, DROP_AGAIN = 0.9, 0.04
# Who makes up much makes up more: beyond the first, a part of the cost.
MUCH, BEYOND = 2.0, 0.3
START_BEHIND = 1.0

# Cost of putting in what is not printed: at the head of a page, at the end, elsewhere.
ADD_CLOSER, ADD_CLOSER_WITHIN = {HEAD: 0.6, END: 0.6}, 2.3
ADD_COMMA, ADD_COMMA_WITHIN = {HEAD: 0.1}, 1.0
ADD_OPENER, ADD_OPENER_WITHIN = {HEAD: 0.9}, 3.5
ADD_COLON = 3.0
ADD_AMID = 1.5  # more, before a member that is never the first: the first would have been printed
ADD_NO_VALUE = 2.5  # more, for a bracket in the place of the value of a key
ADD_AFTER_ALL = 0.3

# Cost of what is taken: a member twice, a string twice in a list, a member that no sibling has, one at the top, members
# that all siblings have, another kind of value, an order that no sibling has, a value that no sample has, a bracket
# that does not stand below its own, a word without quotes, one bracket for another, `}, {` for `}],`.
TWICE = 6.0
ITEM_TWICE = 1.0
UNKNOWN_MEMBER = 0.7
UNKNOWN_AT_FOOT = 1.6  # more, before brackets that were made up
UNKNOWN_AT_ROOT = 1.2
MISSING_MEMBER, MISSING_AT_MOST = 0.9, 2.7
OTHER_KIND = 1.2
OTHER_FIRST, OTHER_ORDER, OTHER_LAST = 0.5, 0.3, 0.3
DESCENDING = 1.5  # a key before its neighbour in the alphabet, where the rest are in order
MADE_UP = 1.5
CROOKED = 0.8
BARE = 0.5
MISREAD = 2.0
SKIPPED = 1.3
# So much that is odd in an object counts; what follows belongs to it as the first did.
ODD_AT_MOST = 4

# The day the reference was printed stands at the foot of each page; the samples are older. Nobody counts in ids.
NOT_FROM_A_SAMPLE = re.compile(r"2015-11-17|12345678901234567890")


def dropped(text: str, costs: Mapping[str, float]) -> float:
    """Cost of leaving out a token, by one of the tables."""
    return costs.get(CLASSES.get(text, OTHER), inf)


class Siblings:
    """What the siblings of an example say of a reading of it."""

    def __init__(self, pages: Sequence[Sequence[Token]], shapes: KnownObjects) -> None:
        self._shapes = shapes
        self._ascending = keys_ascend(pages)
        # `{"volume": {…`: what begins so mostly has nothing else at the top.
        beginning = [token.text for page in pages[:1] for token in page[:4]] + [""] * 4
        self._first, self._wraps = beginning[1].strip('"'), beginning[2] == ":" and beginning[3] in ("{", "[")

    def member(self, reading: Reading, key: str) -> float:
        """Cost of a member in an object."""
        top = reading.top
        if key in top.keys:
            return TWICE
        descending = DESCENDING if self._ascending and key < top.key else 0.0
        return descending + (0.0 if top.odd >= ODD_AT_MOST else self._known(reading, key))

    def _known(self, reading: Reading, key: str) -> float:
        top = reading.top
        if top.name == ROOT:
            return 0.0 if not top.keys or self._has_place_at_top(key, top.keys) else UNKNOWN_AT_ROOT
        like = reading.like.order
        if (top.key, key) in pairwise((EDGE, *like)):
            return 0.0
        if key not in like and not self._shapes.knows(top.name, key):
            return UNKNOWN_MEMBER
        return self._order(top, key)

    def _order(self, top: Frame, key: str) -> float:
        if self._shapes.follows(top.bracket, top.name, top.key, key):
            return 0.0
        return OTHER_FIRST if top.key == EDGE else OTHER_ORDER

    def ends_strangely(self, top: Frame) -> bool:
        """Whether what is at hand ends with a member that no sibling has, or is a string with which no list begins."""
        if top.bracket == "[":
            return len(top.order) == 1 and not self._shapes.follows("[", top.name, EDGE, top.key)
        return top.bracket == "{" and top.name != ROOT and not self._shapes.knows(top.name, top.key)

    def is_amid(self, reading: Reading, key: str) -> bool:
        """Whether a member is known not to be the first of an object."""
        return key not in reading.like.order[:1] and not self._shapes.follows("{", reading.top.name, EDGE, key)

    def item(self, top: Frame, text: str) -> float:
        """Cost of a string in a list."""
        return (ITEM_TWICE if text in top.keys else 0.0) + self._order(top, text)

    def _has_place_at_top(self, key: str, keys: frozenset[str]) -> bool:
        known = self._shapes.has_place_at_top(key, self._first)
        return known if known is not None else not self._wraps or len(keys) > WRAPPERS

    def kind(self, top: Frame, kind: str) -> float:
        """Cost of a value of that kind."""
        key = top.key if top.bracket == "{" else None
        free = not top.bracket or top.odd >= ODD_AT_MOST
        return 0.0 if free or self._shapes.fits(top.name, key, kind) else OTHER_KIND

    def closing(self, reading: Reading, token: Token | None) -> float:
        """Cost of ending an object here: members that its siblings have, and a bracket that stands askew."""
        cost, top, like = 0.0, reading.top, reading.like.keys
        if token and token.first and token.page == top.page and token.indent != top.indent:
            cost = CROOKED
        if like and like <= top.keys:
            return cost
        if top.bracket == "{" and top.name != ROOT:
            cost += min(self._shapes.missing(top.name, top.keys) * MISSING_MEMBER, MISSING_AT_MOST)
        if top.key and not self._shapes.follows(top.bracket, top.name, top.key, EDGE):
            cost += OTHER_LAST
        return cost
