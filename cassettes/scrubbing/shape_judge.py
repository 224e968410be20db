"""The judge of shapes (`shapes`): whether any string of a shape may hold a secret.

The look is made on the shape itself: what a name, a mark or a known secret would look like in it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from itertools import groupby

from cloudtape.cassettes.scrubbing.base64_runs import BASE64_RUN, shape_may_hide
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
Unless = tuple[str | re.Pattern[str], ...]
HEX_OF_TEXT = str.maketrans("123456789abcdef", "0" * 15)


class ShapeJudge:
    """With one table, and the secrets that it has learned so far."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.plain_words: set[bytes] = set()
        """Words in which alone nothing is a danger, those of all shapes that are harmless by their words among them."""
        self._secrets = Mentions()
        self._runs: set[bytes] = set()
        self._without_run: list[bytes] = []
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

    def learn(self, secret: bytes) -> bytes | None:
        """A word by which the shapes are found that may hold a secret of some shape; empty where any may; None where
        the shape is known."""
        shape = secret.decode("latin-1")
        if shape in self._secrets:
            return None
        self._secrets.add(shape)
        run = telling_run(shape).encode("latin-1")
        may_be_anywhere = not run or run in self.plain_words or run in self._runs
        self.plain_words.discard(run)
        if run:
            self._runs.add(run)
        else:
            self._without_run.append(secret)
        return b"" if may_be_anywhere else run

    def unless(self, shape: bytes) -> Unless | None:
        """The stems and marks without which all strings of a shape are harmless; None where some may be a danger still.

        So `block-storage` is harmless, although `blob` has its shape: as long as there is no `blob` in the text.
        """
        if self.is_plain(shape):
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

    def is_plain(self, shape: bytes) -> bool:
        """Whether a shape is harmless by its words alone, most of which are known: a part of the cost of judging it."""
        if self._table.hidden or not shape.isascii() or self._outside_words.search(shape):
            return False
        new = set(shape.translate(WORDS).split()) - self.plain_words
        if new:
            if not self._runs.isdisjoint(new) or self._telling.search(
                b" ".join([b"", *new, b""]).lower().translate(HEX)
            ):
                return False
            self.plain_words |= new
        if self._without_run and any(secret in shape for secret in self._without_run):
            return False
        if marks_unless(shape):
            return False
        return shape.translate(IN_BASE64).find(LONG_RUN) == -1 or not _may_hide_in(shape.decode("ascii"))


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
