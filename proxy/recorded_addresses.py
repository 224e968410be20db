"""The addresses of a recorded cloud and those of the made-up one that stands in for it, exchanged both ways."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from cloudtape.cassettes.messages import Body, Headers, Request, Response, Route, header
from cloudtape.http.upstream import is_document
from cloudtape.rewrite import URL_FIELDS, Rewriter
from cloudtape.routes import base_of
from cloudtape.service_catalog import Endpoint
from cloudtape.synthesis.engine.services import Services


class RecordedAddresses:
    """`endpoints` are those of the recorded service catalogs: they say in which region a route's service stands.

    A route of a service that is not among `services` keeps its address. `regions` are the recorded ones, in order.
    """

    def __init__(self, routes: Iterable[Route], endpoints: Iterable[Endpoint], services: Services) -> None:
        regions = _regions(endpoints)
        self.regions = tuple(dict.fromkeys(region for region in regions.values() if region))
        first = self.regions[0] if self.regions else ""
        # By the route's name: the recorded address, and the made-up one.
        self._pairs: dict[str, tuple[str, str]] = {}
        for route in routes:
            if service := services.get(route.service):
                region = regions.get(route.upstream, "")
                self._pairs[route.name] = route.upstream, service.address("" if region == first else region)
        self._inward = Rewriter(self._pairs.values())
        self._outward: dict[str, Rewriter] = {}

    def inward(self, request: Request) -> Request:
        """A request to the recorded cloud as one to the made-up one."""
        uri = self._inward(request.uri.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
        body, headers = _rewritten(self._inward, request.body, request.headers)
        return replace(request, uri=uri, headers=self._inward.fields(headers), body=body)

    def answer_inward(self, response: Response) -> Response:
        """An answer of the recorded cloud as one of the made-up one."""
        body, headers = _rewritten(self._inward, response.body, response.headers)
        return replace(response, headers=headers, body=body)

    def outward(self, response: Response, route: str) -> Response:
        """An answer of the made-up cloud as one of the recorded one, to a request that came in on a route."""
        rewriter = self._outward_of(route)
        body, headers = _rewritten(rewriter, response.body, response.headers)
        return replace(response, headers=rewriter.fields(headers, URL_FIELDS), body=body)

    def _outward_of(self, route: str) -> Rewriter:
        """Of several addresses of a service, the links name the one that was asked, else the first."""
        found = self._outward.get(route)
        if found is None:
            asked = [self._pairs[route]] if route in self._pairs else []
            recorded: dict[str, str] = {}
            for theirs, made in (*asked, *self._pairs.values()):
                recorded.setdefault(made, theirs)
            found = self._outward[route] = Rewriter(recorded.items())
        return found


def _regions(endpoints: Iterable[Endpoint]) -> dict[str, str]:
    """The region of each base, in the order in which they are listed; the first counts where there are several."""
    found: dict[str, str] = {}
    for one in endpoints:
        found.setdefault(base_of(one.url), one.region)
    return found


def _rewritten(rewriter: Rewriter, body: Body, headers: Headers) -> tuple[Body, Headers]:
    if not isinstance(body, bytes) or not body or not is_document(header(headers, "content-type")):
        return body, headers
    made = rewriter(body)
    if len(made) == len(body):
        return made, headers
    return made, tuple((k, str(len(made)) if k.lower() == "content-length" else v) for k, v in headers)
