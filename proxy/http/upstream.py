"""Sends a request to the cloud. With `server`, `incoming` and `wire`, the only module that knows aiohttp.

Decides which answers are read whole (small ones, and documents that will be rewritten) and which stream through.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections import deque
from collections.abc import AsyncIterator
from functools import lru_cache
from types import TracebackType
from weakref import WeakSet

import aiohttp
from aiohttp.http import HttpProcessingError, RawResponseMessage
from yarl import URL

from cloudtape.cassettes.messages import Body, Headers, Request, Response, Stream, header
from cloudtape.config import Config
from cloudtape.errors import UpstreamBroken, UpstreamError, UpstreamTimeout, UpstreamUnreachable
from cloudtape.http.asking import streamed, whole
from cloudtape.http.headers import for_client
from cloudtape.http.resolving import JudgingResolver
from cloudtape.http.wire import Wire, WireBroken, WireDropped
from cloudtape.reach import Reach
from cloudtape.service_catalog import CATALOG_PATHS

INLINE_LIMIT = 64 * 1024
DOCUMENT_LIMIT = 4 * 1024 * 1024
# Apache closes idle connections after 5 s; one that we close first is never one that breaks under a POST.
IDLE_SECONDS = 4.0
SOON, SOON_FOR_DOCUMENTS = 0.1, 1.0
"""Seconds within which the rest of a small body mostly comes; what takes longer is passed on as it comes."""

# What is in a coding, and what a checksum may vouch for.
WHOLE_ONLY = frozenset({"content-encoding", "etag", "content-md5"})
DOCUMENT_TYPES = re.compile(r"[^;]*(json|xml|html)|application/x-www-form-urlencoded", re.IGNORECASE)
# Somebody's bytes, whatever their type: an object's (Object Storage API v1), an image's (Image API v2).
UPLOADS = re.compile(r"/v1(\.0)?/AUTH_[^/?]+/[^/?]+/[^?]|/v2[^/?]*/images/[^/?]+/(file|stage)(\?|$)")


@lru_cache(maxsize=256)
def is_document(content_type: str | None) -> bool:
    """Whether a body may hold links: JSON, XML, HTML or a form by its Content-Type."""
    return bool(content_type and DOCUMENT_TYPES.match(content_type))


def is_upload(uri: str) -> bool:
    """Whether what goes to an address and comes from it is data, in which no URL is the API's."""
    return bool(UPLOADS.search(uri))


class Upstream:
    """The connections to one cloud. An async context manager; `send` works inside it. `reach` judges its addresses.

    Raises ConfigError (from `Config.tls`) when it is entered with unusable certificates.
    """

    def __init__(self, config: Config, reach: Reach) -> None:
        self._config, self._reach = config, reach
        self._timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=config.timeouts.connect, sock_read=config.timeouts.read
        )
        self._origins: dict[str, _Origin] = {}
        self._connector: aiohttp.TCPConnector

    async def __aenter__(self) -> Upstream:
        context = self._config.tls.context()
        resolver = JudgingResolver(self._reach)
        self._connector = aiohttp.TCPConnector(limit=0, ssl=context, keepalive_timeout=IDLE_SECONDS, resolver=resolver)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for origin in self._origins.values():
            origin.close()
        await self._connector.close()

    async def send(self, request: Request) -> Response:
        """Send a request; the body of the answer is bytes where it is small or a document, else a stream.

        Raises UpstreamUnreachable, UpstreamTimeout, UpstreamBroken; reading a stream raises the last two.
        """
        try:
            answer = await (self._whole(request) if isinstance(request.body, bytes) else self._streamed(request))
            try:
                headers = for_client(answer.headers)
                body = await _body(answer, headers, request)
            except BaseException:
                answer.close()
                raise
        except FAILURES as error:
            raise _named(error, request.uri) from error
        return Response(answer.status, answer.reason or "", headers, body)

    async def _streamed(self, request: Request) -> Answer:
        """On a connection of its own: what was sent of a stream cannot be sent again."""
        origin, target = self._divided(request.uri)
        raw, body = streamed(request, origin.host, target)
        wire = await self._connected(origin)
        message, content = await wire.ask(raw, request.method == "HEAD", body)
        return Answer(message, content, wire, origin)

    async def _whole(self, request: Request) -> Answer:
        """With a body at hand."""
        origin, target = self._divided(request.uri)
        raw = whole(request, origin.host, target)
        without_body = request.method == "HEAD"
        try:
            wire = origin.free_wire() or await self._connected(origin)
            message, content = await wire.ask(raw, without_body)
        except WireDropped:
            if request.method not in IDEMPOTENT:
                raise
            wire = await self._connected(origin)
            message, content = await wire.ask(raw, without_body)
        return Answer(message, content, wire, origin)

    async def _connected(self, origin: _Origin) -> Wire:
        connection = await self._connector.connect(origin.request, [], self._timeout)
        return origin.add(Wire(connection, asyncio.get_running_loop(), self._config.timeouts.read))

    def _divided(self, uri: str) -> tuple[_Origin, str]:
        """Where to connect, and what to ask for there. Raises InvalidURL."""
        at = uri.find("/", len("https://"))
        known = self._origins.get(uri[:at])
        if known and "#" not in uri:  # nearly always; blanks have not come as far as here
            return known, uri[at:]
        found = ADDRESS.fullmatch(uri)
        if found is None:
            raise aiohttp.InvalidURL(uri)
        address, target = found.groups()
        origin = self._origins.get(address) or self._origins.setdefault(address, _Origin(address))
        return origin, target


class _Origin:
    """A server of the cloud, and the connections to it."""

    def __init__(self, address: str) -> None:
        loop = asyncio.get_running_loop()
        self.request = aiohttp.ClientRequest("GET", URL(address, encoded=True), loop=loop)
        self.host = f"Host: {self.request.headers['Host']}"
        self._wires: WeakSet[Wire] = WeakSet()
        self._free: deque[Wire] = deque()
        self._now = loop.time

    def free_wire(self) -> Wire | None:
        while self._free:
            wire = self._free.popleft()
            if wire.is_free and self._now() - wire.free_since < IDLE_SECONDS:
                return wire
            wire.close()
        return None

    def add(self, wire: Wire) -> Wire:
        self._wires.add(wire)
        return wire

    def give_back(self, wire: Wire) -> None:
        """Keep a connection whose answer was read for the next request, where the cloud lets us."""
        if wire.is_free:
            wire.free_since = self._now()
            self._free.append(wire)
        else:
            wire.close()

    def close(self) -> None:
        for wire in list(self._wires):
            wire.close()


# Scheme and authority, then path and query.
ADDRESS = re.compile(r"(https?://[^/?#\s]+)([^#\s]*)", re.IGNORECASE)
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})


class Answer:
    """An answer whose body is still to be read; then its connection is free for another."""

    def __init__(self, message: RawResponseMessage, content: aiohttp.StreamReader, wire: Wire, origin: _Origin) -> None:
        self.status, self.headers = message.code, message.headers
        self.reason: str | None = message.reason
        self.content, self._wire, self._origin = content, wire, origin

    @property
    def content_length(self) -> int | None:
        length = self.headers.get("Content-Length")
        return int(length) if length and length.isdecimal() else None

    async def read(self) -> bytes:
        whole = self.content.read_nowait() if self.content.is_eof() else await self.content.read()
        self.release()
        return whole

    def release(self) -> None:
        self._origin.give_back(self._wire)

    def close(self) -> None:
        self._wire.close()


FAILURES = (aiohttp.ClientError, HttpProcessingError, WireBroken, TimeoutError, ValueError)


def _named(error: Exception, uri: str) -> UpstreamError:
    """What aiohttp raised, by whose fault it is."""
    if isinstance(error, TimeoutError):
        return UpstreamTimeout(uri, "the cloud did not answer in time")
    if isinstance(error, aiohttp.ClientConnectorError):
        return UpstreamUnreachable(uri, f"the cloud cannot be reached: {_why(error)}")
    return UpstreamBroken(uri, f"the cloud's answer is broken: {error or type(error).__name__}")


def _why(error: aiohttp.ClientConnectorError) -> str:
    """What the system says of a connection; what aiohttp makes of it speaks of TLS even where there is none."""
    if isinstance(error, aiohttp.ClientSSLError):
        return str(error)
    number = error.os_error.errno
    return os.strerror(number) if number and number > 0 else error.os_error.strerror or str(error)


async def _body(answer: Answer, headers: Headers, request: Request) -> Body:
    """Whole where it is small and comes soon, or must be looked at as a whole; else as it comes."""
    if answer.content.is_eof():
        return await answer.read()
    length = answer.content_length
    is_doc = is_document(header(headers, "content-type"))
    limit = DOCUMENT_LIMIT if is_doc else INLINE_LIMIT
    start = bytearray()
    dribbles = False
    if length is None or length <= limit:
        soon = SOON_FOR_DOCUMENTS if is_doc else SOON
        try:
            async with asyncio.timeout(None if is_doc and _must_be_whole(request, headers) else soon) as waiting:
                await _read_up_to(limit, answer.content, start)
        except TimeoutError:
            if not waiting.expired():
                raise
            dribbles = True
        if answer.content.at_eof():
            answer.release()
            return bytes(start)
    return Stream(_rest(answer, bytes(start), request.uri), length, is_doc and dribbles)


async def _read_up_to(limit: int, content: aiohttp.StreamReader, found: bytearray) -> None:
    while len(found) <= limit and not content.at_eof():
        found += await content.readany()


def _must_be_whole(request: Request, headers: Headers) -> bool:
    """Whether a document tells where the services are, or can be rewritten only when all of it is there."""
    told = {name.lower() for name, _ in headers}
    return not WHOLE_ONLY.isdisjoint(told) or bool(CATALOG_PATHS.search(request.uri))


async def _rest(answer: Answer, start: bytes, uri: str) -> AsyncIterator[bytes]:
    try:
        if start:
            yield start
        async for chunk in answer.content.iter_any():
            yield chunk
    except FAILURES as error:
        raise _named(error, uri) from error
    finally:
        # Closed, not released: an answer that was not read to its end leaves a connection that cannot be used again.
        answer.close() if not answer.content.at_eof() else answer.release()
