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
from typing import Protocol
from weakref import WeakSet

import aiohttp
from aiohttp.http import HttpProcessingError, RawResponseMessage
from yarl import URL

from cloudtape.cassettes.messages import Body, Headers, Request, Response, StoredBody, Stream, header
from cloudtape.config import Config
from cloudtape.errors import UpstreamBroken, UpstreamError, UpstreamTimeout, UpstreamUnreachable
from cloudtape.headers import Fields, for_client, joined
from cloudtape.wire import MAX_FIELD, READ_BUFFER, Wire, WireBroken, WireDropped

INLINE_LIMIT = 64 * 1024
DOCUMENT_LIMIT = 4 * 1024 * 1024
CHUNK = 256 * 1024
# Apache closes idle connections after 5 s; one that we close first is never one that breaks under a POST.
IDLE_SECONDS = 4.0
# aiohttp would add these on its own account.
AUTO_HEADERS = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")

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
    """The connections to one cloud. An async context manager; `send` works inside it.

    Raises ConfigError (from `Config.tls`) when it is entered with unusable certificates.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=config.timeouts.connect, sock_read=config.timeouts.read
        )
        self._origins: dict[str, _Origin] = {}
        self._connector: aiohttp.TCPConnector
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Upstream:
        context = self._config.tls.context()
        self._connector = aiohttp.TCPConnector(limit=0, ssl=context, keepalive_timeout=IDLE_SECONDS)
        self._session = aiohttp.ClientSession(
            connector=self._connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=AUTO_HEADERS,
            timeout=self._timeout,
            read_bufsize=READ_BUFFER,
            max_line_size=MAX_FIELD,
            max_field_size=MAX_FIELD,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for origin in self._origins.values():
            origin.close()
        await self._session.close()

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
        return await self._session.request(
            request.method,
            URL(request.uri, encoded=True),
            headers=request.headers,
            data=_outgoing(request.body),
            allow_redirects=False,
        )

    async def _whole(self, request: Request) -> Answer:
        """As `_streamed`, with a body at hand, at a quarter of the cost."""
        origin, raw = self._raw(request)
        without_body = request.method == "HEAD"
        try:
            wire = origin.free_wire() or await self._connected(origin)
            message, content = await wire.ask(raw, without_body)
        except WireDropped:
            if request.method not in IDEMPOTENT:
                raise
            wire = await self._connected(origin)
            message, content = await wire.ask(raw, without_body)
        return _Answer(message, content, wire, origin)

    async def _connected(self, origin: _Origin) -> Wire:
        connection = await self._connector.connect(origin.request, [], self._timeout)
        return origin.add(Wire(connection, asyncio.get_running_loop(), self._config.timeouts.read))

    def _raw(self, request: Request) -> tuple[_Origin, bytes]:
        """Where to connect, and the request with its body as it is sent (RFC 9112, 3 and 5)."""
        origin, target = self._divided(request.uri)
        body = request.body
        assert isinstance(body, bytes)
        lines = [f"{request.method} {target if target[:1] == '/' else '/' + target} HTTP/1.1", origin.host]
        lines += [f"{name}: {value}" for name, value in request.headers]
        if (body or request.method not in BODILESS) and header(request.headers, "content-length") is None:
            lines.append(f"Content-Length: {len(body)}")
        return origin, joined([*lines, ""]) + body

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
BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Answer(Protocol):
    """What is used of `aiohttp.ClientResponse`."""

    status: int
    reason: str | None
    content: aiohttp.StreamReader

    @property
    def headers(self) -> Fields: ...
    @property
    def content_length(self) -> int | None: ...
    async def read(self) -> bytes: ...
    def release(self) -> object: ...
    def close(self) -> None: ...


class _Answer:
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


def _outgoing(body: Body) -> bytes | AsyncIterator[bytes] | None:
    if isinstance(body, Stream):
        return body.chunks
    if isinstance(body, StoredBody):
        return file_chunks(body)
    return body or None


async def file_chunks(body: StoredBody) -> AsyncIterator[bytes]:
    """The bytes of a stored body, piece by piece."""
    with body.path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


async def _body(answer: Answer, headers: Headers, request: Request) -> Body:
    if answer.content.is_eof():
        return await answer.read()
    length = answer.content_length
    limit = DOCUMENT_LIMIT if is_document(header(headers, "content-type")) else INLINE_LIMIT
    if request.method == "HEAD" or (length is not None and length <= limit):
        return await answer.read()
    start = bytearray()
    if length is None:
        async for chunk in answer.content.iter_any():
            start += chunk
            if len(start) > limit:
                break
        else:
            answer.release()
            return bytes(start)
    return Stream(_rest(answer, bytes(start), request.uri), length)


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
