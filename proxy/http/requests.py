"""What a client sends, divided into requests (RFC 9112).

llhttp (by httptools) reads the fields and the bodies, as strictly as it can. What it leaves open is decided here: where
one request ends and the next one begins (so that no more than a few wait at once), the request line (llhttp refuses raw
UTF-8 in it, and takes RTSP and HTTP/0.9), the codings of a body, offers of other protocols, and how long a head may be.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from cloudtape.http.flow import NOTHING, Arriving
from cloudtape.http.heads import (
    BEGIN,
    LINE,
    BadHead,
    Deaf,
    Fields,
    Head,
    check_absolute,
    check_codings,
    parser_says,
    told_by,
    wrong_line,
)

MAX_HEAD = 128 * 1024
"""Bytes of a head, and of what stands beside a body that comes in chunks; services take 64 kiB at most."""
MAX_FIELDS = 1024
LONGEST_SAID, MOST_SAID = 4096, 256
SAID: dict[bytes, Fields] = {}
"""What heads without a body have said, on whatever connection: clients say the same of themselves again and again. What
is made of the same fields is found by them (`cloudtape.cassettes.once`).
"""
END = b"\r\n\r\n"
CHUNKED_END = b"\n\r\n"
# The parser needs a line; it is given one that it likes.
LINES = {b"0": b"POST / HTTP/1.0\r\n", b"1": b"POST / HTTP/1.1\r\n"}
ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
UPGRADE = re.compile(rb"^upgrade[ \t]*:[^\n]*\n", re.IGNORECASE | re.MULTILINE)
Take = Callable[[Head, Arriving], bool]
"""Is given a request; whether there is room for another one."""


class RequestReader:
    """Reads one connection: `feed` it what came. It raises BadHead once, and then is of no more use."""

    def __init__(self, take: Take, hold: Callable[[bool], None]) -> None:
        self._take, self._hold = take, hold
        self._parser = HttpRequestParser(self)
        self._begun = bytearray()
        self._line_is_known = False
        self._fields: list[tuple[str, str]] = []
        self._has_ended = True
        self._left: int | None = 0
        self._beside = 0
        self._tail = b""
        self._heard = False
        self.is_done = False
        """Set where what follows is not to be read."""
        self.body = NOTHING
        """That of the request which came last."""

    @property
    def has_begun(self) -> bool:
        """Whether a head has begun whose end has not come."""
        return bool(self._begun)

    def feed(self, data: bytes) -> bytes:
        """Read requests until there is no room for more; returns what was not read. Raises BadHead."""
        has_room = True
        while data and has_room and not self.is_done:
            if self._has_ended:
                data, has_room = self._read_head(data)
            else:
                data = self._read_body(data)
        return b"" if self.is_done else data

    # --- heads --------------------------------------------------------------------------------------------------------

    def _read_head(self, data: bytes) -> tuple[bytes, bool]:
        """What stands behind a head, and whether there is room for another request."""
        if not self._begun:
            self._line_is_known = False
            data = data.lstrip(b"\r\n")  # empty lines before a request (RFC 9112, 2.2)
            if not data:
                return b"", True
            at = data.find(END)
            if at == -1:
                self._begun += data
                self._check_begun(0)
                return b"", True
        else:
            start = len(self._begun)
            self._begun += data
            at = self._begun.find(END, max(0, start - 3))
            if at == -1:
                self._check_begun(start)
                return b"", True
            data = bytes(self._begun)
            self._begun.clear()
        end = at + len(END)
        if end > MAX_HEAD:
            raise BadHead(431, f"the head of a request is longer than {MAX_HEAD} bytes")
        if end == len(data):
            return b"", self._begin(data)
        return data[end:], self._begin(data[:end])

    def _check_begun(self, start: int) -> None:
        """Refuse at once what will never be a head, or is too long already; `start`: what was checked before."""
        if len(self._begun) > MAX_HEAD:
            raise BadHead(431, f"the head of a request is longer than {MAX_HEAD} bytes")
        if self._begun.count(b"\n", start) != self._begun.count(b"\r\n", max(0, start - 1)):
            raise BadHead(400, "a line of the head ends without a carriage return")
        if not self._line_is_known and (b"\n" in self._begun[start:] or len(self._begun) < 1024):
            self._line_is_known = LINE.match(self._begun) is not None
            if not self._line_is_known and not BEGIN.match(self._begun):
                raise BadHead(*wrong_line(bytes(self._begun)))

    def _begin(self, head: bytes) -> bool:
        found = LINE.match(head)
        if found is None:
            raise BadHead(*wrong_line(head))
        if len(head) > 4 * MAX_FIELDS and head.count(b"\n") > MAX_FIELDS + 2:
            raise BadHead(431, f"the head of a request has more than {MAX_FIELDS} fields")
        method, target, minor = found.groups()
        text, offers, is_modern = head[found.start(3) :], "", minor == b"1"
        said = SAID.get(text)
        if said is None:
            offers = self._parse(LINES[minor], head[found.end() :])
            said, self._fields = Fields.of(tuple(self._fields), is_modern), []
            self._left = said.length
            self._beside, self._tail = 0, b""
            if self._has_ended and not offers and len(text) <= LONGEST_SAID:
                _remember(text, said)
        self.body = NOTHING if self._has_ended else Arriving(self._hold)
        if target[:1] != b"/" and method != b"CONNECT":
            check_absolute(target.decode("utf-8", "replace"))
        one = Head(method.decode(), _text_of(target), said, is_modern, offers)
        return self._take(one, self.body)

    def _parse(self, line: bytes, text: bytes) -> str:
        """Have the fields of a head read; the other protocol that they offer, which nobody here speaks."""
        self._fields, self._has_ended = [], False
        try:
            try:
                self._parser.feed_data(line + text)
            except HttpParserUpgrade:  # it takes the body for the other protocol's
                offers = ", ".join(value for name, value in self._fields if name.lower() == "upgrade").lower()
                self._parser = HttpRequestParser(self)
                self._fields, self._has_ended = [], False
                self._parser.feed_data(line + UPGRADE.sub(b"", text))
                return offers
        except HttpParserError as error:
            check_codings(told_by(tuple(self._fields)), is_modern=True)
            raise BadHead(400, parser_says(error)) from error
        return ""

    # --- bodies -------------------------------------------------------------------------------------------------------

    def _read_body(self, data: bytes) -> bytes:
        """What stands behind the body. Raises BadHead."""
        piece, data = self._divided(data)
        self._heard = False
        try:
            self._parser.feed_data(piece)
        except HttpParserError as error:
            raise BadHead(400, parser_says(error)) from error
        self._beside = 0 if self._heard else self._beside + len(piece)
        if self._beside > MAX_HEAD or len(self._fields) > MAX_FIELDS:
            raise BadHead(400, "too much stands beside the chunks of the body")
        if self._has_ended:
            self._fields = []  # trailers, which nobody here needs
            self.body.end()
        return data

    def _divided(self, data: bytes) -> tuple[bytes, bytes]:
        """Divided where the request may end, or surely does."""
        if self._left is not None:
            end = self._left
            self._left = max(0, end - len(data))
        else:
            straddling = (self._tail + data[:2]).find(CHUNKED_END)
            at = straddling - len(self._tail) if straddling != -1 else data.find(CHUNKED_END)
            end = len(data) if straddling == at == -1 else at + len(CHUNKED_END)
            self._tail = (self._tail + data[max(0, end - 2) : end])[-2:]
        return (data, b"") if end >= len(data) else (data[:end], data[end:])

    def break_off(self, error: Exception) -> None:
        """Tell whoever reads the body that is under way that its end will never come."""
        self.body.fail(error)

    def close(self) -> None:
        """Let go of all that refers to this and to the connection, so that both are gone at once."""
        self._parser = HttpRequestParser(Deaf())
        self._take, self._hold = _no_room, _hold_nothing
        self._begun = bytearray()
        self.is_done = True

    # --- what the parser calls ----------------------------------------------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields.append((name.decode(), value.decode("utf-8", "surrogateescape").rstrip(" \t")))

    def on_body(self, piece: bytes) -> None:
        self._heard = True
        self.body.add(piece)

    def on_message_complete(self) -> None:
        self._has_ended = True


def _remember(text: bytes, said: Fields) -> None:
    if len(SAID) >= MOST_SAID:
        SAID.clear()
    SAID[text] = said


def _no_room(_: Head, __: Arriving) -> bool:
    return False


def _hold_nothing(_: bool) -> None:
    pass


def _text_of(target: bytes) -> str:
    """A target as text; bytes that are no UTF-8 stand in it as in any URI, with percent signs (RFC 3986, 2.1)."""
    try:
        return target.decode()
    except UnicodeDecodeError:
        return ESCAPED_BYTE.sub(lambda found: f"%{ord(found[0]) & 0xFF:02X}", target.decode("utf-8", "surrogateescape"))
