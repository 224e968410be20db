"""What clients upload while a recording is replayed: kept for as long as its session may be asked for it.

Small bodies stay in memory, others in files, which the edge has spooled already. Checksums of large ones are worked out
beside the event loop. What the data means for answers is said in `matchers.sessions.checksums`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from functools import partial
from io import BytesIO
from typing import IO, BinaryIO
from urllib.parse import unquote

import msgspec
from msgspec.structs import replace

from cloudtape.cassettes.blob_store import BlobError, BlobStore, Writing
from cloudtape.cassettes.blobs import CHUNK, Blob, Content
from cloudtape.cassettes.errors import BodyMissing
from cloudtape.cassettes.files.stored import verified
from cloudtape.cassettes.json_text import JsonError, json_as
from cloudtape.cassettes.messages import Body, Headers, Interaction, Request, Response, StoredBody, header
from cloudtape.errors import UploadNotKept
from cloudtape.matchers.recordings.summary import own_id
from cloudtape.matchers.requests.content import LARGEST_DOCUMENT, MANIFEST, MULTIPART, address_of, files_in, is_archive
from cloudtape.matchers.requests.things import ACCOUNT, Thing, thing_of
from cloudtape.matchers.sessions.checksums import live_checksums
from cloudtape.matchers.sessions.uploads import CHECKSUM, Upload, Uploads, Write, joined_etag, part_of

LARGE = 1024 * 1024
"""Bytes whose checksums are not worked out on the event loop."""
COPIES, REMOVES = "COPY", "DELETE"


class Segment(msgspec.Struct):
    """Of a static large object, as its manifest tells it."""

    path: str
    range: str | None = None


SEGMENTS = msgspec.json.Decoder(list[Segment])


class RecordedBlob(Blob):
    """A body in a file, which is not given before all of it was found to be what its name says.

    Raises BodyMissing; while it is sent, a ConnectionError.
    """

    __slots__ = ("_body",)

    def __init__(self, body: StoredBody) -> None:
        super().__init__(body.size, {"sha256": body.sha256})
        self._body = body

    def open(self) -> BinaryIO:
        return verified(self._body)

    def read(self, start: int, stop: int) -> bytes:
        with self.open() as file:
            file.seek(start)
            return file.read(stop - start)

    async def chunks(self, start: int, stop: int) -> AsyncGenerator[bytes, None]:
        try:
            async with aclosing(super().chunks(start, stop)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except BodyMissing as error:
            raise ConnectionError(str(error)) from error


class Shelf:
    """Keeps the uploads of all sessions, each until its session is forgotten."""

    def __init__(self) -> None:
        self._store = BlobStore()

    def close(self) -> None:
        """Removes all files."""
        self._store.close()

    def is_changed(self, uploads: Uploads, request: Request, is_upload: bool) -> bool:
        """Whether a request may change what is where."""
        return is_upload or (bool(uploads) and request.method in ("PUT", COPIES, REMOVES) and "AUTH_" in request.uri)

    def concerns(self, uploads: Uploads, request: Request) -> bool:
        """Whether an answer may be another one for what was uploaded."""
        return uploads.differ or (bool(uploads) and header(request.headers, "range") is not None)

    async def note(self, uploads: Uploads, position: int, recorded: Interaction, request: Request) -> None:
        """Take in what a replayed write did. Raises UploadNotKept."""
        if recorded.response.status >= 300:
            return
        note = partial(self._note_new, uploads, position, recorded, request)
        try:
            if _size(request.body) > LARGE:
                await asyncio.to_thread(note)
            else:
                note()
        except BlobError as error:
            raise UploadNotKept(str(error)) from error

    @staticmethod
    def renew(read: Callable[[int], Interaction], uploads: Uploads) -> None:
        """Work out what is where again, since writes have changed places."""
        uploads.begin_again()
        for position, write in uploads.writes.items():
            _note(uploads, position, read(position), write)

    async def told(
        self, uploads: Uploads, recorded: Request, request: Request, response: Response
    ) -> tuple[Response, Body | None]:
        """An answer with this session's checksums and sizes, and the body to be given instead of it, if any."""
        tell = partial(live_checksums, uploads, recorded, header(request.headers, "range"), response)
        response, data = await asyncio.to_thread(tell) if uploads.largest > LARGE else tell()
        assert data is None or isinstance(data, Content)
        return response, None if data is None else data.body()

    def _note_new(self, uploads: Uploads, position: int, recorded: Interaction, request: Request) -> None:
        write = Write(replace(request, body=b""), self._data(recorded, request), tuple(self._files(request)), {})
        uploads.writes[position] = write
        _note(uploads, position, recorded, write)

    def _data(self, recorded: Interaction, request: Request) -> Content | None:
        body = request.body
        if not body:
            return None
        if _are_same(recorded.request.body, body):
            return _content(recorded.request.body)
        if isinstance(body, StoredBody):
            return Content.of(self._store.share(body))
        assert isinstance(body, bytes)
        return Content.of(self._written(BytesIO(body)))

    def _files(self, request: Request) -> Iterator[tuple[str, Content]]:
        if _is_of_files(request):
            yield from ((name, Content.of(self._written(file))) for name, file in files_in(request))

    def _written(self, file: IO[bytes]) -> Blob:
        writing = Writing(self._store, ())
        try:
            while chunk := file.read(CHUNK):
                writing.write(chunk)
            return writing.finish()
        except BaseException:
            writing.discard()
            raise


# --- writes ----------------------------------------------------------------------------------------------------------


def _note(uploads: Uploads, position: int, recorded: Interaction, write: Write) -> None:
    request = write.request
    place, live = thing_of(recorded.request.uri), thing_of(request.uri)
    if not ACCOUNT.search(place.family):
        upload = _upload(position, recorded, write, "")
        for item in filter(None, (place.item, own_id(recorded.response.body))):
            uploads.put(Thing(place.family, item), live.item, upload)
    elif _is_of_files(request):
        _put_files(uploads, place, live, recorded, write)
    elif request.method == REMOVES:
        uploads.forget(place)
    elif request.method == COPIES:
        there = _named(place, recorded.request.headers, "destination")
        uploads.copy(place, there, _named(live, request.headers, "destination").item)
    elif header(request.headers, "x-copy-from"):
        uploads.copy(_named(place, recorded.request.headers, "x-copy-from"), place, live.item)
    elif MANIFEST.search(address_of(request.uri)[1]):
        _put_manifest(uploads, place, live, recorded, write)
    elif request.method == "PUT" and write.data:
        uploads.put(place, live.item, _upload(position, recorded, write, _etag_in(recorded.response)))
    else:
        uploads.forget(place)


def _put_files(uploads: Uploads, place: Thing, live: Thing, recorded: Interaction, write: Write) -> None:
    """Several files in one request: an archive, a form. They are objects below the path."""
    old_files = ((name, _content(file.read())) for name, file in files_in(recorded.request))
    for (old_name, old), (new_name, new) in zip(old_files, write.files, strict=False):
        is_same = old.digest("sha256") == new.digest("sha256")
        upload = Upload(new if is_same else old, new, (old.digest("md5"), new.digest("md5")))
        uploads.put(Thing(place.family, _below(place.item, old_name)), _below(live.item, new_name), upload)


def _put_manifest(uploads: Uploads, place: Thing, live: Thing, recorded: Interaction, write: Write) -> None:
    """A static large object: its segments one after the other, where all of them are known."""
    uploads.forget(place)
    old, new = _segments(_content(recorded.request.body)), _segments(write.data)
    found = [uploads.at(Thing(place.family, unquote(one.path).strip("/"))) for one in old]
    known = [one for one in found if one and one.etags]
    if not known or len(known) < len(old) or len(old) != len(new):
        return
    before, after = Content(), Content()
    for one, is_there, will_be in zip(known, old, new, strict=True):
        assert isinstance(one.recorded, Content)
        assert isinstance(one.live, Content)
        before, after = before + _part(one.recorded, is_there), after + _part(one.live, will_be)
    etags = _etag_in(recorded.response) or _etag(known, 0, old), _etag(known, 1, new)
    before = before if any(one.differs for one in known) else after
    uploads.put(place, live.item, Upload(before, after, etags))


def _upload(position: int, recorded: Interaction, write: Write, etag: str) -> Upload:
    """`etag` is that of the recorded data as the answer told it, where it did."""
    if position not in write.made:
        write.made[position] = _compared(recorded, write, etag)
    return write.made[position]


def _compared(recorded: Interaction, write: Write, etag: str) -> Upload:
    before, after = _content(recorded.request.body), write.data or Content()
    if before.size == after.size and before.digest("sha256") == after.digest("sha256"):
        return Upload(after, after, (etag, etag) if etag else None)
    # What was recorded is not what was sent where a secret or a content coding was removed.
    is_other = any(one.startswith("request.body") for one in recorded.scrubbed) or _is_coded(write.request, recorded)
    etag = etag or ("" if is_other else before.digest("md5"))
    return Upload(before, after, (etag, after.digest("md5")) if etag else None, is_other)


def _is_of_files(request: Request) -> bool:
    content_type = header(request.headers, "content-type") or ""
    return is_archive(request) or (content_type.startswith(MULTIPART) and "AUTH_" in request.uri)


def _size(body: Body) -> int:
    return len(body) if isinstance(body, bytes) else body.size if isinstance(body, StoredBody) else 0


def _are_same(one: Body, other: Body) -> bool:
    if isinstance(one, StoredBody) and isinstance(other, StoredBody):
        return one.sha256 == other.sha256
    if isinstance(one, bytes) and isinstance(other, bytes):
        return one == other
    return _size(one) == _size(other) and _content(one).digest("sha256") == _content(other).digest("sha256")


def _content(body: Body) -> Content:
    """A body that is kept elsewhere."""
    if isinstance(body, StoredBody):
        return Content.of(RecordedBlob(body))
    assert isinstance(body, bytes)
    return Content.of(Blob(len(body), {}, body))


def _is_coded(request: Request, recorded: Interaction) -> bool:
    coding = "content-encoding"
    return bool(header(request.headers, coding)) and not header(recorded.request.headers, coding)


def _etag_in(response: Response) -> str:
    etag = (header(response.headers, "etag") or "").strip('"')
    return etag if CHECKSUM.fullmatch(etag) else ""


def _named(place: Thing, headers: Headers, name: str) -> Thing:
    """What a header of a copy names (Object Storage API v1), maybe in another account."""
    account = header(headers, f"{name}-account")
    family = f"{place.family.rpartition('/')[0]}/{account}" if account else place.family
    return Thing(family, unquote(header(headers, name) or "").strip("/"))


def _below(path: str, name: str) -> str:
    """Where a file of a form or an archive becomes an object: names continue a path as they are."""
    return f"{path}/{name}" if path and "/" not in path else f"{path}{name}"


def _segments(manifest: Content | None) -> list[Segment]:
    try:
        data = manifest.read(0, min(manifest.size, LARGEST_DOCUMENT)) if manifest else b"[]"
        return json_as(SEGMENTS, data)
    except (JsonError, OSError):
        return []


def _part(data: Content, segment: Segment) -> Content:
    part = part_of(f"bytes={segment.range}", data.size) if segment.range else None
    return data.slice(*part) if part else data


def _etag(uploads: list[Upload], side: int, segments: list[Segment]) -> str:
    """The ETag of a large object: `side` is 0 for that of the recorded data, 1 for that of the live data."""
    etags = [one.etags[side] for one in uploads if one.etags]
    pairs = zip(etags, segments, strict=True)
    return joined_etag(f"{etag}:{one.range};" if one.range else etag for etag, one in pairs)
