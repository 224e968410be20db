"""A quick look at a text: whether it may hold a secret at all.

Most documents hold none, and a walk costs ten times as much. The look is never wrong the dangerous way: what it does
not know, it says may hold one. What it has judged innocent (names, link beginnings, punctuation) it remembers.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection
from functools import lru_cache

from cloudtape.cassettes.bodies import is_text
from cloudtape.cassettes.secrets import Table
from cloudtape.cassettes.walk import BASE64_RUN, PLAIN_ID

# What a secret without a telling name begins with, and the escapes under which a name may hide.
MARKS = ("\\", "@", "-----BEGIN", "gAAAA", "eyJ", "KIA", "SIA", "earer ")
# Ids, times, addresses, numbers: no name and no base64 among them. A known secret may be: the vault is asked.
PLAIN = re.compile(r"(?:req-|tx)?[0-9a-fA-F:.TZ+-]*|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT")
ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<![0-9A-Za-z+/])[0-9a-f]{32}(?![0-9A-Za-z+/])")
NAME_END = re.compile(r"[^\w.-]|$")
LONGEST_NAME = 80
MOST_REMEMBERED = 50_000


class QuickLook:
    """One for each table; `forget` when the table or what `mentions` finds has changed.

    `mentions`: the known secrets in a text.
    """

    def __init__(self, table: Table, mentions: Callable[[str], Collection[str]]) -> None:
        self._table, self._mentions = table, mentions
        self._innocent: set[str] = set()

    def forget(self) -> None:
        self._innocent.clear()

    def unknown_parts(self, document: str) -> list[str] | None:
        """The parts of a JSON text that may mention a known secret; None where the text must be walked.

        JSON without escapes falls into its strings and what is between them at the quotation marks.
        """
        if document[0] not in "{[" or "\\" in document:
            return None
        parts = set(document.split('"'))
        parts -= self._innocent
        return list(parts) if all(self._is_innocent(part) for part in parts) else None

    def is_innocent(self, text: str) -> bool:
        """The same for a single value, of a header say."""
        return text in self._innocent or self._is_innocent(text)

    def _is_innocent(self, part: str) -> bool:
        if PLAIN.fullmatch(part):
            return True
        shape = ID.sub("*", part)
        if shape in self._innocent:
            return True
        if not self._judge(shape) or self._mentions(shape):
            return False
        if len(self._innocent) < MOST_REMEMBERED:
            self._innocent.add(shape)
        return True

    def _judge(self, text: str) -> bool:
        lower = text.lower()
        if len(lower) != len(text) or any(mark in text for mark in MARKS):
            return False
        if any(under in lower for under in self._table.unders) or any(name in text for name in self._table.hidden):
            return False
        if not all(self._stem_is_innocent(stem, text, lower) for stem in self._table.stems):
            return False
        return not any(may_hide(run) for run in BASE64_RUN.findall(text))

    def _stem_is_innocent(self, stem: str, text: str, lower: str) -> bool:
        at = lower.find(stem)
        while at != -1:
            if not self._table.innocent(_name_around(text, at)):
                return False
            at = lower.find(stem, at + len(stem))
        return True


def _name_around(text: str, at: int) -> str:
    """The name that the character at a position belongs to."""
    begin = at
    while begin > 0 and at - begin < LONGEST_NAME and (text[begin - 1].isalnum() or text[begin - 1] in "_.-"):
        begin -= 1
    end = NAME_END.search(text, at)
    return text[begin : end.start() if end else len(text)]


@lru_cache(maxsize=4096)
def may_hide(run: str) -> bool:
    """Whether a long word may be base64 of a text."""
    if PLAIN_ID.fullmatch(run):
        return False
    try:
        data = base64.b64decode(run.replace("-", "+").replace("_", "/") + "=" * (-len(run) % 4), validate=True)
    except ValueError:
        return False
    return data[:2] == b"\x1f\x8b" or is_text(data)
