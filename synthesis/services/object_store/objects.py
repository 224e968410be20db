"""Objects: their bytes and metadata (swift/proxy/controllers/obj.py, swift/obj/server.py).

GET and HEAD answer with the object as it is kept, whole; what a manifest stands for, conditions and ranges are layers.
"""

from __future__ import annotations

import mimetypes
from dataclasses import replace

from cloudtape.cassettes.blob_store import BlobError, DiskFailed
from cloudtape.cassettes.blobs import Blob, Content
from cloudtape.synthesis.services.object_store import metadata
from cloudtape.synthesis.services.object_store.answers import PAGE_TYPE, Answer, page, plain, refuse
from cloudtape.synthesis.services.object_store.asks import Ask, is_text
from cloudtape.synthesis.services.object_store.conditions import tags, unquoted
from cloudtape.synthesis.services.object_store.model import StoredObject
from cloudtape.synthesis.services.object_store.ranges import is_number
from cloudtape.synthesis.services.object_store.times import http_date, stamp

TEN_DIGITS = 9999999999


def found(ask: Ask) -> StoredObject | None:
    container = ask.container
    return container.objects.get(ask.target.object) if container else None


async def show(ask: Ask, _: bool) -> Answer:
    stored = found(ask)
    if stored is None:
        return page(404)
    return Answer(200, described(stored), Content.of(stored.blob), stored)


def described(stored: StoredObject) -> dict[str, str]:
    return {
        "Content-Type": stored.content_type,
        **stored.headers,
        **({"X-Static-Large-Object": "True"} if stored.large else {}),
        "Etag": stored.etag,
        "Last-Modified": http_date(stored.changed),
        "X-Timestamp": stamp(stored.changed),
        "Accept-Ranges": "bytes",
        "Content-Length": str(stored.blob.size),
    }


async def create(ask: Ask, _: bool) -> Answer:
    container = ask.container
    if tags(ask, "if-none-match") - {"*"}:
        return plain(400, "If-None-Match only supports *")
    if container is None:
        return page(404)
    headers = with_expiry(ask)
    content_type = type_of(ask)
    if wrong := problem(ask, content_type):
        return wrong
    if tags(ask, "if-none-match") and found(ask):
        return page(412)
    blob = await received(ask)
    if isinstance(blob, Answer):
        return blob
    etag = blob.digests["md5"]
    claimed = unquoted(ask.headers.get("etag", ""))
    now, target = ask.state.now(), ask.target
    if claimed and claimed != etag:
        return page(422, {"Last-Modified": http_date(now)})
    stored = StoredObject(blob, etag, content_type, now, now, metadata.of_object(headers), ask.large, ask.link)
    if ask.container is not container:
        return page(404)  # deleted while the bytes came in
    container.put(target.object, stored)
    if stored.delete_at:
        ask.state.will_expire(target.account, target.container, target.object, stored.delete_at)
    return page(201, {"Etag": etag, "Last-Modified": http_date(now)})


async def received(ask: Ask) -> Blob | Answer:
    try:
        blob = await ask.state.blobs.keep(ask.body)
    except DiskFailed:
        return page(507)
    except BlobError:
        return page(413)
    except ConnectionError:
        if isinstance(ask.body, Content):
            return page(503)  # a segment of the source is gone
        raise
    return page(499) if ask.length is not None and blob.size < ask.length else blob


def type_of(ask: Ask) -> str:
    given = ask.headers.get("content-type", "")
    if given and not ask.flag("x-detect-content-type"):
        return given
    return mimetypes.guess_type(ask.target.path)[0] or "application/octet-stream"


def problem(ask: Ask, content_type: str) -> Answer | None:
    """swift/common/constraints.py, check_object_creation."""
    length = ask.length
    if length is not None and length > metadata.MAX_FILE_SIZE:
        return plain(413, "Your request is too large.")
    if ask.has_no_length:
        return plain(411, "Missing Content-Length header.")
    size, limit = len(ask.target.object), metadata.NAME_LIMITS["object"]
    if size > limit:
        return plain(400, f"Object name length of {size} longer than {limit}")
    if not is_text(content_type):
        return plain(400, "Invalid Content-Type")
    if any(one.lstrip().startswith("swift_") for one in content_type.split(";")[1:]):
        return plain(400, "Invalid Content-Type, swift_* is not a valid parameter name.", PAGE_TYPE)
    return metadata.problem(ask.headers, "object")


def with_expiry(ask: Ask) -> dict[str, str]:
    """The headers, with X-Delete-After turned into X-Delete-At. Raises Refusal."""
    headers, now = dict(ask.headers), ask.state.clock()
    if "x-delete-after" in headers:
        at = int(now) + whole(headers.pop("x-delete-after"), "X-Delete-After")
        if at <= now:
            raise refuse(400, "X-Delete-After in past")
        headers["x-delete-at"] = str(min(at, TEN_DIGITS))
    if "x-delete-at" in headers:
        at = whole(headers["x-delete-at"], "X-Delete-At")
        if at <= now:
            raise refuse(400, "X-Delete-At in past")
        headers["x-delete-at"] = f"{min(at, TEN_DIGITS):010d}"
    return headers


def whole(value: str, name: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise refuse(400, f"Non-integer {name}") from None


async def update(ask: Ask, _: bool) -> Answer:
    """New metadata takes the place of all there was, but for the content type, which stays unless given."""
    if ask.container is None:
        return page(404)
    if wrong := metadata.problem(ask.headers, "object"):
        return wrong
    headers = metadata.of_object(with_expiry(ask))
    stored, target = found(ask), ask.target
    if stored is None:
        return page(404)
    content_type = ask.headers.get("content-type") or stored.content_type
    changed = replace(stored, headers=headers, content_type=content_type, changed=ask.state.now())
    ask.container.put(target.object, changed)
    if changed.delete_at:
        ask.state.will_expire(target.account, target.container, target.object, changed.delete_at)
    answer = page(202)
    answer.found = changed
    return answer


async def delete(ask: Ask, _: bool) -> Answer:
    container = ask.container
    if container is None:
        return page(404)
    stored, asked = found(ask), ask.headers.get("x-if-delete-at")
    if asked is not None and not is_number(asked):
        return plain(400, "Bad X-If-Delete-At header value", PAGE_TYPE)
    if asked is not None and stored and stored.delete_at != int(asked):
        return plain(412, "X-If-Delete-At and X-Delete-At do not match", PAGE_TYPE)
    return page(204 if container.remove(ask.target.object) else 404)


HANDLERS = {"GET": show, "HEAD": show, "PUT": create, "POST": update, "DELETE": delete}
