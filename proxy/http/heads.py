"""The head of a request: what its line and its fields say, and what is wrong with those that are none (RFC 9112)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import msgspec
from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from cloudtape.addressing import ABSOLUTE, NO_TARGET
from cloudtape.cassettes.messages import Headers
from cloudtape.errors import BodyBroken
from cloudtape.http.headers import Named, for_upstream, options_of

# One space between each; a target is any byte but blanks and control characters (see addressing.TARGET).
LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) ([^\x00-\x20\x7f]+) HTTP/1\.([01])\r\n")
BEGIN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}(\Z| [^\x00-\x20\x7f]*(\Z| [HTP/1.0]{0,8}\r?\Z))")
OTHER_VERSION = re.compile(rb"[^\x00-\x20\x7f]+ [^\x00-\x20\x7f]+ HTTP/(?!1\.[01]\r)\d+(\.\d+)?\r\n")
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


class BadHead(Exception):
    """What a client has sent is no request that could be answered: the status and the reason, in words."""

    def __init__(self, status: int, why: str) -> None:
        self.status, self.why = status, why
        super().__init__(why)


class Fields(msgspec.Struct, frozen=True, gc=False):
    """What the fields of a head say, worked out once for all requests of a connection that have the same ones.

    `told` has those that say something to a proxy, by their names in lower case; lists are joined. `passing` are those
    that go on to the cloud. `keeps_alive`: the client wants to use the connection again.
    """

    headers: Headers
    told: dict[str, str]
    passing: Headers
    keeps_alive: bool
    length: int | None

    @classmethod
    def of(cls, headers: Headers, is_modern: bool) -> Fields:
        """Raises BadHead for what leaves open where the request goes or ends."""
        told = told_by(headers)
        check_codings(told, is_modern)
        length = told.get("content-length")
        alive = _keeps_alive(told.get("connection"), is_modern)
        return cls(headers, told, for_upstream(headers), alive, None if length is None else int(length))


class Head(msgspec.Struct, frozen=True, gc=False):
    """The head of a request. `is_modern`: in HTTP/1.1. `offers`: another protocol, in lower case, that the client wants
    to speak next.
    """

    method: str
    target: str
    fields: Fields
    is_modern: bool
    offers: str = ""

    @property
    def told(self) -> dict[str, str]:
        return self.fields.told


def _keeps_alive(options: str | None, is_modern: bool) -> bool:
    if options is None:
        return is_modern
    named = options_of(options)
    return "close" not in named if is_modern else "keep-alive" in named and "close" not in named


def check_codings(told: dict[str, str], is_modern: bool) -> None:
    """Raises BadHead for a body whose end is not certain."""
    coding = told.get("transfer-encoding")
    if coding is None:
        return
    if coding.lower() != "chunked":
        raise BadHead(501, f"a request in the transfer coding {coding!r} cannot be read; chunked can")
    if not is_modern:
        raise BadHead(400, "HTTP/1.0 knows no Transfer-Encoding: where the request ends is not certain")


def told_by(headers: Headers) -> dict[str, str]:
    """Raises BadHead for a second Host."""
    told: dict[str, str] = {}
    for written, value in headers:
        if name := TOLD[written]:
            if name not in told:
                told[name] = value
            elif name in LISTS:
                told[name] = f"{told[name]}, {value}"
            elif name == "host":
                raise BadHead(400, "a request has more than one Host")
    return told


def wrong_line(head: bytes) -> tuple[int, str]:
    """The status and the reason for what is no request line."""
    if head[:1] == b"\x16":
        return 400, "this is TLS, and the proxy speaks plain HTTP: its address begins with http://"
    if OTHER_VERSION.match(head):
        return 505, "the proxy speaks HTTP/1.1 and HTTP/1.0"
    try:
        HttpRequestParser(Deaf()).feed_data(head)
    except (HttpParserError, HttpParserUpgrade) as error:
        return 400, parser_says(error)
    return 400, "this is no request of HTTP/1.1: METHOD TARGET HTTP/1.1"


class Deaf:
    """For a parser of which only its objections are of interest."""


def check_absolute(target: str) -> None:
    """Raises BadHead for what is neither a path nor a URL."""
    try:
        _ = urlsplit(target).port
    except ValueError:
        raise BadHead(400, f"the request target is not a URL: {target}") from None
    if not ABSOLUTE.match(target):
        raise BadHead(400, NO_TARGET)


def parser_says(error: Exception) -> str:
    """What the parser says, in one line."""
    return str(error).partition("\n")[0].rstrip(":")


def broken(error: BadHead) -> BodyBroken:
    """The same for whoever reads the body in which it was found."""
    return BodyBroken(error.why, error.status)
