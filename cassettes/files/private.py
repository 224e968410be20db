"""Where only this user reads: folders for what is under way, and files without a name in them.

A folder lives as long as its process: its lock says whether that is so, and whoever makes the next one in the same
place removes those whose process was killed. A file is removed from its folder as it is opened where the system can do
that, so that a kill leaves nothing of it; elsewhere it lies in such a folder.

The place is `$TMPDIR`, else `/var/tmp`: what is spooled may be large, and `/tmp` is often memory.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PosixPath

PREFIX = "cloudtape-private-"
LARGE_TEMPORARY = Path("/var/tmp")  # noqa: S108  (a folder of our own is made in it)
OPEN_FILES = Path("/proc/self/fd")
TMPFILE: int = getattr(os, "O_TMPFILE", 0)
# What a file system says that knows no nameless files: some network ones, and kernels before 3.11.
UNKNOWN = frozenset({errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT})
# What is said where a file cannot get a second name: another file system, one without links, one that had a name once.
NO_LINK = frozenset({errno.EXDEV, errno.ENOENT, errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS})
INCOMING = ".incoming-"
MOST_ATTEMPTS = 100
CHUNK, MOST_AT_ONCE = 1024 * 1024, 1024 * 1024 * 1024


def spool_base() -> Path:
    """Where temporary files go that may be large."""
    if not os.environ.get("TMPDIR") and os.access(LARGE_TEMPORARY, os.W_OK | os.X_OK):
        return LARGE_TEMPORARY
    return Path(tempfile.gettempdir())


class PrivateFolder:
    """A folder of this process in `base`, with mode 0700; removed by `close`, or when nobody refers to it any more.

    Raises OSError where it cannot be made.
    """

    def __init__(self, base: Path | None = None) -> None:
        base = base or spool_base()
        remove_abandoned(base)
        self.path, lock = _made_and_locked(base)
        self._remove = weakref.finalize(self, _end, self.path, lock, os.getpid())

    def close(self) -> None:
        self._remove()

    def __enter__(self) -> PrivateFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def remove_abandoned(base: Path) -> None:
    """Remove what killed processes of this user have left in a folder."""
    with suppress(OSError), os.scandir(base) as found:
        for one in found:
            if one.name.startswith(PREFIX) and one.is_dir(follow_symlinks=False):
                _remove_if_abandoned(Path(one.path))


def _remove_if_abandoned(folder: Path) -> None:
    with suppress(OSError):
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            said = os.fstat(lock)
            if said.st_uid == os.geteuid() and stat.S_IMODE(said.st_mode) == stat.S_IRWXU:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def _made_and_locked(base: Path) -> tuple[Path, int]:
    for _ in range(MOST_ATTEMPTS):
        path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        try:
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:  # whoever cleans up was between our two steps
            continue
        with suppress(OSError):  # or between these
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(lock), path.stat()):
                return path, lock
        os.close(lock)
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(base))


def _end(path: Path, lock: int, owner: int) -> None:
    if os.getpid() == owner:  # and not a fork of it
        shutil.rmtree(path, ignore_errors=True)
    os.close(lock)


# --- files -----------------------------------------------------------------------------------------------------------


class HeldFile(PosixPath):
    """The path of a temporary file that is there as long as somebody refers to this very object.

    It can be opened again and again, also where the file has no name. `fd` is open for reading and writing.
    """

    fd: int

    @classmethod
    def make(cls, folder: Path, mode: int = 0o666) -> HeldFile:
        """An empty file, `mode` less the umask. Raises OSError."""
        if OPEN_FILES.is_dir():
            return cls.of(_nameless(folder, mode))
        fd, name = _named(folder, mode)
        held = cls(name)
        weakref.finalize(held, _close_and_unlink, fd, name)
        held.fd = fd
        return held

    @classmethod
    def of(cls, fd: int) -> HeldFile:
        """That of an open file, which another process has made; only where `OPEN_FILES` are."""
        held = cls(OPEN_FILES / str(fd))
        weakref.finalize(held, os.close, fd).atexit = False
        held.fd = fd
        return held

    def unlink(self, missing_ok: bool = False) -> None:
        """Nothing: it goes when the last one who refers to it does."""

    def link(self, target: Path) -> None:
        """Give it a name. Raises OSError, FileExistsError among them; another file system is EXDEV."""
        if self.parent == OPEN_FILES:
            with _opened(OPEN_FILES) as files:  # only with a folder does Python follow the link, as asked
                os.link(self.name, target, src_dir_fd=files, follow_symlinks=True)
        else:
            os.link(self, target)


def write_all(fd: int, data: bytes) -> None:
    """Raises OSError, when a part of it may have been written."""
    written = os.write(fd, data)
    while written < len(data):
        written += os.write(fd, data[written:])


def _nameless(folder: Path, mode: int) -> int:
    if TMPFILE:
        try:
            return os.open(folder, TMPFILE | os.O_RDWR | os.O_CLOEXEC, mode)
        except OSError as error:
            if error.errno not in UNKNOWN:
                raise
    fd, name = _named(folder, mode)
    os.unlink(name)  # noqa: PTH108  (a name, and this must not fail for want of a path)
    return fd


def _named(folder: Path, mode: int) -> tuple[int, str]:
    """With the mode that the umask gives, which `mkstemp` does not."""
    for _ in range(MOST_ATTEMPTS):
        name = os.path.join(folder, INCOMING + os.urandom(8).hex())  # noqa: PTH118
        with suppress(FileExistsError):
            return os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode), name
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))


def _close_and_unlink(fd: int, name: str) -> None:
    os.close(fd)
    Path(name).unlink(missing_ok=True)


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield fd
    finally:
        os.close(fd)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk. Raises OSError."""
    with _opened(folder) as fd:
        os.fsync(fd)


# --- names -----------------------------------------------------------------------------------------------------------


def place(source: Path, target: Path, mode: int, durable: bool, may_replace: bool = True) -> None:
    """Have a file under another name: whole at once, with no rights beyond `mode`, in place of what stood there.

    `source` may lie on another file system; it is not removed. Raises OSError; FileExistsError where something stands
    there that may not be replaced.
    """
    if isinstance(source, HeldFile) and _is_put(source, target, mode, durable, may_replace):
        return
    copy = HeldFile.make(target.parent, mode)
    _copy(source, copy.fd)
    if _is_put(copy, target, mode, durable, may_replace):
        return
    if not may_replace:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode))
    _put_by_rename(copy, target, mode, durable)


def _is_put(held: HeldFile, target: Path, mode: int, durable: bool, may_replace: bool) -> bool:
    """Whether it could be linked there at all."""
    try:
        _put(held, target, mode, durable, may_replace)
    except OSError as error:
        if error.errno not in NO_LINK:
            raise
        return False
    return True


def _put(held: HeldFile, target: Path, mode: int, durable: bool, may_replace: bool) -> None:
    _restrict(held.fd, mode)
    if durable:
        os.fsync(held.fd)
    try:
        held.link(target)
    except FileExistsError:
        if not may_replace:
            raise
        beside = target.with_name(INCOMING + os.urandom(8).hex())
        held.link(beside)
        beside.replace(target)
        beside.unlink(missing_ok=True)  # to rename a file to itself does nothing
    if durable:
        sync_folder(target.parent)


def _put_by_rename(held: HeldFile, target: Path, mode: int, durable: bool) -> None:
    fd, name = _named(target.parent, mode)
    try:
        try:
            _copy(held, fd)
            if durable:
                os.fsync(fd)
        finally:
            os.close(fd)  # which is when network file systems say that they are full
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(target.parent)


def _restrict(fd: int, mode: int) -> None:
    now = stat.S_IMODE(os.fstat(fd).st_mode)
    if now & ~mode:
        os.fchmod(fd, now & mode)


def _copy(source: Path, target: int) -> None:
    with source.open("rb", buffering=0) as file:
        try:
            while os.copy_file_range(file.fileno(), target, MOST_AT_ONCE):
                pass
        except (AttributeError, OSError):  # not to be had on this system, or between these file systems
            file.seek(os.lseek(target, 0, os.SEEK_CUR))
            while chunk := file.read(CHUNK):
                write_all(target, chunk)
