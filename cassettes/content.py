"""Bodies without their content coding (RFC 9110, 8.4): what scrubbing, rewriting and reading need.

Knows gzip and deflate, which HTTP libraries send for OpenStack; any other coding is left as it is.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from msgspec.structs import replace

from cloudtape.cassettes.bodies import TEMPORARY_PREFIX, Spool
from cloudtape.cassettes.messages import Headers, Interaction, Request, Response, StoredBody, header

Message = TypeVar("Message", Request, Response)

LIMIT = 1024 * 1024 * 1024
"""Bytes that a body may decode to; beyond, it is a bomb."""
CHUNK = 256 * 1024
TEXTUAL = re.compile(r"[^;]*(json|xml|text/|html|yaml|javascript|x-www-form-urlencoded|multipart/)", re.IGNORECASE)


class ContentError(Exception):
    """A body is not what its Content-Encoding says."""


def is_textual(content_type: str | None) -> bool:
    """Whether a Content-Type promises text, a form or a document."""
    return bool(content_type and TEXTUAL.match(content_type))


def _gunzip() -> Any:
    return zlib.decompressobj(16 + zlib.MAX_WBITS)


def _inflate() -> Any:
    return _Inflate()


class _Inflate:
    """`deflate` is zlib's format by the standard and bare deflate in practice; the first bytes tell."""

    def __init__(self) -> None:
        self._inner: Any = None
        self.unconsumed_tail = b""
        self.eof = False

    def decompress(self, data: bytes, max_length: int = 0) -> bytes:
        if self._inner is None:
            wrapped = data[:1] and data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            self._inner = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        plain: bytes = self._inner.decompress(data, max_length)
        self.unconsumed_tail, self.eof = self._inner.unconsumed_tail, self._inner.eof
        return plain


DECODERS: dict[str, Callable[[], Any] | None] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "identity": None,
}


def codings(headers: Headers) -> list[str] | None:
    """The content codings in the order of their removal, or None where one is unknown to us."""
    value = header(headers, "content-encoding")
    names = [name.strip().lower() for name in value.split(",") if name.strip()] if value else []
    return names[::-1] if all(name in DECODERS for name in names) else None


def decoded(message: Message, folder: Path | None = None) -> Message:
    """The message with its body's content coding removed, or as it is where there is none that we know.

    A body in a file is decoded into a temporary file in `folder`. Raises ContentError.
    """
    names = codings(message.headers) if message.body else None
    if not names:
        return message
    makers = [maker for name in names if (maker := DECODERS[name])]
    body = message.body
    assert isinstance(body, bytes | StoredBody), "a stream is decoded when it has been read"
    spool = Spool(folder or Path(tempfile.gettempdir()), CHUNK if folder else LIMIT)
    try:
        for piece in _through(makers, _pieces(body)):
            spool.write(piece)
    except (zlib.error, EOFError) as error:
        spool.discard()
        raise ContentError(f"the body is not {', '.join(names)}: {error}") from error
    except BaseException:
        spool.discard()
        raise
    plain = spool.finish()
    size = len(plain) if isinstance(plain, bytes) else plain.size
    return replace(message, headers=_without_coding(message.headers, size), body=plain)


def _pieces(body: bytes | StoredBody) -> Iterator[bytes]:
    if isinstance(body, bytes):
        yield body
        return
    with body.path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece


def _through(makers: list[Callable[[], Any]], pieces: Iterator[bytes]) -> Iterator[bytes]:
    for maker in makers:
        pieces = _decompressed(maker, pieces)
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > LIMIT:
            raise ContentError(f"the body decodes to more than {LIMIT} bytes")
        yield piece


def _decompressed(maker: Callable[[], Any], pieces: Iterator[bytes]) -> Iterator[bytes]:
    decoder = maker()
    for piece in pieces:
        waiting = piece
        while waiting:
            if decoder.eof:  # gzip files may be several, one after the other
                waiting = decoder.unused_data + waiting if hasattr(decoder, "unused_data") else b""
                decoder = maker()
                continue
            yield decoder.decompress(waiting, CHUNK)
            if decoder.eof:
                waiting = getattr(decoder, "unused_data", b"")
                decoder = maker() if waiting else decoder
            else:
                waiting = decoder.unconsumed_tail
    while not decoder.eof:
        rest = decoder.decompress(b"", CHUNK)
        if not rest:
            raise EOFError("it ends too early")
        yield rest


def _without_coding(headers: Headers, size: int) -> Headers:
    kept = []
    for name, value in headers:
        match name.lower():
            case "content-encoding" | "transfer-encoding":
                continue
            case "content-length":
                kept.append((name, str(size)))
            case _:
                kept.append((name, value))
    return tuple(kept)


def decoded_interaction(interaction: Interaction, folder: Path) -> Interaction:
    """What is kept where the user asked for no scrubbing: all of it, content codings removed where they can be."""
    try:
        asked, answered = decoded(interaction.request, folder), decoded(interaction.response, folder)
    except ContentError:
        return interaction
    return replace(interaction, request=asked, response=answered)


def is_vouched_for(response: Response) -> bool:
    """Whether a checksum in the headers is that of the coded body: then it is an object stored so, and must stay so."""
    if not codings(response.headers) or not isinstance(response.body, bytes):
        return False
    etag = (header(response.headers, "etag") or "").strip('"')
    return etag == hashlib.md5(response.body, usedforsecurity=False).hexdigest()


__all__ = [
    "TEMPORARY_PREFIX",
    "ContentError",
    "codings",
    "decoded",
    "decoded_interaction",
    "is_textual",
    "is_vouched_for",
]
