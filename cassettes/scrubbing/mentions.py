"""Which of many words stand in a text, without looking for each of them.

A word stands in a text where no letter and no digit of ASCII touches it; so each of its runs of letters and digits is a
whole run of the text, too, and the longest one tells most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

RUN = re.compile(r"[A-Za-z0-9]{6,}")
ESCAPE = re.compile(r"\\[abfnrtv]|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2}")
"""A sign that is spelt with letters and digits, as in `\\nS3cr3t`, where it touches a word."""
LONG = 4096
FEW = 16
"""Up to so many words are looked for one by one."""


def telling_run(word: str) -> str:
    """The longest run of a word, which any text has that mentions it; empty where the word has none of any length."""
    return _run_of_long(word) if len(word) > LONG else _run_of(word)


def _run_of(word: str) -> str:
    return max(RUN.findall(word), key=len, default="")


_run_of_long = lru_cache(maxsize=16)(_run_of)
"""A long word is asked about by everybody who learns it, some of them while others wait."""


class Mentions:
    """Words; the same one twice counts once."""

    def __init__(self) -> None:
        self._words: dict[str, None] = {}
        self._by_run: dict[str, list[str]] = {}

    def __len__(self) -> int:
        return len(self._words)

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def add(self, word: str) -> None:
        if word not in self._words:
            self._words[word] = None
            self._by_run.setdefault(telling_run(word), []).append(word)

    def found_in(self, text: str) -> Iterator[str]:
        """Those that stand in a text; some of them may do so within longer words only."""
        if len(self._words) <= FEW:
            return (word for word in self._words if word in text)
        found = RUN.findall(text)
        if "\\" in text or "%" in text:
            found += RUN.findall(ESCAPE.sub(" ", text))
        runs = self._by_run.keys() & {"", *found}
        return (word for run in runs for word in self._by_run[run] if word in text)

    def places_in(self, text: str) -> Iterator[tuple[int, str]]:
        """Each place where one stands in a text; the cost grows with the text and with what is found in it."""
        for begin, run in _runs(text):
            for word in self._by_run.get(run, ()):
                at = begin - word.find(run)
                if text.startswith(word, at):
                    yield at, word
        for word in self._by_run.get("", ()):
            yield from ((found.start(), word) for found in re.finditer(re.escape(word), text))


def _runs(text: str) -> Iterator[tuple[int, str]]:
    """Each run of a text and where it begins; those behind an escape, too, and their beginnings without it."""
    for found in RUN.finditer(text):
        yield found.start(), found[0]
    if "\\" in text or "%" in text:
        for escape in ESCAPE.finditer(text):
            if run := RUN.match(text, escape.end()):
                yield run.start(), run[0]


class Runs:
    """The runs of some texts: whether one of the texts may mention a word is told without a look at the texts."""

    def __init__(self) -> None:
        self._runs: set[str] = set()

    def add(self, text: str) -> None:
        self._runs.update(RUN.findall(text))

    def clear(self) -> None:
        self._runs.clear()

    def may_mention(self, word: str) -> bool:
        run = telling_run(word)
        return not run or run in self._runs
