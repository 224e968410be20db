"""Between the client's view and the cloud's: what came in becomes a Request, and the Response what the client may see.

Addresses are exchanged here and nowhere else: what goes inward speaks of the cloud's URLs, what goes out of the
proxy's. Whatever goes wrong inside ends as an HTTP answer in the service's own shape.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from msgspec.structs import replace

from cloudtape.addressing import Client, Place, locate, session_asked_for
from cloudtape.cassettes.errors import CassetteError
from cloudtape.cassettes.files.bodies import Spool
from cloudtape.cassettes.messages import Body, Headers, Request, Response, Stream, header
from cloudtape.errors import BadRequest, BodyBroken, ClientGone, NotAllowed, NotSpoken, ProxyError, TooLarge
from cloudtape.http.headers import SESSION_HEADER
from cloudtape.http.heads import LEAVING_HTTP
from cloudtape.http.incoming import Incoming
from cloudtape.http.outward import sent_outward
from cloudtape.http.ready import Answer, Ready, in_parts
from cloudtape.http.upstream import DOCUMENT_LIMIT, INLINE_LIMIT, is_document, is_upload
from cloudtape.http.written import WrittenAddresses
from cloudtape.journal import Journal
from cloudtape.matchers.sessions.nearest import Miss
from cloudtape.refusal import refusal
from cloudtape.rewrite import Rewriter
from cloudtape.routes import Routes

logger = logging.getLogger(__name__)

Answering = Callable[[Request], Awaitable[Answer]]
# Bytes of a request's body: of one that is kept here (Swift's own limit for an object), and of one that is passed on.
MOST_KEPT, MOST_PASSED = 5 * 1024**3 + 2, 256 * 1024**3
SESSION_FIELD = SESSION_HEADER.lower()
NO_PORTS: Mapping[int, str] = {}


class Edge:
    """Turns an `Answering` into a handler for `server`; what never reaches it, or breaks in it, is noted as a miss.

    `spool` makes the place for a request body that must be read whole before anyone can answer; without it, large
    bodies stream. `remembers`: equal answers are made anew each time, as synthesis does; what a replayer gives again is
    known by itself.
    """

    def __init__(
        self,
        answer: Answering,
        routes: Routes,
        ports: Mapping[str, int],
        journal: Journal,
        spool: Callable[[], Spool] | None = None,
        remembers: bool = False,
    ) -> None:
        self._answer, self._routes, self._ports, self._spool = answer, routes, ports, spool
        self._journal, self._remembers = journal, remembers
        self._written = WrittenAddresses()
        self._rewriters = lru_cache(maxsize=256)(self._make_rewriters)

    async def handle(self, incoming: Incoming) -> Answer | None:
        """Answer one request; None when nobody is there to be answered. Never raises for what a client or the cloud
        does.
        """
        client = _client(incoming)
        try:
            _check(incoming, client)
            place = locate(client, self._routes, self._names_by_port())
        except ProxyError as error:
            asked = Request(incoming.method, incoming.target, session=session_asked_for(client))
            return self._miss(asked, "", error.status, str(error))
        retry_after = 0
        try:
            return await self._exchange(incoming, place)
        except BodyBroken as error:
            status, said = error.status, str(error)
        except (ClientGone, ConnectionError):
            return None
        except ProxyError as error:
            status, said, retry_after = error.status, str(error), error.retry_after
        except CassetteError as error:
            status, said = 500, str(error)
        except Exception:
            logger.exception("%s %s could not be answered", incoming.method, place.uri)
            status, said = 500, "the proxy failed; its log says why"
        asked = Request(incoming.method, place.uri, route=place.route.name, session=place.session)
        return self._miss(asked, place.route.service, status, said, retry_after)

    def refuse(self, status: int, reason: str) -> Response:
        """The answer to what is no HTTP, so that not even its method is known."""
        return self._miss(Request("?", "?"), "", status, reason)

    def _miss(self, request: Request, service: str, status: int, said: str, retry_after: int = 0) -> Response:
        response = refusal(service, status, said)
        if retry_after:
            response = replace(response, headers=(*response.headers, ("Retry-After", str(retry_after))))
        self._journal.missed(request, response, Miss(request.method, request.uri, said))
        return response

    async def _exchange(self, incoming: Incoming, place: Place) -> Answer:
        known = self._routes.version, len(self._ports)
        rewriter, inward = self._rewriters_for(place)
        spool = self._spool() if self._spool and incoming.has_body else None
        try:
            body = await _body_of(incoming, spool) if incoming.has_body else b""
            headers = inward.fields(incoming.head.fields.passing)
            if body == b"" and incoming.has_body and incoming.length is None:
                headers = (*headers, ("Content-Length", "0"))  # it came in pieces, of which there were none
            sent = Request(incoming.method, _uri(place.uri, inward), headers, body, place.route.name, place.session)
            response = await self._answer(_inward(sent, inward))
            if known != (self._routes.version, len(self._ports)):  # this answer has taught a route
                rewriter, _ = self._rewriters_for(place)
            if body:
                self._written.note(sent, place.session, response, rewriter)
            back = self._written.sparing(rewriter, place.uri, place.session)
            if isinstance(response, Ready):
                return response.with_document(back(response.body)) if response.is_document else response
            return await sent_outward(in_parts(response), back, place)
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
    told = incoming.head.told
    host = told.get("x-forwarded-host") or told.get("host")
    if host is None:
        host = "" if incoming.head.is_modern else incoming.own_address
    session = told.get(SESSION_FIELD, "")
    return Client(incoming.target, told.get("x-forwarded-proto", "http"), host, incoming.door.port, session)


def _check(incoming: Incoming, client: Client) -> None:
    """Raises BadRequest for what is asked under another's name, and for what a proxy might do and this one does not."""
    asked = incoming.head
    if asked.method == "CONNECT":
        raise NotAllowed("this proxy opens no tunnels (CONNECT): its clients speak HTTP to it")
    if asked.offers in LEAVING_HTTP:
        raise NotSpoken(f"this proxy passes no {asked.offers} on; connect to the service itself for that")
    host = asked.told.get("host")
    if host is None:
        if asked.is_modern:
            raise BadRequest("a request of HTTP/1.1 has a Host")
    elif client.target[:1] == "/":  # whoever asks for a whole URL may only ask for a service of the cloud's
        incoming.door.check(host)


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
    length, limit = incoming.length, MOST_KEPT if spool else MOST_PASSED
    if length is not None and length > limit:
        raise TooLarge(limit)
    if spool:
        async for chunk in _limited(incoming.chunks(), limit):
            spool.write(chunk)
        return spool.finish()
    inline = DOCUMENT_LIMIT // 4 if is_document(incoming.head.told.get("content-type")) else INLINE_LIMIT
    if length is not None and length <= inline:
        return await incoming.read()
    return Stream(_limited(incoming.chunks(), MOST_PASSED), length)


async def _limited(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    """Raises TooLarge: a request may have no end."""
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge(limit)
        yield chunk


def _uri(uri: str, rewriter: Rewriter) -> str:
    """With the cloud's addresses in its query; a path names what it names."""
    at = uri.find("?")
    return uri if at < 0 else uri[:at] + rewriter.text(uri[at:])


def _inward(request: Request, rewriter: Rewriter) -> Request:
    body = request.body
    if not isinstance(body, bytes) or not body or is_upload(request.uri):
        return request
    if is_document(header(request.headers, "content-type")):
        rewritten = rewriter(body)
        if rewritten != body:
            return replace(request, body=rewritten, headers=_resized(request.headers, len(rewritten)))
    return request


def _resized(headers: Headers, length: int) -> Headers:
    return tuple((k, str(length) if k.lower() == "content-length" else v) for k, v in headers)
