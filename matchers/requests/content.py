"""What the body of a request is, and how it is told in one canonical text, whatever its spelling.

    json       its value
    form       name and value of each pair (application/x-www-form-urlencoded)
    parts      name, file name, media type and content of each part (multipart/form-data), whatever the boundary
    lines      the paths that it names, one a line (bulk deletes)
    archive    its bytes, and the paths of the files in it (bulk uploads)
    bytes      data that somebody keeps: an object, an image. Digest and size: other ones are another upload
    text       a document in no form that is read here (XML, YAML, torn JSON): compared by its digest

A content coding (RFC 9110, 8.4) is removed first; one that nobody knows leaves the bytes as they are. Which places take
data whatever the media type says, are the rows of `DATA`.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import IO, Any, cast
from urllib.parse import unquote, unquote_plus

import msgspec
from msgspec.structs import replace
from multipart import MultipartError  # type: ignore[import-untyped]

from cloudtape.cassettes import json_text
from cloudtape.cassettes.content import ContentError, decoded, is_textual
from cloudtape.cassettes.errors import BodyMissing
from cloudtape.cassettes.files import stored
from cloudtape.cassettes.json_text import JsonError
from cloudtape.cassettes.messages import Request, StoredBody, header
from cloudtape.matchers.requests.parts import opened, parser, parts_of

Pairs = tuple[tuple[str, str], ...]


class Sort(StrEnum):
    JSON = "json"
    FORM = "form"
    PARTS = "parts"
    LINES = "lines"
    ARCHIVE = "archive"
    BYTES = "bytes"
    TEXT = "text"


class Place(msgspec.Struct, frozen=True):
    """Requests that are told by method and address; `path` and `query` are looked for, `unless` is not in the query."""

    methods: frozenset[str]
    path: re.Pattern[str]
    query: re.Pattern[str] = re.compile("")
    unless: re.Pattern[str] = re.compile(r"(?!)")

    def fits(self, method: str, path: str, query: str) -> bool:
        if method not in self.methods or not self.path.search(path):
            return False
        return bool(self.query.search(query)) and not self.unless.search(query)


MANIFEST = re.compile(r"(^|&)multipart-manifest=put(&|$)")
PUT, BULK = frozenset({"PUT"}), frozenset({"POST", "DELETE"})
ACCOUNT = re.compile(r"/v1(\.0)?/AUTH_[^/]+")
ARCHIVES = re.compile(r"(?:^|&)extract-archive=(tar(?:\.gz|\.bz2)?)(?:&|$)", re.IGNORECASE)
# Object Storage API v1: an archive of objects, what to delete, an object that is no manifest.
ARCHIVE = Place(PUT, ACCOUNT, ARCHIVES)
LINES = Place(BULK, ACCOUNT, re.compile(r"(^|&)bulk-delete(&|=|$)"))
DATA = (
    Place(PUT, re.compile(ACCOUNT.pattern + "/[^/]+/."), unless=MANIFEST),
    Place(PUT, re.compile(r"/v2/images/[^/]+/(file|stage)$")),  # Image API v2
)

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
OPAQUE = re.compile(r"application/octet-stream|(image|audio|video)/", re.IGNORECASE)
DOCUMENT = re.compile(r"[^;]*(json|xml|yaml|html|javascript)", re.IGNORECASE)
FLOAT = re.compile(rb"\d[.eE]")
LARGEST_DOCUMENT = 8 * 1024 * 1024
LARGEST_UNPACKED = 16 * 1024 * 1024
MOST_MEMBERS = 10_000
OPENERS: dict[str, Callable[[IO[bytes]], IO[bytes]]] = {
    "tar": lambda stream: stream,
    "tar.gz": lambda stream: cast("IO[bytes]", gzip.GzipFile(fileobj=stream)),
    "tar.bz2": lambda stream: cast("IO[bytes]", bz2.BZ2File(stream)),
}
UPLOADS = (b"bytes:", b"archive:", b"parts:")


def is_upload(content: bytes) -> bool:
    """Whether a canonical content may hold data that is kept."""
    return content.startswith(UPLOADS)


def readable(request: Request) -> Request:
    """The request without content coding, and with its body in memory where that is a document."""
    if header(request.headers, "content-encoding"):
        request = _decoded(request)
    body = request.body
    if isinstance(body, StoredBody) and body.size <= LARGEST_DOCUMENT and not _is_kept(request):
        content_type = header(request.headers, "content-type")
        if is_textual(content_type) or not (content_type and OPAQUE.match(content_type)):
            return _in_memory(request, body)
    return request


def _decoded(request: Request) -> Request:
    body = request.body
    size = body.size if isinstance(body, StoredBody) else len(body) if isinstance(body, bytes) else 0
    if size > LARGEST_UNPACKED:
        return request
    try:
        whole = _in_memory(request, body) if isinstance(body, StoredBody) else request
        return decoded(whole, limit=LARGEST_UNPACKED if _is_kept(request) else LARGEST_DOCUMENT)
    except ContentError:
        return request


def _in_memory(request: Request, body: StoredBody) -> Request:
    try:
        return replace(request, body=stored.content(body))
    except (BodyMissing, OSError):  # whoever needs it says that it is missing
        return request


def is_archive(request: Request) -> bool:
    return ARCHIVE.fits(request.method, *address_of(request.uri))


def address_of(uri: str) -> tuple[str, str]:
    path, _, query = uri.partition("?")
    return path, query


def _is_kept(request: Request) -> bool:
    path, query = address_of(request.uri)
    return is_archive(request) or any(one.fits(request.method, path, query) for one in DATA)


def content_of(request: Request) -> bytes:
    """`json:…`, `bytes:DIGEST:SIZE` and so on, see above; empty for no body. Never raises.

    The request is one from `readable`.
    """
    body = request.body
    if not body:
        return b""
    path, query = address_of(request.uri)
    if ARCHIVE.fits(request.method, path, query):
        return _told(Sort.ARCHIVE, {"bytes": digest_of(body), "names": names_in(request)})
    if any(one.fits(request.method, path, query) for one in DATA):
        return f"bytes:{digest_of(body)}".encode()
    content_type = header(request.headers, "content-type") or ""
    if content_type.startswith(MULTIPART) and (parts := parts_of(body, content_type)):
        return _told(Sort.PARTS, parts)
    if not isinstance(body, bytes):
        return _unread(body, content_type)
    if LINES.fits(request.method, path, query):
        return _told(Sort.LINES, paths_in(body))
    if content_type.startswith(FORM):
        return _told(Sort.FORM, pairs_of(body.decode("utf-8", "surrogateescape")))
    if not OPAQUE.match(content_type) and (body[:1] in b"{[" or body.lstrip()[:1] in b"{["):
        try:
            return b"json:" + msgspec.json.encode(json_value(body), order="deterministic")
        except JsonError:
            return f"text:{digest_of(body)}".encode()
    return _unread(body, content_type)


def _unread(body: object, content_type: str) -> bytes:
    sort = Sort.TEXT if DOCUMENT.match(content_type) else Sort.BYTES
    return f"{sort}:{digest_of(body)}".encode()


def _told(sort: Sort, value: Any) -> bytes:
    text = msgspec.json.encode(_printable(value), order="deterministic")
    return f"{sort}:".encode() + text


def _printable(value: Any) -> Any:
    """Without what is no text (names in another encoding than UTF-8)."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if isinstance(value, dict):
        return {name: _printable(member) for name, member in value.items()}
    return [_printable(item) for item in value] if isinstance(value, list | tuple) else value


def digest_of(body: object) -> str:
    """SHA-256 and size."""
    if isinstance(body, StoredBody):
        return f"{body.sha256}:{body.size}"
    assert isinstance(body, bytes), "a stream is compared when it has been read"
    return f"{hashlib.sha256(body).hexdigest()}:{len(body)}"


# --- JSON, forms -----------------------------------------------------------------------------------------------------


def pairs_of(query: str) -> Pairs:
    """A query or form as sorted pairs; repeated names stay, a name without `=` has the value ''."""
    if not query:
        return ()
    pairs = (part.partition("=") for part in query.split("&") if part)
    return tuple(sorted((unquote_plus(name), unquote_plus(value)) for name, _, value in pairs))


def json_value(body: bytes) -> Any:
    """The value of a JSON text, in which 1.0 is 1. Raises JsonError."""
    value = json_text.json_value(body)
    return _whole(value) if FLOAT.search(body) else value


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_whole(member) for member in value]
    return value


# --- bulk requests ---------------------------------------------------------------------------------------------------


def paths_in(body: bytes) -> list[str]:
    """What a bulk delete names: `container/object`, percent-encoded, one a line."""
    lines = body.decode("utf-8", "surrogateescape").split("\n")
    return [unquote(line.strip(), errors="surrogateescape").strip("/") for line in lines if line.strip()]


def files_in(request: Request) -> Iterator[tuple[str, IO[bytes]]]:
    """The files that a bulk upload or a form brings along: path and content, each to be read before the next."""
    body, (_, query) = request.body, address_of(request.uri)
    try:
        with opened(body) as stream:
            if kind := ARCHIVES.search(query):
                form = kind[1].lower()
                plain = OPENERS[form](stream)
                limited = plain if form == "tar" else _Limited(plain)
                with tarfile.open(fileobj=limited, mode="r:" if form == "tar" else "r|") as archive:  # type: ignore[call-overload]
                    yield from _files(archive)
            else:
                for part in parser(stream, header(request.headers, "content-type") or ""):
                    if part.filename:
                        yield part.filename, part.file
    except (tarfile.TarError, zlib.error, EOFError, OSError, MultipartError, ValueError):
        return


class _Limited:
    """A file of which only so much is read: what is packed in little may be without end."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._left = file, LARGEST_UNPACKED

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise EOFError("the archive is too large")
        return data


def _files(archive: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for number, one in enumerate(archive):
        file = archive.extractfile(one) if number < MOST_MEMBERS and one.isfile() else None
        if file:
            yield one.name.removeprefix("./").strip("/"), file


def names_in(request: Request) -> list[str]:
    """The paths below an account that a bulk request names in its body."""
    path, query = address_of(request.uri)
    if isinstance(request.body, bytes) and LINES.fits(request.method, path, query):
        return paths_in(request.body)
    return [name for name, _ in files_in(request)] if is_archive(request) else []
