"""What is packed in a text or in bytes, one layer at a time, with limits.

Compressed data and archives are read in pieces; what is no file of its own in them (links, devices) is passed over.
What cannot be opened is told as `Sealed`.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import html
import io
import lzma
import quopri
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple
from urllib.parse import unquote

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


# --- layers of text --------------------------------------------------------------------------------------------------

RUN = re.compile(r"[A-Za-z0-9+/_-]{12,}(?:(?:\r?\n[ \t]*|\\n)[A-Za-z0-9+/_-]+)*={0,2}")
NO_BASE64 = re.compile(r"[0-9a-fA-F-]+|[a-z_-]+|[A-Z_-]+|[A-Za-z]+|[a-z0-9]+(?:[-_/][a-z0-9]+)*|\d+")
PERCENT = re.compile(r"[^\s\"'<>%]{0,200}%[0-9a-fA-F]{2}[^\s\"'<>]*")
SHORT = 4096
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0"}
ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|amp|lt|gt|quot|apos);")
QUOTED_PRINTABLE = re.compile(r"=3D|=\r?\n|(?:=[89A-F][0-9A-F]){2}|=2[0-9A-F]")
HEX_RUN = re.compile(r"\b(?:[0-9a-f]{2}){24,}\b|\b(?:[0-9A-F]{2}){24,}\b")


def texts_in(text: str) -> Iterator[tuple[str, str]]:
    """Those parts of a text that escape signs, without the escapes, by the name of the coding."""
    if "%" in text and (runs := PERCENT.findall(text)):
        run = "\n".join(runs)
        yield "percent", unquote(run.replace("+", " ") if "=" in run else run, errors="replace")
    if "\\" in text and ESCAPE.search(text):
        yield "escapes", ESCAPE.sub(_unescaped, _lines_with("\\", text))
    if "&" in text and ENTITY.search(text):
        yield "entities", html.unescape(_lines_with("&", text))
    if "=3D" in text and QUOTED_PRINTABLE.search(text):
        yield (
            "quoted-printable",
            quopri.decodestring(text.encode("utf-8", "surrogateescape")).decode("utf-8", "replace"),
        )
    if '""' in text:
        yield "doubled quotes", _lines_with('""', text).replace('""', '"')
    yield from _unprefixed(text)


def _lines_with(sign: str, text: str) -> str:
    """The lines that have a sign, each with its neighbours; the whole text where it is short."""
    if len(text) < SHORT:
        return text
    lines = text.split("\n")
    wanted = {near for at, line in enumerate(lines) if sign in line for near in (at - 1, at, at + 1)}
    return "\n".join(line for at, line in enumerate(lines) if at in wanted)


PREFIXED = re.compile(r"^[ \t]*(?:#|//|;|\*|>|data:|--)[ \t]?(.*)$", re.MULTILINE)


def _unprefixed(text: str) -> Iterator[tuple[str, str]]:
    """Comments, and events of a stream: a text with something before each line."""
    lines = PREFIXED.findall(text) if "\n" in text else ()
    if len(lines) > 1 or (len(lines) == 1 and text.count("\n") < 4):
        yield "lines", "\n".join(lines)


def _unescaped(match: re.Match[str]) -> str:
    if code := match[1] or match[2]:
        return chr(int(code, 16))
    return SIMPLE.get(match[3], match[3])


def bytes_in(text: str) -> Iterator[tuple[str, bytes]]:
    """What the runs of a text decode to that may be base64 or hex."""
    for match in RUN.finditer(text):
        run = re.sub(r"\\n|\s", "", match[0]).rstrip("=")
        if len(run) >= 12 and not NO_BASE64.fullmatch(run) and len(run) % 4 != 1:
            try:
                yield "base64", base64.b64decode(run.translate(URL_SAFE) + "=" * (-len(run) % 4))
            except binascii.Error:
                continue
    for match in HEX_RUN.finditer(text):
        yield "hex", bytes.fromhex(match[0])


URL_SAFE = str.maketrans("-_", "+/")

# --- bytes as text ---------------------------------------------------------------------------------------------------

PRINTABLE = re.compile(rb"(?:[\t\r\n -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}){6,}")
MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))


def as_text(data: bytes) -> tuple[str, bool]:
    """Bytes as text, and whether they are one; of others, what in them can be printed, a line for each piece."""
    for mark, name in MARKS:
        if data.startswith(mark) and _is_said(text := data[len(mark) :].decode(name, "replace")):
            return text, True
    if wide := _wide(data):
        return data.decode(wide, "replace"), True
    if b"\0" not in data:
        try:
            return data.decode(), True
        except UnicodeDecodeError:
            pass
    return b"\n".join(PRINTABLE.findall(data)).decode("utf-8", "replace"), False


def _is_said(text: str) -> bool:
    """Whether what a byte order mark promises is a text; chance makes such marks, too."""
    start = text[:4096]
    return sum(char.isprintable() or char.isspace() for char in start) > 0.9 * len(start)


def _wide(data: bytes) -> str | None:
    """Which of the two orders of UTF-16, where every other byte of the begin is mostly zero."""
    start = data[:4096]
    if len(start) < 8:
        return None
    zeros = (start[0::2].count(0), start[1::2].count(0))
    half = len(start) // 2
    if zeros[1] > 0.6 * half and zeros[0] < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if zeros[0] > 0.6 * half and zeros[1] < 0.1 * half else None
