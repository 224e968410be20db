"""A request as it is sent to the cloud: its head, and how its body is framed (RFC 9112, 3, 5 and 6)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from cloudtape.cassettes.errors import BodyMissing
from cloudtape.cassettes.files import stored
from cloudtape.cassettes.messages import Body, Request, StoredBody, Stream, header
from cloudtape.http.dialing import Origin
from cloudtape.http.headers import askable, joined

BODILESS_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def whole(request: Request, origin: Origin, target: str) -> bytes:
    """A request whose body is at hand, all of it."""
    body = request.body
    assert isinstance(body, bytes)
    framing = f"Content-Length: {len(body)}" if body or request.method not in BODILESS_METHODS else ""
    return _head(request, origin, target, framing) + body


def streamed(request: Request, origin: Origin, target: str) -> tuple[bytes, AsyncIterator[bytes]]:
    """The head of a request, and its body as it is to be sent behind it."""
    body, length = request.body, _length(request)
    pieces = body.chunks if isinstance(body, Stream) else file_chunks(body)
    if length is None:
        return _head(request, origin, target, "Transfer-Encoding: chunked"), _chunked(pieces)
    return _head(request, origin, target, f"Content-Length: {length}"), pieces


def _head(request: Request, origin: Origin, target: str, framing: str) -> bytes:
    """`framing`: a whole line, which stands for what the request does not say itself."""
    path = target if target[:1] == "/" else "/" + target
    lines = [f"{request.method} {origin.prefix}{path} HTTP/1.1", origin.host]
    lines += [f"{name}: {value}" for name, value in askable(request.headers)]
    if framing and header(request.headers, "content-length") is None:
        lines.append(framing)
    if origin.prefix and origin.proxy and origin.proxy.authorization:
        lines.append(f"Proxy-Authorization: {origin.proxy.authorization}")
    return joined([*lines, ""])


def _length(request: Request) -> int | None:
    """Of a body that is not at hand, in bytes; None where nobody has said it."""
    body, said = request.body, header(request.headers, "content-length")
    if isinstance(body, StoredBody):
        return body.size
    assert isinstance(body, Stream)
    return int(said) if said and said.isdecimal() else body.length


async def _chunked(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for piece in body:
        if piece:
            yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


async def file_chunks(body: Body) -> AsyncIterator[bytes]:
    """The bytes of a stored body, piece by piece; the last one only when all are right. Raises ConnectionError."""
    assert isinstance(body, StoredBody)
    try:
        for piece in stored.pieces(body):
            yield piece
    except BodyMissing as error:
        raise ConnectionError(str(error)) from error
