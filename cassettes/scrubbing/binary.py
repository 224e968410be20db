"""Bodies that are no text: keys, what is packed (gzip, zip, tar, msgpack, …), and texts amid other bytes.

Each is told by what it begins with. What was packed is packed again only when a secret was in it: all other bytes stay.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import msgspec

Clean = Callable[[bytes, str], bytes]
"""(content, place) → the content without its secrets."""
CleanText = Callable[[str, str], str]

UNPACKED_LIMIT = 16 * 1024 * 1024
MOST_MEMBERS = 2_000
# Text amid other bytes, in UTF-8 and in UTF-16.
TEXT_RUN = re.compile(rb"(?:[\t\n\r\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}){8,}")
WIDE_RUN = re.compile(rb"(?:[\t\n\r\x20-\x7e]\x00){8,}")
MSGPACK = re.compile(rb"[\x81-\x8f\x91-\x9f\xde\xdf\xdc\xdd]")
UNREADABLE = (EOFError, OSError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError, KeyError)
UNREADABLE_TOO = (RuntimeError, NotImplementedError, msgspec.MsgspecError, RecursionError)


class TooLarge(ValueError):
    """What is packed unpacks to more than is looked at."""


def without_secrets(data: bytes, place: str, clean: Clean, text: CleanText) -> bytes:
    """Bytes that are no text, without their secrets. `clean`: for what is packed, `text`: for texts amid them."""
    for magic, unpacked in PACKED:
        if data.startswith(magic, 257 if magic == b"ustar" else 0):
            try:
                return unpacked(data, place, clean)
            except (*UNREADABLE, *UNREADABLE_TOO):
                break
    if MSGPACK.match(data):
        try:
            return _msgpack(data, place, text)
        except (*UNREADABLE, *UNREADABLE_TOO):
            pass
    return amid(data, place, text)


def _stream(unpack: Callable[[bytes], bytes], pack: Callable[[bytes], bytes]) -> Callable[[bytes, str, Clean], bytes]:
    def unpacked(data: bytes, place: str, clean: Clean) -> bytes:
        inner = unpack(data)
        after = clean(inner, place)
        return data if after == inner else pack(after)

    return unpacked


def _gunzip(data: bytes) -> bytes:
    return _limited(zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, UNPACKED_LIMIT + 1))


def _limited(data: bytes) -> bytes:
    if len(data) > UNPACKED_LIMIT:
        raise TooLarge
    return data


def _zip(data: bytes, place: str, clean: Clean) -> bytes:
    changed, made = False, io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(made, "w") as other:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > UNPACKED_LIMIT:
            raise TooLarge
        for member in members:
            inner = archive.read(member)
            after = clean(inner, f"{place}.{member.filename}")
            changed = changed or after != inner
            other.writestr(member, after, compress_type=member.compress_type)
    return made.getvalue() if changed else data


def _tar(data: bytes, place: str, clean: Clean) -> bytes:
    changed, made = False, io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive, tarfile.open(fileobj=made, mode="w") as other:
        for number, member in enumerate(archive):
            file = archive.extractfile(member) if member.isreg() else None
            if number > MOST_MEMBERS:
                raise TooLarge
            if file is None:
                other.addfile(member)
                continue
            inner = file.read()
            after = clean(inner, f"{place}.{member.name}")
            changed = changed or after != inner
            member.size = len(after)
            other.addfile(member, io.BytesIO(after))
    return made.getvalue() if changed else data


def _msgpack(data: bytes, place: str, text: CleanText) -> bytes:
    value = msgspec.msgpack.decode(data)
    if not isinstance(value, dict | list):
        raise ValueError
    before = msgspec.json.encode(value)
    after = text(before.decode(), place).encode()
    return (
        data if after == before else msgspec.msgpack.encode(_merged(value, *map(msgspec.json.decode, (before, after))))
    )


def _merged(value: Any, before: Any, after: Any) -> Any:
    """The value with what differs between two JSON texts of it."""
    if before == after:
        return value
    if isinstance(value, dict):
        return {
            (key if told == told_after else told_after): _merged(member, before[told], after[told_after])
            for (key, member), told, told_after in zip(value.items(), before, after, strict=True)
        }
    if isinstance(value, list | tuple):
        return [_merged(*each) for each in zip(value, before, after, strict=True)]
    return after


def amid(data: bytes, place: str, text: CleanText) -> bytes:
    """Bytes without the secrets in the texts amid them."""

    def narrow(found: re.Match[bytes]) -> bytes:
        return text(found[0].decode("utf-8", "surrogateescape"), place).encode("utf-8", "surrogateescape")

    def wide(found: re.Match[bytes]) -> bytes:
        return text(found[0].decode("utf-16-le"), place).encode("utf-16-le", "surrogatepass")

    return WIDE_RUN.sub(wide, TEXT_RUN.sub(narrow, data))


def _bzip2(data: bytes) -> bytes:
    return _limited(bz2.BZ2Decompressor().decompress(data, UNPACKED_LIMIT + 1))


def _xz(data: bytes) -> bytes:
    return _limited(lzma.LZMADecompressor().decompress(data, UNPACKED_LIMIT + 1))


PACKED: tuple[tuple[bytes, Callable[[bytes, str, Clean], bytes]], ...] = (
    (b"\x1f\x8b", _stream(_gunzip, lambda data: gzip.compress(data, mtime=0))),
    (b"BZh", _stream(_bzip2, bz2.compress)),
    (b"\xfd7zXZ\x00", _stream(_xz, lzma.compress)),
    (b"PK\x03\x04", _zip),
    (b"ustar", _tar),
)
