"""Shapes of strings: what two strings share when hex digits are taken to be alike.

    http://c/v3/servers/0c6a1f1e-…-92ad   →  http://0/v0/s0rv0rs/00000000-…-0000
    2026-11-24T21:27:03Z                  →  0000-00-00T00:00:00Z

A cloud's answers hold few shapes and many strings. A shape is harmless when no string of that shape can hold a secret,
so that one look at it serves for all of them. The look is made on the shape itself: what a name, a mark or a known
secret would look like in it. It may take the harmless for a danger, never the other way round.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Collection, Iterable, Sequence, Set
from itertools import groupby
from typing import NamedTuple

from cloudtape.cassettes.scrubbing.base64_runs import BASE64_RUN, HEX_RUN, shape_may_hide
from cloudtape.cassettes.scrubbing.commands import COMMAND_MARKS
from cloudtape.cassettes.scrubbing.forms import ENCODED_MARK, SHAPED_MARKS
from cloudtape.cassettes.scrubbing.mentions import Mentions, telling_run
from cloudtape.cassettes.scrubbing.secrets import MARKS, PATH_MARKS, Table
from cloudtape.cassettes.scrubbing.shaped_forms import HEX, marks_unless, shape_of
from cloudtape.cassettes.scrubbing.stems import Stem, any_stem, needed, pattern_of, telling_words

ALNUM = frozenset((string.ascii_letters + string.digits).encode())
WORDS = bytes(byte if byte in ALNUM else 0x20 for byte in range(256))
"""What is no letter or digit becomes a blank, so that `split` gives the words."""
WORD = re.compile(rb" ?[^ ]+ ?")
IN_BASE64 = bytes(0x77 if byte in ALNUM or byte in b"+/_-" else 0x20 for byte in range(256))
LONG_RUN = b"w" * 20
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
Unless = tuple[str | re.Pattern[str], ...]
UNJUDGED: Unless = ("",)
HEX_OF_TEXT = str.maketrans("123456789abcdef", "0" * 15)


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
        self._table, self._mentions = table, mentions
        self._known: set[bytes] = {b""}
        # The others, and which stems a text with them must not hold; None for those that are never harmless.
        self._unless: dict[bytes, Unless | None] = {}
        # Found harmless once: most hold a name that a client made up, and come again soon or never.
        self._young: set[bytes] = set()
        # Words in which alone nothing is a danger, those of all shapes that are harmless by their words among them.
        self._plain_words: set[bytes] = set()
        # The other shapes by the words in them, so that those which a secret stands in are found.
        self._holding: dict[bytes, list[bytes]] = {}
        self._judged = 0
        # Judged, with so many digits in a row that they may be hex of a secret.
        self._with_digits: set[bytes] = set()
        self.fresh: list[bytes] = []
        self._outlines: dict[bytes, _Outline] = {}
        self._secrets = Mentions()
        self._runs: set[bytes] = set()
        self._without_run: list[bytes] = []
        # Secrets that look like ids would make a danger of every id: they are looked for themselves.
        self._like_ids: list[str] = []
        stems = needed([*table.stems, *[(under,) for under in table.unders]])
        alike = [pattern_of(map(_alike, stem)) for stem in stems]
        self._stems = {_unless(stem): re.compile(like.encode()) for stem, like in zip(stems, alike, strict=True)}
        self._any_stem = re.compile(any_stem(alike).encode())
        marks = [b"\0", *(shape_of(mark) for mark in (*MARKS, *PATH_MARKS, *COMMAND_MARKS))]
        shaped = [mark.encode() for mark in (*SHAPED_MARKS, ENCODED_MARK)]
        self._marks = _any_of(marks, shaped)
        self._outside_words = _any_of([mark for mark in marks if not mark[:1].isalnum()], shaped)
        in_words = [mark.lower().translate(HEX) for mark in marks if mark[:1].isalnum()]
        self._telling = _any_of(
            {
                *map(_longest_word, in_words),
                *[_longest_word(_alike(one).encode()).strip() for one in telling_words(stems)],
            }
        )

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
        """As `_judge` says, which is asked once."""
        stems = () if shape in self._known else self._unless.get(shape, UNJUDGED)
        if stems is UNJUDGED:
            stems = self._judge(shape)
            self._remember(shape, stems)
        return stems

    def _judge_all(self, shapes: Set[bytes]) -> Set[bytes]:
        """Those of some shapes that alone do not make a text harmless.

        New ones are judged together: mostly they hold the names that a client makes up, and all are harmless.
        """
        unjudged = {one for one in shapes if one not in self._unless}
        new = unjudged - self._young
        if new and not self._is_plain(b"\n".join(new)):
            for shape in unjudged:
                self._remember(shape, self._judge(shape))
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
            shape = shape_of(secret).decode("latin-1")
            if SEPARATOR in secret or HEX_RUN.fullmatch(shape):
                self._like_ids.append(secret)
            elif shape not in self._secrets:
                self._secrets.add(shape)
                self._drop(shape.encode("latin-1"), telling_run(shape).encode("latin-1"))

    def forget(self) -> None:
        """When the table has changed."""
        self._known, self._unless, self._judged = {b""}, {}, 0
        self._young.clear()
        self._with_digits.clear()
        self._plain_words.clear()
        self._holding.clear()
        self._outlines.clear()

    def _make_room(self) -> None:
        """Before anything is judged: what an outline takes for harmless must be known as long as it is kept."""
        if self._judged > MOST_KNOWN or len(self._plain_words) > MOST_WORDS:
            self.forget()

    def _drop(self, secret: bytes, run: bytes) -> None:
        """Judge again what a secret may stand in."""
        holding: Iterable[bytes] = self._holding.get(run, ())
        anywhere = not run or run in self._plain_words or run in self._runs
        self._plain_words.discard(run)
        if run:
            self._runs.add(run)
        else:
            self._without_run.append(secret)
        if anywhere:
            self._young = {shape for shape in self._young if secret not in shape}
            holding = [*self._known, *self._unless]
        for shape in holding:
            if secret in shape:
                self._unless.pop(shape, None)
                if shape in self._known:
                    self._known.remove(shape)
                    self._outlines.clear()

    def _judge(self, shape: bytes) -> Unless | None:
        """The stems and marks without which all strings of a shape are harmless; None where some may be a danger still.

        So `block-storage` is harmless, although `blob` has its shape: as long as there is no `blob` in the text.
        """
        if self._is_plain(shape):
            return ()
        if not shape.isascii() or self._marks.search(shape):
            return None
        alike = shape.lower().translate(HEX)
        if any(_alike(name).encode("utf-8", "surrogatepass") in alike for name in self._table.hidden):
            return None
        text = shape.decode("ascii")
        if any(self._secrets.found_in(text)):
            return None
        if _may_hide_in(text):
            return None
        marks = marks_unless(shape)
        if not self._any_stem.search(alike):
            return marks
        return (*marks, *[stem for stem, like in self._stems.items() if like.search(alike)])

    def _is_plain(self, shape: bytes) -> bool:
        """Whether a shape is harmless by its words alone, most of which are known: a part of the cost of judging it."""
        if self._table.hidden or not shape.isascii() or self._outside_words.search(shape):
            return False
        new = set(shape.translate(WORDS).split()) - self._plain_words
        if new:
            if not self._runs.isdisjoint(new) or self._telling.search(
                b" ".join([b"", *new, b""]).lower().translate(HEX)
            ):
                return False
            self._plain_words |= new
        if self._without_run and any(secret in shape for secret in self._without_run):
            return False
        if marks_unless(shape):
            return False
        return shape.translate(IN_BASE64).find(LONG_RUN) == -1 or not _may_hide_in(shape.decode("ascii"))

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
        if not self._plain_words.issuperset(words):
            for word in words:
                self._holding.setdefault(word, []).append(shape)


def _may_hide_in(text: str) -> bool:
    return any(map(shape_may_hide, BASE64_RUN.findall(text)))


def _longest_word(text: bytes) -> bytes:
    """With the blanks that stand for what is around it; empty where there is none: then it stands in any text."""
    return max(WORD.findall(text.translate(WORDS)), key=lambda word: len(word.strip()), default=b"")


def _alike(text: str) -> str:
    return text.lower().translate(HEX_OF_TEXT)


def _unless(stem: Stem) -> str | re.Pattern[str]:
    return stem[0] if len(stem) == 1 else re.compile(pattern_of(stem))


def _any_of(words: Iterable[bytes], patterns: Iterable[bytes] = ()) -> re.Pattern[bytes]:
    """Finds any of some words; by their first letters, where most places are given up."""
    grouped = groupby(sorted(words), lambda word: word[:1])
    alternatives = [
        re.escape(first) + b"(?:%b)" % b"|".join([re.escape(one[1:]) for one in group]) for first, group in grouped
    ]
    return re.compile(b"|".join([*alternatives, *patterns]))
