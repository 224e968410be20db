"""What stands on both sides of the page breaks of an example, and what it costs to leave out what stands there.

A reader who sees one page at a time ends it as if it were a whole document: brackets at the foot of a page were mostly
made up, members often, and a page may go on where the page before had not yet come to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise, takewhile
from typing import NamedTuple

from tools.reference.json_costs import (
    BEYOND,
    DROP_AGAIN,
    DROP_AT_FOOT,
    DROP_AT_HEAD,
    DROP_ITEM,
    DROP_REPEATED_AT_FOOT,
    DROP_REPEATED_AT_HEAD,
    MUCH,
    NOT_ENDED,
    START_AGAIN,
    START_OF_FOOT,
    START_OF_MEMBERS,
    START_OF_REPEATED,
    STUB,
    dropped,
)
from tools.reference.json_reading import CLOSER, CLOSERS
from tools.reference.json_tokens import PUNCTUATION, Token

# How many tokens of a page are near its head or its foot.
NEAR = 120
# So many keys and values have to come again for a page to begin with what the page before ended with.
ENOUGH_AGAIN = 4

AGAIN = "what the next page has again left out at the foot of a page"
BRACKETS = "made-up brackets left out at the foot of a page"
MEMBERS = "made-up members left out at the foot of a page"
NO_MORE = frozenset({",", STUB, *CLOSERS})


class Foot(NamedTuple):
    """The rest of a page left out: what that costs, and the repair it is."""

    cost: float
    what: str


class PageBreaks:
    """The page breaks of one example."""

    def __init__(self, pages: Sequence[Sequence[Token]]) -> None:
        texts = [[token.text for token in page] for page in pages]
        self._heads = [_head_costs(page, before) for page, before in zip(texts, [[], *texts], strict=False)]
        self._feet = [_feet(page, after) for page, after in pairwise(texts)] + [{}]

    def feet(self, page: int, place: int) -> Sequence[Foot]:
        """The ways to leave out a page from there on; none on the last page, and where nothing made up may begin."""
        return self._feet[page].get(place, ())

    def head(self, page: int, place: int) -> float:
        """Cost of leaving out a token at the head of a page, all that is before it having been left out."""
        return self._heads[page][place]


def _head_costs(page: Sequence[str], before: Sequence[str]) -> list[float]:
    across = _edge(before[-NEAR:])
    costs = [dropped(text, DROP_AT_HEAD) for text in page]
    for place in range(min(len(page), NEAR)):
        if page[place] in PUNCTUATION:
            continue
        if not across.isdisjoint(_members(page, place)):
            costs[place] = DROP_REPEATED_AT_HEAD.member
        elif page[place] in across:
            costs[place] = DROP_REPEATED_AT_HEAD.word
    return costs


def _feet(page: Sequence[str], after: Sequence[str]) -> dict[int, list[Foot]]:
    across, bare = _edge(after[:NEAR]), PUNCTUATION.issuperset(after)
    goes_on = NOT_ENDED.between if page[-1:] == [","] else 0.0
    if next((text for text in reversed(page) if text != ","), "") not in (STUB, *CLOSERS):
        goes_on = NOT_ENDED.within
    again = _begins_again(page, after)
    found: dict[int, list[Foot]] = {}
    as_members, as_foot = 0.0, Foot(START_OF_FOOT + goes_on, BRACKETS)
    base = as_foot.cost
    for place in range(len(page) - 1, max(len(page) - NEAR, 0) - 1, -1):
        as_members += _made_up(page, place, across)
        if page[place] in NO_MORE:
            as_foot = Foot(as_foot.cost + dropped(page[place], DROP_AT_FOOT), as_foot.what)
        else:
            repeated = not across.isdisjoint(_members(page, place))
            as_foot = Foot(base + _of_many(as_members) + (START_OF_REPEATED if repeated else START_OF_MEMBERS), MEMBERS)
        if _may_begin(page, place) and not (bare and as_foot.what == MEMBERS):
            found[place] = [as_foot]
    if again is not None:
        found.setdefault(again, []).append(Foot(START_AGAIN + DROP_AGAIN * (len(page) - again), AGAIN))
    return found


def _of_many(cost: float) -> float:
    return min(cost, MUCH + BEYOND * (cost - MUCH))


def _made_up(page: Sequence[str], place: int, across: frozenset[str]) -> float:
    """Cost of one token among made-up members."""
    text, before = page[place], page[place - 1] if place else ""
    if text == "{" and before == ",":
        return dropped(text, DROP_AT_FOOT) + DROP_ITEM
    if text not in PUNCTUATION:
        if not across.isdisjoint(_members(page, place)):
            return DROP_REPEATED_AT_FOOT.member
        if text in across or (before == ":" and page[place - 2] in across):
            return DROP_REPEATED_AT_FOOT.word
    return dropped(text, DROP_AT_FOOT)


def _may_begin(page: Sequence[str], place: int) -> bool:
    """Whether what is made up may begin here: with a member, an item or a bracket that closes."""
    text, before = page[place], page[place - 1] if place else ""
    return ":" not in (text, before) and (text not in CLOSER or before == ",")


def _members(page: Sequence[str], place: int) -> Iterable[str]:
    """The member of which a token is the key or the value, as text."""
    if page[place + 1 : place + 2] == [":"] and place + 2 < len(page):
        yield f"{page[place]}:{page[place + 2]}"
    elif place > 1 and page[place - 1] == ":":
        yield f"{page[place - 2]}:{page[place]}"


def _edge(texts: Sequence[str]) -> frozenset[str]:
    """The keys and values near a page break, and each key with its value."""
    members = {f"{key}:{value}" for key, colon, value in zip(texts, texts[1:], texts[2:], strict=False) if colon == ":"}
    return frozenset(members.union(texts))


def _begins_again(page: Sequence[str], after: Sequence[str]) -> int | None:
    """Where on a page the keys and values stand that the next one begins with; the last place that has the most."""
    head = [text for text in after if text not in PUNCTUATION]
    places = [place for place, text in enumerate(page) if text not in PUNCTUATION]
    words = [page[place] for place in places]
    found, most = None, ENOUGH_AGAIN
    for number, place in enumerate(places):
        alike = zip(words[number:], head, strict=False)
        count = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], alike))
        if count >= most:
            found, most = place, count
    return found
