"""The response with the client's addresses in its links: the last thing that is done to it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Mapping
from typing import Protocol
from urllib.parse import urlsplit

from msgspec.structs import replace

from cloudtape.addressing import Place
from cloudtape.cassettes.content import ContentError, decoded, is_within
from cloudtape.cassettes.files.stored import content
from cloudtape.cassettes.messages import Body, Headers, Response, StoredBody, Stream
from cloudtape.http.cookies import SET_COOKIE, for_client
from cloudtape.http.headers import Chosen, Named
from cloudtape.http.upstream import DOCUMENT_LIMIT, is_document, is_upload
from cloudtape.rewrite import PATH_FIELDS, URL_FIELDS

PARTIAL = 206
LENGTH = Chosen(frozenset({"content-length"}))
CHECKSUMS = frozenset({"etag", "content-md5"})
# The fields that say what becomes of an answer on its way out: few of those that it has.
TELLING = Named(URL_FIELDS | CHECKSUMS | {SET_COOKIE, "content-type", "content-encoding", "retry-after", "expires"})


def telling(headers: Headers) -> dict[str, str]:
    """Those fields, by their names in lower case; the first of each."""
    return {name: value for written, value in reversed(headers) if (name := TELLING[written])}


class Outward(Protocol):
    """What puts the client's addresses in the place of the cloud's."""

    def __call__(self, text: bytes) -> bytes: ...

    def fields(self, headers: Headers, names: frozenset[str] | None = None) -> Headers: ...

    def over(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]: ...


ENDS = ("", "/", "?", "#")
"""What stands behind the last segment of a base."""
SMALL = 256 * 1024
"""Bytes of a document that are rewritten at once; what is larger, or decodes to more, must not hold up the others."""


async def sent_outward(response: Response, rewriter: Outward, place: Place) -> Response:
    """The same as `outward`, on a thread where it may take long."""
    response, told = _headed(response, rewriter, place)
    if told is None:
        return response
    is_large = isinstance(response.body, StoredBody) or (
        isinstance(response.body, bytes) and len(response.body) > SMALL
    )
    if is_large or ("content-encoding" in told and not is_within(response, SMALL)):
        return await asyncio.to_thread(_with_body, response, told, rewriter)
    return _with_body(response, told, rewriter)


def outward(response: Response, rewriter: Outward, place: Place) -> Response:
    """The response with the client's addresses in its links."""
    response, told = _headed(response, rewriter, place)
    return response if told is None else _with_body(response, told, rewriter)


def _headed(response: Response, rewriter: Outward, place: Place) -> tuple[Response, dict[str, str] | None]:
    """The response with the client's addresses in its head; and what the head tells where they may be in its body."""
    told = telling(response.headers)
    if not URL_FIELDS.isdisjoint(told):
        headers = rewriter.fields(response.headers, URL_FIELDS)
        headers = tuple((k, _own_path(v, place)) if k.lower() in PATH_FIELDS else (k, v) for k, v in headers)
        response = replace(response, headers=headers)
    if SET_COOKIE in told and place.public:
        response = replace(response, headers=tuple([_cookie(pair, place) for pair in response.headers]))
    is_part = response.status == PARTIAL
    if is_part or not is_document(told.get("content-type")) or is_upload(place.uri):
        return response, None
    if not response.body:
        return (_without_length(response) if place.public else response), None
    return response, told


def _without_length(response: Response) -> Response:
    """An answer to HEAD tells the length of what GET gives; of a document, that is another one with our addresses."""
    return replace(response, headers=tuple([pair for pair in response.headers if not LENGTH[pair[0]]]))


def _cookie(pair: tuple[str, str], place: Place) -> tuple[str, str]:
    name, value = pair
    if name.lower() != SET_COOKIE:
        return pair
    return name, for_client(value, place.public.startswith("https:"), lambda path: _own_path(path, place))


def _own_path(value: str, place: Place) -> str:
    """A path on upstream's host as the client must ask for it."""
    if place.by_port:
        return value
    if not value.startswith("/") or value.startswith("//") or not place.public:
        return value
    base = urlsplit(place.route.upstream).path
    prefix = urlsplit(f"{place.public}/{place.route.name}").path
    if base and not (value.startswith(base) and value[len(base) : len(base) + 1] in ENDS):
        return value
    return prefix + value[len(base) :]


def _with_body(response: Response, told: Mapping[str, str], rewriter: Outward) -> Response:
    if isinstance(response.body, Stream):
        body = response.body
        return replace(response, body=Stream(rewriter.over(body.chunks))) if body.dribbles else response
    if isinstance(response.body, StoredBody):
        if response.body.size > DOCUMENT_LIMIT:
            return response
        response = replace(response, body=content(response.body))
    try:
        plain = decoded(response, limit=DOCUMENT_LIMIT) if told.get("content-encoding") else response
    except ContentError:
        return response  # not what its Content-Encoding says: the client may know better
    assert isinstance(plain.body, bytes)
    rewritten = rewriter(plain.body)
    if rewritten == plain.body or is_data(response.body, told):
        return response
    return Response(plain.status, plain.reason, plain.headers, rewritten)


def is_data(body: Body, told: Mapping[str, str]) -> bool:
    """Whether a checksum in the headers vouches for the body: then it is somebody's file, not a document of the API."""
    if CHECKSUMS.isdisjoint(told):
        return False
    assert isinstance(body, bytes)
    said = {told[name].strip('"') for name in CHECKSUMS if name in told}
    digest = hashlib.md5(body, usedforsecurity=False)
    return not said.isdisjoint({digest.hexdigest(), base64.b64encode(digest.digest()).decode()})
