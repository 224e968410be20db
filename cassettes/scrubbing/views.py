r"""Bytes of a text as they would be read: without escapes, and without what cuts a word in pieces.

    \u0050l4nted    &#80;l4nted    %2550l4nted    Pl4n\⏎ted    Pl4n" + "ted    Pl4n=⏎ted

A view knows of each of its bytes where it stands in the text.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

DEPTH = 3
ESCAPES = re.compile(
    rb"\\+u(?P<unit>[0-9a-fA-F]{4})|\\+x(?P<byte>[0-9a-fA-F]{2})|%(?:25){0,4}(?P<percent>[0-9a-fA-F]{2})"
    rb"|&(?:amp;)*(?P<entity>\#\d{1,7};|\#[xX][0-9a-fA-F]{1,6};|quot;|apos;|lt;|gt;|amp;)|\\+(?P<sign>[\"'/\\])"
    # What cuts: the end of a line and the indent behind it, a sum of strings, signs that nobody sees.
    rb"|=?\\*\r?\n[ \t]*|=?(?:\\+[rn])+[ \t]*|(?P<quote>\\*[\"'])\s{0,20}\+\s{0,20}(?P=quote)"
    rb"|\xe2\x80[\x8b-\x8d]|\xe2\x81\xa0|\xef\xbb\xbf|\xc2\xad"
)
PRINTABLE = re.compile(rb"=(?P<byte>[0-9A-F]{2})|=\r?\n")
# Each begins with a sign that few texts have, so that a look costs little.
MAY_BE_ENTITY = re.compile(rb"&(?:#|amp;|quot;|apos;|lt;|gt;)")
MAY_BE_SUM = re.compile(rb"\+\s{0,20}[\"']")
MAY_BE_PRINTABLE = re.compile(rb"=(?:3D|\r?\n|[0-9A-F]{2}=[0-9A-F]{2})")
JSON = re.compile(rb"\s*[{\[]\s*[\"{\[\]}]")
UNSEEN = (b"\xe2\x80\x8b", b"\xe2\x80\x8c", b"\xe2\x80\x8d", b"\xe2\x81\xa0", b"\xef\xbb\xbf", b"\xc2\xad")


class View:
    """`content` is how a text reads; `place` tells where in the text a part of that stands."""

    def __init__(self, text: bytes, escapes: re.Pattern[bytes], above: View | None = None) -> None:
        self._text, self._escapes, self._above = text, escapes, above
        self.content = escapes.sub(_meant, text)

    def place(self, begin: int, end: int) -> tuple[int, int]:
        begin, end = self._at(begin), self._at(end - 1, behind=True)
        return self._above.place(begin, end) if self._above else (begin, end)

    @cached_property
    def _changes(self) -> tuple[list[int], list[tuple[int, int]]]:
        """Where each escape's meaning begins in the content, and where what follows begins in content and text."""
        read, told, shift = [], [], 0
        for found in self._escapes.finditer(self._text):
            begin = found.start() - shift
            meant = _meant(found)
            shift += len(found[0]) - len(meant)
            read += [begin, begin + len(meant)]
            told += [(found.start(), found.end()), (found.end(), -1)]
        return read, told

    def _at(self, at: int, behind: bool = False) -> int:
        read, told = self._changes
        found = bisect_right(read, at) - 1
        if found < 0:
            return at + behind
        begin, end = told[found]
        if end >= 0:
            return end if behind else begin
        return begin + at - read[found] + behind


def views(text: bytes, above: View | None = None, depth: int = DEPTH) -> Iterator[View]:
    """Those that may differ from the text, and those of what they read: an escape may be escaped itself."""
    for escapes in _escapes_in(text):
        view = View(text, escapes, above)
        yield view
        if depth > 1 and view.content != text:
            yield from views(view.content, view, depth - 1)


def _escapes_in(text: bytes) -> Iterator[re.Pattern[bytes]]:
    """The end of a line cuts no word of JSON."""
    if (
        b"\\" in text
        or b"%" in text
        or (b"\n" in text and not JSON.match(text))
        or MAY_BE_ENTITY.search(text)
        or MAY_BE_SUM.search(text)
        or (not text.isascii() and any(sign in text for sign in UNSEEN))
    ):
        yield ESCAPES
    if MAY_BE_PRINTABLE.search(text):
        yield PRINTABLE


def _meant(found: re.Match[bytes]) -> bytes:
    groups = found.groupdict()
    if unit := groups.get("unit"):
        return chr(int(unit, 16)).encode("utf-8", "surrogatepass")
    if byte := groups.get("byte") or groups.get("percent"):
        return bytes([int(byte, 16)])
    if entity := groups.get("entity"):
        return html.unescape(f"&{entity.decode()}").encode("utf-8", "surrogatepass")
    return groups.get("sign") or b""
