"""Known secrets in other spellings than their own (`spellings`), within longer words, and behind escapes (`views`).

The words of the vault stand alone and as they were told; this finds what is left, in time that hardly depends on how
many secrets there are: a piece of each spelling is looked for by one automaton, and compared as a whole where it
stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from cloudtape.cassettes.scrubbing.spellings import Place, Secret, Spelling, is_distinctive, spellings
from cloudtape.cassettes.scrubbing.views import views

PIECE, DIFFERENT = 12, 6
"""Bytes of a piece, and how many different ones make it telling."""
LEVEL, LEVELS = 24, 16
"""Pieces in the first automaton, which each new secret costs, and how many times more are in the next ones."""
HEIGHT = 3
"""Automata that are made again; what the last of them had is in one of its own from then on: whoever comes next waits
for the making, which is to take no longer however many secrets there are.
"""
PASSES = 8
MOST_AT_HAND = 256
"""Secrets whose spellings are kept ready; those of all others are made when they are needed."""
APART = b"\0"
ALNUM = re.compile(rb"[A-Za-z0-9]")


class Disguises:
    """What `add` was told, to be looked for."""

    def __init__(self) -> None:
        self._secrets: dict[bytes, list[Secret]] = {}
        """By their pieces."""
        self._levels: list[list[bytes]] = [[]]
        self._automata: list[BytesAhoCorasick | None] = [None]

    def add(self, secret: str, stand_in: str, kind: str) -> None:
        one = Secret(secret, stand_in, is_distinctive(secret, kind))
        for piece in {needle.piece for needle in _needles(one)}:
            if piece not in self._secrets:
                self._secrets[piece] = []
                self._levels[0].append(piece)
            self._secrets[piece].append(one)
        self._automata[0] = None
        self._lift()

    def _lift(self) -> None:
        """What is full goes to the next level, so that a large automaton is made seldom."""
        most = LEVEL
        for at in range(HEIGHT):
            pieces = self._levels[at]
            if len(pieces) < most:
                return
            above = at + 1 if at + 1 < HEIGHT else len(self._levels)
            if above == len(self._levels):
                self._levels.append([])
                self._automata.append(None)
            self._levels[above] += pieces
            self._levels[at] = []
            self._automata[at] = self._automata[above] = None
            most *= LEVELS

    def are_in(self, *texts: bytes) -> bool:
        """Whether one stands in some texts."""
        if not self._secrets:
            return False
        if any(self._places(APART.join(texts))):
            return True
        return any(any(self._places(view.content)) for text in texts for view in views(text))

    def without(self, text: bytes) -> bytes:
        """The text with placeholders in their place; the same one where there are none."""
        if not self._secrets:
            return text
        for _ in range(PASSES):  # what is found may have hidden another one
            found = list(self._places(text)) or self._spelt(text)
            if not found:
                break
            text = _replaced(text, found)
        return text

    def _spelt(self, text: bytes) -> list[Place]:
        """Behind escapes of one kind."""
        for view in views(text):
            if found := list(self._places(view.content)):
                return [(*view.place(begin, end), instead) for begin, end, instead in found]
        return []

    def _places(self, text: bytes) -> Iterator[Place]:
        lower = text.lower()
        for at, pieces in enumerate(self._levels):
            if not pieces:
                continue
            automaton = self._automata[at]
            if automaton is None:
                automaton = self._automata[at] = BytesAhoCorasick(pieces, implementation=Implementation.ContiguousNFA)
            for number, _, end in automaton.find_matches_as_indexes(lower, overlapping=True):
                piece = pieces[number]
                for secret in self._secrets[piece]:
                    yield from _whole(secret, piece, text, lower, end)


class _Needle(NamedTuple):
    """A spelling, the piece of it that is looked for, and how much of it stands behind that."""

    piece: bytes
    behind: int
    spelling: Spelling


@lru_cache(maxsize=MOST_AT_HAND)
def _needles(secret: Secret) -> tuple[_Needle, ...]:
    return tuple([_Needle(*_piece(spelling.needle.lower()), spelling) for spelling in spellings(secret)])


def _piece(needle: bytes) -> tuple[bytes, int]:
    """The last piece that does not repeat itself, or the one that does so least: `00000000` stands in many a text."""
    best, most = len(needle), 0
    for end in (*range(len(needle), PIECE, -PIECE), min(PIECE, len(needle))):
        different = len(set(needle[max(0, end - PIECE) : end]))
        if different > most:
            best, most = end, different
        if different >= DIFFERENT:
            break
    return needle[max(0, best - PIECE) : best], len(needle) - best


def _whole(secret: Secret, piece: bytes, text: bytes, lower: bytes, at: int) -> Iterator[Place]:
    """Where a spelling of a secret stands in a text in which a piece ends at a place."""
    for needle in _needles(secret):
        spelling = needle.spelling
        end = at + needle.behind
        begin = end - len(spelling.needle)
        if needle.piece != piece or begin < 0:
            continue
        same = text[begin:end] == spelling.needle if spelling.exact else lower[begin:end] == spelling.needle.lower()
        if same and not (spelling.alone and (ALNUM.match(text, end) or ALNUM.match(text[max(0, begin - 1) : begin]))):
            yield spelling.instead(text, begin, end)


def _replaced(text: bytes, places: list[Place]) -> bytes:
    """Of places that overlap the first."""
    pieces, at = [], 0
    for begin, end, instead in sorted(places):
        if begin >= at:
            pieces += [text[at:begin], instead]
            at = end
    return b"".join([*pieces, text[at:]])
