"""Bodies too large for the YAML: files beside the cassette, named by their SHA-256.

`servers.yaml` has the folder `servers.bodies`. Identical bodies are kept once. A body that is under way, which may hold
secrets, is spooled elsewhere (`private`); a file gets its name here when it is scrubbed and whole.
"""

from __future__ import annotations

import hashlib
import stat
from contextlib import suppress
from pathlib import Path

from cloudtape.cassettes.errors import CassetteWriteError
from cloudtape.cassettes.files.decoding import SHA256
from cloudtape.cassettes.files.private import CHUNK, INCOMING, HeldFile, place, sync_folder, write_all
from cloudtape.cassettes.messages import StoredBody

INLINE_TEXT = 1024 * 1024
"""Bytes of text that still stand in the YAML."""
INLINE_BINARY = 16 * 1024
ANY_MODE = 0o666


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
    """Collects a body while it passes: in memory up to `limit` bytes, then in a file in `folder` that has no name.

    Ends with `finish` (once) or `discard` (any number of times).
    """

    def __init__(self, folder: Path, limit: int = INLINE_BINARY) -> None:
        self._folder, self._limit = folder, limit
        self._buffer = bytearray()
        self._file: HeldFile | None = None
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
                self._file = HeldFile.make(self._folder)
                self._append(self._file, bytes(self._buffer))
                self._buffer.clear()
            self._append(self._file, chunk)
        except OSError as error:
            self.discard()
            raise CassetteWriteError(self._folder, error.strerror or str(error)) from error

    def finish(self) -> bytes | StoredBody:
        """What was collected; a file is there as long as the body is, or its path."""
        if self._file is None:
            return bytes(self._buffer)
        return StoredBody(self._file, self._size, self._hash.hexdigest())

    def discard(self) -> None:
        self._file = None

    def _append(self, file: HeldFile, chunk: bytes) -> None:
        self._hash.update(chunk)
        write_all(file.fd, chunk)


class BodyFolder:
    """The body files of one cassette that is being written.

    `spool` is where bodies under way lie, `mode` what a new file may be at most, `durable`: on disk before it is named.
    """

    def __init__(self, cassette: Path, spool: Path, mode: int = ANY_MODE, durable: bool = False) -> None:
        self.path = folder_of(cassette)
        self._spool, self._mode, self._durable = spool, mode, durable
        self._added: list[Path] = []
        self._checked: set[str] = set()

    def clean(self) -> None:
        """Remove what a killed recorder left half written, where the system knows no files without a name."""
        for leftover in self._files(INCOMING + "*"):
            with suppress(OSError):
                leftover.unlink()

    def spool(self) -> Spool:
        return Spool(self._spool)

    def settle(self, body: bytes | StoredBody) -> bytes | StoredBody:
        """A body in the form and the place in which it is kept. Raises CassetteWriteError."""
        if isinstance(body, bytes):
            if is_short(body) or (len(body) <= INLINE_TEXT and is_text(body)):
                return body
            spool = Spool(self._spool, limit=0)
            spool.write(body)
            stored = spool.finish()
            assert isinstance(stored, StoredBody)
            return self._keep(stored)
        try:
            if body.size <= INLINE_TEXT:
                data = body.path.read_bytes()
                if len(data) <= INLINE_BINARY or is_text(data):
                    return data
        except OSError as error:
            raise CassetteWriteError(self._spool, error.strerror or str(error)) from error
        return self._keep(body)

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

    def _keep(self, body: StoredBody) -> StoredBody:
        target = self.path / body.sha256
        if self.path.is_symlink():
            raise CassetteWriteError(self.path, "it is a link, not a folder")
        try:
            if not self._has(target, body):
                self._make_folder()
                place(body.path, target, self._mode, self._durable)
                self._added.append(target)
                self._checked.add(body.sha256)
        except OSError as error:
            raise CassetteWriteError(target, error.strerror or str(error)) from error
        return StoredBody(target, body.size, body.sha256)

    def _has(self, target: Path, body: StoredBody) -> bool:
        """Whether a file is there already, as a regular one and with the content that its name promises."""
        try:
            found = target.lstat()
        except FileNotFoundError:
            return False
        if not stat.S_ISREG(found.st_mode) or found.st_size != body.size:
            return False
        if body.sha256 not in self._checked:
            if _digest(target) != body.sha256:
                return False
            self._checked.add(body.sha256)
        return True

    def _make_folder(self) -> None:
        if self._durable and not self.path.is_dir():
            self.path.mkdir(mode=_folder_mode(self._mode), parents=True, exist_ok=True)
            sync_folder(self.path.parent)
        self.path.mkdir(mode=_folder_mode(self._mode), parents=True, exist_ok=True)
        if self._mode != ANY_MODE and (mode := stat.S_IMODE(self.path.stat().st_mode)) & ~_folder_mode(self._mode):
            self.path.chmod(mode & _folder_mode(self._mode))


def _folder_mode(mode: int) -> int:
    """Of a folder whose files may be read so: whoever reads may enter."""
    return mode | stat.S_IRWXU | (mode & 0o044) >> 2


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()
