"""Strings of the examples as they were before the page: wraps undone, escapes made valid."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from tools.reference.json_tokens import TOKEN, quoted

ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)
BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')
WORD = re.compile(r"[A-Za-z]{2,}")
LETTERS = re.compile(r"[A-Za-z']+")
# What a part of a URL, a path, an id or a key looks like, and a word of prose does not.
CODE = re.compile(r"://|[/=&?%_@+]|\d[a-z]|[a-z]\d|[a-z][A-Z]|\w\.\w|\w:\w|\A[^\s]{30,}\Z")
PUNCTUATION = ".,;:!?)]}'\""
# `\n` read twice: a line of a script that begins with a word that is none; or its backslash alone read twice.
DOUBLED = re.compile(r"\\nn([a-z]+)\b")
DOUBLED_BACKSLASH = re.compile(r"\\\\(?=n)")


class Wraps:
    """Joins strings that were wrapped at the end of a line, by what is whole elsewhere in the document.

    Lines that end in `/`, `-` or a backslash go on without a blank, and so does a URL, an id or a key; between words of
    prose a blank stood where the line ends.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._words: Counter[str] = Counter()
        self._strings: set[str] = set()
        for text in map(_undoubled, texts):
            self._words.update(WORD.findall(ESCAPE.sub(" ", text)))
            self._words.subtract("n" + word for word in DOUBLED.findall(text))
            self._strings.update(match["string"] for match in TOKEN.finditer(text) if match["quote"])

    def undone(self, text: str) -> str:
        """JSON text without line ends in its strings."""
        return TOKEN.sub(lambda match: self.joined(match[0]) if match["string"] else match[0], text)

    def joined(self, string: str) -> str:
        """One string token on one line, its escapes valid."""
        whole = _undoubled(self._joined(string.removesuffix('"'))) if len(string) > 1 else string
        return quoted(DOUBLED.sub(self._line, valid(whole)))

    def _line(self, match: re.Match[str]) -> str:
        doubled = self._words["n" + match[1]] <= 0 < self._words[match[1]]
        return "\\n" + match[1] if doubled else match[0]

    def _joined(self, string: str) -> str:
        if "\n" not in string:
            return string
        parts = [part.strip() for part in string.split("\n")]
        for between in ("", " "):
            if (whole := between.join(parts)) + '"' in self._strings:
                return whole
        whole = parts[0]
        for part in parts[1:]:
            whole += ("" if self._glued(whole, part) else " ") + part
        return whole

    def _glued(self, before: str, after: str) -> bool:
        if before.endswith(("/", "-", "\\", '"')) or not after or after[0] in ",;\\":
            return True
        if f'"{before.rpartition("/")[2]} {after}"' in self._strings:
            return False  # a path that ends with a name of two words
        left = ESCAPE.sub(" ", before).rpartition(" ")[2].lstrip('"')
        right = ESCAPE.sub(" ", after).partition(" ")[0].rstrip('"')
        if LETTERS.fullmatch(left) and LETTERS.fullmatch(right.rstrip(PUNCTUATION)):
            word = left + right.rstrip(PUNCTUATION)
            return self._words[word] > 0 and not (self._words[left] and self._words[right.rstrip(PUNCTUATION)])
        if "://" in left or (left.endswith(".") and CODE.search(left)):
            return True
        is_code = CODE.search(left) and CODE.search(right.rstrip(PUNCTUATION))
        return bool(is_code) and not left.endswith((",", ";", ")", "]"))


def _undoubled(text: str) -> str:
    return DOUBLED_BACKSLASH.sub(r"\\", text)


def valid(string: str) -> str:
    """The string with backslashes that escape nothing made literal."""
    return ESCAPE.sub(lambda match: "\\" + match[0] if BAD_ESCAPE.match(match[0]) else match[0], string)
