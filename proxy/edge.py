"""Between the client's view and the cloud's: what came in becomes a Request, and the Response what the client may see.

Addresses are exchanged here and nowhere else: what goes inward speaks of the cloud's URLs, what goes out of the
proxy's. Whatever goes wrong inside ends as an HTTP answer in the service's own shape.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from msgspec.structs import astuple, replace

from cloudtape.addressing import Client, Place, locate
from cloudtape.cassettes.bodies import Spool
from cloudtape.cassettes.content import ContentError, decoded
from cloudtape.cassettes.errors import CassetteError
from cloudtape.cassettes.messages import Body, Headers, Kept, Request, Response, StoredBody, Stream, header
from cloudtape.errors import ClientGone, ProxyError
from cloudtape.headers import SESSION_HEADER, Named, for_upstream
from cloudtape.incoming import Incoming
from cloudtape.rewrite import PATH_FIELDS, URL_FIELDS, Rewriter
from cloudtape.routes import Routes
from cloudtape.synthesis.faults import fault
from cloudtape.upstream import DOCUMENT_LIMIT, INLINE_LIMIT, is_document

logger = logging.getLogger(__name__)

Answer = Callable[[Request], Awaitable[Response]]
SHORT = 16 * 1024
MOST_KNOWN = 2048
CHECKSUMS = frozenset({"etag", "content-md5"})
# The fields that say what becomes of an answer on its way out: few of those that it has.
TELLING = Named(URL_FIELDS | CHECKSUMS | {"content-type", "content-encoding"})
NO_PORTS: Mapping[int, str] = {}


class Edge:
    """Turns an `Answer` into a handler for `server`.

    `spool` makes the place for a request body that must be read whole before anyone can answer; without it, large
    bodies stream. `remembers`: equal answers are made anew each time, as synthesis does; what a replayer gives again is
    known by itself.
    """

    def __init__(
        self,
        answer: Answer,
        routes: Routes,
        ports: Mapping[str, int],
        spool: Callable[[], Spool] | None = None,
        remembers: bool = False,
    ) -> None:
        self._answer, self._routes, self._ports, self._spool = answer, routes, ports, spool
        self._remembers = remembers
        self._rewriters = lru_cache(maxsize=256)(self._make_rewriters)
        self._outward = _Again() if spool else _outward

    async def handle(self, incoming: Incoming) -> Response | None:
        """Answer one request; None when nobody is there to be answered. Never raises for what a client or the cloud
        does.
        """
        try:
            place = locate(_client(incoming), self._routes, self._names_by_port())
        except ProxyError as error:
            return fault("", error.status, str(error))
        try:
            return await self._exchange(incoming, place)
        except (ClientGone, ConnectionError):
            return None
        except ProxyError as error:
            return fault(place.route.service, error.status, str(error))
        except CassetteError as error:
            return fault(place.route.service, 500, str(error))
        except Exception:
            logger.exception("%s %s could not be answered", incoming.method, place.uri)
            return fault(place.route.service, 500, "the proxy failed; its log says why")

    async def _exchange(self, incoming: Incoming, place: Place) -> Response:
        known = self._routes.version, len(self._ports)
        outward, inward = self._rewriters_for(place)
        spool = self._spool() if self._spool and incoming.has_body else None
        try:
            body = await _body_of(incoming, spool) if incoming.has_body else b""
            headers = inward.fields(for_upstream(incoming.headers))
            if body == b"" and incoming.has_body and incoming.length is None:
                headers = (*headers, ("Content-Length", "0"))  # it came in pieces, of which there were none
            request = Request(incoming.method, place.uri, headers, body, place.route.name, place.session)
            response = await self._answer(_inward(request, inward))
            if known != (self._routes.version, len(self._ports)):  # this answer has taught a route
                outward, _ = self._rewriters_for(place)
            return self._outward(response, outward, place)
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
        return Rewriter(_with_default_ports(pairs), self._remembers), Rewriter((ours, theirs) for theirs, ours in pairs)

    def _public_base(self, name: str, upstream: str, public: str) -> str:
        if port := self._ports.get(name):
            parts = urlsplit(public)
            host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
            return f"{parts.scheme}://{host}:{port}{urlsplit(upstream).path}"
        return f"{public}/{name}"


def _client(incoming: Incoming) -> Client:
    headers = incoming.headers
    return Client(
        incoming.target,
        headers.get("X-Forwarded-Proto", "http"),
        headers.get("X-Forwarded-Host") or headers.get("Host") or "",
        incoming.port,
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


async def _body_of(incoming: Incoming, spool: Spool | None) -> Body:
    """The request's body: bytes where it is small (or a spool was given and it stayed small), else a stream."""
    if spool:
        async for chunk in incoming.chunks():
            spool.write(chunk)
        return spool.finish()
    length = incoming.length
    limit = DOCUMENT_LIMIT // 4 if is_document(incoming.headers.get("Content-Type")) else INLINE_LIMIT
    if length is not None and length <= limit:
        return await incoming.read()
    return Stream(incoming.chunks(), length)


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
    told = {name: value for written, value in reversed(response.headers) if (name := TELLING[written])}
    if not URL_FIELDS.isdisjoint(told):
        headers = rewriter.fields(response.headers, URL_FIELDS)
        headers = tuple((k, _own_path(v, place)) if k.lower() in PATH_FIELDS else (k, v) for k, v in headers)
        response = replace(response, headers=headers)
    if not response.body or not is_document(told.get("content-type")):
        return response
    return _with_body(response, told, rewriter)


class _Again:
    """`_outward` where a replayer gives some responses again and again: remembers what became of short ones."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Response, Rewriter, Response]] = {}

    def __call__(self, response: Response, rewriter: Rewriter, place: Place) -> Response:
        if type(response) is not Kept:
            return _outward(response, rewriter, place)
        found = self._known.get(id(response))
        if found and found[0] is response and found[1] is rewriter:
            return found[2]
        made = _outward(response, rewriter, place)
        if isinstance(response.body, bytes) and len(response.body) <= SHORT:
            made = Kept(*astuple(made))
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[id(response)] = response, rewriter, made
        return made


def _own_path(value: str, place: Place) -> str:
    """A path on upstream's host as the client must ask for it."""
    if not value.startswith("/") or value.startswith("//") or not place.public:
        return value
    base = urlsplit(place.route.upstream).path
    prefix = urlsplit(f"{place.public}/{place.route.name}").path
    if base and not (value == base or value.startswith(base + "/")):
        return value
    return prefix + value[len(base) :]


def _with_body(response: Response, told: Mapping[str, str], rewriter: Rewriter) -> Response:
    if isinstance(response.body, Stream):
        return response
    if isinstance(response.body, StoredBody):
        if response.body.size > DOCUMENT_LIMIT:
            return response
        response = replace(response, body=response.body.path.read_bytes())
    try:
        plain = decoded(response) if told.get("content-encoding") else response
    except ContentError:
        return response  # not what its Content-Encoding says: the client may know better
    assert isinstance(plain.body, bytes)
    rewritten = rewriter(plain.body)
    if rewritten == plain.body or _is_data(response.body, told):
        return response
    return Response(plain.status, plain.reason, plain.headers, rewritten)


def _is_data(body: Body, told: Mapping[str, str]) -> bool:
    """Whether a checksum in the headers vouches for the body: then it is somebody's file, not a document of the API."""
    if CHECKSUMS.isdisjoint(told):
        return False
    assert isinstance(body, bytes)
    said = {told[name].strip('"') for name in CHECKSUMS if name in told}
    digest = hashlib.md5(body, usedforsecurity=False)
    return not said.isdisjoint({digest.hexdigest(), base64.b64encode(digest.digest()).decode()})
