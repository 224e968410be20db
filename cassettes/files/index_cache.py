"""Where compiled indexes are kept: in the user's own cache folder, and nowhere near a cassette.

A cassette comes from anybody, and so would an index beside it. Here it lies below `$XDG_CACHE_HOME` (or what the
platform has instead) in a folder that nobody else can write: it, and all above it, must be the user's or root's and
closed to others; else there is no cache, and each start reads the YAML. An entry is named by the digest of the YAML and
the version of what was made of it, so that it serves all copies of a cassette and none but them.

Files appear whole, by a rename; whoever reads one that is replaced or removed goes on reading it.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO
from uuid import uuid4

from cloudtape.cassettes.files.limits import MIB
from cloudtape.cassettes.files.opening import real_folder, regular_file

FOLDER = "indexes"
ENTRY = re.compile(r"[0-9a-f]{64}-[0-9a-f]{16}\.index")
INCOMING = re.compile(r"\.incoming-[0-9a-f]{32}")
MOST_BYTES = 2048 * MIB
"""Of all entries; the ones not used for longest go first."""
LONGEST_UNUSED = 30 * 86400.0
ABANDONED = 3600.0
"""Seconds after which a file that was never finished is one of a process that was killed."""
TOUCHED = 3600.0
"""Seconds for which a time of use is exact enough."""
PRUNED = ".pruned"
PRUNED_EVERY = 600.0
LARGE = 64 * MIB
"""Bytes of an entry that is worth pruning for at once."""
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def found(digest: bytes, version: str | None) -> Iterator[IO[bytes]]:
    """The entries for a YAML with a digest and of a version (None: of any), open; the caller closes them."""
    with _folder(make=False) as folder:
        if folder is None:
            return
        names = [_name(digest, version)] if version is not None else _all_of(folder, digest)
        for name in names:
            if (file := _opened(folder, name)) is not None:
                yield file


def keep(digest: bytes, version: str, write: Callable[[IO[bytes]], None]) -> None:
    """An entry with what `write` writes. Nothing is kept where nothing can be."""
    with suppress(OSError), _folder(make=True) as folder:
        if folder is None:
            return
        incoming = f".incoming-{uuid4().hex}"
        descriptor = os.open(incoming, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                write(file)
                size = file.tell()
            os.replace(incoming, _name(digest, version), src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(incoming, dir_fd=folder)
            raise
        if size >= LARGE or _is_due(folder):
            prune(folder)


def prune(folder: int, most: int = MOST_BYTES) -> None:
    """Remove entries that nobody has used for long, and as many more as it takes; and what was never finished."""
    now, kept = time.time(), []
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):  # another process prunes, too
                status = entry.stat(follow_symlinks=False)
                age = now - status.st_mtime
                if ENTRY.fullmatch(entry.name) and age < LONGEST_UNUSED:
                    kept.append((age, status.st_size, entry.name))
                elif ENTRY.fullmatch(entry.name) or (INCOMING.fullmatch(entry.name) and age > ABANDONED):
                    os.unlink(entry.name, dir_fd=folder)
    total = 0
    for _, size, name in sorted(kept):
        total += size
        if total > most:
            with suppress(OSError):
                os.unlink(name, dir_fd=folder)


def place() -> Path | None:
    """Where the folder is, or would be; None where the user has no place for caches."""
    from platformdirs import user_cache_path  # the other ways of opening a cassette do without

    base = user_cache_path("cloudtape", appauthor=False)
    return base / FOLDER if base.is_absolute() else None


# --- the folder ------------------------------------------------------------------------------------------------------


@contextmanager
def _folder(make: bool) -> Iterator[int | None]:
    """A descriptor of the folder; None where there is none that only this user can write."""
    descriptor = None
    with suppress(OSError, RuntimeError, ValueError):  # no home, links in a circle, no name of a path
        descriptor = _own_folder(make)
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _own_folder(make: bool) -> int | None:
    path = place()
    if path is None:
        return None
    path = path.resolve()
    if make and not path.exists():
        if not all(map(_is_closed, _existing(path))):
            return None
        # Not in the home of another one, who could not use it then: `sudo` may leave HOME as it was.
        if next(iter(_existing(path))).stat().st_uid != os.geteuid() and not _is_shared(path):
            return None
        for missing in reversed([one for one in (path, *path.parents) if not one.exists()]):
            missing.mkdir(mode=0o700, exist_ok=True)
    if not all(map(_is_closed, path.parents)):
        return None
    descriptor = real_folder(path)
    if _is_ours(os.fstat(descriptor)):
        return descriptor
    os.close(descriptor)
    return None


def _existing(path: Path) -> list[Path]:
    """The folders that are there, from the innermost."""
    return [one for one in path.parents if one.exists()]


def _is_shared(path: Path) -> bool:
    """Whether the innermost folder that is there is one for everybody, like `/tmp`."""
    return bool(_existing(path)[0].stat().st_mode & stat.S_ISVTX)


def _is_closed(folder: Path) -> bool:
    """Whether nobody but the user and root can put another thing in the place of what is in a folder."""
    status = folder.stat()
    mode = status.st_mode
    return status.st_uid in (0, os.geteuid()) and (not mode & OTHERS_WRITE or bool(mode & stat.S_ISVTX))


def _is_ours(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & OTHERS_WRITE


# --- entries ---------------------------------------------------------------------------------------------------------


def _name(digest: bytes, version: str) -> str:
    return f"{digest.hex()}-{blake2b(version.encode(), digest_size=8).hexdigest()}.index"


def _all_of(folder: int, digest: bytes) -> list[str]:
    names = sorted(os.listdir(folder))
    return [name for name in names if ENTRY.fullmatch(name) and name.startswith(digest.hex())]


def _opened(folder: int, name: str) -> IO[bytes] | None:
    try:
        descriptor = regular_file(name, folder)
    except OSError:
        return None
    status = os.fstat(descriptor)
    if not _is_ours(status):
        os.close(descriptor)
        return None
    if time.time() - status.st_mtime > TOUCHED:
        with suppress(OSError):
            os.utime(descriptor)
    return os.fdopen(descriptor, "rb")


def _is_due(folder: int) -> bool:
    """Whether nobody has pruned lately; then this one does."""
    try:
        if time.time() - os.stat(PRUNED, dir_fd=folder, follow_symlinks=False).st_mtime < PRUNED_EVERY:
            return False
        os.utime(PRUNED, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        os.close(os.open(PRUNED, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder))
    return True
