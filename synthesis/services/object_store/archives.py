"""A tar archive whose files become objects: `PUT …?extract-archive=tar.gz` (swift/common/middleware/bulk.py)."""

from __future__ import annotations

import asyncio
import re
import tarfile
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import quote

from cloudtape.cassettes.blob_store import BlobError
from cloudtape.cassettes.blobs import CHUNK
from cloudtape.cassettes.messages import Stream
from cloudtape.synthesis.services.object_store.answers import Answer, Refusal, page, refuse, said
from cloudtape.synthesis.services.object_store.asks import Ask, Inner, is_text
from cloudtape.synthesis.services.object_store.bulk import line, report_type, reported, words
from cloudtape.synthesis.services.object_store.metadata import MAX_FILE_SIZE, is_metadata

COMPRESSIONS = {"tar": "", "tar.gz": "gz", "tar.bz2": "bz2"}
MAX_CONTAINERS = 10000
MAX_FAILED = 1000
MAX_PATH = 1024 + 256 + 2
XATTRS = ("SCHILY.xattr.user.", "LIBARCHIVE.xattr.user.")
"""Where tar programs keep extended attributes: a file's `mime_type` and `meta.NAME` become the object's."""

HEADER_NAME = re.compile(r"[^\x00-\x20:\x7f]+")


@dataclass(slots=True)
class Tally:
    created: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    failed_status: int = 400
    seen: set[str] = field(default_factory=set)
    new_containers: int = 0

    def fail(self, path: str, answer: Answer) -> None:
        self.failed.append((quote(path[:MAX_PATH], errors="surrogateescape"), answer.line))

    def facts(self) -> dict[str, object]:
        status, body = 201, ""
        if self.failed:
            status = self.failed_status
        elif not self.created:
            status, body = 400, "Invalid Tar File: No Valid Files"
        return {"Response Status": line(status), "Response Body": body, "Number Files Created": self.created}


async def archives(ask: Ask, inner: Inner) -> Answer:
    asked = ask.params.get("extract-archive")
    if asked is None or ask.method != "PUT":
        return await inner(ask)
    compression = COMPRESSIONS.get(asked.lower().strip("."))
    if compression is None:
        return said(400, "Unsupported archive format")
    media_type, tally = report_type(ask), Tally()
    try:
        if not media_type:
            raise refuse(406)
        await unpack(ask, inner, compression, tally)
        facts = tally.facts()
    except Refusal as refusal:
        facts = failed(tally, refusal.answer.status, words(refusal.answer))
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        if isinstance(error, ConnectionError):
            raise
        facts = failed(tally, 400, f"Invalid Tar File: {error}")
    return reported(media_type, facts, tally.failed, "extract")


def failed(tally: Tally, status: int, text: str) -> dict[str, object]:
    return {"Response Status": line(status), "Response Body": text, "Number Files Created": tally.created}


async def unpack(ask: Ask, inner: Inner, compression: str, tally: Tally) -> None:
    """Raises Refusal, and what tarfile raises."""
    if ask.has_no_length:
        raise refuse(411)
    if not ask.target.account:
        raise refuse(404)
    try:
        blob = await ask.state.blobs.keep(ask.body, ())
    except BlobError:
        raise refuse(413) from None
    with blob.open() as file, tarfile.open(mode=f"r|{compression}", fileobj=file) as archive:  # type: ignore[call-overload]
        # On a thread where it is packed: a little that becomes much must not hold up the others.
        call = asyncio.to_thread if compression else at_once
        members = iter(archive)
        while (member := await call(next, members, None)) is not None:
            if len(tally.failed) >= MAX_FAILED:
                return
            if member.isfile():
                await unpack_file(ask, inner, archive, member, tally, call)


async def at_once(function: Callable[..., Any], *given: Any) -> Any:
    """As `asyncio.to_thread`, without one."""
    return function(*given)


Run = Callable[..., Awaitable[Any]]


async def unpack_file(
    ask: Ask, inner: Inner, archive: tarfile.TarFile, member: tarfile.TarInfo, tally: Tally, call: Run
) -> None:
    base = "/".join(filter(None, [ask.target.container, ask.target.object])).rstrip("/")
    path = member.name.removeprefix("./").lstrip("/")
    path = f"{base}/{path}" if base else path
    container, slash, name = path.partition("/")
    if not slash:
        return None  # a file that would be an object outside of any container
    if not is_text(path):
        return tally.fail(path, page(412))
    if member.size > MAX_FILE_SIZE:
        return tally.fail(path, page(413))
    refused = await open_container(ask, inner, container, tally)
    reader = archive.extractfile(member)
    assert reader is not None
    answer = await inner(put_of(ask, container, name, member, chunks(reader, call)))
    if answer.is_success:
        tally.created += 1
        return None
    if refused is not None:
        tally.fail(f"/v1/{ask.target.account}/{container}", refused)
    tally.fail(path, answer)
    if answer.status == 401:
        raise Refusal(page(401))
    if answer.status >= 500:
        tally.failed_status = 502
    return None


def put_of(ask: Ask, container: str, name: str, member: tarfile.TarInfo, body: AsyncIterator[bytes]) -> Ask:
    kept = {
        key: value
        for key, value in ask.headers.items()
        if key in ("x-delete-at", "x-delete-after") or is_metadata("object", key)
    }
    put = ask.within("PUT", ask.target.to(container, name))
    headers = kept | {"content-length": str(member.size)} | attributes(member)
    return put.having(headers=headers, body=Stream(body, member.size))


async def chunks(reader: IO[bytes], call: Run) -> AsyncIterator[bytes]:
    while chunk := await call(reader.read, CHUNK):
        yield chunk


def attributes(member: tarfile.TarInfo) -> dict[str, str]:
    found = {}
    for key, value in member.pax_headers.items():
        kind = next((key.removeprefix(start) for start in XATTRS if key.startswith(start)), "")
        if kind == "mime_type":
            found["content-type"] = value
        elif kind.startswith("meta.") and HEADER_NAME.fullmatch(kind):
            found["x-object-meta-" + kind.removeprefix("meta.").lower()] = value
    return found


async def open_container(ask: Ask, inner: Inner, name: str, tally: Tally) -> Answer | None:
    """Make the container if it is not there; why it could not be made. Raises Refusal."""
    if name in tally.seen:
        return None
    tally.seen.add(name)
    target = ask.target.to(name)
    answer = await inner(ask.within("HEAD", target))
    if answer.status == 404:
        answer = await inner(ask.within("PUT", target))
        tally.new_containers += answer.is_success
    if tally.new_containers > MAX_CONTAINERS:
        raise refuse(400, f"More than {MAX_CONTAINERS} containers to create from tar.")
    if answer.status == 401:
        raise Refusal(page(401))
    return None if answer.is_success else answer
