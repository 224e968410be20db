"""What a client sends, divided into requests (RFC 9112).

llhttp (by httptools) reads the fields and the bodies, as strictly as it can. What it leaves open is decided here: where
one request ends and the next one begins (so that no more than a few wait at once), the request line (llhttp refuses raw
UTF-8 in it, and takes RTSP and HTTP/0.9), the codings of a body, offers of other protocols, and how long a head may be.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from cloudtape.addressing import ABSOLUTE, NO_TARGET
from cloudtape.cassettes.messages import Headers
from cloudtape.errors import BodyBroken
from cloudtape.http.flow import NOTHING, Arriving
from cloudtape.http.headers import Named

MAX_HEAD = 128 * 1024
"""Bytes of a head, and of what stands beside a body that comes in chunks; services take 64 kiB at most."""
MAX_FIELDS = 1024
MOST_KNOWN = 4096
"""Bytes of fields that are remembered of a connection, so as not to be read again."""
# One space between each; a target is any byte but blanks and control characters (see addressing.TARGET).
LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) ([^\x00-\x20\x7f]+) HTTP/1\.([01])\r\n")
BEGIN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}(\Z| [^\x00-\x20\x7f]*(\Z| [HTP/1.0]{0,8}\r?\Z))")
OTHER_VERSION = re.compile(rb"[^\x00-\x20\x7f]+ [^\x00-\x20\x7f]+ HTTP/(?!1\.[01]\r)\d+(\.\d+)?\r\n")
END = b"\r\n\r\n"
CHUNKED_END = b"\n\r\n"
# The parser needs a line; it is given one that it likes.
LINES = {b"0": b"POST / HTTP/1.0\r\n", b"1": b"POST / HTTP/1.1\r\n"}
ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
UPGRADE = re.compile(rb"^upgrade[ \t]*:[^\n]*\n", re.IGNORECASE | re.MULTILINE)
# Whoever offers one of these speaks it next, and no HTTP.
LEAVING_HTTP = frozenset({"websocket", "tcp"})

TOLD = Named(
    frozenset(
        {
            *("connection", "content-length", "content-type", "expect", "host", "transfer-encoding", "upgrade"),
            *("x-cloudtape-session", "x-forwarded-host", "x-forwarded-proto"),
        }
    )
)
LISTS = frozenset({"connection", "transfer-encoding", "upgrade"})


class Refused(Exception):
    """What a client has sent is no request that could be answered: the status and the reason, in words."""

    def __init__(self, status: int, why: str) -> None:
        self.status, self.why = status, why
        super().__init__(why)


class Head(msgspec.Struct, frozen=True, gc=False):
    """The head of a request.

    `told` has those fields that say something to a proxy, by their names in lower case; lists are joined.
    `is_modern`: in HTTP/1.1. `offers`: another protocol, in lower case, that the client wants to speak next.
    """

    method: str
    target: str
    headers: Headers
    told: dict[str, str]
    is_modern: bool
    offers: str = ""

    @property
    def keeps_alive(self) -> bool:
        """Whether the client wants to use the connection again."""
        options = self.told.get("connection")
        if options is None:
            return self.is_modern
        named = {option.strip() for option in options.lower().split(",")}
        return "close" not in named if self.is_modern else "keep-alive" in named and "close" not in named


Take = Callable[[Head, Arriving], bool]
"""Is given a request; whether there is room for another one."""


class RequestReader:
    """Reads one connection: `feed` it what came. It raises Refused once, and then is of no more use."""

    def __init__(self, take: Take, hold: Callable[[bool], None]) -> None:
        self._take, self._hold = take, hold
        self._parser = HttpRequestParser(self)
        self._begun = bytearray()
        self._line_is_known = False
        self._fields: list[tuple[str, str]] = []
        self._has_ended = True
        self._known = b""
        self._headers: Headers = ()
        self._told: dict[str, str] = {}
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
        """Read requests until there is no room for more; returns what was not read. Raises Refused."""
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
            raise Refused(431, f"the head of a request is longer than {MAX_HEAD} bytes")
        if end == len(data):
            return b"", self._begin(data)
        return data[end:], self._begin(data[:end])

    def _check_begun(self, start: int) -> None:
        """Refuse at once what will never be a head, or is too long already; `start`: what was checked before."""
        if len(self._begun) > MAX_HEAD:
            raise Refused(431, f"the head of a request is longer than {MAX_HEAD} bytes")
        if self._begun.count(b"\n", start) != self._begun.count(b"\r\n", max(0, start - 1)):
            raise Refused(400, "a line of the head ends without a carriage return")
        if not self._line_is_known and (b"\n" in self._begun[start:] or len(self._begun) < 1024):
            self._line_is_known = LINE.match(self._begun) is not None
            if not self._line_is_known and not BEGIN.match(self._begun):
                raise Refused(*_wrong_line(bytes(self._begun)))

    def _begin(self, head: bytes) -> bool:
        found = LINE.match(head)
        if found is None:
            raise Refused(*_wrong_line(head))
        if len(head) > 4 * MAX_FIELDS and head.count(b"\n") > MAX_FIELDS + 2:
            raise Refused(431, f"the head of a request has more than {MAX_FIELDS} fields")
        method, target, minor = found.groups()
        text, offers, is_modern = head[found.end() :], "", minor == b"1"
        if text != self._known:  # a client says the same of itself again and again
            offers = self._parse(LINES[minor], text)
            self._headers, self._fields = tuple(self._fields), []
            self._told = _told(self._headers)
            self._check_codings(self._told, is_modern)
            length = self._told.get("content-length")
            self._left = None if length is None else int(length)
            self._beside, self._tail = 0, b""
            self._known = text if self._has_ended and not offers and len(text) <= MOST_KNOWN else b""
        headers, told = self._headers, self._told
        self.body = NOTHING if self._has_ended else Arriving(self._hold)
        if target[:1] != b"/" and method != b"CONNECT":
            _check_absolute(target.decode("utf-8", "replace"))
        one = Head(method.decode(), _text_of(target), headers, told, is_modern, offers)
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
            self._check_codings(_told(tuple(self._fields)), is_modern=True)
            raise Refused(400, _said(error)) from error
        return ""

    def _check_codings(self, told: dict[str, str], is_modern: bool) -> None:
        coding = told.get("transfer-encoding")
        if coding is None:
            return
        if coding.lower() != "chunked":
            raise Refused(501, f"a request in the transfer coding {coding!r} cannot be read; chunked can")
        if not is_modern:
            raise Refused(400, "HTTP/1.0 knows no Transfer-Encoding: where the request ends is not certain")

    # --- bodies -------------------------------------------------------------------------------------------------------

    def _read_body(self, data: bytes) -> bytes:
        """What stands behind the body. Raises Refused."""
        piece, data = self._divided(data)
        self._heard = False
        try:
            self._parser.feed_data(piece)
        except HttpParserError as error:
            raise Refused(400, _said(error)) from error
        self._beside = 0 if self._heard else self._beside + len(piece)
        if self._beside > MAX_HEAD or len(self._fields) > MAX_FIELDS:
            raise Refused(400, "too much stands beside the chunks of the body")
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
        self._parser = HttpRequestParser(_Deaf())
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


def _told(headers: Headers) -> dict[str, str]:
    """Raises Refused for a second Host."""
    told: dict[str, str] = {}
    for written, value in headers:
        if name := TOLD[written]:
            if name not in told:
                told[name] = value
            elif name in LISTS:
                told[name] = f"{told[name]}, {value}"
            elif name == "host":
                raise Refused(400, "a request has more than one Host")
    return told


def _wrong_line(head: bytes) -> tuple[int, str]:
    """The status and the reason for what is no request line."""
    if head[:1] == b"\x16":
        return 400, "this is TLS, and the proxy speaks plain HTTP: its address begins with http://"
    if OTHER_VERSION.match(head):
        return 505, "the proxy speaks HTTP/1.1 and HTTP/1.0"
    try:
        HttpRequestParser(_Deaf()).feed_data(head)
    except (HttpParserError, HttpParserUpgrade) as error:
        return 400, _said(error)
    return 400, "this is no request of HTTP/1.1: METHOD TARGET HTTP/1.1"


def _no_room(_: Head, __: Arriving) -> bool:
    return False


def _hold_nothing(_: bool) -> None:
    pass


class _Deaf:
    """For a parser of which only its objections are of interest."""


def _text_of(target: bytes) -> str:
    """A target as text; bytes that are no UTF-8 stand in it as in any URI, with percent signs (RFC 3986, 2.1)."""
    try:
        return target.decode()
    except UnicodeDecodeError:
        return ESCAPED_BYTE.sub(lambda found: f"%{ord(found[0]) & 0xFF:02X}", target.decode("utf-8", "surrogateescape"))


def _check_absolute(target: str) -> None:
    """Raises Refused for what is neither a path nor a URL."""
    try:
        _ = urlsplit(target).port
    except ValueError:
        raise Refused(400, f"the request target is not a URL: {target}") from None
    if not ABSOLUTE.match(target):
        raise Refused(400, NO_TARGET)


def _said(error: Exception) -> str:
    """What the parser says, in one line."""
    return str(error).partition("\n")[0].rstrip(":")


def broken(error: Refused) -> BodyBroken:
    """The same for whoever reads the body in which it was found."""
    return BodyBroken(error.why, error.status)
