"""The open file of a cassette that is being written: made, locked, appended to, and watched.

It is one file from its begin to its end. Where another one lies at its path, or none, nothing is appended any more:
it would go nowhere. Knows nothing of interactions.
"""

from __future__ import annotations

import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path

from cloudtape.cassettes.errors import CassetteBusy, CassetteExists, CassetteWriteError
from cloudtape.cassettes.files.bodies import ANY_MODE
from cloudtape.cassettes.files.private import HeldFile, place, sync_folder, write_all

TAKE_SUFFIX = ".take"
"""Of the file in which a new take is recorded, beside the cassette."""
PRIVATE = 0o600
CLOSED = "the recording has ended"
REMOVED = "it was removed or moved away while it was recorded, with all that is in it"
REPLACED = "another file was put in its place while it was recorded"


class KeptFile:
    """The open file of a cassette; it only ever grows by whole items."""

    def __init__(self, path: Path, descriptor: int, durable: bool) -> None:
        self.path, self.descriptor, self._durable = path, descriptor, durable
        self.is_closed = False
        status = os.fstat(descriptor)
        self._inode, self._size = (status.st_ino, status.st_dev), status.st_size
        self._is_torn = False

    def check(self) -> None:
        """Raises CassetteWriteError where the file is not at its path any more, or was closed."""
        if self.is_closed:  # its number may be another file's
            raise CassetteWriteError(self.path, CLOSED)
        try:
            found = os.stat(self.path)  # noqa: PTH116  (before each append; through pathlib it costs twice as much)
        except OSError as error:
            why = REMOVED if isinstance(error, FileNotFoundError) else error.strerror or str(error)
            raise CassetteWriteError(self.path, why) from error
        if (found.st_ino, found.st_dev) != self._inode:
            raise CassetteWriteError(self.path, REPLACED)

    def append(self, item: bytes) -> None:
        """All of it or nothing. Raises CassetteWriteError."""
        self.check()
        try:
            if self._is_torn:
                self.cut(self._size)
            self._is_torn = True
            write_all(self.descriptor, item)
            if self._durable:
                os.fsync(self.descriptor)
        except OSError as error:
            with suppress(CassetteWriteError):  # else it is tried again before the next one
                self.cut(self._size)
            raise CassetteWriteError(self.path, error.strerror or str(error)) from error
        self._is_torn = False
        self._size += len(item)

    def cut(self, size: int) -> None:
        """Raises CassetteWriteError."""
        try:
            os.ftruncate(self.descriptor, size)
        except OSError as error:
            raise CassetteWriteError(self.path, error.strerror or str(error)) from error
        self._size, self._is_torn = size, False

    def close(self) -> None:
        """Raises CassetteWriteError: a network file system may say only now that it is full."""
        if self.is_closed:
            return
        self.is_closed = True
        try:
            os.close(self.descriptor)
        except OSError as error:
            why = f"what was recorded last may not be in it: {error.strerror}"
            raise CassetteWriteError(self.path, why) from error


def opened(path: Path) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    except OSError as error:
        raise CassetteWriteError(path, error.strerror or str(error)) from error


def locked(path: Path) -> int:
    """A descriptor that holds the lock of the cassette."""
    descriptor = opened(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
        refused = CassetteWriteError(path, "another recorder has just replaced it")  # ours is on no path any more
    except BlockingIOError:
        refused = CassetteBusy(path)
    except OSError as error:
        refused = CassetteWriteError(path, error.strerror or str(error))
    os.close(descriptor)
    raise refused


def make(path: Path, begin: bytes, mode: int, durable: bool) -> list[Path]:
    """A file, there at once or not at all; returns it and the folders made for it. Raises CassetteExists."""
    made: list[Path] = []
    try:
        made += [folder for folder in path.parents if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        file = HeldFile.make(path.parent, mode)
        write_all(file.fd, begin)
        _place_new(file, path, mode, durable)
        if durable:
            for folder in made:
                sync_folder(folder.parent)
    except OSError as error:
        for folder in made:
            remove(folder)
        raise CassetteWriteError(path, error.strerror or str(error)) from error
    return [path, *made]


def _place_new(file: HeldFile, path: Path, mode: int, durable: bool) -> None:
    try:
        place(file, path, mode, durable, may_replace=False)
    except FileExistsError as error:
        raise CassetteExists(path) from error


def mode_of(descriptor: int) -> int:
    """Who may read and write a file; its owner may in any case."""
    return stat.S_IMODE(os.fstat(descriptor).st_mode) & ANY_MODE | PRIVATE


def restricted(path: Path, descriptor: int, private: bool) -> int:
    """The mode of a cassette that is there; others lose their rights where secrets are to be kept in it."""
    mode = mode_of(descriptor)
    if private and mode != PRIVATE:
        try:
            os.fchmod(descriptor, PRIVATE)
        except OSError as error:
            raise CassetteWriteError(path, f"others may read it, and {error.strerror}") from error
        mode = PRIVATE
    return mode


def unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise CassetteWriteError(path, error.strerror or str(error)) from error


def remove(path: Path) -> None:
    """A file, or a folder in which nothing is."""
    with suppress(OSError):
        path.rmdir() if path.is_dir() else path.unlink()
