"""Bodies too large for the YAML: files beside the cassette, named by their SHA-256.

`servers.yaml` has the folder `servers.bodies`. Identical bodies are kept once. A file that is still being written has a
name that starts with a dot; one that a killed process left is removed when the folder is next written to.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

from cloudtape.cassettes.errors import CassetteWriteError
from cloudtape.cassettes.files.decoding import SHA256
from cloudtape.cassettes.messages import StoredBody

INLINE_TEXT = 1024 * 1024
"""Bytes of text that still stand in the YAML."""
INLINE_BINARY = 16 * 1024
TEMPORARY_PREFIX = ".incoming-"


def folder_of(cassette: Path) -> Path:
    """Where the body files of a cassette lie."""
    return cassette.with_name(cassette.name.removesuffix(".yaml").removesuffix(".yml") + ".bodies")


def is_short(body: object) -> bool:
    """Whether a body stands in the YAML whatever it holds."""
    return isinstance(body, bytes) and len(body) <= INLINE_BINARY


def is_text(data: bytes) -> bool:
    """Whether bytes can stand in the YAML as text."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


def forget(body: object) -> None:
    """Remove a body's file that nobody will keep."""
    if isinstance(body, StoredBody):
        with suppress(OSError):
            body.path.unlink()


class Spool:
    """Collects a body while it passes: in memory up to `limit` bytes, then in a temporary file in `folder`.

    Ends with `finish` (once) or `discard` (any number of times; it removes a file that nobody has moved away).
    """

    def __init__(self, folder: Path, limit: int = INLINE_BINARY) -> None:
        self._folder, self._limit = folder, limit
        self._buffer = bytearray()
        self._file: IO[bytes] | None = None
        self._path: Path | None = None
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, chunk: bytes) -> None:
        """Raises CassetteWriteError when the disk is full or the folder cannot be written."""
        self._size += len(chunk)
        if self._file is None and self._size <= self._limit:
            self._buffer += chunk
            return
        try:
            if self._file is None:
                self._open()
            self._append(chunk)
        except OSError as error:
            self.discard()
            raise CassetteWriteError(self._folder, error.strerror or str(error)) from error

    def finish(self) -> bytes | StoredBody:
        if self._file is None:
            return bytes(self._buffer)
        assert self._path is not None
        self._file.close()
        return StoredBody(self._path, self._size, self._hash.hexdigest())

    def discard(self) -> None:
        if self._file:
            self._file.close()
        if self._path:
            self._path.unlink(missing_ok=True)

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, dir=self._folder)
        os.fchmod(descriptor, 0o644)  # as readable as the YAML beside it
        self._path, self._file = Path(name), os.fdopen(descriptor, "wb", buffering=0)
        self._append(bytes(self._buffer))
        self._buffer.clear()

    def _append(self, chunk: bytes) -> None:
        assert self._file is not None
        self._hash.update(chunk)
        self._file.write(chunk)


class BodyFolder:
    """The body files of one cassette that is being written."""

    def __init__(self, cassette: Path) -> None:
        self.path = folder_of(cassette)
        self._added: list[Path] = []

    def clean(self) -> None:
        """Remove what a killed recorder left half written."""
        for leftover in self._files(TEMPORARY_PREFIX + "*"):
            with suppress(OSError):
                leftover.unlink()

    def spool(self) -> Spool:
        return Spool(self.path)

    def settle(self, body: bytes | StoredBody) -> bytes | StoredBody:
        """A body in the form and the place in which it is kept. Raises CassetteWriteError."""
        if isinstance(body, bytes):
            if is_short(body) or (len(body) <= INLINE_TEXT and is_text(body)):
                return body
            spool = Spool(self.path, limit=0)
            spool.write(body)
            stored = spool.finish()
            assert isinstance(stored, StoredBody)
            return self._move(stored)
        if body.size <= INLINE_TEXT:
            data = body.path.read_bytes()
            if len(data) <= INLINE_BINARY or is_text(data):
                return data
        return self._move(body)

    def keep_only(self, digests: set[str]) -> None:
        """Remove the files that no interaction names any more."""
        for file in self._files("*"):
            if SHA256.fullmatch(file.name) and file.name not in digests:
                with suppress(OSError):
                    file.unlink()

    def take_back(self) -> None:
        """Remove the files that were added."""
        for file in self._added:
            with suppress(OSError):
                file.unlink()

    def _files(self, names: str) -> list[Path]:
        """What is in the folder, if it is one: what a link leads to is not ours to remove."""
        return [] if self.path.is_symlink() else list(self.path.glob(names))

    def remove_empty(self) -> None:
        """Remove the folder when there is nothing in it."""
        with suppress(OSError):
            self.path.rmdir()

    def _move(self, body: StoredBody) -> StoredBody:
        target = self.path / body.sha256
        if self.path.is_symlink():
            raise CassetteWriteError(self.path, "it is a link, not a folder")
        try:
            if target.exists() and target.stat().st_size == body.size:
                if body.path != target:
                    body.path.unlink()
            else:
                self.path.mkdir(parents=True, exist_ok=True)
                _move_file(body.path, target)
                self._added.append(target)
        except OSError as error:
            raise CassetteWriteError(target, error.strerror or str(error)) from error
        return StoredBody(target, body.size, body.sha256)


def _move_file(source: Path, target: Path) -> None:
    """Under its final name only when it is whole, also from another file system."""
    try:
        source.replace(target)
    except OSError:
        descriptor, name = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, dir=target.parent)
        with source.open("rb") as reader, os.fdopen(descriptor, "wb") as writer:
            while chunk := reader.read(1024 * 1024):
                writer.write(chunk)
        Path(name).replace(target)
