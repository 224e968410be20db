"""Opening what a stranger may have put there: regular files only, and without waiting for the other end of a pipe.

What a path names is decided by the descriptor that was opened, so nobody can exchange it in between.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a link"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def regular_file(path: Path | str, folder: int | None = None, links: bool = False) -> int:
    """A descriptor of a regular file, relative to `folder` if given. Raises OSError, whose `strerror` is for a person.

    `links`: whether the last part of the path may be a symbolic link.
    """
    try:
        descriptor = os.open(path, READ if links else READ | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.ELOOP and not links:
            raise OSError(error.errno, "it is a link, not a file", str(path)) from None
        if error.errno == errno.ENXIO:  # a socket, or a device without a driver
            raise OSError(error.errno, "it is no file", str(path)) from None
        raise
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, f"it is {_kind(mode)}, not a file", str(path))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def real_folder(path: Path) -> int:
    """A descriptor of a folder that is no link. Raises OSError, whose `strerror` is for a person."""
    try:
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except NotADirectoryError as error:
        kind = _kind(path.lstat().st_mode)
        raise NotADirectoryError(error.errno, f"it is {kind}, not a folder", str(path)) from None


def _kind(mode: int) -> str:
    return next((name for is_kind, name in KINDS if is_kind(mode)), "something else")
