"""What is packed in bytes, one layer at a time, with limits.

Compressed data and archives are read in pieces; what is no file of its own in them (links, devices) is passed over.
What cannot be opened is told as `Sealed`.
"""

from __future__ import annotations

import bz2
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple

from cloudtape.cassettes.codings import CODINGS, FAULTS, Decoding

MOST_MEMBERS = 10_000
CHUNK = 256 * 1024
LARGEST_ZIP = 256 * 1024 * 1024
"""Of those in memory."""


READ_FAULTS = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    ValueError,
    NotImplementedError,
)


class Sealed(Exception):
    """Something packed that cannot be looked at; the text says why."""


class Packed(NamedTuple):
    """`name` as `gzip`, `zip:conf/app.txt`."""

    name: str
    file: IO[bytes]


class Pieces(io.RawIOBase):
    """Bytes that come in pieces, as a file. A fault ends it, and what came before is looked at; `fault` tells of it."""

    def __init__(self, source: Iterator[bytes]) -> None:
        self._source, self._rest = source, b""
        self.fault = ""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            try:
                piece = next(self._source, None)
            except Sealed as error:
                self.fault = str(error)
                return 0
            except READ_FAULTS as error:
                self.fault = f"cannot be unpacked to its end: {type(error).__name__}"
                return 0
            if piece is None:
                return 0
            self._rest = piece
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def fault_of(file: IO[bytes]) -> str:
    """Why a file that was unpacked has ended early; empty where it has not."""
    raw = getattr(file, "raw", None)
    return raw.fault if isinstance(raw, Pieces) else ""


def pieces(file: IO[bytes], size: int = CHUNK) -> Iterator[bytes]:
    while piece := file.read(size):
        yield piece


def behind(start: bytes, file: IO[bytes]) -> IO[bytes]:
    """What was read of a file already, and the rest of it."""

    def whole() -> Iterator[bytes]:
        yield start
        yield from pieces(file)

    return as_file(whole())


def as_file(source: Iterator[bytes]) -> IO[bytes]:
    return io.BufferedReader(Pieces(source), CHUNK)


def undone(coding: str, file: IO[bytes]) -> IO[bytes]:
    """A body without its content coding."""
    return as_file(_decoded(coding, file))


def _decoded(coding: str, file: IO[bytes]) -> Iterator[bytes]:
    try:
        yield from Decoding(CODINGS[coding]).over(pieces(file))
    except FAULTS as error:
        raise Sealed(f"is no {coding} to its end") from error


# --- files in files --------------------------------------------------------------------------------------------------


def _gzip(file: IO[bytes]) -> Iterator[Packed]:
    yield Packed("gzip", undone("gzip", file))


def _bzip2(file: IO[bytes]) -> Iterator[Packed]:
    with bz2.BZ2File(file) as plain:
        yield Packed("bzip2", plain)


def _xz(file: IO[bytes]) -> Iterator[Packed]:
    with lzma.LZMAFile(file) as plain:
        yield Packed("xz", plain)


def _zstd(file: IO[bytes]) -> Iterator[Packed]:
    yield Packed("zstd", undone("zstd", file))


def _zlib(file: IO[bytes]) -> Iterator[Packed]:
    yield Packed("zlib", undone("deflate", file))


def _zip(file: IO[bytes]) -> Iterator[Packed]:
    if not file.seekable():
        data = file.read(LARGEST_ZIP + 1)
        if len(data) > LARGEST_ZIP:
            raise Sealed("holds a zip archive that is too large to be looked at within another one")
        file = io.BytesIO(data)
    with zipfile.ZipFile(file) as archive:
        for number, info in enumerate(archive.infolist()):
            if number >= MOST_MEMBERS:
                raise Sealed(f"holds a zip archive of more than {MOST_MEMBERS} files")
            if info.flag_bits & 1:
                yield Packed(f"zip:{info.filename}", as_file(_refused("an encrypted zip archive")))
            elif not info.is_dir():
                yield Packed(f"zip:{info.filename}", archive.open(info))


def _refused(what: str) -> Iterator[bytes]:
    if what:
        raise Sealed(f"holds {what}")
    yield b""


def _tar(file: IO[bytes]) -> Iterator[Packed]:
    with tarfile.open(fileobj=file, mode="r|") as archive:
        for number, info in enumerate(archive):
            if number >= MOST_MEMBERS:
                raise Sealed(f"holds a tar archive of more than {MOST_MEMBERS} files")
            if info.isfile() and (member := archive.extractfile(info)):
                yield Packed(f"tar:{info.name}", member)


def _closed(what: str) -> Callable[[IO[bytes]], Iterator[Packed]]:
    def refuse(_: IO[bytes]) -> Iterator[Packed]:
        if what:
            raise Sealed(f"holds {what}, which cannot be opened here")
        yield from ()

    return refuse


Opener = Callable[[IO[bytes]], Iterator[Packed]]
MAGIC: tuple[tuple[int, bytes, Opener], ...] = (
    (0, b"\x1f\x8b\x08", _gzip),
    (0, b"BZh", _bzip2),
    (0, b"\xfd7zXZ\0", _xz),
    (0, b"\x28\xb5\x2f\xfd", _zstd),
    (0, b"PK\x03\x04", _zip),
    (257, b"ustar", _tar),
    (0, b"7z\xbc\xaf\x27\x1c", _closed("a 7z archive")),
    (0, b"Rar!\x1a\x07", _closed("a rar archive")),
    (0, b"\x04\x22\x4d\x18", _closed("lz4 data")),
)
HEAD = 512
ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


def opener(head: bytes) -> Opener | None:
    """What opens bytes that begin so; None where they are no container that is known."""
    for at, magic, opened in MAGIC:
        if head.startswith(magic, at):
            return opened
    if head.startswith(ZLIB):
        try:
            if len(zlib.decompressobj().decompress(head, 64)) > 0:
                return _zlib
        except zlib.error:
            return None
    return None
