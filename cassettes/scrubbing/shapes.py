"""Shapes of strings: what two strings share when hex digits are taken to be alike.

    http://c/v3/servers/0c6a1f1e-…-92ad   →  http://0/v0/s0rv0rs/00000000-…-0000
    2026-11-24T21:27:03Z                  →  0000-00-00T00:00:00Z

A cloud's answers hold few shapes and many strings. A shape is harmless when no string of that shape can hold a secret,
so that one look at it serves for all of them. The look is made on the shape itself: what a name, a mark or a known
secret would look like in it. It may take the harmless for a danger, never the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence, Set
from typing import NamedTuple

from cloudtape.cassettes.scrubbing.base64_runs import HEX_RUN
from cloudtape.cassettes.scrubbing.secrets import Table
from cloudtape.cassettes.scrubbing.shape_judge import WORDS, ShapeJudge, Unless
from cloudtape.cassettes.scrubbing.shaped_forms import HEX, shape_of

# Hex of a text has one shape, whatever it says: such a run must be looked at itself.
DIGITS = re.compile(rb"[0A-F]{16}|[0A-F](?:[0A-F]:[0A-F]){7}[0A-F]")
SEPARATOR = "\n"
MOST_KNOWN = 5_000
MOST_YOUNG = 500
MOST_WORDS = 10_000
LONGEST_KNOWN = 200
MOST_OUTLINES = 256
LONGEST_OUTLINED = 8_000
FEW = 64
UNJUDGED: Unless = ("",)


class Cut(NamedTuple):
    """A JSON text in pieces, and the numbers of those whose shape is not harmless."""

    separator: bytes
    pieces: Sequence[bytes]
    strange: Sequence[int]


WHOLE = Cut(b"", (), ())
"""A text in which nothing is strange."""


class _Outline(NamedTuple):
    """Of the texts of one shape: begin and end of each piece whose shape alone does not make it harmless, and of each
    that may hold hex of a secret.

    A client that polls is given texts of one shape again and again.
    """

    separator: bytes
    doubtful: Sequence[tuple[int, int]]
    digits: Sequence[tuple[int, int]]


class Shapes:
    """The shapes that were found harmless, for one table and the secrets that are known so far.

    `mentions`: the known secrets in a text.
    """

    def __init__(self, table: Table, mentions: Callable[[str], Collection[str]]) -> None:
        self._mentions = mentions
        self._judge = ShapeJudge(table)
        self._known: set[bytes] = {b""}
        # The others, and which stems a text with them must not hold; None for those that are never harmless.
        self._unless: dict[bytes, Unless | None] = {}
        # Found harmless once: most hold a name that a client made up, and come again soon or never.
        self._young: set[bytes] = set()
        # The other shapes by the words in them, so that those which a secret stands in are found.
        self._holding: dict[bytes, list[bytes]] = {}
        self._judged = 0
        # Judged, with so many digits in a row that they may be hex of a secret.
        self._with_digits: set[bytes] = set()
        self.fresh: list[bytes] = []
        self._outlines: dict[bytes, _Outline] = {}
        # Secrets that look like ids would make a danger of every id: they are looked for themselves.
        self._like_ids: list[str] = []

    def strange(self, texts: Sequence[str]) -> list[str] | None:
        """Those of some texts whose shape is not harmless; None where one mentions a secret of which no shape tells."""
        self._make_room()
        joined = SEPARATOR.join(texts)
        if self._like_ids and self._mentions_like_id(joined):
            return None
        shapes = shape_of(joined).split(b"\n")
        unknown = set(shapes) - self._known
        if not unknown or not (doubtful := self._judge_all(unknown)):
            return []
        lower = joined.lower()
        strange = {one for one in doubtful if self._is_strange(one, lower)}
        if not strange:
            return []
        if len(shapes) == len(texts):
            return [text for text, shape in zip(texts, shapes, strict=True) if shape in strange]
        return [text for text in texts if not strange.isdisjoint(shape_of(text).split(b"\n"))]

    def cut(self, document: bytes, harmless: Set[bytes]) -> Cut | None:
        """A JSON text cut between its members, so that a name stays with its value; None as above.

        Pieces that are `harmless` although their shape is not are not strange.
        """
        self._make_room()
        if self._like_ids and self._mentions_like_id(document.decode("utf-8", "surrogateescape")):
            return None
        shape = document.translate(HEX)
        outline = self._outlines.get(shape)
        if outline is None:
            outline = self._outlined(shape, document)
        elif outline.digits:
            self.fresh += [document[begin:end] for begin, end in outline.digits]
        strange, number, counted = [], 0, 0
        for begin, end in outline.doubtful:
            piece = document[begin:end]
            if piece not in harmless:
                lower = piece.decode("utf-8", "surrogateescape").lower()
                if self._is_strange(shape[begin:end], lower):
                    number += document.count(outline.separator, counted, begin)
                    counted = begin
                    strange.append(number)
        return Cut(outline.separator, document.split(outline.separator), strange) if strange else WHOLE

    def _outlined(self, shape: bytes, document: bytes) -> _Outline:
        # By `find`, here and below: `in` takes the bytes for a number first, and makes an error of it.
        separator = b',"' if shape.find(b', "') == -1 else b', "'
        shapes = shape.split(separator)
        different = set(shapes)
        unknown = different - self._known
        unjudged = {one for one in unknown if one not in self._unless}
        unsure = self._judge_all(unknown) if unknown else unknown
        digits = self._with_digits & different
        doubtful, telling, begin, width = [], [], 0, len(separator)
        chosen = unknown | digits
        for one in shapes if chosen else ():
            end = begin + len(one)
            if one in chosen:
                if one in unsure:
                    doubtful.append((begin, end))
                if one in digits:
                    telling.append((begin, end))
                if one in digits or one in unjudged:
                    self.fresh.append(document[begin:end])
            begin = end + width
        outline = _Outline(separator, doubtful, telling)
        # What is not doubtful must be known: then the outline goes when a secret becomes known that stands there.
        if len(unsure) == len(unknown) and len(shape) <= LONGEST_OUTLINED:
            if len(self._outlines) >= MOST_OUTLINES:
                self._outlines.clear()
            self._outlines[shape] = outline
        return outline

    def _is_strange(self, shape: bytes, lower: str) -> bool:
        """Whether a text of some shape may hold a secret; `lower` is one that it is a part of, in lower case."""
        stems = self._stems_in(shape)
        if not stems:
            return stems is None
        return any(one in lower if isinstance(one, str) else one.search(lower) for one in stems)

    def _stems_in(self, shape: bytes) -> Unless | None:
        """As the judge says, who is asked once."""
        stems = () if shape in self._known else self._unless.get(shape, UNJUDGED)
        if stems is UNJUDGED:
            stems = self._judge.unless(shape)
            self._remember(shape, stems)
        return stems

    def _judge_all(self, shapes: Set[bytes]) -> Set[bytes]:
        """Those of some shapes that alone do not make a text harmless.

        New ones are judged together: mostly they hold the names that a client makes up, and all are harmless.
        """
        unjudged = {one for one in shapes if one not in self._unless}
        new = unjudged - self._young
        if new and not self._judge.is_plain(b"\n".join(new)):
            for shape in unjudged:
                self._remember(shape, self._judge.unless(shape))
            return shapes - self._known
        for shape in unjudged & self._young:
            self._remember(shape, ())
        if len(self._young) > MOST_YOUNG:
            self._young.clear()
        self._young |= new
        return shapes - unjudged

    def _mentions_like_id(self, joined: str) -> bool:
        if len(self._like_ids) > FEW:
            return bool(self._mentions(joined))
        return any(secret in joined for secret in self._like_ids)

    def learn(self, secrets: Iterable[str]) -> None:
        """What was harmless may be the shape of these."""
        for secret in secrets:
            shape = shape_of(secret)
            if SEPARATOR in secret or HEX_RUN.fullmatch(shape.decode("latin-1")):
                self._like_ids.append(secret)
            elif (word := self._judge.learn(shape)) is not None:
                self._drop(shape, word)

    def forget(self) -> None:
        """When the table has changed."""
        self._known, self._unless, self._judged = {b""}, {}, 0
        self._young.clear()
        self._with_digits.clear()
        self._judge.plain_words.clear()
        self._holding.clear()
        self._outlines.clear()

    def _make_room(self) -> None:
        """Before anything is judged: what an outline takes for harmless must be known as long as it is kept."""
        if self._judged > MOST_KNOWN or len(self._judge.plain_words) > MOST_WORDS:
            self.forget()

    def _drop(self, secret: bytes, word: bytes) -> None:
        """Judge again what a secret may stand in: with that word, or anywhere."""
        holding: Iterable[bytes] = self._holding.get(word, ())
        if not word:
            self._young = {shape for shape in self._young if secret not in shape}
            holding = [*self._known, *self._unless]
        for shape in holding:
            if secret in shape:
                self._unless.pop(shape, None)
                if shape in self._known:
                    self._known.remove(shape)
                    self._outlines.clear()

    def _remember(self, shape: bytes, stems: Unless | None) -> None:
        self._judged += 1
        if len(shape) > LONGEST_KNOWN:
            return
        if DIGITS.search(shape):
            self._with_digits.add(shape)
        if stems == ():
            self._known.add(shape)
        else:
            self._unless[shape] = stems
        words = shape.translate(WORDS).split()
        if not self._judge.plain_words.issuperset(words):
            for word in words:
                self._holding.setdefault(word, []).append(shape)
