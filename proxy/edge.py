"""The listening side: aiohttp's requests become ours, our responses become aiohttp's.

Addresses are exchanged here and nowhere else: what goes inward speaks of the cloud's URLs, what goes out of the
proxy's. Whatever goes wrong inside ends as an HTTP answer in the service's own shape.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from aiohttp import web
from msgspec.structs import replace
from multidict import CIMultiDict

from cloudtape.addressing import Client, Place, locate
from cloudtape.cassettes.bodies import Spool
from cloudtape.cassettes.content import ContentError, decoded
from cloudtape.cassettes.errors import CassetteError
from cloudtape.cassettes.messages import Body, Headers, Request, Response, StoredBody, Stream, header
from cloudtape.errors import ProxyError
from cloudtape.headers import SESSION_HEADER, for_upstream
from cloudtape.rewrite import PATH_FIELDS, URL_FIELDS, Rewriter
from cloudtape.routes import Routes
from cloudtape.synthesis.faults import fault
from cloudtape.upstream import DOCUMENT_LIMIT, INLINE_LIMIT, file_chunks, is_document

logger = logging.getLogger(__name__)

Answer = Callable[[Request], Awaitable[Response]]
MAX_FIELD = 256 * 1024
SHORT = 16 * 1024
NO_PORTS: Mapping[int, str] = {}
NO_BODY = frozenset({204, 304})


class ClientGone(Exception):
    """The client closed the connection before its request or our answer was complete."""


class Edge:
    """Turns an `Answer` into a handler for aiohttp's low-level server.

    `spool` makes the place for a request body that must be read whole before anyone can answer; without it, large
    bodies stream.
    """

    def __init__(
        self,
        answer: Answer,
        routes: Routes,
        ports: Mapping[str, int],
        spool: Callable[[], Spool] | None = None,
    ) -> None:
        self._answer, self._routes, self._ports, self._spool = answer, routes, ports, spool
        self._rewriters = lru_cache(maxsize=256)(self._make_rewriters)
        # A replayer gives the same response again and again.
        self._again = lru_cache(maxsize=2048)(_outward) if spool else _outward

    async def handle(self, raw: web.BaseRequest, port: int = 0) -> web.StreamResponse:
        """Answer one request. Never raises for what a client or the cloud does."""
        try:
            place = locate(_client(raw, port), self._routes, self._names_by_port())
        except ProxyError as error:
            return _outgoing(raw, fault("", error.status, str(error)))
        try:
            return await self._exchange(raw, place)
        except ProxyError as error:
            return _outgoing(raw, fault(place.route.service, error.status, str(error)))
        except CassetteError as error:
            return _outgoing(raw, fault(place.route.service, 500, str(error)))
        except (ClientGone, ConnectionError):
            return _hang_up(raw)
        except Exception:
            logger.exception("%s %s could not be answered", raw.method, place.uri)
            return _outgoing(raw, fault(place.route.service, 500, "the proxy failed; its log says why"))

    async def _exchange(self, raw: web.BaseRequest, place: Place) -> web.StreamResponse:
        _, inward = self._rewriters_for(place)
        spool = self._spool() if self._spool and raw.body_exists else None
        try:
            body = await _incoming(raw, spool) if raw.body_exists else b""
            headers = inward.fields(for_upstream(raw.headers.items()))
            request = Request(raw.method, place.uri, headers, body, place.route.name, place.session)
            response = await self._answer(_inward(request, inward))
            outward, _ = self._rewriters_for(place)  # only now: this answer may have taught a route
            response = (self._again if _is_short(response) else _outward)(response, outward, place)
            return _outgoing(raw, response) if isinstance(response.body, bytes) else await _send(raw, response)
        finally:
            if spool:
                spool.discard()

    def _names_by_port(self) -> Mapping[int, str]:
        return {port: name for name, port in self._ports.items()} if self._ports else NO_PORTS

    def _rewriters_for(self, place: Place) -> tuple[Rewriter, Rewriter]:
        return self._rewriters(place.public, self._routes.version, len(self._ports))

    def _make_rewriters(self, public: str, _version: int, _ports: int) -> tuple[Rewriter, Rewriter]:
        pairs = [(route.upstream, self._public_base(route.name, route.upstream, public)) for route in self._routes]
        pairs = pairs if public else []
        again = self._spool is not None  # somebody answers from memory
        return Rewriter(_with_default_ports(pairs), again), Rewriter((ours, theirs) for theirs, ours in pairs)

    def _public_base(self, name: str, upstream: str, public: str) -> str:
        if port := self._ports.get(name):
            parts = urlsplit(public)
            host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
            return f"{parts.scheme}://{host}:{port}{urlsplit(upstream).path}"
        return f"{public}/{name}"


class EdgeRequest(web.BaseRequest):
    """aiohttp's request, but for the fields that its responses would gain on their own account."""

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        for name in getattr(response, "absent", ()):
            response.headers.popall(name, None)


class EdgeResponse(web.Response):
    absent: tuple[str, ...] = ()


class EdgeStream(web.StreamResponse):
    absent: tuple[str, ...] = ()


# What aiohttp says where the cloud said nothing.
SELF_MADE = ("Server", "Content-Type")


def _client(raw: web.BaseRequest, port: int) -> Client:
    headers = raw.headers
    return Client(
        raw.raw_path,
        headers.get("X-Forwarded-Proto", "http"),
        headers.get("X-Forwarded-Host") or headers.get("Host") or "",
        port,
        headers.get(SESSION_HEADER, ""),
    )


def _with_default_ports(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Services may write the scheme's own port into their links although the catalog does not, or leave it out."""
    more = []
    for old, new in pairs:
        parts = urlsplit(old)
        standard = ":443" if parts.scheme == "https" else ":80"
        if parts.netloc.endswith(standard):
            more.append((f"{parts.scheme}://{parts.netloc.removesuffix(standard)}{parts.path}", new))
        elif parts.port is None:
            more.append((f"{parts.scheme}://{parts.netloc}{standard}{parts.path}", new))
    return pairs + more


# --- inward ----------------------------------------------------------------------------------------------------------


async def _incoming(raw: web.BaseRequest, spool: Spool | None) -> Body:
    """The request's body: bytes where it is small (or a spool was given and it stayed small), else a stream."""
    await_continue = raw.headers.get("Expect", "").lower() == "100-continue"
    chunks = _chunks(raw, await_continue)
    length = raw.content_length
    if spool:
        async for chunk in chunks:
            spool.write(chunk)
        return spool.finish()
    limit = DOCUMENT_LIMIT // 4 if is_document(raw.headers.get("Content-Type")) else INLINE_LIMIT
    if length is not None and length <= limit:
        return b"".join([chunk async for chunk in chunks])
    return Stream(chunks, length)


async def _chunks(raw: web.BaseRequest, await_continue: bool) -> AsyncIterator[bytes]:
    if await_continue:
        # Said only when somebody reads the body: a request refused before that never uploads it.
        assert raw.transport is not None
        raw.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    try:
        async for chunk in raw.content.iter_any():
            yield chunk
    except (web.RequestPayloadError, ConnectionError) as error:
        raise ClientGone from error


def _inward(request: Request, rewriter: Rewriter) -> Request:
    body = request.body
    if isinstance(body, bytes) and body and is_document(header(request.headers, "content-type")):
        rewritten = rewriter(body)
        if rewritten != body:
            return replace(request, body=rewritten, headers=_resized(request.headers, len(rewritten)))
    return request


def _resized(headers: Headers, length: int) -> Headers:
    return tuple((k, str(length) if k.lower() == "content-length" else v) for k, v in headers)


# --- outward ---------------------------------------------------------------------------------------------------------


def _outward(response: Response, rewriter: Rewriter, place: Place) -> Response:
    """The response with the client's addresses in its links."""
    if not URL_FIELDS.isdisjoint([name.lower() for name, _ in response.headers]):
        headers = rewriter.fields(response.headers, URL_FIELDS)
        headers = tuple((k, _own_path(v, place)) if k.lower() in PATH_FIELDS else (k, v) for k, v in headers)
        response = replace(response, headers=headers)
    if not response.body or not is_document(header(response.headers, "content-type")):
        return response
    return _with_body(response, rewriter)


def _is_short(response: Response) -> bool:
    return isinstance(response.body, bytes) and len(response.body) <= SHORT


def _own_path(value: str, place: Place) -> str:
    """A path on upstream's host as the client must ask for it."""
    if not value.startswith("/") or value.startswith("//") or not place.public:
        return value
    base = urlsplit(place.route.upstream).path
    prefix = urlsplit(f"{place.public}/{place.route.name}").path
    if base and not (value == base or value.startswith(base + "/")):
        return value
    return prefix + value[len(base) :]


def _with_body(response: Response, rewriter: Rewriter) -> Response:
    if isinstance(response.body, Stream):
        return response
    if isinstance(response.body, StoredBody):
        if response.body.size > DOCUMENT_LIMIT:
            return response
        response = replace(response, body=response.body.path.read_bytes())
    try:
        plain = decoded(response) if header(response.headers, "content-encoding") else response
    except ContentError:
        return response  # not what its Content-Encoding says: the client may know better
    assert isinstance(plain.body, bytes)
    rewritten = rewriter(plain.body)
    if rewritten == plain.body or _is_data(response):
        return response
    return Response(plain.status, plain.reason, plain.headers, rewritten)


def _is_data(response: Response) -> bool:
    """Whether a checksum in the headers vouches for the body: then it is somebody's file, not a document of the API."""
    assert isinstance(response.body, bytes)
    said = {(header(response.headers, name) or "").strip('"') for name in ("etag", "content-md5")}
    if said == {""}:
        return False
    digest = hashlib.md5(response.body, usedforsecurity=False)
    return not said.isdisjoint({digest.hexdigest(), base64.b64encode(digest.digest()).decode()})


async def _send(raw: web.BaseRequest, response: Response) -> web.StreamResponse:
    body = response.body
    assert not isinstance(body, bytes)
    chunks = file_chunks(body) if isinstance(body, StoredBody) else body.chunks
    headers = CIMultiDict(response.headers)
    outgoing = EdgeStream(status=response.status, reason=response.reason, headers=headers)
    outgoing.absent = tuple(name for name in SELF_MADE if name not in headers)
    try:
        await outgoing.prepare(raw)
        async for chunk in chunks:
            await outgoing.write(chunk)
        await outgoing.write_eof()
    except (ProxyError, ConnectionError) as error:
        # The status line is gone already: all that is left to say is that the body is not whole.
        logger.warning("%s %s was cut short: %s", raw.method, raw.raw_path, error)
        return _hang_up(raw, outgoing)
    finally:
        await chunks.aclose()  # type: ignore[attr-defined]
    return outgoing


def _outgoing(raw: web.BaseRequest, response: Response) -> web.StreamResponse:
    assert isinstance(response.body, bytes)
    headers = CIMultiDict(response.headers)
    if raw.method != "HEAD" and response.status not in NO_BODY:
        headers.popall("Content-Length", None)
    outgoing = EdgeResponse(status=response.status, reason=response.reason, headers=headers, body=response.body)
    outgoing.absent = tuple([name for name in SELF_MADE if name not in headers])
    return outgoing


def _hang_up(raw: web.BaseRequest, response: web.StreamResponse | None = None) -> web.StreamResponse:
    if raw.transport:
        raw.transport.abort()
    return response or web.Response(status=502)
