"""Misread characters in ids, times and keys: `9ala` for `9a1a`, a digit lost, `cloupipe` for `cloudpipe`.

A form that is known says which letters cannot stand there; where that is not enough, the only id that stands elsewhere
and differs in one or two characters is taken: in the same chapter, else anywhere in the document, in its XML, too. What
neither tells stays as it is printed, and so does an id without a hyphen: those that are known to lack one lacked it
before they were printed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from rapidfuzz.distance import Levenshtein

from cloudtape.openstack.operations import ELSEWHERE, LETTER

# An escape of a URL, or a word; letters and digits before it belong to it.
WORD = re.compile(r"%[0-9A-Fa-f]{2}|[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# Of project and user ids and tokens; of nova's hostId; of digests.
HEX = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{128}", re.IGNORECASE)
ALMOST_HEX = re.compile(r"(?=.*\d)(?:[0-9a-flO]-?){27,67}", re.IGNORECASE)
# A regular expression for UUIDs, its blanks and brackets in any order.
PATTERN = re.compile(r"\^[\s()]*\[?0-9a-fA-F\]?[\s()]*\{8\}[-\s()\[\]0-9a-fA-F{4}]*\{12\}[\s()]*\$")
STRAY = re.compile(r"\.([A-Za-z]+)")
HEX_DIGITS = "([0-9a-fA-F])"
UUID_PATTERN = "^" + "-".join(f"{HEX_DIGITS}{{{count}}}" for count in (8, 4, 4, 4, 12)) + "$"
TIME = re.compile(r"(\d{4}-\d\d-\d\d[T ])([0-9lO]{1,2}):([0-9lO]{2}):([0-9lO]{2})(.*)")
MAC = re.compile(r"(?:[0-9a-flO]{2}:){5}[0-9a-flO]{2}", re.IGNORECASE)
# The same digit three times or more: one too many is easily read.
RUN = re.compile(r"(\w)\1{2,}")
LOOKALIKES = str.maketrans("lIOo", "1100")
NEAR = 2
# Of the words within keys, the ones so short are too much alike.
SHORT = 8


class Letters:
    """The ids and words of the whole document, of its prose and XML, too."""

    def __init__(self, text: str) -> None:
        self.ids = Counter(word for word in WORD.findall(text) if is_id(word))
        self._words = Counter(re.findall("[A-Za-z]+", text))
        self._losing: defaultdict[str, list[str]] = defaultdict(list)
        for word in self._words:
            for at in range(1, len(word) - 1 if len(word) > SHORT else 0):
                self._losing[word[:at] + word[at + 1 :]].append(word)

    def key(self, key: str) -> str:
        """A key with the letter that one of its words lost, or without the one read twice, or a full stop before it."""
        stray = STRAY.match(key)
        plain = key[1:] if stray and self._words[stray[1]] else key
        return re.sub("[A-Za-z]+", lambda word: self._word(word[0]), plain)

    def _word(self, word: str) -> str:
        if len(word) < SHORT:
            return word
        once = (word[:at] + word[at + 1 :] for at in range(1, len(word) - 1) if word[at] == word[at - 1])
        return max((word, *self._losing[word], *once), key=lambda other: self._words[other])


class Misreads:
    """Restores misread ids of one chapter; `values` are its examples, parsed."""

    def __init__(self, values: Iterable[Any], letters: Letters) -> None:
        self._letters = letters
        texts = (text.translate(LOOKALIKES) if is_almost_id(text) else text for text in _words(values))
        self._ids = Counter(word for word in texts if is_id(word))

    def restored(self, value: Any) -> tuple[Any, tuple[str, ...]]:
        """The value with its ids restored, and what was done."""
        done: dict[str, None] = {}
        return self._value(value, done), tuple(done)

    def _value(self, value: Any, done: dict[str, None]) -> Any:
        if isinstance(value, dict):
            return {self._key(key, done): self._value(member, done) for key, member in value.items()}
        if isinstance(value, list):
            return [self._value(item, done) for item in value]
        return self._text(value, done) if isinstance(value, str) else value

    def _key(self, key: str, done: dict[str, None]) -> str:
        return self._text(_noted(key, self._letters.key(key), LETTER, done), done)

    def _text(self, text: str, done: dict[str, None]) -> str:
        if time := TIME.fullmatch(text):
            return _noted(text, _time(time), LETTER, done)
        if MAC.fullmatch(text):
            return _noted(text, text.translate(LOOKALIKES), LETTER, done)
        if PATTERN.fullmatch(text):
            return _noted(text, UUID_PATTERN, LETTER, done)
        return WORD.sub(lambda match: self._word(match[0], done), text) if len(text) > 26 else text

    def _word(self, word: str, done: dict[str, None]) -> str:
        if is_id(word) or not is_almost_id(word):
            return word
        plain = word.translate(LOOKALIKES)
        if is_id(plain):
            return _noted(word, plain, LETTER, done)
        if near := _nearest(plain, self._ids) or _nearest(plain, self._letters.ids):
            return _noted(word, near, ELSEWHERE, done)
        shorter = {plain[: run.start()] + plain[run.start() + 1 :] for run in RUN.finditer(plain)}
        whole = [other for other in shorter if is_id(other)]
        return _noted(word, whole[0], LETTER, done) if len(whole) == 1 else word


def _nearest(word: str, ids: Counter[str]) -> str | None:
    """The id nearest to the word; None where none is near, or two are as near and as frequent."""
    distances = ((Levenshtein.distance(word, other, score_cutoff=NEAR), other) for other in ids)
    found = sorted((distance, -ids[other], other) for distance, other in distances if distance <= NEAR)
    if not found or (len(found) > 1 and found[0][:2] == found[1][:2]):
        return None
    nearest = found[0][2]
    return None if nearest.replace("-", "") == word.replace("-", "") else nearest


def is_id(word: str) -> bool:
    """Whether a word has the form of an id whole."""
    return bool(UUID.fullmatch(word) or (HEX.fullmatch(word) and not word.isdigit()))


def is_almost_id(word: str) -> bool:
    """Whether a word may be an id with a few characters misread."""
    return 27 <= len(word) <= 67 and bool(ALMOST_HEX.fullmatch(word))


def _time(found: re.Match[str]) -> str:
    day, hour, minute, second, rest = found.groups()
    return day + ":".join(part.translate(LOOKALIKES) for part in (hour, minute, second)) + rest


def _noted(before: str, after: str, what: str, done: dict[str, None]) -> str:
    if before != after:
        done[what] = None
    return after


def _words(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        for text in _strings(value):
            yield from WORD.findall(text)


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
