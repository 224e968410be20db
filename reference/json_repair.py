"""The JSON text that a damaged example most likely was: the cheapest way to read its tokens as one value.

The tokens are read one after the other. At each, a reading may take it, leave it out, or put a missing one before it;
the tables below say what that costs at the head of a page, within it, at its foot, and among the brackets that end the
example. Members that the siblings of the example do not have, members that come twice and brackets that do not stand
below each other cost too. All readings that could still be the cheapest go on side by side (a shortest path, Dijkstra
1959), so that a bracket made up on the first page is found out by what stands on the third.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import inf
from typing import NamedTuple

from cloudtape.reference.json_reading import (
    AFTER,
    BODY,
    CLOSER,
    CLOSERS,
    COLON,
    DONE,
    END,
    FOOT,
    HEAD,
    KEY,
    KEY0,
    MAY_END,
    START,
    VALUE,
    VALUE0,
    Frame,
    Reading,
)
from cloudtape.reference.json_tokens import Token
from cloudtape.reference.shapes import ROOT, WRAPPERS, Shapes

STUB = "..."
LITERALS = {"true": "true", "false": "false", "null": "null", "none": "null"}
WHERE = ("at the head of a page", "within a page", "at the foot of a page", "at the end")

# Cost of leaving a token out: at the head of a page, within it, at its foot, at the end.
DROP_CLOSER = (0.6, 2.2, 0.4, 1.2)
DROP_SEPARATOR = (0.3, 0.7, 0.1, 0.7)
DROP_STUB = (1.0, 1.0, 0.05, 1.0)
DROP_OTHER = (2.0, inf, 0.7, inf)
# What stands on the other side of the page break, too: a key or value; a key with its value.
DROP_REPEATED = (0.5, inf, 0.35, inf)
DROP_REPEATED_MEMBER = (0.15, inf, 0.15, inf)
START_OF_FOOT = 0.1

# Cost of putting in what is not printed, in the same places.
ADD_CLOSER = (0.6, 2.5, inf, 0.6)
ADD_COMMA = (0.1, 1.0, inf, 1.0)
ADD_OPENER = (1.0, 3.5, inf, 3.5)
ADD_COLON = 3.0
ADD_NO_VALUE = 2.5  # more, for a bracket in the place of the value of a key
ADD_AFTER_ALL = 0.4

# Cost of what is taken: a member twice, a string twice in a list, members that no sibling has (so many of one object at
# most), a member at the top that no sibling has, members that all siblings have, another kind of value, a bracket that
# does not stand below its own, a word without quotes, one bracket for another.
TWICE = 6.0
ITEM_TWICE = 1.5
UNKNOWN_MEMBER, UNKNOWN_AT_MOST = 0.5, 3
UNKNOWN_AT_ROOT = 1.0
MISSING_MEMBER, MISSING_AT_MOST = 0.9, 2.7
OTHER_KIND = 1.2
CROOKED = 0.8
BARE = 1.0
MISREAD = 2.0

# Readings that are this much dearer than the cheapest are given up, and those beyond this number with the same brackets
# open, and those beyond this number at all.
MARGIN = 7.0
ALIKE = 3
AT_MOST = 60
# How many tokens of a page are near its head or its foot.
EDGE = 40


class Repair(NamedTuple):
    """The text, which parses but for what is within its strings, what was done to get it, and what that cost."""

    text: str
    repairs: tuple[str, ...]
    cost: float


class _Step(NamedTuple):
    """One token of a reading, and the steps before it. `what` names a repair."""

    before: _Step | None
    text: str
    what: str


class _Here(NamedTuple):
    """A token with the two before it and the two that follow it, and what may be done at it."""

    before: Sequence[Token]
    token: Token
    following: Sequence[Token]
    near_foot: bool
    at_end: bool

    def after(self, place: int) -> str:
        """The text of a token that follows, empty where none does."""
        return self.following[place].text if place < len(self.following) else ""

    def members(self) -> Iterator[str]:
        """The member of which the token is the key or the value, as text."""
        if self.after(0) == ":":
            yield f"{self.token.text}:{self.after(1)}"
        elif len(self.before) == 2 and self.before[1].text == ":":
            yield f"{self.before[0].text}:{self.token.text}"

    def place_of(self, reading: Reading) -> int:
        """The column of the tables of costs."""
        return END if self.at_end and reading.at == BODY else reading.at


# What a reading becomes, what that costs, the text it adds, and the repair it is.
_Option = tuple[Reading, float, str, str]
_Readings = dict[Reading, tuple[float, _Step | None]]


def repair(pages: Sequence[Sequence[Token]], shapes: Shapes) -> Repair | None:
    """The cheapest reading; None where there is none."""
    return _Search(pages, shapes).run()


class _Search:
    def __init__(self, pages: Sequence[Sequence[Token]], shapes: Shapes) -> None:
        self._pages, self._shapes = pages, shapes
        texts = [[token.text for token in page] for page in pages]
        # `{"volume": {…`: what begins so mostly has nothing else at the top.
        beginning = [*texts[0], *([""] * 4)] if texts else [""] * 4
        self._first, self._wraps = beginning[1].strip('"'), beginning[2] == ":" and beginning[3] in CLOSER
        self._edges = [{HEAD: _edge(page[:EDGE]), FOOT: _edge(page[-EDGE:])} for page in texts]

    def run(self) -> Repair | None:
        readings: _Readings = {START: (0.0, None)}
        for number, page in enumerate(self._pages):
            if number:
                readings = _cheapest((reading.moved(HEAD), *rest) for reading, rest in readings.items())
            foot, end = self._foot_and_end(number)
            for place, token in enumerate(page):
                before, following = page[max(place - 2, 0) : place], page[place + 1 : place + 3]
                here = _Here(before, token, following, place >= foot, place >= end)
                readings = _pruned(self._after(self._with_additions(readings, here), here))
        return self._best(readings)

    def _foot_and_end(self, number: int) -> tuple[int, int]:
        """Where the foot of a page begins, and, on the last page, the brackets that end the example."""
        page = self._pages[number]
        if number < len(self._pages) - 1:
            return len(page) - EDGE, len(page)
        end = len(page)
        while end and page[end - 1].text in CLOSERS:
            end -= 1
        return len(page), end

    def _best(self, readings: _Readings) -> Repair | None:
        ended = _cheapest(
            (reading, cost, step)
            for start, (cost, step) in readings.items()
            for reading, cost, step in self._ended(start, cost, step)
        )
        done = [(cost, step) for reading, (cost, step) in ended.items() if reading.stack == DONE]
        if not done:
            return None
        cost, last = min(done, key=lambda one: one[0])
        steps = list(_steps(last))
        what = dict.fromkeys(step.what for step in steps if step.what)
        return Repair("".join(step.text for step in steps), tuple(what), cost)

    def _ended(
        self, reading: Reading, cost: float, step: _Step | None
    ) -> Iterator[tuple[Reading, float, _Step | None]]:
        """With all that is still open closed."""
        while len(reading.stack) > 1:
            top = reading.top
            if top.state not in MAY_END:
                return
            cost += ADD_AFTER_ALL + self._closing(top, None)
            reading = reading.closed()
            step = _Step(step, CLOSER[top.bracket], "bracket added at the end")
        yield reading, cost, step

    # --- what may be put in before a token ---------------------------------------------------------------------------

    def _with_additions(self, readings: _Readings, here: _Here) -> _Readings:
        """The readings, and what they become by putting in tokens that may be missing before this one."""
        found = dict(readings)
        queue = [one for one in readings.items() if one[0].at != FOOT]
        limit = min((cost for cost, _ in readings.values()), default=0) + MARGIN
        while queue:
            start, (cost, step) = queue.pop()
            if found[start][0] < cost:
                continue
            for reading, more, text, what in self._additions(start, here):
                total = cost + more
                if total <= limit and total < found.get(reading, (inf,))[0]:
                    found[reading] = (total, _Step(step, text, what))
                    queue.append((reading, found[reading]))
        return found

    def _additions(self, reading: Reading, here: _Here) -> Iterator[_Option]:
        top, token, place = reading.top, here.token, here.place_of(reading)
        is_key = token.is_string and here.after(0) == ":"
        if top.bracket and top.state in MAY_END and _may_close(top, token, place):
            cost = ADD_CLOSER[place] + self._closing(top, None)
            yield reading.closed(), cost, CLOSER[top.bracket], f"bracket added {WHERE[place]}"
        if top.state == AFTER and top.bracket and token.text not in (",", ":", *CLOSERS):
            yield reading.with_top(top.after_comma()), ADD_COMMA[place], ",", f"comma added {WHERE[place]}"
        if top.state in (VALUE0, VALUE) and (is_key or (place == HEAD and token.text != "[")):
            bracket = "{" if is_key else "["
            cost = ADD_OPENER[place] + self._kind(top, bracket) + (ADD_NO_VALUE if top.bracket == "{" else 0.0)
            yield reading.opened(bracket, token), cost, bracket, f"bracket added {WHERE[place]}"
        if top.state == COLON and token.text != ":":
            yield reading.with_top(top._replace(state=VALUE)), ADD_COLON, ":", f"colon added {WHERE[place]}"

    # --- one token ---------------------------------------------------------------------------------------------------

    def _after(self, readings: _Readings, here: _Here) -> _Readings:
        return _cheapest(
            (reading, cost + more, _Step(step, text, what))
            for start, (cost, step) in readings.items()
            for reading, more, text, what in (
                *(self._taken(start.moved(BODY), here) if start.at != FOOT else ()),
                *self._dropped(start, here),
            )
        )

    def _dropped(self, reading: Reading, here: _Here) -> Iterator[_Option]:
        token, place = here.token, here.place_of(reading)
        if place == HEAD:
            yield reading, self._drop(here, HEAD), "", "repeated or made-up head of a page left out"
        elif place != FOOT and (cost := self._drop(here, place)) < inf:
            yield reading, cost, "", f"bracket left out {WHERE[place]}"
        if here.near_foot:
            cost = self._drop(here, FOOT) + (START_OF_FOOT if place != FOOT else 0.0)
            what = "brackets" if token.text in (",", STUB, *CLOSERS) else "members"
            yield reading.moved(FOOT), cost, "", f"made-up {what} left out at the foot of a page"

    def _drop(self, here: _Here, place: int) -> float:
        token = here.token
        if token.text in CLOSERS:
            return DROP_CLOSER[place]
        if token.text in (",", ":"):
            return DROP_SEPARATOR[place]
        if token.text == STUB:
            return DROP_STUB[place]
        if place in (HEAD, FOOT) and token.is_scalar:
            across = self._edges[token.page - 1][FOOT] if place == HEAD else self._edges[token.page + 1][HEAD]
            if not across.isdisjoint(here.members()):
                return DROP_REPEATED_MEMBER[place]
            if token.text in across:
                return DROP_REPEATED[place]
        return DROP_OTHER[place]

    def _taken(self, reading: Reading, here: _Here) -> Iterator[_Option]:
        text = here.token.text
        if text in CLOSER:
            yield from self._open(reading, here)
        elif text in CLOSERS:
            yield from self._close(reading, here.token)
        elif text == "," and reading.top.state == AFTER and reading.top.bracket:
            yield reading.with_top(reading.top.after_comma()), 0.0, text, ""
        elif text == ":" and reading.top.state == COLON:
            yield reading.with_top(reading.top._replace(state=VALUE)), 0.0, text, ""
        elif here.token.is_scalar:
            yield from self._scalar(reading, here)

    def _open(self, reading: Reading, here: _Here) -> Iterator[_Option]:
        top, text = reading.top, here.token.text
        if top.state in (VALUE0, VALUE):
            yield reading.opened(text, here.token), self._kind(top, text), text, ""
            if text == "[" and here.after(1) == ":":
                yield reading.opened("{", here.token), MISREAD + self._kind(top, "{"), "{", "bracket misread"

    def _close(self, reading: Reading, token: Token) -> Iterator[_Option]:
        top = reading.top
        if top.bracket and top.state in MAY_END:
            closer, cost = CLOSER[top.bracket], self._closing(top, token)
            if closer == token.text:
                yield reading.closed(), cost, closer, ""
            else:
                yield reading.closed(), cost + MISREAD, closer, "bracket misread"

    def _scalar(self, reading: Reading, here: _Here) -> Iterator[_Option]:
        top, token = reading.top, here.token
        if top.state in (KEY0, KEY) and token.is_string and here.after(0) in (":", ""):
            key = key_of(token)
            keyed = top._replace(state=COLON, key=key, keys=top.keys | {key})
            yield reading.with_top(keyed), self._member(top, key), token.text, ""
        elif top.state in (VALUE0, VALUE) and here.after(0) != ":":
            cost, text, what = _value(token.text)
            keys = top.keys
            if top.bracket == "[" and token.is_string:
                cost += ITEM_TWICE if text in keys else 0.0
                keys |= {text}
            cost += 0.0 if text == "null" else self._kind(top, "s")
            yield reading.with_top(top._replace(state=AFTER, keys=keys)), cost, text, what

    # --- what the siblings say ---------------------------------------------------------------------------------------

    def _member(self, top: Frame, key: str) -> float:
        if key in top.keys:
            return TWICE
        if top.name == ROOT:
            return 0.0 if not top.keys or self._has_place_at_top(key, top.keys) else UNKNOWN_AT_ROOT
        if self._shapes.knows(top.name, key):
            return 0.0
        unknown = sum(not self._shapes.knows(top.name, other) for other in top.keys)
        return UNKNOWN_MEMBER if unknown < UNKNOWN_AT_MOST else 0.0

    def _has_place_at_top(self, key: str, keys: frozenset[str]) -> bool:
        known = self._shapes.has_place_at_top(key, self._first)
        return known if known is not None else not self._wraps or len(keys) > WRAPPERS

    def _kind(self, top: Frame, kind: str) -> float:
        key = top.key if top.bracket == "{" else None
        return 0.0 if not top.bracket or self._shapes.fits(top.name, key, kind) else OTHER_KIND

    def _closing(self, top: Frame, token: Token | None) -> float:
        """Cost of ending an object here: members that its siblings have, and a bracket that stands askew."""
        cost = 0.0
        if token and token.first and token.page == top.page and token.indent != top.indent:
            cost = CROOKED
        if top.bracket == "{" and top.name != ROOT:
            cost += min(self._shapes.missing(top.name, top.keys) * MISSING_MEMBER, MISSING_AT_MOST)
        return cost


def _edge(texts: Sequence[str]) -> frozenset[str]:
    """The keys and values near a page break, and each key with its value."""
    members = {f"{key}:{value}" for key, colon, value in zip(texts, texts[1:], texts[2:], strict=False) if colon == ":"}
    return frozenset(members.union(texts))


def key_of(token: Token) -> str:
    """The key that a token is, a wrap within it undone."""
    return "".join(token.text.strip('"').split("\n"))


def _may_close(top: Frame, token: Token, place: int) -> bool:
    """Whether a bracket may have been lost here; within a page the layout, or what follows, has to let it."""
    if token.text == CLOSER[top.bracket]:
        return False
    if place in (HEAD, END) or token.text == "," or token.text in CLOSERS:
        return True
    return token.first and (top.page != token.page or token.indent <= top.indent)


def _value(text: str) -> tuple[float, str, str]:
    """A value as JSON, what it costs to read it so, and the repair it is."""
    if text.startswith('"'):
        return 0.0, text, ""
    if text in LITERALS.values() or _is_number(text):
        return 0.0, text, ""
    plain = text.rstrip(".").lower()
    if plain in LITERALS:
        return BARE, LITERALS[plain], "misspelled literal"
    return BARE, json.dumps(text), "quotes added"


def _is_number(text: str) -> bool:
    try:
        return isinstance(json.loads(text), int | float)
    except ValueError:
        return False


def _cheapest(readings: Iterable[tuple[Reading, float, _Step | None]]) -> _Readings:
    found: _Readings = {}
    for reading, cost, step in readings:
        if reading not in found or cost < found[reading][0]:
            found[reading] = (cost, step)
    return found


def _pruned(readings: _Readings) -> _Readings:
    if len(readings) < 2:
        return readings
    ranked = sorted(readings.items(), key=lambda one: one[1][0])
    limit = ranked[0][1][0] + MARGIN
    alike: Counter[object] = Counter()
    kept: _Readings = {}
    for reading, found in ranked:
        if found[0] > limit or len(kept) == AT_MOST:
            break
        brackets = (reading.at, tuple((frame.bracket, frame.name, frame.state) for frame in reading.stack))
        alike[brackets] += 1
        if alike[brackets] <= ALIKE:
            kept[reading] = found
    return kept


def _steps(last: _Step | None) -> Iterable[_Step]:
    found = []
    while last is not None:
        found.append(last)
        last = last.before
    return reversed(found)
