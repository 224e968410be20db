"""What a reading of a damaged example may do with its next token: take it, leave it out, put one before it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from math import inf
from typing import NamedTuple

from tools.reference.json_breaks import BRACKETS, PageBreaks
from tools.reference.json_costs import (
    ADD_AMID,
    ADD_CLOSER,
    ADD_CLOSER_WITHIN,
    ADD_COLON,
    ADD_COMMA,
    ADD_COMMA_WITHIN,
    ADD_NO_VALUE,
    ADD_OPENER,
    ADD_OPENER_WITHIN,
    BARE,
    DROP_AT_END,
    DROP_BEHIND,
    DROP_CLOSED,
    DROP_WITHIN,
    MADE_UP,
    MISREAD,
    NOT_FROM_A_SAMPLE,
    SKIPPED,
    START_BEHIND,
    START_OF_ALL,
    UNKNOWN_AT_FOOT,
    Siblings,
    dropped,
)
from tools.reference.json_reading import (
    AFTER,
    BEHIND,
    BODY,
    CLOSER,
    CLOSERS,
    COLON,
    DONE,
    END,
    HEAD,
    KEY,
    KEY0,
    MAY_END,
    SKIP,
    VALUE,
    VALUE0,
    Frame,
    Reading,
)
from tools.reference.json_tokens import Token
from tools.reference.shapes import KnownObjects

LITERALS = {"true": "true", "false": "false", "null": "null", "none": "null"}
WHERE = {HEAD: "at the head of a page", BODY: "within a page", END: "at the end"}


class Here(NamedTuple):
    """A token, its number on the page, the two that follow it, and whether it is one of those that end the example."""

    place: int
    token: Token
    following: Sequence[Token]
    at_end: bool

    def after(self, place: int) -> str:
        """The text of a token that follows, empty where none does."""
        return self.following[place].text if place < len(self.following) else ""

    def place_of(self, reading: Reading) -> int:
        """The column of the tables of costs."""
        return END if self.at_end and reading.at == BODY else reading.at


# What a reading becomes, what that costs, the text it adds, and the repair it is.
Move = tuple[Reading, float, str, str]


class Moves:
    """The moves through the pages of one example; `siblings` judges what they lead to."""

    def __init__(self, pages: Sequence[Sequence[Token]], shapes: KnownObjects) -> None:
        self.siblings = Siblings(pages, shapes)
        self._breaks = PageBreaks(pages)

    def of(self, reading: Reading, here: Here) -> Iterator[Move]:
        """What may be done with a token."""
        if reading.at == SKIP:
            if here.token.text == "{":
                yield reading.moved(BODY), 0.0, "", "bracket misread"
            return
        if reading.at != BEHIND:
            yield from self._taken(reading.moved(BODY), here)
        yield from self._dropped(reading, here)

    # --- what may be put in before a token ---------------------------------------------------------------------------

    def additions(self, reading: Reading, here: Here) -> Iterator[Move]:
        """What may be put in before a token."""
        top, token = reading.top, here.token
        if top.state == KEY or reading.at in (SKIP, BEHIND):
            return
        place = here.place_of(reading)
        where = WHERE[place]
        is_key = token.is_string and here.after(0) == ":"
        if top.bracket and top.state in MAY_END and _may_close(top, token, place):
            cost = ADD_CLOSER.get(place, ADD_CLOSER_WITHIN) + self.siblings.closing(reading, None)
            yield reading.closed(), cost, CLOSER[top.bracket], f"bracket added {where}"
        if top.state == AFTER and top.bracket and token.text not in (",", ":", *CLOSERS):
            cost = ADD_COMMA.get(place, ADD_COMMA_WITHIN)
            yield reading.with_top(top.after_comma()), cost, ",", f"comma added {where}"
        if top.state in (VALUE0, VALUE) and (is_key or (place == HEAD and token.text != "[")):
            bracket = "{" if is_key else "["
            cost = ADD_OPENER.get(place, ADD_OPENER_WITHIN) + self.siblings.kind(top, bracket)
            cost += ADD_NO_VALUE if top.bracket == "{" else 0.0
            opened = reading.opened(bracket, token)
            cost += ADD_AMID if is_key and self.siblings.is_amid(opened, key_of(token)) else 0.0
            yield opened, cost, bracket, f"bracket added {where}"
        if top.state == COLON and token.text != ":":
            yield reading.with_top(top.now(VALUE)), ADD_COLON, ":", f"colon added {where}"

    # --- what may be left out ----------------------------------------------------------------------------------------

    def _dropped(self, reading: Reading, here: Here) -> Iterator[Move]:
        token, place = here.token, here.place_of(reading)
        if place == BEHIND:
            yield reading, DROP_BEHIND, "", ""
        elif reading.stack == DONE and token.text in CLOSER and place != HEAD:
            yield reading.moved(BEHIND), START_BEHIND, "", "second value left out"
        elif place == HEAD and reading.stack == DONE and token.text in CLOSERS:
            yield reading, DROP_CLOSED, "", "repeated or made-up head of a page left out"
        elif place == HEAD:
            cost = self._breaks.head(token.page, here.place)
            yield reading, cost, "", "repeated or made-up head of a page left out"
        elif place == BODY and (cost := self._drop_within(reading, here)) < inf:
            yield reading, cost, "", "bracket left out within a page"
        elif place == END and (cost := dropped(token.text, DROP_AT_END)) < inf:
            yield reading, cost, "", "bracket left out at the end"

    def _drop_within(self, reading: Reading, here: Here) -> float:
        if here.token.text == "{" and (reading.top.state != KEY or here.after(1) != ":"):
            return inf
        return DROP_WITHIN.get(here.token.text, inf)

    def left_out(self, reading: Reading, here: Here) -> Iterator[Move]:
        """The rest of a page left out: the reading at the head of the next one."""
        if reading.at in (SKIP, BEHIND):
            return
        whole = reading.top.state in (KEY0, VALUE0)
        strange = UNKNOWN_AT_FOOT if self.siblings.ends_strangely(reading.top) else 0.0
        for cost, what in self._breaks.feet(here.token.page, here.place):
            if whole and len(reading.stack) == 2 and what != BRACKETS:
                continue  # something was there before more was made up
            more = strange if what == BRACKETS else START_OF_ALL if whole else 0.0
            yield reading.moved(HEAD), cost + more, "", what

    # --- what may be taken -------------------------------------------------------------------------------------------

    def _taken(self, reading: Reading, here: Here) -> Iterator[Move]:
        text, top = here.token.text, reading.top
        if text in CLOSER:
            yield from self._open(reading, here)
        elif text in CLOSERS:
            yield from self._close(reading, here.token)
        elif text == "," and top.state == AFTER and top.bracket:
            yield reading.with_top(top.after_comma()), 0.0, text, ""
            if (
                top.bracket == "["
                and len(reading.stack) > 2
                and here.after(0) == "{"
                and reading.stack[-2].bracket == "{"
            ):
                # `}, { "key":` read where `}], "key":` stood
                outer = reading.closed()
                yield (
                    outer.with_top(outer.top.after_comma()).moved(SKIP),
                    SKIPPED + self.siblings.closing(reading, None),
                    "],",
                    "bracket misread",
                )
        elif text == ":" and top.state == COLON:
            yield reading.with_top(top.now(VALUE)), 0.0, text, ""
        elif here.token.is_scalar:
            yield from self._scalar(reading, here)

    def _open(self, reading: Reading, here: Here) -> Iterator[Move]:
        top, text = reading.top, here.token.text
        if top.state in (VALUE0, VALUE):
            cost = self.siblings.kind(top, text)
            yield _odder(reading, cost).opened(text, here.token), cost, text, ""
            if text == "[" and here.after(1) == ":":
                cost = self.siblings.kind(top, "{")
                yield _odder(reading, cost).opened("{", here.token), MISREAD + cost, "{", "bracket misread"

    def _close(self, reading: Reading, token: Token) -> Iterator[Move]:
        top = reading.top
        if top.bracket and top.state in MAY_END:
            closer, cost = CLOSER[top.bracket], self.siblings.closing(reading, token)
            if closer == token.text:
                yield reading.closed(), cost, closer, ""
            else:
                yield reading.closed(), cost + MISREAD, closer, "bracket misread"

    def _scalar(self, reading: Reading, here: Here) -> Iterator[Move]:
        top, token = reading.top, here.token
        if top.state in (KEY0, KEY) and token.is_string and here.after(0) in (":", ""):
            key = key_of(token)
            cost = self.siblings.member(reading, key)
            keyed = top.having(COLON, key, top.odd + (1 if cost else 0))
            yield reading.with_top(keyed), cost, token.text, ""
        elif top.state in (VALUE0, VALUE) and here.after(0) != ":":
            yield self._value(reading, token)

    def _value(self, reading: Reading, token: Token) -> Move:
        top = reading.top
        cost, text, what = _literal(token.text)
        odd = 0.0 if text == "null" else self.siblings.kind(top, "s")
        taken = top.now(AFTER)
        if top.bracket == "[" and token.is_string:
            item = key_of(token)
            odd += self.siblings.item(top, item)
            taken = top.having(AFTER, item, top.odd)
        if NOT_FROM_A_SAMPLE.search(text):
            cost += MADE_UP
        return reading.with_top(_odd(taken, odd)), cost + odd, text, what


def _odd(frame: Frame, cost: float) -> Frame:
    return frame._replace(odd=frame.odd + 1) if cost else frame


def _odder(reading: Reading, cost: float) -> Reading:
    return reading.with_top(_odd(reading.top, cost)) if cost else reading


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


def _literal(text: str) -> tuple[float, str, str]:
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
