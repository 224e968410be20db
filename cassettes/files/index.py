"""The compiled index beside a cassette: `servers.yaml.index`.

    magic │ length and checksum of the head │ head │ interactions, each in three pieces
                                              │      └ what the summariser says of it, its answer's body, the rest
                                              └ digest of the YAML, versions, notes, routes, places and
                                                checksums of the interactions, summary

It is never trusted over the YAML: the head names the digest of the YAML's whole content, and head and interactions
carry checksums of their own. Whatever does not fit is made again.
"""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
import weakref
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

import msgspec

from cloudtape.cassettes.errors import CassetteFormatError, CassetteNotFound
from cloudtape.cassettes.files.asked import Asked
from cloudtape.cassettes.files.bodies import folder_of
from cloudtape.cassettes.files.packing import pack, unpack
from cloudtape.cassettes.files.yaml_reader import Progress, Reading, read, read_bytes
from cloudtape.cassettes.messages import Interaction, Route, StoredBody

MAGIC = b"cloudtape index 8\n"
CHUNK = 1024 * 1024
PLACE = struct.Struct("<QIIIII")
"""Where an interaction lies behind the head: its offset, the lengths of its pieces, the CRC-32 of the first two
together and of the third.
"""


class _Head(msgspec.Struct, array_like=True, frozen=True):
    yaml_digest: bytes
    summary_version: str
    notes: tuple[str, ...]
    whole_bytes: int
    routes: tuple[tuple[str, str, str], ...]
    asked: tuple[tuple[str, str], ...]
    """Of each route's name and origin, what the URIs asked there begin with."""
    stored: tuple[tuple[str, int], ...]
    """(SHA-256, size) of each body file."""
    places: memoryview
    """A `PLACE` for each interaction."""
    summary: memoryview
    """What the summariser said of the interactions."""


class Summariser(Protocol):
    """What a caller wants to know of a cassette without reading its interactions; made anew for each reading."""

    def add(self, interaction: Interaction) -> bytes:
        """Look at one interaction; they come in order. What `Index.answer` shall give beside its answer's body."""

    def close(self) -> bytes:
        """What is kept of all of them."""


_encode = msgspec.msgpack.Encoder().encode
_decode_head = msgspec.msgpack.Decoder(_Head).decode


class Index:
    """An open index. `rebuild` makes it again when an interaction turns out to be damaged."""

    def __init__(self, head: _Head, file: IO[bytes], start: int, path: Path) -> None:
        self.notes, self.whole_bytes, self.summary = head.notes, head.whole_bytes, head.summary
        self.routes, self.asked = tuple(Route(*route) for route in head.routes), head.asked
        self.stored = tuple(StoredBody(folder_of(path) / sha256, size, sha256) for sha256, size in head.stored)
        self.rebuild: Callable[[], Index] | None = None
        self._places, self._folder = head.places, folder_of(path)
        # Read, not mapped: what was read once would count as our memory for good.
        self._file, self._start, self._path = os.dup(file.fileno()), start, path
        weakref.finalize(self, os.close, self._file)

    def __len__(self) -> int:
        return len(self._places) // PLACE.size

    def interaction(self, at: int) -> Interaction:
        """The interaction at a position from 0."""
        offset, own, body, rest, checksum, rests = PLACE.unpack_from(self._places, at * PLACE.size)
        whole = os.pread(self._file, own + body + rest, self._start + offset)
        if zlib.crc32(whole[: own + body]) != checksum or zlib.crc32(whole[own + body :]) != rests:
            return self._again(at).interaction(at)
        return unpack(whole[own : own + body], whole[own + body :], at + 1, self._folder)

    def answer(self, at: int) -> tuple[bytes, bytes]:
        """What the summariser said of the interaction at a position from 0, and the body of its answer (empty where it
        lies in a file); cheaper than the whole interaction.
        """
        offset, own, body, _, checksum, _ = PLACE.unpack_from(self._places, at * PLACE.size)
        found = os.pread(self._file, own + body, self._start + offset)
        if zlib.crc32(found) != checksum:
            return self._again(at).answer(at)
        return found[:own], found[own:]

    def _again(self, at: int) -> Index:
        """The index itself, made again because an interaction is damaged."""
        fresh = self.rebuild() if self.rebuild else None
        if fresh is None or len(fresh) != len(self):
            raise CassetteFormatError(self._path, "changed while it was in use", f"interaction {at + 1}")
        self._file, self._start, self.rebuild = os.dup(fresh._file), fresh._start, None
        weakref.finalize(self, os.close, self._file)
        self._places = fresh._places
        return self


def opened(
    path: Path, summariser: Callable[[], Summariser] | None, summary_version: str, progress: Progress | None
) -> Index:
    """The index of a cassette: the one beside it where it fits, else a new one. Raises CassetteError."""
    digest = _digest_of(path)  # first, for it says that a folder is none; `.` and `/` have no name to go on with
    file = path.with_name(path.name + ".index")
    version = summary_version if summariser else ""

    def rebuild() -> Index:
        return _build(path, file, summariser() if summariser else None, version, progress)

    found = _read(file, path, digest, version if summariser else None)
    if found is None:
        return rebuild()
    found.rebuild = rebuild
    return found


def _digest_of(path: Path) -> bytes:
    """A digest of the whole file, in little memory."""
    sha = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                sha.update(chunk)
    except FileNotFoundError as error:
        raise CassetteNotFound(path) from error
    except OSError as error:
        raise CassetteFormatError(path, f"cannot be read: {error.strerror}") from error
    return sha.digest()


# --- reading ---------------------------------------------------------------------------------------------------------


def _read(file: Path, cassette: Path, digest: bytes, summary_version: str | None) -> Index | None:
    """The index in a file, or None where it is missing, damaged, or of another YAML or version.

    `summary_version` None: any summaries will do, because nobody reads them.
    """
    try:
        with file.open("rb") as opened_file:
            head, start = _read_head(opened_file)
            if head.yaml_digest != digest or summary_version not in (None, head.summary_version):
                return None
            size = os.fstat(opened_file.fileno()).st_size
            if head.places and start + _end(head.places) > size:
                return None
            return Index(head, opened_file, start, cassette)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None


def _end(places: memoryview) -> int:
    """Where the last interaction ends; they lie in order."""
    offset, own, body, rest, _, _ = PLACE.unpack_from(places, len(places) - PLACE.size)
    return int(offset + own + body + rest)


def _read_head(file: IO[bytes]) -> tuple[_Head, int]:
    """The head and where the interactions begin. Raises ValueError where it is damaged."""
    if file.read(len(MAGIC)) != MAGIC:
        raise ValueError("not an index")
    length, checksum = int.from_bytes(file.read(8), "big"), file.read(16)
    if length > os.fstat(file.fileno()).st_size:
        raise ValueError("cut short")
    packed = file.read(length)
    if hashlib.blake2b(packed, digest_size=16).digest() != checksum:
        raise ValueError("damaged")
    return _decode_head(packed), file.tell()


# --- building --------------------------------------------------------------------------------------------------------


def _build(
    path: Path,
    file: Path,
    summariser: Summariser | None,
    summary_version: str,
    progress: Progress | None,
) -> Index:
    data = read_bytes(path)
    reading = Reading([], len(data))
    places = bytearray()
    routes: list[tuple[str, str, str]] = []
    asked = Asked()
    stored: list[tuple[str, int]] = []
    with tempfile.TemporaryFile() as blobs:
        offset = 0
        for interaction in read(path, data, reading, progress):
            own = summariser.add(interaction) if summariser else b""
            body, rest = pack(interaction)
            blobs.write(own + body + rest)
            places += PLACE.pack(offset, len(own), len(body), len(rest), zlib.crc32(own + body), zlib.crc32(rest))
            offset += len(own) + len(body) + len(rest)
            asked.add(interaction.request)
            bodies = (interaction.request.body, interaction.response.body)
            stored.extend((body.sha256, body.size) for body in bodies if isinstance(body, StoredBody))
            routes.extend((route.name, route.service, route.upstream) for route in interaction.routes)
        head = _Head(
            hashlib.sha256(data).digest(),
            summary_version,
            tuple(reading.notes),
            reading.whole_bytes,
            tuple(dict.fromkeys(routes)),
            asked.beginnings(),
            tuple(dict.fromkeys(stored)),
            memoryview(places),
            memoryview(summariser.close() if summariser else b""),
        )
        del data
        packed = _encode(head)
        with suppress(OSError):  # a folder that cannot be written has no index; the next start reads the YAML again
            _write(file, packed, blobs, path.stat().st_mode & 0o666)
        blobs.flush()
        return Index(head, blobs, 0, path)


def _write(file: Path, packed: bytes, blobs: IO[bytes], mode: int) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as out:
            os.fchmod(descriptor, mode)  # as readable as the YAML beside it
            checksum = hashlib.blake2b(packed, digest_size=16).digest()
            out.write(MAGIC + len(packed).to_bytes(8, "big") + checksum + packed)
            blobs.seek(0)
            while chunk := blobs.read(CHUNK):
                out.write(chunk)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
