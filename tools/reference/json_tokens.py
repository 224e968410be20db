"""The tokens of a JSON example that is printed over several pages, with what the layout says about each.

Decides where a string ends that was wrapped at the end of a line or cut at the end of a page. Knows no grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

PUNCTUATION = frozenset("{}[]:,")
LITERAL = re.compile(r"true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
# What a line begins with that no string goes on with: a member, or nothing but closing brackets.
MEMBER = r'\s*(?:"(?:[^"\\\n]|\\[^\n])*"\s*:|[}\]]+\s*,?\s*(?:\n|$))'
TOKEN = re.compile(
    rf"""(?P<punctuation>[{{}}\[\]:,])
      |(?P<string>"(?:[^"\\\n]|\\[^\n]|\\?\n(?!{MEMBER}))*(?P<quote>"?))
      |(?P<bare>[^\s{{}}\[\]:,"]+)""",
    re.VERBOSE,
)
# A page that begins within a string: words, then the quote that ends it.
TAIL = re.compile(r'\s*(?![\s{}\[\]"])(?P<tail>[^"]*[^\s":,][^"]*)(?P<quote>")(?=\s*(?:[,}\]]|$))')

# So many keys tell whether an example has them in order, and so large a part of them has to be.
ENOUGH_KEYS, IN_ORDER = 12, 0.88


class Token(NamedTuple):
    """`text` as printed, a string with its quotes and line ends; `indent` of its line; `first` on its line."""

    text: str
    page: int
    indent: int
    first: bool

    @property
    def is_string(self) -> bool:
        return self.text.startswith('"')

    @property
    def is_scalar(self) -> bool:
        return self.text not in PUNCTUATION


def tokens(pages: Sequence[Sequence[str]]) -> list[list[Token]]:
    """The tokens of each page; a string that goes on over a page break stands where it began."""
    found: list[list[Token]] = []
    for number, lines in enumerate(pages):
        text = "\n".join(line.rstrip() for line in lines)
        tail = TAIL.match(text) if found else None
        if tail and LITERAL.fullmatch(tail["tail"].strip()) is None and _continue(found, tail["tail"]):
            text = " " * tail.end() + text[tail.end() :]
        found.append(list(_page(text, number)))
    return found


def keys_ascend(pages: Sequence[Sequence[Token]]) -> bool:
    """Whether the keys of the objects stand in alphabetical order, but for what damage did to it."""
    pairs = [pair for page in pages for pair in _neighbours(page)]
    ascending = sum(before < key for before, key in pairs)
    return len(pairs) >= ENOUGH_KEYS and ascending >= IN_ORDER * len(pairs)


def _neighbours(page: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """The keys of each object on a page, each with the one before it."""
    last = [""]
    for token, after in pairwise(page):
        if token.text in ("{", "["):
            last.append("")
        elif token.text in ("}", "]"):
            last = last[:-1] or [""]
        elif token.is_string and after.text == ":":
            if last[-1]:
                yield last[-1], token.text
            last[-1] = token.text


def _page(text: str, page: int) -> Iterator[Token]:
    for match in TOKEN.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        before = text[start : match.start()]
        indent = len(text[start:]) - len(text[start:].lstrip())
        string = match[0]
        if match["string"] and not match["quote"]:
            string = _unended(string)
            if string == '"':
                continue
        yield Token(string, page, indent, not before.strip())
        if match["string"] and not match["quote"] and match[0].rstrip().endswith(","):
            yield Token(",", page, indent, False)


def _unended(string: str) -> str:
    """A string whose last quote is not printed, or printed as if it were escaped, with that quote."""
    string = string.rstrip().removesuffix(",").rstrip().removesuffix('\\"')
    return string if string == '"' else quoted(string)


def quoted(string: str) -> str:
    """A string without its last quote, with it; a backslash before it must not escape it."""
    backslashes = len(string) - len(string.rstrip("\\"))
    return string + ("\\" if backslashes % 2 else "") + '"'


def _continue(pages: list[list[Token]], tail: str) -> bool:
    """Put the tail to the last string of the page before; whatever was printed after that string was made up."""
    page = pages[-1]
    strings = [at for at, token in enumerate(page) if token.is_string]
    if not strings or any(token.is_scalar for token in page[strings[-1] + 1 :]):
        return False
    token = page[strings[-1]]
    page[strings[-1] :] = [token._replace(text=quoted(token.text.rstrip('"') + "\n" + tail))]
    return True
