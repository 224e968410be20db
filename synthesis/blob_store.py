"""Bytes that synthesis keeps: what clients upload as objects and images.

A blob never changes once it is whole; small ones stay in memory, larger ones lie in files of a folder that is removed
at the end. A blob is dropped, file and all, when nothing refers to it any more, so a download goes on reading what has
been deleted meanwhile. Knows nothing of objects, images or HTTP.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import uuid
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import aclosing, suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from cloudtape.cassettes.messages import Body, StoredBody, Stream

CHUNK = 256 * 1024
IN_MEMORY = 256 * 1024
QUOTA = 16 * 1024**3


class Digest(Protocol):
    """What `hashlib.new` gives."""

    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


class BlobError(Exception):
    """A body could not be kept; nothing of it is left.

    BlobError
    ├── QuotaExceeded   all blobs together would be larger than they may be
    └── DiskFailed      the folder cannot be written
    """


class QuotaExceeded(BlobError):
    def __init__(self, quota: int) -> None:
        super().__init__(f"more than {quota} bytes")
        self.quota = quota


class DiskFailed(BlobError):
    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(f"{folder}: {error.strerror or error}")
        self.folder = folder


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
            found = _hash(algorithm)
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
        found = _hash(algorithm)
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


class BlobStore:
    """`quota` bounds the bytes of all blobs together, `in_memory` the size of one that is not written to a file."""

    def __init__(self, quota: int = QUOTA, in_memory: int = IN_MEMORY, parent: Path | None = None) -> None:
        self.quota, self.used = quota, 0
        self.in_memory, self._parent = in_memory, parent
        self._folder: Path | None = None
        self._remove: Callable[[], object] = lambda: None

    def close(self) -> None:
        """Removes all files; blobs that are still referred to cannot be read any more."""
        self._remove()

    async def keep(self, body: Body | Content, digests: Iterable[str] = ("md5",)) -> Blob:
        """Reads a body to its end. Raises QuotaExceeded, DiskFailed, and whatever its stream raises."""
        if isinstance(body, Content) and (blob := body.whole_blob) and blob.digests.keys() >= set(digests):
            return blob
        writing = Writing(self, digests)
        try:
            async for chunk in chunks_of(body):
                writing.write(chunk)
            return writing.finish()
        except BaseException:
            writing.discard()
            raise

    def adopt(self, body: bytes | StoredBody, digests: Iterable[str] = ("md5", "sha512")) -> Blob:
        """Takes over a body that is there already; a file is moved. Raises QuotaExceeded, DiskFailed."""
        if isinstance(body, bytes):
            writing = Writing(self, digests)
            writing.write(body)
            return writing.finish()
        self.take(body.size)
        path = self.folder() / uuid.uuid4().hex
        try:
            shutil.move(body.path, path)
            found = _digests(path, digests)
        except OSError as error:
            self.give_back(body.size, None)
            raise DiskFailed(path, error) from error
        return self._kept(Blob(body.size, found, path=path), path)

    def share(self, body: StoredBody) -> Blob:
        """Keeps a body that lies in a file, whoever else uses and removes that. Raises QuotaExceeded, DiskFailed."""
        self.take(body.size)
        path = self.folder() / uuid.uuid4().hex
        try:
            try:
                path.hardlink_to(body.path)
            except OSError:  # another file system, or one without links
                shutil.copyfile(body.path, path)
        except OSError as error:
            self.give_back(body.size, path)
            raise DiskFailed(path, error) from error
        return self._kept(Blob(body.size, {"sha256": body.sha256}, path=path), path)

    def _kept(self, blob: Blob, path: Path | None) -> Blob:
        """A blob of this store, which gives its room back when nothing refers to it any more."""
        weakref.finalize(blob, self.give_back, blob.size, path)
        return blob

    def folder(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="cloudtape-blobs-", dir=self._parent))
            self._remove = weakref.finalize(self, remove, self._folder)
        return self._folder

    def take(self, size: int) -> None:
        """Raises QuotaExceeded."""
        if self.used + size > self.quota:
            raise QuotaExceeded(self.quota)
        self.used += size

    def give_back(self, size: int, path: Path | None) -> None:
        self.used -= size
        if path:
            path.unlink(missing_ok=True)


class Writing:
    """A blob on its way into a store."""

    def __init__(self, store: BlobStore, digests: Iterable[str]) -> None:
        self._store = store
        self._hashes = {name: _hash(name) for name in digests}
        self._buffer = bytearray()
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self._size = 0

    def write(self, chunk: bytes) -> None:
        self._store.take(len(chunk))
        self._size += len(chunk)
        for one in self._hashes.values():
            one.update(chunk)
        self._buffer += chunk
        if self._size > self._store.in_memory and len(self._buffer) >= CHUNK:
            self._flush()

    def finish(self) -> Blob:
        if self._size > self._store.in_memory:
            self._flush()
        digests = {name: one.hexdigest() for name, one in self._hashes.items()}
        blob = Blob(self._size, digests, b"" if self._file else bytes(self._buffer), self._path)
        if self._file:
            self._file.close()
        return self._store._kept(blob, self._path)

    def discard(self) -> None:
        if self._file:
            with suppress(OSError):
                self._file.close()
        self._store.give_back(self._size, self._path)
        self._size = 0

    def _flush(self) -> None:
        try:
            if self._file is None:
                descriptor, name = tempfile.mkstemp(dir=self._store.folder())
                self._path, self._file = Path(name), os.fdopen(descriptor, "wb")
            self._file.write(self._buffer)
            self._file.flush()
        except OSError as error:
            raise DiskFailed(self._path or Path(tempfile.gettempdir()), error) from error
        self._buffer.clear()


def _hash(algorithm: str) -> Digest:
    return hashlib.new(algorithm, usedforsecurity=False)


def _digests(path: Path, names: Iterable[str]) -> dict[str, str]:
    hashes = {name: _hash(name) for name in names}
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            for one in hashes.values():
                one.update(chunk)
    return {name: one.hexdigest() for name, one in hashes.items()}


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


async def chunks_of(body: Body | Content) -> AsyncIterator[bytes]:
    if isinstance(body, bytes):
        yield body
        return
    if isinstance(body, Stream):
        chunks = body.chunks
    else:
        chunks = stored_chunks(body) if isinstance(body, StoredBody) else body.chunks()
    async for chunk in chunks:
        yield chunk


async def stored_chunks(body: StoredBody) -> AsyncIterator[bytes]:
    with body.path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
