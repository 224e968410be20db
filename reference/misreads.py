"""Misread characters in ids and times: `9ala` for `9a1a`, a digit lost, a hyphen lost.

A form that is known says which letters cannot stand there; where that is not enough, the only id that stands elsewhere
in the chapter and differs in one or two characters is taken. What neither tells stays as it is printed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from rapidfuzz.distance import Levenshtein

from cloudtape.reference.operations import ELSEWHERE, HYPHEN, LETTER

WORD = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*(?![0-9A-Za-z])")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# Of project and user ids and tokens; of nova's hostId; of digests.
HEX = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{128}", re.IGNORECASE)
ALMOST_HEX = re.compile(r"(?=.*\d)(?:[0-9a-flO]-?){27,67}", re.IGNORECASE)
TIME = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)([T ])([0-9lO]{1,2}):([0-9lO]{2}):([0-9lO]{2})(.*)")
MAC = re.compile(r"(?:[0-9a-flO]{2}:){5}[0-9a-flO]{2}", re.IGNORECASE)
# The same digit three times or more: one too many is easily read.
RUN = re.compile(r"(\w)\1{2,}")
LOOKALIKES = str.maketrans("lIOo", "1100")
NEAR = 2


class Misreads:
    """Restores misread ids of one chapter; `values` are its examples, parsed."""

    def __init__(self, values: Iterable[Any]) -> None:
        self._ids = Counter(
            word for value in values for text in _strings(value) for word in WORD.findall(text) if is_id(word)
        )

    def restored(self, value: Any) -> tuple[Any, tuple[str, ...]]:
        """The value with its ids restored, and what was done."""
        done: dict[str, None] = {}
        return self._value(value, done), tuple(done)

    def _value(self, value: Any, done: dict[str, None]) -> Any:
        if isinstance(value, dict):
            return {self._text(key, done): self._value(member, done) for key, member in value.items()}
        if isinstance(value, list):
            return [self._value(item, done) for item in value]
        return self._text(value, done) if isinstance(value, str) else value

    def _text(self, text: str, done: dict[str, None]) -> str:
        if time := TIME.fullmatch(text):
            return _noted(text, _time(time), LETTER, done)
        if MAC.fullmatch(text):
            return _noted(text, text.translate(LOOKALIKES), LETTER, done)
        return WORD.sub(lambda match: self._word(match[0], done), text) if len(text) > 26 else text

    def _word(self, word: str, done: dict[str, None]) -> str:
        if not 27 <= len(word) <= 67 or is_id(word) or not ALMOST_HEX.fullmatch(word):
            return word
        plain = word.translate(LOOKALIKES)
        if is_id(plain):
            return _noted(word, plain, LETTER, done)
        if len(joined := plain.replace("-", "")) == 32 and plain.count("-") >= 2:
            return _noted(
                word, "-".join(joined[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))), HYPHEN, done
            )
        if near := self._nearest(plain):
            return _noted(word, near, ELSEWHERE, done)
        shorter = {plain[: run.start()] + plain[run.start() + 1 :] for run in RUN.finditer(plain)}
        whole = [other for other in shorter if is_id(other)]
        return _noted(word, whole[0], LETTER, done) if len(whole) == 1 else word

    def _nearest(self, word: str) -> str | None:
        """The id nearest to the word; None where none is near, or two are as near and as frequent."""
        distances = ((Levenshtein.distance(word, other, score_cutoff=NEAR), other) for other in self._ids)
        found = sorted((distance, -self._ids[other], other) for distance, other in distances if distance <= NEAR)
        if not found or (len(found) > 1 and found[0][:2] == found[1][:2]):
            return None
        return str(found[0][2])


def is_id(word: str) -> bool:
    """Whether a word has the form of an id whole."""
    return bool(UUID.fullmatch(word) or (HEX.fullmatch(word) and not word.isdigit()))


def _time(found: re.Match[str]) -> str:
    year, month, day, between, hour, minute, second, rest = found.groups()
    clock = ":".join(part.translate(LOOKALIKES) for part in (hour, minute, second))
    return f"{year}-{month}-{day}{between}{clock}{rest}"


def _noted(before: str, after: str, what: str, done: dict[str, None]) -> str:
    if before != after:
        done[what] = None
    return after


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, member in value.items():
            yield key
            yield from _strings(member)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
