"""How an answer is written on the wire: its head, and where its body ends (RFC 9112, 6)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from email.utils import formatdate
from functools import lru_cache

from cloudtape.cassettes.messages import Body, StoredBody, Stream
from cloudtape.http.asking import file_chunks
from cloudtape.http.headers import BODILESS, Named, joined
from cloudtape.http.ready import Answer, Ready

OWN = Named(frozenset({"content-length", "date"}))


def head(response: Answer, method: str, modern: bool, close: bool) -> bytes:
    """Status line and fields; the length and the framing are ours, all else is the response's.

    `modern`: the client speaks HTTP/1.1. Raises ValueError for a line end within a field.
    """
    begin, is_dated = (response.head, False) if isinstance(response, Ready) else _begin(response, method, modern)
    return begin + _end(0 if is_dated else int(time.time()), modern, close)


def _begin(response: Answer, method: str, modern: bool) -> tuple[bytes, bool]:
    """The part of a head that does not change from moment to moment, and whether it has a Date."""
    framing = _framing(response, method, modern)
    # The length of a HEAD's or 304's body is that of another answer; a 204 must not have one (RFC 9110, 8.6).
    drops_length = framing is not None or response.status == 204
    lines, is_dated = [f"HTTP/1.1 {response.status} {response.reason}"], False
    for name, value in response.headers:
        own = OWN[name]
        if own == "date":
            is_dated = True
        elif own and drops_length:
            continue
        lines.append(f"{name}: {value}")
    if framing:
        lines.append(framing)
    return joined(lines), is_dated


def _framing(response: Answer, method: str, modern: bool) -> str | None:
    """The field that says where the body ends; empty for the end of the connection, None where there is no body."""
    if method == "HEAD" or response.status in BODILESS:
        return None
    body = response.body
    length = len(body) if isinstance(body, bytes) else body.size if isinstance(body, StoredBody) else body.length
    if length is not None:
        return f"Content-Length: {length}"
    return "Transfer-Encoding: chunked" if modern else ""


def is_chunked(response: Answer, method: str) -> bool:
    return isinstance(response.body, Stream) and response.body.length is None and method != "HEAD"


@lru_cache(maxsize=8)
def _end(seconds: int, modern: bool, close: bool) -> bytes:
    """What a head ends with: the date, unless `seconds` is 0, and what becomes of the connection."""
    date = f"Date: {formatdate(seconds, usegmt=True)}\r\n" if seconds else ""
    connection = "Connection: close\r\n" if close else "" if modern else "Connection: keep-alive\r\n"
    return f"{date}{connection}\r\n".encode()


def pieces(body: Body) -> AsyncIterator[bytes]:
    assert not isinstance(body, bytes)
    return file_chunks(body) if isinstance(body, StoredBody) else body.chunks
