"""Where the items of a cassette lie in its bytes, whatever an editor or a formatter did around them.

Our recorder's items stand at the left margin and a formatter's two blanks from it; comments and blank lines may stand
anywhere, and keys or the end of the document behind the list. So do vcrpy's, whose version stands behind the list. What
is within an item is `codec`'s.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

from cloudtape.cassettes.files.codec import VERSION
from cloudtape.cassettes.files.limits import MOST_INTERACTIONS

_END = rb"[ \t]*+(?:#[^\n]*+)?\r?\n"
_NOTHING = rb"(?:" + _END + rb"|---[ \t]*+\r?\n)*+"
BEGIN = re.compile(
    rb"(?:\xef\xbb\xbf)?%bversion:[ ]+%d%b%bcloudtape:[ ]+%d%b%binteractions:%b"
    % (_NOTHING, VERSION, _END, _NOTHING, VERSION, _END, _NOTHING, _END)
)
VCRPYS_BEGIN = re.compile(
    rb"(?:\xef\xbb\xbf)?%b(?:version:[ ]+%d%b%b)?interactions:%b" % (_NOTHING, VERSION, _END, _NOTHING, _END)
)
FIRST_ITEM = re.compile(_NOTHING + rb"( *+)-(?=[ \r\n])")
TAIL = re.compile(rb"^(?:[^\s#\0-]|---)", re.MULTILINE)
DOCUMENT_END = re.compile(rb"^\.\.\.[^\n]*\n?", re.MULTILINE)
FIRST_KEY = b"- request:"
# The last keys of an item, behind which only an editor writes. Earlier versions wrote a checksum last, and the ordinal
# before the time.
TIME = b"recorded_at: "
ORDINAL = rb"ordinal: [0-9]+"
CHECKSUM = rb"(?:crc32: [0-9a-f]{8}|digest: [0-9a-f]{16})"
_LINE_END = rb"[ \t]*(?:#[^\n]*)?\r?(?=\n|\Z)"


class Layout(NamedTuple):
    """`begin`: where the list begins, behind its key; `indent`: what stands before each item, None where none does."""

    begin: int
    indent: bytes | None
    is_ours: bool = True

    def starts(self, data: bytes) -> list[int]:
        """Where each item begins: of no more than may be, and one."""
        if self.indent is None:
            return []
        item = re.compile(rb"^" + self.indent + rb"-(?=[ \r\n])", re.MULTILINE)
        return [match.start() for match in islice(item.finditer(data, self.begin), MOST_INTERACTIONS + 1)]

    def torn_start(self, data: bytes) -> int:
        """How many bytes at the end are no more than the beginning of an item's first line, or were never written: a
        file system that lost its power fills up with zeros.
        """
        if not self.is_ours:
            return 0
        if data.endswith(b"\0"):
            return len(data) - len(data.rstrip(b"\0"))
        last_line = data[data.rfind(b"\n") + 1 :]
        first_line = (self.indent or b"") + FIRST_KEY
        return len(last_line) if last_line.strip() and first_line.startswith(last_line) else 0

    def is_whole(self, item: bytes) -> bool:
        """Whether an item was written to its end; one that another hand has made cannot be told, and is."""
        return not self.is_ours or is_whole(item, self.indent or b"")


def layout_of(data: bytes) -> Layout | None:
    """None where another tool made it. Whole items need not be in `data`, only the begin of the first one."""
    return _layout(data, BEGIN, is_ours=True)


def vcrpys_layout_of(data: bytes) -> Layout | None:
    """The same of what vcrpy wrote. None where it is neither's, or not laid out so that items can be told apart."""
    return _layout(data, VCRPYS_BEGIN, is_ours=False)


def _layout(data: bytes, begins: re.Pattern[bytes], is_ours: bool) -> Layout | None:
    begin = begins.match(data)
    if begin is None:
        return None
    first = FIRST_ITEM.match(data, begin.end())
    return Layout(begin.end(), first[1] if first else None, is_ours)


def tail_start(data: bytes, last_item: int) -> int:
    """Where the list ends, by its last item: before the end of the document or a key, else with the data."""
    found = TAIL.search(data, last_item + 1)
    return found.start() if found else len(data)


def is_whole(item: bytes, indent: bytes = b"") -> bool:
    first = indent + FIRST_KEY
    if not first.startswith(item[: len(first)]):
        return True
    key = b"\n" + indent + b"  "
    time = item.find(key + TIME)
    if time != -1 and re.compile(key + ORDINAL + _LINE_END).search(item, time):
        return True
    return re.search(key + CHECKSUM + _LINE_END, item) is not None


def indented(items: bytes, indent: bytes) -> bytes:
    """Items of ours as they stand among those that a formatter has moved to the right."""
    return re.sub(rb"^(?=[^\n])", indent, items, flags=re.MULTILINE) if indent else items
