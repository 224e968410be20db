"""Checksums and sizes of what was uploaded, in messages: recorded for live ones in requests, and back in answers.

A checksum says by itself which data is meant, and so do the id and the name of a thing that data was uploaded to; what
stands beside them in one member of a document, in one element, or in the fields of one answer, is said of the same
data. Sums of sizes (of a container, of an account) grow by what the live data in it is longer. Which names mean what,
is said by the tables.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import unquote

import msgspec
from msgspec.structs import replace

from cloudtape.cassettes.messages import Headers, Request, Response, StoredBody, header
from cloudtape.matchers.requests.things import ACCOUNT, Thing, thing_of
from cloudtape.matchers.sessions.exchange import tokens_of
from cloudtape.matchers.sessions.uploads import CHECKSUM, Data, Upload, Uploads, joined_etag, part_of

# Fields of an answer that tell a checksum of its data (RFC 9110, RFC 1864; Image API v1).
CHECKSUM_FIELDS = ("etag", "content-md5", "x-image-meta-checksum")
SIZE_FIELDS = frozenset({"x-image-meta-size"})
# Object Storage API v1: all that is in a container, in an account.
SUM_FIELDS = re.compile(r"x-(container|account)(-storage-policy-.*)?-bytes-used")
# Fields of a request that tell a checksum of what is asked about.
ASKED_FIELDS = frozenset({"etag", "if-match", "if-none-match", "if-range"})
# Members whose number is the length of the data that the members beside them tell of (Object Storage API v1, "hash";
# Image API v2, "checksum"); that of a disk image may be another one (`virtual_size`).
SIZES = frozenset({"bytes", "size", "size_bytes", "content_length"})
MAYBE_SIZES = SIZES | {"virtual_size", "datasize"}
IDS = ("id", "image_id")
ELEMENT = re.compile(rb"<(object|container)>(.*?)</\1>", re.DOTALL)
FIELD = re.compile(rb"<(\w+)>([^<]*)</\1>")
CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
LARGEST_DOCUMENT = 8 * 1024 * 1024
MULTIPART_RANGES = "multipart/byteranges"
OCTETS = "application/octet-stream"

Side = Callable[[dict[str, Any]], dict[str, Any]]


# --- requests --------------------------------------------------------------------------------------------------------


def recorded_checksums(uploads: Uploads, request: Request) -> Request:
    """A request with recorded checksums and sizes in place of the live ones that it tells of."""
    if not uploads.differ:
        return request
    place = thing_of(request.uri)
    headers, uri, body = _asked_fields(uploads, place, request.headers), request.uri, request.body
    if any(map(uploads.knows_live, map(_text, tokens_of(uri.encode("utf-8", "replace"))))):
        uri = CHECKSUM.sub(lambda found: uploads.recorded_checksum(found[0], place) or found[0], uri)
    if isinstance(body, bytes) and body.lstrip()[:1] in (b"{", b"[") and _tells(body, uploads.knows_live):
        body = _walked(body, partial(_asked_member, uploads, place.family))
    if headers is request.headers and uri is request.uri and body is request.body:
        return request
    return replace(request, uri=uri, headers=headers, body=body)


def _asked_fields(uploads: Uploads, place: Thing, headers: Headers) -> Headers:
    changed = tuple(
        (name, CHECKSUM.sub(lambda found: uploads.recorded_checksum(found[0], place) or found[0], value))
        if name.lower() in ASKED_FIELDS
        else (name, value)
        for name, value in headers
    )
    return headers if changed == headers else changed


def _asked_member(uploads: Uploads, family: str, members: dict[str, Any]) -> dict[str, Any]:
    """One member of what is asked: a segment of a large object tells its path, and is looked up by that."""
    path = members.get("path")
    place = Thing(family, unquote(path).strip("/")) if isinstance(path, str) else None
    told = {name: value.strip('"') for name, value in members.items() if isinstance(value, str)}
    upload = next((found for value in told.values() if (found := uploads.of_live(value, place))), None)
    changed = {name: recorded for name, value in told.items() if (recorded := uploads.recorded_checksum(value, place))}
    if upload:
        changed |= _sizes(members, SIZES, upload.live.size, upload.recorded.size)
    return changed


# --- answers ---------------------------------------------------------------------------------------------------------


def live_checksums(
    uploads: Uploads, asked: Request, live_range: str | None, response: Response
) -> tuple[Response, Data | None]:
    """An answer with live checksums and sizes, and the live data that is to be its body, if any.

    `asked` is the recorded request; `live_range` what part the client asks for.
    """
    place = thing_of(asked.uri)
    upload = _upload_of(uploads, place, asked, response)
    data = None
    if upload:
        response = replace(response, headers=_live_fields(uploads, upload, response.headers))
        if asked.method == "GET" and response.status in (200, 206):
            response, data = _with_data(upload, live_range, response)
        elif asked.method == "HEAD" and response.status == 200:
            response = _resized(response, upload.live.size)
    response = _grown(uploads, place, response)
    body = response.body
    if data is None and isinstance(body, bytes) and 0 < len(body) <= LARGEST_DOCUMENT:
        response = replace(response, body=_live_body(uploads, place, body))
    return response, data


def _upload_of(uploads: Uploads, place: Thing, asked: Request, response: Response) -> Upload | None:
    """What data an answer tells of, or is."""
    told = {name.lower(): value for name, value in response.headers}
    for name in CHECKSUM_FIELDS:
        if name in told and (found := uploads.of(_hex(told[name]), place)):
            return found
    if "x-object-manifest" in told:
        return _joined(uploads, place.family, unquote(told["x-object-manifest"]), _hex(told.get("etag", "")))
    own = uploads.at(place)
    return own if own and asked.method == "GET" and _is_recorded(own, response) else None


def _joined(uploads: Uploads, family: str, prefix: str, etag: str) -> Upload | None:
    """A large object of all that has a prefix (Object Storage API v1, "dynamic large objects"), where all is known."""
    parts = [one for one in uploads.below(family, prefix.lstrip("/")) if one.recorded.size]
    known = [one.etags for one in parts if one.etags]
    if len(known) < len(parts) or not parts or joined_etag(recorded for recorded, _ in known) != etag:
        return None
    recorded, live = parts[0].recorded, parts[0].live
    for one in parts[1:]:
        recorded, live = recorded + one.recorded, live + one.live
    return Upload(recorded, live, (etag, joined_etag(new for _, new in known)))


def _is_recorded(upload: Upload, response: Response) -> bool:
    """Whether an answer's body is recorded data, or a part of it."""
    body, size = response.body, upload.recorded.size
    if response.status == 206 and isinstance(body, bytes):
        told = CONTENT_RANGE.fullmatch(header(response.headers, "content-range") or "")
        if told is None or int(told[3]) != size:
            return False
        return upload.recorded.read(int(told[1]), int(told[2]) + 1) == body
    if isinstance(body, StoredBody):
        return body.size == size and body.sha256 == upload.recorded.digest("sha256")
    return isinstance(body, bytes) and len(body) == size and upload.recorded.read(0, size) == body


def _live_fields(uploads: Uploads, upload: Upload, headers: Headers) -> Headers:
    changed = []
    for name, value in headers:
        lower = name.lower()
        if lower in CHECKSUM_FIELDS and (live := uploads.live_checksum(upload, _hex(value))):
            value = _as(value, live)
        elif lower in SIZE_FIELDS:
            value = str(upload.live.size)
        changed.append((name, value))
    return tuple(changed)


def _with_data(upload: Upload, asked: str | None, response: Response) -> tuple[Response, Data]:
    """What a client is given that asks for all of the data, or for a part: several parts are given as the whole."""
    size = upload.live.size
    part = part_of(asked, size) if asked and response.status == 206 else None
    if asked and part is None and response.status == 206 and "," not in asked:
        headers = _set(response.headers, {"content-range": f"bytes */{size}"})
        response = replace(response, status=416, reason="Requested Range Not Satisfiable", headers=headers)
        return response, upload.live.slice(0, 0)
    if part is None:
        headers = tuple(pair for pair in response.headers if pair[0].lower() != "content-range")
        if (header(headers, "content-type") or "").startswith(MULTIPART_RANGES):
            headers = _set(headers, {"content-type": OCTETS})
        whole = replace(
            response, status=200, reason=response.reason if response.status == 200 else "OK", headers=headers
        )
        return _resized(whole, size), upload.live
    headers = _set(response.headers, {"content-range": f"bytes {part[0]}-{part[1] - 1}/{size}"})
    return _resized(replace(response, headers=headers), part[1] - part[0]), upload.live.slice(*part)


def _resized(response: Response, size: int) -> Response:
    return replace(response, headers=_set(response.headers, {"content-length": str(size)}))


def _set(headers: Headers, values: dict[str, str]) -> Headers:
    """The fields with other values, where they are there."""
    return tuple((name, values.get(name.lower(), value)) for name, value in headers)


def _grown(uploads: Uploads, place: Thing, response: Response) -> Response:
    if not ACCOUNT.search(place.family) or not any(SUM_FIELDS.fullmatch(name.lower()) for name, _ in response.headers):
        return response
    container = place.item.partition("/")[0]
    changed = []
    for name, value in response.headers:
        found = SUM_FIELDS.fullmatch(name.lower())
        if found and value.isdecimal():
            below = f"{container}/" if found[1] == "container" else ""
            value = str(max(0, int(value) + uploads.growth(place.family, below)))
        changed.append((name, value))
    return replace(response, headers=tuple(changed))


# --- documents -------------------------------------------------------------------------------------------------------


def _live_body(uploads: Uploads, place: Thing, body: bytes) -> bytes:
    start = body.lstrip()[:1]
    if start in (b"{", b"["):
        if place.family in uploads.families or _tells(body, uploads.knows):
            return _walked(body, partial(_live_member, uploads, place))
    elif start == b"<" and place.family in uploads.families and ACCOUNT.search(place.family):
        return ELEMENT.sub(partial(_live_element, uploads, place), body)
    return body


def _live_member(uploads: Uploads, place: Thing, members: dict[str, Any]) -> dict[str, Any]:
    """What is told otherwise of one thing."""
    own = _place_in(place, members)
    told = {
        name: value for name, value in members.items() if isinstance(value, str) and CHECKSUM.fullmatch(_hex(value))
    }
    by_checksum = next((found for value in told.values() if (found := uploads.of(_hex(value), own))), None)
    upload = by_checksum or (uploads.at(own) if own else None)
    if upload is None:
        return _grown_member(uploads, place, members)
    if not upload.differs:
        return {}
    live = {name: uploads.live_checksum(upload, _hex(value)) for name, value in told.items()}
    changed: dict[str, Any] = {name: _as(told[name], value) for name, value in live.items() if value}
    if changed:
        changed |= _sizes(members, SIZES, None, upload.live.size)
    return changed | _sizes(members, MAYBE_SIZES, upload.recorded.size, upload.live.size)


def _grown_member(uploads: Uploads, place: Thing, members: dict[str, Any]) -> dict[str, Any]:
    """A container in the listing of an account."""
    name, size = members.get("name"), members.get("bytes")
    if place.item or not ACCOUNT.search(place.family) or not isinstance(name, str) or not isinstance(size, int):
        return {}
    grown = uploads.growth(place.family, f"{name}/")
    return {"bytes": max(0, size + grown)} if grown else {}


def _place_in(place: Thing, members: dict[str, Any]) -> Thing | None:
    """The thing that a member of a document tells of, asked at a place."""
    if ACCOUNT.search(place.family):
        name = members.get("name")
        container = place.item.partition("/")[0]
        return Thing(place.family, f"{container}/{name}") if container and isinstance(name, str) else None
    named = next((members[name] for name in IDS if isinstance(members.get(name), str)), None)
    return Thing(place.family, named) if named else None


def _sizes(members: dict[str, Any], names: frozenset[str], old: int | None, new: int) -> dict[str, Any]:
    """The members that tell a size, with the new one: those that tell the old one, where it is given."""
    changed: dict[str, Any] = {}
    for name in names & members.keys():
        value = members[name]
        is_text = isinstance(value, str) and value.isdecimal()
        if (is_text or (isinstance(value, int) and not isinstance(value, bool))) and old in (None, int(value)):
            changed[name] = str(new) if is_text else new
    return changed


def _live_element(uploads: Uploads, place: Thing, found: re.Match[bytes]) -> bytes:
    """An object or a container in a listing in XML."""
    members: dict[str, Any] = {
        name.decode(): html.unescape(value.decode("utf-8", "replace")) for name, value in FIELD.findall(found[2])
    }
    if found[1] == b"container" and members.get("bytes", "").isdecimal():
        members["bytes"] = int(members["bytes"])
    changed = _live_member(uploads, place, members)
    told = FIELD.sub(
        lambda field: (
            b"<%b>%b</%b>" % (field[1], str(changed[field[1].decode()]).encode(), field[1])
            if field[1].decode() in changed
            else field[0]
        ),
        found[2],
    )
    return b"<%b>%b</%b>" % (found[1], told, found[1])


def _walked(body: bytes, change: Side) -> bytes:
    """A JSON text with its members changed; itself where nothing is."""
    try:
        document = msgspec.json.decode(body)
        changed = [bool(found) for found in _changes(document, change)]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return body
    return msgspec.json.encode(document) if any(changed) else body


def _changes(value: Any, change: Side) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        changed = change(value)
        value |= changed
        yield changed
        for member in value.values():
            yield from _changes(member, change)
    elif isinstance(value, list):
        for item in value:
            yield from _changes(item, change)


def _tells(body: bytes, knows: Callable[[str], bool]) -> bool:
    return any(knows(_text(token)) for token in tokens_of(body) if len(token) >= 32)


def _text(token: bytes) -> str:
    return token.decode("ascii", "replace")


def _hex(value: str) -> str:
    """A checksum in hex, however it is written: in quotes, in base64 (RFC 1864)."""
    plain = value.removeprefix("W/").strip('"')
    if len(plain) == 24 and plain.endswith("=="):
        try:
            return base64.b64decode(plain, validate=True).hex()
        except (binascii.Error, ValueError):
            return plain
    return plain


def _as(value: str, checksum: str) -> str:
    """Another checksum, written as the first one is."""
    plain = value.removeprefix("W/").strip('"')
    if len(plain) == 24 and plain.endswith("=="):
        checksum = base64.b64encode(bytes.fromhex(checksum)).decode()
    return value.replace(plain, checksum)
