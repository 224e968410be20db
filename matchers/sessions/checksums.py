"""Checksums and sizes of what was uploaded, in messages: recorded for live ones in requests, and back in answers.

A checksum says by itself which data is meant; what stands beside it in the fields of one answer is said of the same
data. Sums of sizes (of a container, of an account) grow by what the live data in it is longer. Which names mean what,
is said by the tables. What stands in bodies is `documents`' to tell.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from msgspec.structs import replace

from cloudtape.cassettes.messages import Headers, Request, Response, StoredBody, header
from cloudtape.matchers.requests.things import ACCOUNT, Thing, thing_of
from cloudtape.matchers.sessions.documents import in_hex, live_document, recorded_document, written_as
from cloudtape.matchers.sessions.uploads import CHECKSUM, Data, Upload, Uploads, joined_etag, part_of
from cloudtape.openstack.numbers import whole

# Fields of an answer that tell a checksum of its data (RFC 9110, RFC 1864; Image API v1).
CHECKSUM_FIELDS = ("etag", "content-md5", "x-image-meta-checksum")
SIZE_FIELDS = frozenset({"x-image-meta-size"})
# Object Storage API v1: all that is in a container, in an account.
SUM_FIELDS = re.compile(r"x-(container|account)(-storage-policy-.*)?-bytes-used")
# Fields of a request that tell a checksum of what is asked about.
ASKED_FIELDS = frozenset({"etag", "if-match", "if-none-match", "if-range"})
CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
LARGEST_DOCUMENT = 8 * 1024 * 1024
MULTIPART_RANGES = "multipart/byteranges"
OCTETS = "application/octet-stream"

# --- requests --------------------------------------------------------------------------------------------------------


def recorded_checksums(uploads: Uploads, request: Request) -> Request:
    """A request with recorded checksums and sizes in place of the live ones that it tells of."""
    if not uploads.differ:
        return request
    place = thing_of(request.uri)
    headers, uri, body = _asked_fields(uploads, place, request.headers), request.uri, request.body
    if any(map(uploads.knows_live, CHECKSUM.findall(uri))):
        uri = CHECKSUM.sub(lambda found: uploads.recorded_checksum(found[0], place) or found[0], uri)
    if isinstance(body, bytes):
        body = recorded_document(uploads, place, body)
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
        response = replace(response, body=live_document(uploads, place, body))
    return response, data


def _upload_of(uploads: Uploads, place: Thing, asked: Request, response: Response) -> Upload | None:
    """What data an answer tells of, or is."""
    told = {name.lower(): value for name, value in response.headers}
    for name in CHECKSUM_FIELDS:
        if name in told and (found := uploads.of(in_hex(told[name]), place)):
            return found
    if "x-object-manifest" in told:
        return _joined(uploads, place.family, unquote(told["x-object-manifest"]), in_hex(told.get("etag", "")))
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
        if lower in CHECKSUM_FIELDS and (live := uploads.live_checksum(upload, in_hex(value))):
            value = written_as(value, live)
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
        if found and (size := whole(value)) is not None:
            below = f"{container}/" if found[1] == "container" else ""
            value = str(max(0, size + uploads.growth(place.family, below)))
        changed.append((name, value))
    return replace(response, headers=tuple(changed))
