"""The compiled index beside a cassette: `servers.yaml.index`.

    magic │ length and checksum of the head │ head │ interactions, each as msgpack
                                              └ digest of the YAML, versions, notes, routes,
                                                places and checksums of the interactions, summaries

It is never trusted over the YAML: the head names the digest of the YAML's whole content, and head and interactions
carry checksums of their own. Whatever does not fit is made again.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import tempfile
import zlib
from array import array
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol

import msgspec

from cloudtape.cassettes.bodies import folder_of
from cloudtape.cassettes.errors import CassetteFormatError, CassetteNotFound
from cloudtape.cassettes.messages import Headers, Interaction, Request, Response, Route, StoredBody
from cloudtape.cassettes.yaml_reader import Progress, Reading, read, read_bytes

MAGIC = b"cloudtape index 3\n"
CHUNK = 1024 * 1024


class _File(msgspec.Struct, array_like=True, frozen=True):
    sha256: str
    size: int


class _Compiled(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An interaction as plain data.

    `bytewise`: some header holds bytes that are no UTF-8, so all of them stand as one character for each byte.
    """

    status: int
    reason: str
    response_headers: Headers
    response_body: bytes | _File
    method: str
    uri: str
    route: str
    request_headers: Headers
    request_body: bytes | _File
    recorded_at: str
    elapsed: float
    operation: str
    scrubbed: tuple[str, ...]
    routes: tuple[tuple[str, str, str], ...]
    bytewise: bool


class _Head(msgspec.Struct, array_like=True, frozen=True):
    yaml_digest: bytes
    summary_version: str
    notes: tuple[str, ...]
    whole_bytes: int
    routes: tuple[tuple[str, str, str], ...]
    stored: tuple[tuple[str, int], ...]
    """(SHA-256, size) of each body file."""
    places: bytes
    """(offset, length, crc32) of each interaction behind the head, as unsigned 64-bit numbers."""
    summaries: list[Any]
    columns: bytes
    """What the summariser said at the end."""


class Summariser(Protocol):
    """What a caller wants to know of a cassette without reading its interactions; made anew for each reading."""

    def add(self, interaction: Interaction) -> Any:
        """What is kept of one interaction, as plain data; they come in order."""

    def close(self) -> bytes:
        """What is kept of all of them together."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Compiled).decode
_decode_head = msgspec.msgpack.Decoder(_Head).decode


class Index:
    """An open index. `rebuild` makes it again when an interaction turns out to be damaged."""

    def __init__(self, head: _Head, blobs: mmap.mmap | bytes, start: int, path: Path) -> None:
        self.notes, self.whole_bytes = head.notes, head.whole_bytes
        self.summaries, self.columns = head.summaries, head.columns
        self.routes = tuple(Route(*route) for route in head.routes)
        self.stored = tuple(StoredBody(folder_of(path) / sha256, size, sha256) for sha256, size in head.stored)
        self.rebuild: Callable[[], Index] | None = None
        self._places = array("Q", head.places)
        self._blobs, self._start = blobs, start
        self._folder = folder_of(path)
        self._path = path

    def __len__(self) -> int:
        return len(self._places) // 3

    def interaction(self, at: int) -> Interaction:
        """The interaction at a position from 0."""
        offset, length, checksum = self._places[3 * at : 3 * at + 3]
        blob = self._blobs[self._start + offset : self._start + offset + length]
        if zlib.crc32(blob) != checksum:
            return self._again(at)
        return _expanded(_decode(blob), at + 1, self._folder)

    def _again(self, at: int) -> Interaction:
        if self.rebuild is None:
            raise CassetteFormatError(self._path, "changed while it was in use", f"interaction {at + 1}")
        fresh = self.rebuild()
        if len(fresh) != len(self):
            raise CassetteFormatError(self._path, "changed while it was in use", f"interaction {at + 1}")
        self._blobs, self._start, self._places, self.rebuild = fresh._blobs, fresh._start, fresh._places, None
        return self.interaction(at)


def opened(
    path: Path, summariser: Callable[[], Summariser] | None, summary_version: str, progress: Progress | None
) -> Index:
    """The index of a cassette: the one beside it where it fits, else a new one. Raises CassetteError."""
    file = path.with_name(path.name + ".index")
    digest = _digest_of(path)
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
            places = array("Q", head.places)
            if places and start + max(map(sum, zip(places[0::3], places[1::3], strict=True))) > size:
                return None
            blobs = mmap.mmap(opened_file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
    return Index(head, blobs, start, cassette)


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


def _expanded(compiled: _Compiled, ordinal: int, folder: Path) -> Interaction:
    asked, answered = compiled.request_headers, compiled.response_headers
    if compiled.bytewise:
        asked, answered = _from_bytes(asked), _from_bytes(answered)
    return Interaction(
        Request(
            compiled.method,
            compiled.uri,
            asked,
            _body(compiled.request_body, folder),
            compiled.route,
        ),
        Response(
            compiled.status,
            compiled.reason,
            answered,
            _body(compiled.response_body, folder),
        ),
        ordinal,
        compiled.recorded_at,
        compiled.elapsed,
        compiled.operation,
        compiled.scrubbed,
        tuple(Route(*route) for route in compiled.routes),
    )


def _body(body: bytes | _File, folder: Path) -> bytes | StoredBody:
    return body if isinstance(body, bytes) else StoredBody(folder / body.sha256, body.size, body.sha256)


def _from_bytes(headers: Headers) -> Headers:
    return tuple((_text(name), _text(value)) for name, value in headers)


def _text(bytewise: str) -> str:
    return bytewise.encode("latin-1").decode("utf-8", "surrogateescape")


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
    places = array("Q")
    summaries: list[Any] = []
    routes: list[tuple[str, str, str]] = []
    stored: list[tuple[str, int]] = []
    with tempfile.TemporaryFile() as blobs:
        offset = 0
        for interaction in read(path, data, reading, progress):
            blob = _encode(_compiled(interaction))
            blobs.write(blob)
            places.extend((offset, len(blob), zlib.crc32(blob)))
            offset += len(blob)
            summaries.append(summariser.add(interaction) if summariser else None)
            bodies = (interaction.request.body, interaction.response.body)
            stored.extend((body.sha256, body.size) for body in bodies if isinstance(body, StoredBody))
            routes.extend((route.name, route.service, route.upstream) for route in interaction.routes)
        head = _Head(
            hashlib.sha256(data).digest(),
            summary_version,
            tuple(reading.notes),
            reading.whole_bytes,
            tuple(dict.fromkeys(routes)),
            tuple(dict.fromkeys(stored)),
            places.tobytes(),
            summaries,
            summariser.close() if summariser else b"",
        )
        del data
        packed = _encode(head)
        with suppress(OSError):  # a folder that cannot be written has no index; the next start reads the YAML again
            _write(file, packed, blobs)
        blobs.seek(0)
        held: mmap.mmap | bytes = mmap.mmap(blobs.fileno(), 0, access=mmap.ACCESS_READ) if offset else b""
    # As another process will read them: summaries come back as lists, never as what `add` returned.
    return Index(_decode_head(packed), held, 0, path)


def _write(file: Path, packed: bytes, blobs: IO[bytes]) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as out:
            checksum = hashlib.blake2b(packed, digest_size=16).digest()
            out.write(MAGIC + len(packed).to_bytes(8, "big") + checksum + packed)
            blobs.seek(0)
            while chunk := blobs.read(CHUNK):
                out.write(chunk)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _compiled(interaction: Interaction) -> _Compiled:
    request, response = interaction.request, interaction.response
    asked, answered = request.headers, response.headers
    bytewise = not (_is_text(asked) and _is_text(answered))
    if bytewise:
        asked, answered = _to_bytes(asked), _to_bytes(answered)
    return _Compiled(
        response.status,
        response.reason,
        answered,
        _packed_body(response.body),
        request.method,
        request.uri,
        request.route,
        asked,
        _packed_body(request.body),
        interaction.recorded_at,
        interaction.elapsed,
        interaction.operation,
        interaction.scrubbed,
        tuple((route.name, route.service, route.upstream) for route in interaction.routes),
        bytewise,
    )


def _packed_body(body: Any) -> bytes | _File:
    return _File(body.sha256, body.size) if isinstance(body, StoredBody) else body


def _is_text(headers: Headers) -> bool:
    """Whether msgpack can hold the headers; what was no UTF-8 on the wire stands in them as surrogates."""
    try:
        for name, value in headers:
            name.encode()
            value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _to_bytes(headers: Headers) -> Headers:
    return tuple((_bytewise(name), _bytewise(value)) for name, value in headers)


def _bytewise(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("latin-1")
