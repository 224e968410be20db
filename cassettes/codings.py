"""Content codings (RFC 9110, 8.4.1) and how each is undone: bytes in, bytes out, in bounded pieces.

A coding is a row of `CODINGS`. Knows nothing of messages.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple, Protocol

import brotlicffi

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CHUNK = 256 * 1024
STEP = 64 * 1024
"""Bytes that are fed at once: what stands behind the end of a member is copied each time."""
LONGEST_TAIL = 64 * 1024
FAULTS = (zlib.error, brotlicffi.error, zstd.ZstdError, EOFError)


class Decoder(Protocol):
    """`unused_data` is what stood behind the end, once `eof`."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def feed(self, data: bytes) -> Iterator[bytes]:
        """What some more bytes decode to, in pieces of about `CHUNK`. Raises one of `FAULTS`."""


class _Zlib:
    """`wbits` None: `deflate`, which is zlib's format by the standard and bare deflate in practice; the first bytes
    tell.
    """

    def __init__(self, wbits: int | None) -> None:
        self._inner = None if wbits is None else zlib.decompressobj(wbits)
        self._start = b""

    @property
    def eof(self) -> bool:
        return self._inner is not None and self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data if self._inner else b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._inner is None:
            data = self._start + data
            if len(data) < 2:
                self._start = data
                return
            wrapped = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            self._inner = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        while True:
            plain = self._inner.decompress(data, CHUNK)
            data = self._inner.unconsumed_tail
            yield plain
            if self._inner.eof or (not data and len(plain) < CHUNK):
                return


class _Brotli:
    unused_data = b""  # it makes an error of a tail

    def __init__(self) -> None:
        self._inner = brotlicffi.Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._inner.is_finished())

    def feed(self, data: bytes) -> Iterator[bytes]:
        plain = self._inner.process(data, output_buffer_limit=CHUNK)
        yield plain
        while not self.eof and (len(plain) >= CHUNK or not self._inner.can_accept_more_data()):
            plain = self._inner.process(b"", output_buffer_limit=CHUNK)
            yield plain


class _Zstd:
    def __init__(self) -> None:
        self._inner = zstd.ZstdDecompressor()

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield self._inner.decompress(data, CHUNK)
        while not self._inner.eof and not self._inner.needs_input:
            yield self._inner.decompress(b"", CHUNK)


class Coding(NamedTuple):
    """`member`: what another one begins with that may follow the first; None where there is only one."""

    decoder: Callable[[], Decoder]
    member: re.Pattern[bytes] | None = None


_GZIP = Coding(partial(_Zlib, 16 + zlib.MAX_WBITS), re.compile(rb"\x1f\x8b"))
CODINGS = {
    "gzip": _GZIP,
    "x-gzip": _GZIP,
    "deflate": Coding(partial(_Zlib, None)),
    "br": Coding(_Brotli),
    "zstd": Coding(_Zstd, re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")),
}
LONGEST_MARK = 4


class Decoding:
    """One run over a body. `tail` is what stands behind the end of it, as long as that is not too long to keep."""

    def __init__(self, coding: Coding) -> None:
        self._coding = coding
        self.tail = b""

    def over(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """What the pieces decode to. Raises one of `FAULTS`."""
        decoder = self._coding.decoder()
        waiting = b""
        pieces = _steps(pieces)
        for piece in pieces:
            waiting += piece
            while waiting:
                if decoder.eof:
                    if len(waiting) < LONGEST_MARK:
                        break  # too short to tell another member
                    if not self._begins_member(waiting):
                        self._note(waiting, pieces)
                        return
                    decoder = self._coding.decoder()
                yield from decoder.feed(waiting)
                waiting = decoder.unused_data if decoder.eof else b""
        if not decoder.eof:
            raise EOFError("it ends too early")
        self.tail = waiting

    def _begins_member(self, data: bytes) -> bool:
        return self._coding.member is not None and bool(self._coding.member.match(data))

    def _note(self, tail: bytes, rest: Iterator[bytes]) -> None:
        for piece in rest:
            if len(tail) <= LONGEST_TAIL:
                tail += piece
        self.tail = tail


def _steps(pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        for at in range(0, len(piece), STEP):
            yield piece[at : at + STEP]
