"""Where the bytes that clients upload as objects and images are kept.

Small blobs stay in memory, larger ones lie in files of a folder that is removed at the end. A blob is dropped, file and
all, when nothing refers to it any more, so a download goes on reading what has been deleted meanwhile. Knows nothing of
objects, images or HTTP.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
import weakref
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from cloudtape.cassettes.blobs import CHUNK, IN_MEMORY, Blob, Content, new_hash
from cloudtape.cassettes.files import stored
from cloudtape.cassettes.files.private import HeldFile, PrivateFolder, place
from cloudtape.cassettes.messages import Body, StoredBody, Stream

MODE = 0o600
QUOTA = 16 * 1024**3


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
            try:
                writing.write(body)
                return writing.finish()
            except BaseException:
                writing.discard()
                raise
        self.take(body.size)
        path = self.folder() / uuid.uuid4().hex
        try:
            if isinstance(body.path, HeldFile):
                place(body.path, path, MODE, durable=False)
            else:
                shutil.move(body.path, path)
            found = _digests(path, digests)
        except OSError as error:
            self.give_back(body.size, path)
            raise DiskFailed(path, error) from error
        return self._kept(Blob(body.size, found, path=path), path)

    def share(self, body: StoredBody) -> Blob:
        """Keeps a body that lies in a file, whoever else uses and removes that. Raises QuotaExceeded, DiskFailed."""
        self.take(body.size)
        path = self.folder() / uuid.uuid4().hex
        try:
            if isinstance(body.path, HeldFile):
                place(body.path, path, MODE, durable=False)
            else:
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
            private = PrivateFolder(self._parent)
            self._folder, self._remove = private.path, private.close
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
        self._hashes = {name: new_hash(name) for name in digests}
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


def _digests(path: Path, names: Iterable[str]) -> dict[str, str]:
    hashes = {name: new_hash(name) for name in names}
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            for one in hashes.values():
                one.update(chunk)
    return {name: one.hexdigest() for name, one in hashes.items()}


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
    for piece in stored.pieces(body):
        yield piece
