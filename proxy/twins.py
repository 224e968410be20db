"""A recording of a cloud whose services are known by other addresses today (`fill`).

The client and the cloud speak of the cloud's own addresses, the cassette goes on speaking of those that it began with,
so that it stays the recording of one cloud:

    client ── live ──> replayer  ── recorded ──> cassette
    client ── live ──> recorder ──> cloud
                           └────── recorded ──> cassette

Where no address differs, which is mostly so, nothing is done.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from cloudtape.cassettes.messages import Body, Headers, Interaction, Request, Response, StoredBody, header
from cloudtape.http.ready import Answer, in_parts
from cloudtape.http.upstream import DOCUMENT_LIMIT, is_document
from cloudtape.leading import leads_away
from cloudtape.live_routes import LiveRoutes
from cloudtape.replayer import Replayer
from cloudtape.rewrite import Rewriter


class Addresses:
    """Exchanges bases in whole messages; `pairs` are what stands there and what is to."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._rewriter = Rewriter(pairs)

    def request(self, request: Request) -> Request:
        uri = self._rewriter(request.uri.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
        body, headers = self._document(request.body, request.headers)
        return replace(request, uri=uri, headers=headers, body=body)

    def response(self, response: Response) -> Response:
        body, headers = self._document(response.body, response.headers)
        return replace(response, headers=headers, body=body)

    def _document(self, body: Body, headers: Headers) -> tuple[Body, Headers]:
        """A body with the fields beside it; one that is no document, or too large for the edge to look at, stays."""
        headers = self._rewriter.fields(headers)
        if not is_document(header(headers, "content-type")):
            return body, headers
        if isinstance(body, StoredBody) and body.size <= DOCUMENT_LIMIT:
            body = body.path.read_bytes()
        if not isinstance(body, bytes) or (made := self._rewriter(body)) == body:
            return body, headers
        return made, tuple((k, str(len(made)) if k.lower() == "content-length" else v) for k, v in headers)


class Twins:
    """Stands before the replayer of recordings whose addresses may be others than the cloud's."""

    def __init__(self, replayer: Replayer, routes: LiveRoutes) -> None:
        self._replayer, self._routes = replayer, routes
        self._version = -1
        self._inward: Addresses | None = None
        self._outward: Addresses | None = None

    async def __call__(self, request: Request) -> Answer | None:
        """A recorded answer; None also for one that would lead a client away from the cloud, token and all."""
        self._follow()
        answer = await self._replayer(self._inward.request(request) if self._inward else request)
        if answer is None:
            return None
        response = in_parts(answer)
        if self._outward:
            answer = response = self._outward.response(response)
        return None if leads_away(response, self._routes.is_home) else answer

    def holds(self, request: Request) -> bool:
        """Whether a new session would be given something."""
        self._follow()
        return self._replayer.holds(self._inward.request(request) if self._inward else request)

    def recorded(self, interaction: Interaction) -> Interaction:
        """An interaction with the cloud as the cassette is to know it."""
        self._follow()
        if self._inward is None:
            return interaction
        request, response = self._inward.request(interaction.request), self._inward.response(interaction.response)
        return replace(interaction, request=request, response=response)

    def _follow(self) -> None:
        if self._version == self._routes.version:
            return
        self._version = self._routes.version
        if self._routes.twins:
            # With those that have none: a base may be the beginning of another.
            pairs = [(one.upstream, self._routes.twins.get(one.name, one.upstream)) for one in self._routes]
            self._inward, self._outward = Addresses(pairs), Addresses((theirs, live) for live, theirs in pairs)
