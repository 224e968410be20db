"""The JSON text that a damaged example most likely was: the cheapest way to read its tokens as one value.

The tokens are read one after the other. At each, a reading may take it, leave it out, or put a missing one before it;
the tables below say what that costs at the foot of a page, at the head of the next, and elsewhere. Members that the
siblings of the example do not have, members that come twice and brackets that do not stand below each other cost too.
All readings that could still be the cheapest go on side by side (a shortest path, Dijkstra 1959), so that a bracket
made up on the first page is found out by what stands on the third.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import inf
from typing import NamedTuple

from cloudtape.reference.json_tokens import Token
from cloudtape.reference.shapes import ROOT, Shapes, singular

CLOSER = {"{": "}", "[": "]"}
STUB = "..."

LITERALS = {"true": "true", "false": "false", "null": "null", "none": "null"}

# Where in its page a reading is.
HEAD, BODY, FOOT = 0, 1, 2

# What a reading has before it: a key or the end, a key, a colon, a value or the end, a value, a comma or the end.
KEY0, KEY, COLON, VALUE0, VALUE, AFTER = range(6)

# Cost of leaving a token out: at the head of a page, within it, at its foot.
DROP_CLOSER = (0.6, 1.5, 0.25)
DROP_COMMA = (0.3, 0.7, 0.1)
DROP_OTHER = (2.0, inf, 0.7)
DROP_STUB = (1.0, 1.0, 0.05)
DROP_REPEATED = (0.5, 1.0, 0.35)  # what stands at the foot of the page before, too, or at the head of the next
START_OF_FOOT = 0.1

# Cost of putting in what is not printed: at a page break, within a page.
ADD_CLOSER = (0.6, 2.5)
ADD_COMMA = (0.1, 1.0)
ADD_OPENER = (1.5, 3.5)
ADD_COLON = (3.0, 3.0)
NO_VALUE = 2.5  # more, for a bracket in the place of the value of a key
ADD_AT_END = 0.4

TWICE = 6.0
# For each, and for how many of one object.
UNKNOWN_MEMBER = (0.5, 3)
UNKNOWN_AT_ROOT = (1.0, 5)
MISSING_MEMBER = 0.9
MISSING_AT_MOST = 2.7
OTHER_KIND = 1.2
CROOKED = 0.4
BARE = 1.0
MISREAD = 2.0

# Readings that are this much dearer than the cheapest are given up, and those beyond this number with the same brackets
# open, and those beyond this number at all.
MARGIN = 7.0
# How many tokens of a page are near its head or its foot.
EDGE = 40
ALIKE = 3
AT_MOST = 60

WHERE = {HEAD: "at the head of a page", BODY: "within a page", FOOT: "at the foot of a page"}


class Repair(NamedTuple):
    """The text, which parses but for what is within its strings, what was done to get it, and what that cost."""

    text: str
    repairs: tuple[str, ...]
    cost: float


class _Frame(NamedTuple):
    """An open object or array: the name it goes by, what it may take next, its keys, where it was opened."""

    bracket: str
    name: str
    state: int
    key: str
    keys: frozenset[str]
    page: int
    indent: int


class _Step(NamedTuple):
    """One token of a reading, and the steps before it. `what` names a repair."""

    before: _Step | None
    text: str
    what: str


class _Reading(NamedTuple):
    """The open brackets, and where in its page the reading is. The whole document is a frame without a bracket."""

    stack: tuple[_Frame, ...]
    at: int


# What a reading becomes, what that costs, the text it adds, and the repair it is.
_Option = tuple[_Reading, float, str, str]
_Readings = dict[_Reading, tuple[float, _Step | None]]
DOCUMENT = _Frame("", ROOT, VALUE, "", frozenset(), -1, 0)
DONE = DOCUMENT._replace(state=AFTER)


def repair(pages: Sequence[Sequence[Token]], shapes: Shapes) -> Repair | None:
    """The cheapest reading; None where there is none."""
    return _Search(pages, shapes).run()


class _Search:
    def __init__(self, pages: Sequence[Sequence[Token]], shapes: Shapes) -> None:
        self._pages, self._shapes = pages, shapes
        texts = [[token.text for token in page] for page in pages]
        self._edges = [{HEAD: frozenset(page[:EDGE]), FOOT: frozenset(page[-EDGE:])} for page in texts]

    def run(self) -> Repair | None:
        readings: _Readings = {_Reading((DOCUMENT,), BODY): (0.0, None)}
        for number, page in enumerate(self._pages):
            if number:
                readings = _cheapest((_Reading(reading.stack, HEAD), *rest) for reading, rest in readings.items())
            for place, token in enumerate(page):
                after = page[place + 1 : place + 3]
                near_foot = number < len(self._pages) - 1 and place >= len(page) - EDGE
                readings = self._with_additions(readings, token, after)
                readings = _pruned(self._after(readings, token, after, near_foot))
        return self._best(readings)

    def _best(self, readings: _Readings) -> Repair | None:
        ended = _cheapest(
            (reading, cost, step)
            for start, (cost, step) in readings.items()
            for reading, cost, step in self._ended(start, cost, step)
        )
        done = [(cost, step) for reading, (cost, step) in ended.items() if reading.stack == (DONE,)]
        if not done:
            return None
        cost, last = min(done, key=lambda one: one[0])
        steps = list(_steps(last))
        what = dict.fromkeys(step.what for step in steps if step.what)
        return Repair("".join(step.text for step in steps), tuple(what), cost)

    def _ended(
        self, reading: _Reading, cost: float, step: _Step | None
    ) -> Iterator[tuple[_Reading, float, _Step | None]]:
        """With all that is still open closed."""
        while len(reading.stack) > 1:
            top = reading.stack[-1]
            if top.state not in (AFTER, KEY0, VALUE0):
                return
            more = self._closing(top, None)
            reading, cost = _closed(reading), cost + ADD_AT_END + more
            step = _Step(step, CLOSER[top.bracket], "bracket added at the end")
        yield reading, cost, step

    # --- what may be put in before a token ---------------------------------------------------------------------------

    def _with_additions(self, readings: _Readings, token: Token, following: Sequence[Token]) -> _Readings:
        """The readings, and what they become by putting in tokens that `token` may need before it."""
        found = dict(readings)
        queue = [one for one in readings.items() if one[0].at != FOOT]
        limit = min((cost for cost, _ in readings.values()), default=0) + MARGIN
        while queue:
            start, (cost, step) = queue.pop()
            if found[start][0] < cost:
                continue
            for reading, more, text, what in self._additions(start, token, following):
                total = cost + more
                if total <= limit and total < found.get(reading, (inf,))[0]:
                    found[reading] = (total, _Step(step, text, what))
                    queue.append((reading, found[reading]))
        return found

    def _additions(self, reading: _Reading, token: Token, following: Sequence[Token]) -> Iterator[_Option]:
        top, inside = reading.stack[-1], int(reading.at != HEAD)
        where = WHERE[reading.at]
        is_key = token.is_string and _text(following, 0) == ":"
        if self._may_close(top, token, inside):
            cost = ADD_CLOSER[inside] + self._closing(top, None)
            yield _closed(reading), cost, CLOSER[top.bracket], f"bracket added {where}"
        if top.state == AFTER and top.bracket and token.text not in (",", "}", "]", ":"):
            state = KEY if top.bracket == "{" else VALUE
            yield _with_top(reading, top._replace(state=state)), ADD_COMMA[inside], ",", f"comma added {where}"
        if top.state in (VALUE0, VALUE) and (is_key or (not inside and token.text != "[")):
            bracket = "{" if is_key else "["
            more = ADD_OPENER[inside] + self._kind(top, bracket) + (NO_VALUE if top.bracket == "{" else 0.0)
            yield _opened(reading, bracket, token), more, bracket, f"bracket added {where}"
        if top.state == COLON and token.text != ":":
            yield _with_top(reading, top._replace(state=VALUE)), ADD_COLON[inside], ":", f"colon added {where}"

    def _may_close(self, top: _Frame, token: Token, inside: int) -> bool:
        """Whether a bracket may have been lost here; within a page the layout, or what follows, has to let it."""
        if not top.bracket or top.state not in (AFTER, KEY0, VALUE0) or token.text == CLOSER[top.bracket]:
            return False
        if not inside or token.text in (",", "}", "]"):
            return True
        return token.first and (top.page != token.page or token.indent <= top.indent)

    # --- one token ---------------------------------------------------------------------------------------------------

    def _after(self, readings: _Readings, token: Token, following: Sequence[Token], near_foot: bool) -> _Readings:
        return _cheapest(
            (reading, cost + more, _Step(step, text, what))
            for start, (cost, step) in readings.items()
            for reading, more, text, what in (
                *(self._taken(start, token, following) if start.at != FOOT else ()),
                *self._dropped(start, token, near_foot),
            )
        )

    def _dropped(self, reading: _Reading, token: Token, near_foot: bool) -> Iterator[_Option]:
        at = reading.at
        if at == HEAD:
            cost = DROP_REPEATED[HEAD] if self._stands_on(token, token.page - 1) else _drop(token, HEAD)
            yield reading, cost, "", "repeated or made-up head of a page left out"
        if at == BODY and token.text in ("}", "]", ",", STUB):
            yield reading, _drop(token, BODY), "", "bracket left out within a page"
        if near_foot:
            cost = DROP_REPEATED[FOOT] if self._stands_on(token, token.page + 1) else _drop(token, FOOT)
            cost += START_OF_FOOT if at != FOOT else 0.0
            what = "made-up members left out at the foot of a page"
            if token.text in ("}", "]", ",", STUB):
                what = "made-up brackets left out at the foot of a page"
            yield _Reading(reading.stack, FOOT), cost, "", what

    def _stands_on(self, token: Token, page: int) -> bool:
        """Whether a key or value also stands where another page meets the page of the token."""
        return token.is_scalar and token.text in self._edges[page][HEAD if page > token.page else FOOT]

    def _taken(self, reading: _Reading, token: Token, following: Sequence[Token]) -> Iterator[_Option]:
        reading = _Reading(reading.stack, BODY)
        if token.text in CLOSER:
            yield from self._open(reading, token, following)
        elif token.text in ("}", "]"):
            yield from self._close(reading, token)
        elif token.text in (",", ":"):
            yield from self._separate(reading, token.text)
        else:
            yield from self._scalar(reading, token, following)

    def _open(self, reading: _Reading, token: Token, following: Sequence[Token]) -> Iterator[_Option]:
        top = reading.stack[-1]
        if top.state in (VALUE0, VALUE):
            yield _opened(reading, token.text, token), self._kind(top, token.text), token.text, ""
            if token.text == "[" and _text(following, 1) == ":":
                yield _opened(reading, "{", token), MISREAD + self._kind(top, "{"), "{", "bracket misread"

    def _close(self, reading: _Reading, token: Token) -> Iterator[_Option]:
        top = reading.stack[-1]
        if top.bracket and top.state in (AFTER, KEY0, VALUE0):
            closer, cost = CLOSER[top.bracket], self._closing(top, token)
            if closer == token.text:
                yield _closed(reading), cost, closer, ""
            else:
                yield _closed(reading), cost + MISREAD, closer, "bracket misread"

    def _separate(self, reading: _Reading, text: str) -> Iterator[_Option]:
        top = reading.stack[-1]
        if text == "," and top.state == AFTER and top.bracket:
            yield _with_top(reading, top._replace(state=KEY if top.bracket == "{" else VALUE)), 0.0, text, ""
        elif text == ":" and top.state == COLON:
            yield _with_top(reading, top._replace(state=VALUE)), 0.0, text, ""

    def _scalar(self, reading: _Reading, token: Token, following: Sequence[Token]) -> Iterator[_Option]:
        top = reading.stack[-1]
        if top.state in (KEY0, KEY) and token.is_string and _text(following, 0) in (":", ""):
            key = key_of(token)
            keyed = top._replace(state=COLON, key=key, keys=top.keys | {key})
            yield _with_top(reading, keyed), self._member(top, key), token.text, ""
        elif top.state in (VALUE0, VALUE) and _text(following, 0) != ":":
            more, text, what = _value(token.text)
            kind = 0.0 if text == "null" else self._kind(top, "s")
            yield _with_top(reading, top._replace(state=AFTER)), more + kind, text, what

    # --- what the siblings say ---------------------------------------------------------------------------------------

    def _member(self, top: _Frame, key: str) -> float:
        if key in top.keys:
            return TWICE
        if self._shapes.knows(top.name, key):
            return 0.0
        cost, at_most = UNKNOWN_AT_ROOT if top.name == ROOT else UNKNOWN_MEMBER
        return cost if sum(not self._shapes.knows(top.name, other) for other in top.keys) < at_most else 0.0

    def _kind(self, top: _Frame, kind: str) -> float:
        key = top.key if top.bracket == "{" else None
        return 0.0 if not top.bracket or self._shapes.fits(top.name, key, kind) else OTHER_KIND

    def _closing(self, top: _Frame, token: Token | None) -> float:
        """Cost of ending an object here: members that its siblings have, and a bracket that stands askew."""
        cost = 0.0
        if token and token.first and token.page == top.page and token.indent != top.indent:
            cost = CROOKED
        if top.bracket == "{" and top.name != ROOT:
            cost += min(self._shapes.missing(top.name, top.keys) * MISSING_MEMBER, MISSING_AT_MOST)
        return cost


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if at < len(tokens) else ""


def key_of(token: Token) -> str:
    """The key that a token is, a wrap within it undone."""
    return "".join(token.text.strip('"').split("\n"))


def _value(text: str) -> tuple[float, str, str]:
    """A value as JSON, and what it costs to read it so."""
    if text.startswith('"'):
        return (0.0, text, "") if text.endswith('"') and len(text) > 1 else (BARE, text + '"', "quote added")
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


def _drop(token: Token, at: int) -> float:
    if token.text == STUB:
        return DROP_STUB[at]
    if token.text == ",":
        return DROP_COMMA[at]
    return (DROP_CLOSER if token.text in ("}", "]") else DROP_OTHER)[at]


def _with_top(reading: _Reading, top: _Frame) -> _Reading:
    return _Reading((*reading.stack[:-1], top), reading.at)


def _closed(reading: _Reading) -> _Reading:
    *below, parent, _ = reading.stack
    return _Reading((*below, parent._replace(state=AFTER)), reading.at)


def _opened(reading: _Reading, bracket: str, token: Token) -> _Reading:
    parent = reading.stack[-1]
    name = singular(parent.key) if parent.bracket == "{" else parent.name
    state = KEY0 if bracket == "{" else VALUE0
    return _Reading(
        (*reading.stack, _Frame(bracket, name, state, "", frozenset(), token.page, token.indent)), reading.at
    )


def _cheapest(readings: Iterable[tuple[_Reading, float, _Step | None]]) -> _Readings:
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
