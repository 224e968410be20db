"""Reading body files: what a cassette names by a digest is given only when it has it.

The files of a stranger's cassette may be links, pipes or devices, or hold what they should not. So the folder and the
file are opened as what they must be, nothing is asked of a path twice, and the digest is worked out while the content
is read: its last piece is kept back until all of it is known to be right, so that nobody takes a wrong one for whole. A
file that was found right is not worked out again as long as nobody has written to it.

Bodies that are still under way lie in files of our own, which have other names; they are taken as they are.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NoReturn

from cloudtape.cassettes.errors import BodyMissing
from cloudtape.cassettes.files.opening import real_folder, regular_file
from cloudtape.cassettes.messages import StoredBody

CHUNK = 256 * 1024
MOST_KNOWN = 10_000
FileMark = tuple[str, int, int, int, int, int]
_known: OrderedDict[FileMark, None] = OrderedDict()
"""Files whose content was found to be right, as they were then."""


def checked(body: StoredBody) -> StoredBody:
    """The body, when its file is there in its length. Raises BodyMissing."""
    opened(body).close()
    return body


def opened(body: StoredBody) -> BinaryIO:
    """A body's file, which is there in its length; its content is not looked at. Raises BodyMissing."""
    try:
        file = _opened(body)
    except OSError as error:
        _refuse(body.path, error)
    if (size := os.fstat(file.fileno()).st_size) != body.size:
        file.close()
        raise BodyMissing(body.path, f"the body file has {size} bytes, {body.size} were recorded")
    return file


def verified(body: StoredBody) -> BinaryIO:
    """A body's file, all of whose content has been looked at: for whoever reads here and there. Raises BodyMissing."""
    file = opened(body)
    try:
        for _ in _pieces(body, file, CHUNK):
            pass
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def pieces(body: StoredBody, size: int = CHUNK) -> Iterator[bytes]:
    """The content of a body, `size` bytes at once; the last of them only when all are right. Raises BodyMissing."""
    with opened(body) as file:
        if _is_known(body, file):
            yield from _as_it_is(body, file, size)
        else:
            yield from _pieces(body, file, size)


def content(body: StoredBody) -> bytes:
    """All of it. Raises BodyMissing."""
    return b"".join(pieces(body))


def _opened(body: StoredBody) -> BinaryIO:
    if body.path.name != body.sha256:
        return body.path.open("rb")
    folder = real_folder(body.path.parent)
    try:
        return os.fdopen(regular_file(body.sha256, folder), "rb")
    finally:
        os.close(folder)


def _refuse(path: Path, error: OSError) -> NoReturn:
    if isinstance(error, FileNotFoundError):
        belongs = f"the folder {path.parent.name} belongs to the cassette and must lie beside it"
        raise BodyMissing(path, f"the body file is not there ({error.strerror}); {belongs}") from error
    where = "the folder of the body files" if error.filename == str(path.parent) else "the body file"
    raise BodyMissing(path, f"{where} is not read: {error.strerror}") from error


def _as_it_is(body: StoredBody, file: BinaryIO, size: int) -> Iterator[bytes]:
    left = body.size
    while left and (piece := file.read(min(size, left))):
        left -= len(piece)
        yield piece
    if left:
        raise BodyMissing(body.path, "the body file was cut while it was read")


def _pieces(body: StoredBody, file: BinaryIO, size: int) -> Iterator[bytes]:
    if _is_known(body, file):
        return
    mark, digest, before = _mark(body, file), hashlib.sha256(), b""
    for piece in _as_it_is(body, file, size):
        if before:
            yield before
        digest.update(piece)
        before = piece
    if digest.hexdigest() != body.sha256:
        raise BodyMissing(body.path, "the body file holds other bytes than were recorded: they have another SHA-256")
    if mark == _mark(body, file):
        _known[mark] = None
        if len(_known) > MOST_KNOWN:
            _known.popitem(last=False)
    if before:
        yield before


def _is_known(body: StoredBody, file: BinaryIO) -> bool:
    return _mark(body, file) in _known


def _mark(body: StoredBody, file: BinaryIO) -> FileMark:
    """What is another one when a file has been written to."""
    status = os.fstat(file.fileno())
    return (body.sha256, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
