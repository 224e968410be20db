"""Known secrets in other spellings than their own (`spellings`), within longer words, and behind escapes (`views`).

The words of the vault stand alone and as they were told; this finds what is left, in time that hardly depends on how
many secrets there are: a piece of each spelling is looked for by one automaton, and compared as a whole where it
stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ahocorasick_rs import BytesAhoCorasick, Implementation

from cloudtape.cassettes.scrubbing.spellings import Place, Secret, Spelling, is_distinctive, spellings
from cloudtape.cassettes.scrubbing.views import views

PIECE = 12
LEVEL, LEVELS = 24, 16
"""Pieces in the first automaton, which each new secret costs, and how many times more are in the next ones."""
PASSES = 8
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
        for piece in {_piece(spelling) for spelling in spellings(one)}:
            if piece not in self._secrets:
                self._secrets[piece] = []
                self._levels[0].append(piece)
            self._secrets[piece].append(one)
        self._automata[0] = None
        self._lift()

    def _lift(self) -> None:
        """What is full goes to the next level, so that a large automaton is made seldom."""
        most = LEVEL
        for at, pieces in enumerate(self._levels):
            if len(pieces) < most:
                return
            if at + 1 == len(self._levels):
                self._levels.append([])
                self._automata.append(None)
            self._levels[at + 1] += pieces
            self._levels[at] = []
            self._automata[at] = self._automata[at + 1] = None
            most *= LEVELS

    def are_in(self, *texts: bytes) -> bool:
        """Whether one stands in some texts."""
        if not self._secrets:
            return False
        if any(True for _ in self._places(APART.join(texts))):
            return True
        return any(True for text in texts for view in views(text) for _ in self._places(view.content))

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
            for piece, _, end in automaton.find_matches_as_indexes(lower, overlapping=True):
                for secret in self._secrets[pieces[piece]]:
                    yield from _whole(secret, text, lower, end)


def _piece(spelling: Spelling) -> bytes:
    return spelling.needle[-PIECE:].lower()


def _whole(secret: Secret, text: bytes, lower: bytes, end: int) -> Iterator[Place]:
    """Where a spelling of a secret ends in a text at a place at which a piece of one does."""
    for spelling in spellings(secret):
        begin = end - len(spelling.needle)
        if begin < 0:
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
