"""Bytes that a world keeps: small ones in memory, large ones in files of a folder of its own, up to a quota in all."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cloudtape.cassettes.messages import StoredBody, Stream
from cloudtape.synthesis.errors import Refused

PIECE = 1024 * 1024
QUOTA = 20 * 1024**3


class Blob(msgspec.Struct, frozen=True):
    """`md5` and `sha512` as lower-case hex."""

    body: bytes | StoredBody
    size: int
    md5: str
    sha512: str


class Blobs:
    """Ends with `close`, which removes the folder."""

    def __init__(self, quota: int = QUOTA) -> None:
        self._quota, self._held = quota, 0
        self._folder: Path | None = None

    def keep(self, body: bytes | StoredBody | Stream) -> Blob:
        """Take a body over; a file is moved. Raises Refused when there is no room."""
        assert not isinstance(body, Stream), "the edge spools bodies for whoever must read them whole"
        size = len(body) if isinstance(body, bytes) else body.size
        if self._held + size > self._quota:
            raise Refused(413, "There is no room for more data.")
        self._held += size
        md5, sha512 = hashlib.md5(usedforsecurity=False), hashlib.sha512()
        for piece in pieces(body):
            md5.update(piece)
            sha512.update(piece)
        return Blob(self._settled(body), size, md5.hexdigest(), sha512.hexdigest())

    def drop(self, blob: Blob) -> None:
        self._held -= blob.size
        if isinstance(blob.body, StoredBody):
            blob.body.path.unlink(missing_ok=True)

    def close(self) -> None:
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _settled(self, body: bytes | StoredBody) -> bytes | StoredBody:
        if isinstance(body, bytes):
            return body
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="cloudtape-world-"))
        target = self._folder / uuid.uuid4().hex
        shutil.move(body.path, target)
        return StoredBody(target, body.size, body.sha256)


def pieces(body: bytes | StoredBody) -> Iterator[bytes]:
    if isinstance(body, bytes):
        yield body
        return
    with body.path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
