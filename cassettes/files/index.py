"""The compiled index of a cassette: a cache of ours (`index_cache` says where), never a part of the cassette.

    magic │ length and checksum of the head │ head │ interactions, each in three pieces
                                              │      └ what the summariser says of it, its answer's body, the rest
                                              └ digest of the YAML, versions, notes, routes, places and
                                                checksums of the interactions, summary

It is never trusted over the YAML: the head names the digest of the YAML's whole content, and head and interactions
carry checksums of their own. Only what this user wrote is read at all, and still every offset, length and name in it is
checked. Whatever does not fit is made again.
"""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
import weakref
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Protocol

import msgspec

from cloudtape.cassettes.errors import CassetteFormatError
from cloudtape.cassettes.files import index_cache
from cloudtape.cassettes.files.asked import Asked
from cloudtape.cassettes.files.bodies import folder_of
from cloudtape.cassettes.files.decoding import is_stored
from cloudtape.cassettes.files.limits import LARGEST_INTERACTION, MIB, MOST_REPEATED, MOST_ROUTES
from cloudtape.cassettes.files.packing import FAULTS, pack, unpack
from cloudtape.cassettes.files.yaml_reader import Progress, Reading, opened_file, read, read_bytes
from cloudtape.cassettes.messages import Interaction, Route, StoredBody

MAGIC = b"cloudtape index 9\n"
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


class Summaries(msgspec.Struct, frozen=True):
    """How a caller has a cassette summarised.

    `version` must change whenever a summariser would say something else. `fits` says whether what one is said to have
    said (`Summariser.close`) of so many interactions can be that: it may be a stranger's.
    """

    summariser: Callable[[], Summariser]
    version: str
    fits: Callable[[memoryview, int], bool] = lambda _summary, _size: True


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
        self._size = os.fstat(self._file).st_size
        weakref.finalize(self, os.close, self._file)

    def __len__(self) -> int:
        return len(self._places) // PLACE.size

    def interaction(self, at: int) -> Interaction:
        """The interaction at a position from 0."""
        offset, own, body, rest, checksum, rests = PLACE.unpack_from(self._places, at * PLACE.size)
        whole = self._piece(offset, own + body + rest)
        if zlib.crc32(whole[: own + body]) != checksum or zlib.crc32(whole[own + body :]) != rests:
            return self._again(at).interaction(at)
        try:
            return unpack(whole[own : own + body], whole[own + body :], at + 1, self._folder)
        except FAULTS:
            return self._again(at).interaction(at)

    def answer(self, at: int) -> tuple[bytes, bytes]:
        """What the summariser said of the interaction at a position from 0, and the body of its answer (empty where it
        lies in a file); cheaper than the whole interaction.
        """
        offset, own, body, _, checksum, _ = PLACE.unpack_from(self._places, at * PLACE.size)
        found = self._piece(offset, own + body)
        if len(found) != own + body or zlib.crc32(found) != checksum:
            return self._again(at).answer(at)
        return found[:own], found[own:]

    def _piece(self, offset: int, length: int) -> bytes:
        """Some bytes behind the head; none where the file has not so many."""
        start = self._start + offset
        return os.pread(self._file, length, start) if start + length <= self._size else b""

    def _again(self, at: int) -> Index:
        """The index itself, made again because an interaction is damaged."""
        fresh = self.rebuild() if self.rebuild else None
        if fresh is None or len(fresh) != len(self):
            raise CassetteFormatError(self._path, "changed while it was in use", f"interaction {at + 1}")
        self._file, self._start, self._size = os.dup(fresh._file), fresh._start, fresh._size
        self.rebuild = None
        weakref.finalize(self, os.close, self._file)
        self._places = fresh._places
        return self


def opened(path: Path, summaries: Summaries | None, progress: Progress | None, cached: bool) -> Index:
    """The index of a cassette: the one in the cache where it fits, else a new one. Raises CassetteError.

    `cached` False: the YAML is read, whatever is in the cache, and nothing is left there.
    """
    if not cached:
        return _build(path, summaries, progress, cached)
    digest, size = _digest_of(path)
    for file in index_cache.found(digest, summaries.version if summaries else None):
        with file:
            found = _read(file, path, digest, size, summaries)
        if found is not None:
            found.rebuild = partial(_build, path, summaries, progress, cached)
            return found
    return _build(path, summaries, progress, cached)


def _digest_of(path: Path) -> tuple[bytes, int]:
    """A digest of the whole file, in little memory, and its length."""
    sha, size = hashlib.sha256(), 0
    with opened_file(path) as file:
        while chunk := file.read(CHUNK):
            sha.update(chunk)
            size += len(chunk)
    return sha.digest(), size


# --- reading ---------------------------------------------------------------------------------------------------------


def _read(file: IO[bytes], cassette: Path, digest: bytes, size: int, summaries: Summaries | None) -> Index | None:
    """The index in a file, or None where it is damaged, or of another YAML or version. `size`: bytes of the YAML."""
    try:
        head, start = _read_head(file)
        if head.yaml_digest != digest or not _is_sound(head, size):
            return None
        if summaries:
            count = len(head.places) // PLACE.size
            if head.summary_version != summaries.version or not summaries.fits(head.summary, count):
                return None
        end = _end(head.places)
        return Index(head, file, start, cassette) if start + end <= os.fstat(file.fileno()).st_size else None
    except (OSError, ValueError, OverflowError, msgspec.MsgspecError):
        return None


def _is_sound(head: _Head, size: int) -> bool:
    """Whether what a head says of a YAML of so many bytes can be: names of files, lengths."""
    whole_places = len(head.places) % PLACE.size == 0
    return whole_places and 0 <= head.whole_bytes <= size and all(is_stored(*body) for body in head.stored)


def _end(places: memoryview) -> int:
    """Where the last interaction ends; they lie in order. Each is looked at when it is asked for."""
    if not places:
        return 0
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


def _build(path: Path, summaries: Summaries | None, progress: Progress | None, cached: bool) -> Index:
    data = read_bytes(path)
    reading = Reading([], len(data))
    summariser = summaries.summariser() if summaries else None
    places = bytearray()
    routes: dict[tuple[str, str, str], None] = {}
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
            routes.update(((route.name, route.service, route.upstream), None) for route in interaction.routes)
            if why := _too_much(len(routes), len(asked), offset, len(data)):
                raise CassetteFormatError(path, why, f"interaction {interaction.ordinal}")
        head = _Head(
            hashlib.sha256(data).digest(),
            summaries.version if summaries else "",
            tuple(reading.notes),
            reading.whole_bytes,
            tuple(routes),
            asked.beginnings(),
            tuple(dict.fromkeys(stored)),
            memoryview(places),
            memoryview(summariser.close() if summariser else b""),
        )
        del data
        if cached:
            index_cache.keep(head.yaml_digest, head.summary_version, partial(_write, _encode(head), blobs))
        blobs.flush()
        return Index(head, blobs, 0, path)


def _too_much(routes: int, origins: int, size: int, of: int) -> str:
    """Why no more is read, of which an alias can make any number; else empty."""
    if max(routes, origins) > MOST_ROUTES:
        return f"the cassette has more than {MOST_ROUTES} {'routes' if routes > MOST_ROUTES else 'hosts'}"
    most = LARGEST_INTERACTION + MOST_REPEATED * of
    return f"what its aliases repeat adds up to more than {most // MIB} MiB" if size > most else ""


def _write(packed: bytes, blobs: IO[bytes], out: IO[bytes]) -> None:
    checksum = hashlib.blake2b(packed, digest_size=16).digest()
    out.write(MAGIC + len(packed).to_bytes(8, "big") + checksum + packed)
    blobs.seek(0)
    while chunk := blobs.read(CHUNK):
        out.write(chunk)
