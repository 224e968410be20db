"""Sends a request to the cloud, on a connection that is free or a new one.

Decides which answers are read whole (small ones, and documents that will be rewritten) and which stream through.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections import deque
from collections.abc import AsyncIterator, Mapping
from functools import lru_cache
from types import TracebackType
from weakref import WeakSet

import msgspec

from cloudtape.cassettes.messages import Body, Headers, Request, Response, Stream, header
from cloudtape.config import Config
from cloudtape.errors import UpstreamBroken, UpstreamError, UpstreamTimeout, UpstreamUnreachable
from cloudtape.http.asking import streamed, whole
from cloudtape.http.cloud_answer import CloudAnswer, WireBroken, WireDropped
from cloudtape.http.dialing import CannotConnect, Dialer, Origin
from cloudtape.http.flow import Arriving
from cloudtape.http.headers import for_client
from cloudtape.http.proxies import Proxies
from cloudtape.http.resolving import JudgingResolver
from cloudtape.http.wire import Wire
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

    Raises ConfigError when it is entered with unusable certificates or an unusable proxy.
    """

    def __init__(self, config: Config, reach: Reach, environment: Mapping[str, str] = os.environ) -> None:
        self._config, self._reach = config, reach
        self._proxies = Proxies(config.proxy, environment)
        self._pools: dict[str, _Pool] = {}
        self._dial: Dialer

    async def __aenter__(self) -> Upstream:
        timeouts, resolver = self._config.timeouts, JudgingResolver(self._reach)
        self._dial = Dialer(self._config.tls.context(), timeouts.connect, timeouts.read, resolver)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pool in self._pools.values():
            pool.close()

    async def send(self, request: Request) -> Response:
        """Send a request; the body of the answer is bytes where it is small or a document, else a stream.

        Raises UpstreamUnreachable, UpstreamTimeout, UpstreamBroken; reading a stream raises the last two.
        """
        try:
            taken = await (self._whole(request) if isinstance(request.body, bytes) else self._streamed(request))
            try:
                headers = for_client(taken.answer.headers)
                body = await _body(taken, headers, request)
            except BaseException:
                taken.close()
                raise
        except FAILURES as error:
            raise _named(error, request.uri) from error
        return Response(taken.answer.status, taken.answer.reason, headers, body)

    async def _streamed(self, request: Request) -> Taken:
        """On a connection of its own: what was sent of a stream cannot be sent again."""
        pool, target = self._divided(request.uri)
        raw, body = streamed(request, pool.origin, target)
        wire = pool.add(await self._dial(pool.origin))
        return Taken(await wire.ask(raw, request.method == "HEAD", body), wire, pool)

    async def _whole(self, request: Request) -> Taken:
        """With a body at hand."""
        pool, target = self._divided(request.uri)
        raw = whole(request, pool.origin, target)
        without_body = request.method == "HEAD"
        try:
            wire = pool.free_wire() or pool.add(await self._dial(pool.origin))
            answer = await wire.ask(raw, without_body)
        except WireDropped:
            if request.method not in IDEMPOTENT:
                raise
            wire = pool.add(await self._dial(pool.origin))
            answer = await wire.ask(raw, without_body)
        return Taken(answer, wire, pool)

    def _divided(self, uri: str) -> tuple[_Pool, str]:
        """Where to connect, and what to ask for there. Raises ValueError."""
        at = uri.find("/", len("https://"))
        known = self._pools.get(uri[:at])
        if known and "#" not in uri:  # nearly always; blanks have not come as far as here
            return known, uri[at:]
        found = ADDRESS.fullmatch(uri)
        if found is None:
            raise ValueError(f"{uri} is no address")
        address, target = found.groups()
        pool = self._pools.get(address) or self._pools.setdefault(address, _Pool(Origin(address, self._proxies)))
        return pool, target


class _Pool:
    """The connections to a server of the cloud."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self._wires: WeakSet[Wire] = WeakSet()
        self._free: deque[Wire] = deque()
        self._now = asyncio.get_running_loop().time

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
ADDRESS = re.compile(r"(https?://[^/?#\\@\s]+)([^#\s]*)", re.IGNORECASE)
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})


class Taken(msgspec.Struct, frozen=True):
    """An answer whose body is still to be read; then its connection is free for another."""

    answer: CloudAnswer
    wire: Wire
    pool: _Pool

    def take(self) -> bytes:
        """The body, all of which has come."""
        body = self.answer.body.take()
        self.release()
        return body

    def release(self) -> None:
        self.pool.give_back(self.wire)

    def close(self) -> None:
        self.wire.close()


FAILURES = (CannotConnect, WireBroken, TimeoutError, ValueError, ConnectionError)


def _named(error: Exception, uri: str) -> UpstreamError:
    """What went wrong, by whose fault it is."""
    if isinstance(error, TimeoutError):
        return UpstreamTimeout(uri, "the cloud did not answer in time")
    if isinstance(error, CannotConnect):
        return UpstreamUnreachable(uri, f"the cloud cannot be reached: {error}")
    return UpstreamBroken(uri, f"the cloud's answer is broken: {error or type(error).__name__}")


async def _body(taken: Taken, headers: Headers, request: Request) -> Body:
    """Whole where it is small and comes soon, or must be looked at as a whole; else as it comes."""
    content, length = taken.answer.body, taken.answer.length
    if content.is_whole:
        return taken.take()
    is_doc = is_document(header(headers, "content-type"))
    limit = DOCUMENT_LIMIT if is_doc else INLINE_LIMIT
    start = bytearray()
    dribbles = False
    if length is None or length <= limit:
        soon = SOON_FOR_DOCUMENTS if is_doc else SOON
        try:
            async with asyncio.timeout(None if is_doc and _must_be_whole(request, headers) else soon) as waiting:
                await _read_up_to(limit, content, start)
        except TimeoutError:
            if not waiting.expired():
                raise
            dribbles = True
        if content.is_read:
            taken.release()
            return bytes(start)
    return Stream(_rest(taken, bytes(start), request.uri), length, is_doc and dribbles)


async def _read_up_to(limit: int, content: Arriving, found: bytearray) -> None:
    while len(found) <= limit and (piece := await content.some()):
        found += piece


def _must_be_whole(request: Request, headers: Headers) -> bool:
    """Whether a document tells where the services are, or can be rewritten only when all of it is there."""
    told = {name.lower() for name, _ in headers}
    return not WHOLE_ONLY.isdisjoint(told) or bool(CATALOG_PATHS.search(request.uri))


async def _rest(taken: Taken, start: bytes, uri: str) -> AsyncIterator[bytes]:
    content = taken.answer.body
    try:
        if start:
            yield start
        async for chunk in content.rest():
            yield chunk
    except FAILURES as error:
        raise _named(error, uri) from error
    finally:
        # Closed, not released: an answer that was not read to its end leaves a connection that cannot be used again.
        taken.release() if content.is_read else taken.close()
