"""Bytes that synthesis keeps: blobs, which never change once they are whole, and contents made of parts of them.

Knows nothing of where they are kept, of objects, images or HTTP.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncGenerator
from contextlib import aclosing
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from cloudtape.cassettes.messages import Stream

CHUNK = 256 * 1024
IN_MEMORY = 256 * 1024


class Digest(Protocol):
    """What `hashlib.new` gives."""

    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


class Blob:
    """`size` bytes. `digests` are the hex digests that were asked for when it was kept, by hashlib's names."""

    __slots__ = ("__weakref__", "_data", "_path", "digests", "size")

    def __init__(self, size: int, digests: dict[str, str], data: bytes = b"", path: Path | None = None) -> None:
        self.size, self.digests = size, digests
        self._data, self._path = data, path

    def open(self) -> BinaryIO:
        return BytesIO(self._data) if self._path is None else self._path.open("rb")

    def read(self, start: int, stop: int) -> bytes:
        if self._path is None:
            return self._data[start:stop]
        with self._path.open("rb", buffering=0) as file:
            return os.pread(file.fileno(), stop - start, start)

    def digest(self, algorithm: str) -> str:
        """In hex; read from the bytes where nobody has asked for it yet."""
        if algorithm not in self.digests:
            found = new_hash(algorithm)
            with self.open() as file:
                while chunk := file.read(CHUNK):
                    found.update(chunk)
            self.digests[algorithm] = found.hexdigest()
        return self.digests[algorithm]

    async def chunks(self, start: int, stop: int) -> AsyncGenerator[bytes, None]:
        with self.open() as file:
            file.seek(start)
            while start < stop and (chunk := file.read(min(CHUNK, stop - start))):
                start += len(chunk)
                yield chunk


class UnknownBlob(Blob):
    """Of its bytes only the number and the digests are known. Whoever reads them gets a ConnectionError."""

    __slots__ = ()

    def open(self) -> BinaryIO:
        raise ConnectionError("these bytes are not known")

    def read(self, start: int, stop: int) -> bytes:
        raise ConnectionError(f"bytes {start} to {stop} are not known")


class Part(msgspec.Struct, frozen=True):
    """The bytes of a blob from `start` to before `stop`. Without a blob they cannot be had, and `missing` says why."""

    blob: Blob | None
    start: int
    stop: int
    missing: str = ""

    @property
    def size(self) -> int:
        return self.stop - self.start


class Content(msgspec.Struct, frozen=True):
    """A run of bytes made of parts of blobs: an object, a range of one, many segments one after the other."""

    parts: tuple[Part, ...] = ()

    @classmethod
    def of(cls, blob: Blob) -> Content:
        return cls((Part(blob, 0, blob.size),))

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)

    def __add__(self, other: Content) -> Content:
        return Content((*self.parts, *other.parts))

    def digest(self, algorithm: str) -> str:
        """In hex. Raises ConnectionError where a part cannot be had."""
        if blob := self.whole_blob:
            return blob.digest(algorithm)
        found = new_hash(algorithm)
        for start in range(0, self.size, CHUNK):
            found.update(self.read(start, min(start + CHUNK, self.size)))
        return found.hexdigest()

    def read(self, start: int, stop: int) -> bytes:
        """Raises ConnectionError where a part cannot be had."""
        pieces = []
        for part in self.slice(start, stop).parts:
            if part.blob is None:
                raise ConnectionError(part.missing)
            pieces.append(part.blob.read(part.start, part.stop))
        return b"".join(pieces)

    @property
    def whole_blob(self) -> Blob | None:
        """The blob that this content is, if it is exactly one."""
        part = self.parts[0] if len(self.parts) == 1 else None
        return part.blob if part and part.blob and (part.start, part.stop) == (0, part.blob.size) else None

    def slice(self, start: int, stop: int) -> Content:
        found, position = [], 0
        for part in self.parts:
            first, last = max(start - position, 0), min(stop - position, part.size)
            if first < last:
                found.append(Part(part.blob, part.start + first, part.start + last, part.missing))
            position += part.size
        return Content(tuple(found))

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Raises ConnectionError where a part cannot be had: the reader was promised more bytes than there are."""
        for part in self.parts:
            if part.blob is None:
                raise ConnectionError(part.missing)
            async with aclosing(part.blob.chunks(part.start, part.stop)) as chunks:
                async for chunk in chunks:
                    yield chunk

    def body(self) -> bytes | Stream:
        if self.size <= IN_MEMORY and all(part.blob for part in self.parts):
            return b"".join(part.blob.read(part.start, part.stop) for part in self.parts if part.blob)
        return Stream(self.chunks(), self.size)


def new_hash(algorithm: str) -> Digest:
    return hashlib.new(algorithm, usedforsecurity=False)
