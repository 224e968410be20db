"""Shapes of strings: what two strings share when hex digits are taken to be alike.

    http://c/v3/servers/0c6a1f1e-…-92ad   →  http://0/v0/s0rv0rs/00000000-…-0000
    2026-11-24T21:27:03Z                  →  0000-00-00T00:00:00Z

A cloud's answers hold few shapes and many strings. A shape is harmless when no string of that shape can hold a secret,
so that one look at it serves for all of them. The look is made on the shape itself: what a name, a mark or a known
secret would look like in it. It may take the harmless for a danger, never the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from cloudtape.cassettes.secrets import MARKS, PATH_MARKS, Table
from cloudtape.cassettes.walk import BASE64_RUN

HEX = bytes.maketrans(b"123456789abcdef", b"0" * 15)
ANY_HEX = bytes.maketrans(b"123456789abcdefABCDEF", b"0" * 21)
# A UUID, or an id without its dashes as a segment of a path: no run of base64 holds 32 hex digits between two slashes.
ID = re.compile(r"0{8}-(?:0{4}-){3}0{12}|(?<![0-9A-Za-z+])0{32}(?![0-9A-Za-z+])")
HEX_RUN = re.compile(r"[0-]*")
SEPARATOR = "\n"
MOST_KNOWN = 5_000
LONGEST_KNOWN = 200
FEW = 64
UNJUDGED = ("",)


class Cut(NamedTuple):
    """A JSON text in pieces, and the numbers of those whose shape is not harmless."""

    separator: bytes
    pieces: Sequence[bytes]
    strange: Sequence[int]


WHOLE = Cut(b"", (), ())
"""A text in which nothing is strange."""


class Shapes:
    """The shapes that were found harmless, for one table and the secrets that are known so far.

    `mentions`: the known secrets in a text.
    """

    def __init__(self, table: Table, mentions: Callable[[str], Collection[str]]) -> None:
        self._table, self._mentions = table, mentions
        self._known: set[bytes] = {b""}
        # The others, and which stems a text with them must not hold; None for those that are never harmless.
        self._unless: dict[bytes, tuple[str, ...] | None] = {}
        self._joined: bytes | None = None
        self._secrets: set[bytes] = set()
        # Secrets that look like ids would make a danger of every id: they are looked for themselves.
        self._like_ids: list[str] = []
        self._stems = {stem: _alike(stem) for stem in (*table.stems, *table.unders)}
        self._marks = tuple(_hex_alike(mark) for mark in (*MARKS, *PATH_MARKS))

    def strange(self, texts: Sequence[str]) -> list[str] | None:
        """Those of some texts whose shape is not harmless; None where one mentions a secret of which no shape tells."""
        joined = SEPARATOR.join(texts)
        if self._like_ids and self._mentions_like_id(joined):
            return None
        shapes = shape_of(joined).split(b"\n")
        unknown = set(shapes) - self._known
        if not unknown or not (strange := self._strange(unknown, joined)):
            return []
        if len(shapes) == len(texts):
            return [text for text, shape in zip(texts, shapes, strict=True) if shape in strange]
        return [text for text in texts if not strange.isdisjoint(shape_of(text).split(b"\n"))]

    def cut(self, document: bytes, harmless: Set[bytes]) -> Cut | None:
        """A JSON text cut between its members, so that a name stays with its value; None as above.

        Pieces that are `harmless` although their shape is not are not strange.
        """
        if self._like_ids and self._mentions_like_id(document.decode("utf-8", "surrogateescape")):
            return None
        shape = document.translate(HEX)
        separator = b', "' if b', "' in shape else b',"'
        shapes = shape.split(separator)
        unknown = set(shapes) - self._known
        if not unknown:
            return WHOLE
        pieces = document.split(separator)
        numbered = enumerate(zip(pieces, shapes, strict=True))
        suspects = [(at, one) for at, (piece, one) in numbered if one in unknown and piece not in harmless]
        strange = [at for at, one in suspects if self._strange({one}, pieces[at].decode("utf-8", "surrogateescape"))]
        return Cut(separator, pieces, strange) if strange else WHOLE

    def _strange(self, unknown: set[bytes], joined: str) -> set[bytes]:
        found, lower = set(), joined.lower()
        for shape in unknown:
            stems = self._unless.get(shape, UNJUDGED)
            if stems is UNJUDGED:
                stems = self._judge(shape)
                self._remember(shape, stems)
            if stems is None or any(stem in lower for stem in stems):
                found.add(shape)
        return found

    def _mentions_like_id(self, joined: str) -> bool:
        if len(self._like_ids) > FEW:
            return bool(self._mentions(joined))
        return any(secret in joined for secret in self._like_ids)

    def learn(self, secrets: Iterable[str]) -> None:
        """What was harmless may be the shape of these."""
        for secret in secrets:
            shape = secret.encode("utf-8", "surrogatepass").translate(HEX)
            if SEPARATOR in secret or HEX_RUN.fullmatch(shape.decode("latin-1")):
                self._like_ids.append(secret)
            elif shape not in self._secrets:
                self._secrets.add(shape)
                if shape in self._all_known():
                    self._drop({one for one in self._known | self._unless.keys() if shape in one})

    def forget(self) -> None:
        """When the table has changed."""
        self._known, self._unless, self._joined = {b""}, {}, None

    def _drop(self, shapes: set[bytes]) -> None:
        self._known -= shapes
        self._unless = {shape: stems for shape, stems in self._unless.items() if shape not in shapes}
        self._joined = None

    def _all_known(self) -> bytes:
        if self._joined is None:
            self._joined = b"\n".join(self._known | self._unless.keys())
        return self._joined

    def _judge(self, shape: bytes) -> tuple[str, ...] | None:
        """The stems without which all strings of a shape are harmless; None where some may be a danger all the same.

        So `block-storage` is harmless, although `blob` has its shape: as long as there is no `blob` in the text.
        """
        alike = shape.lower().translate(ANY_HEX)
        if not alike.isascii() or b"\0" in shape or any(one in shape for one in (*self._marks, *self._secrets)):
            return None
        if any(_alike(name) in alike for name in self._table.hidden):
            return None
        if any(_may_hide(run) for run in BASE64_RUN.findall(shape.decode("latin-1"))):
            return None
        return tuple(stem for stem, like in self._stems.items() if like in alike)

    def _remember(self, shape: bytes, stems: tuple[str, ...] | None) -> None:
        if len(shape) > LONGEST_KNOWN:
            return
        if len(self._known) + len(self._unless) > MOST_KNOWN:
            self.forget()
        if stems == ():
            self._known.add(shape)
        else:
            self._unless[shape] = stems
        self._joined = None


def shape_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass").translate(HEX)


def _may_hide(run: str) -> bool:
    """Whether a long word may be base64 of a text, for some of the strings of its shape."""
    parts = [part for part in ID.split(run) if len(part) >= 20]
    return any(not HEX_RUN.fullmatch(part) and _may_be_text(part) for part in parts)


def _may_be_text(part: str) -> bool:
    """Whether some string of this shape, decoded, may be UTF-8 or begin as gzip does."""
    digits = [DIGITS[character] for character in part.rstrip("=")]
    if len(digits) % 4 == 1:
        return False
    choices = list(_bytes_of(digits))
    if 0x1F in choices[0] and 0x8B in choices[1]:
        return True
    states = {0}
    for choice in choices:
        states = {
            after
            for state in states
            for kind in set(map(_kind, choice))
            if (after := STEPS.get((state, kind))) is not None
        }
    return 0 in states


def _bytes_of(digits: list[frozenset[int]]) -> Iterator[set[int]]:
    """The values that each byte may have."""
    for at in range(0, len(digits), 4):
        for left, right, shift in zip(digits[at : at + 3], digits[at + 1 : at + 4], (2, 4, 6), strict=False):
            yield {(one << shift | other >> (6 - shift)) & 0xFF for one in left for other in right}


def _kind(byte: int) -> int:
    """How many bytes follow this one in UTF-8; -1 for one that follows others, -2 for one that a text does not hold."""
    if byte < 0x80:
        return 0 if byte else -2
    return -1 if byte < 0xC0 else -2 if byte < 0xC2 or byte > 0xF4 else 1 if byte < 0xE0 else 2 if byte < 0xF0 else 3


# (bytes still to follow, kind of the next byte) → bytes still to follow
STEPS = {(0, kind): kind for kind in range(4)} | {(left, -1): left - 1 for left in (1, 2, 3)}
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
DIGITS = {character: frozenset({value}) for value, character in enumerate(ALPHABET)} | {
    "-": frozenset({62}),
    "_": frozenset({63}),
    "0": frozenset(ALPHABET.index(character) for character in "0123456789abcdef"),
}


def _alike(text: str) -> bytes:
    return text.lower().encode("utf-8", "surrogatepass").translate(ANY_HEX)


def _hex_alike(text: str) -> bytes:
    return text.encode().translate(HEX)
