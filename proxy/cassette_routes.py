"""The routes of a cassette: those it was taught, else what its interactions tell (another tool recorded it)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from msgspec.structs import replace

from cloudtape.cassettes.cassette import Cassette
from cloudtape.cassettes.errors import CassetteFormatError
from cloudtape.cassettes.files.limits import MOST_ROUTES
from cloudtape.cassettes.messages import Request, Route
from cloudtape.openstack.service_types import is_service, official_type
from cloudtape.routes import Routes, base_of, origin_of
from cloudtape.service_catalog import Endpoint, endpoints_in, is_token_request

IDENTITY = "identity"
AUTH_VERSION = re.compile(r"/(v3|v2\.0)/(auth/)?tokens/?$")


def routes_of(cassettes: Iterable[Cassette]) -> Routes:
    """All routes of some cassettes, together; in which order they and their interactions come does not matter.

    First those that they were taught, then those whose names their interactions have. A cassette without either gets
    one for each entry of the service catalogs among its answers. What none of them serves gets one for its origin.
    """
    cassettes, routes = list(cassettes), Routes()
    for cassette in cassettes:
        for route in cassette.routes:
            _add(routes, route)
    for name, uri in sorted({one for cassette in cassettes for one in cassette.asked if one[0]}):
        if routes.serving(uri) is None:
            _add(routes, Route(name, service_of(name), _base(name, uri)))
    for cassette in cassettes:
        if not cassette.routes and not any(name for name, _ in cassette.asked):
            _learn(routes, cassette)
    for _, uri in sorted({one for cassette in cassettes for one in cassette.asked}):
        if routes.serving(uri) is None:
            name = re.sub(r"[^A-Za-z0-9.-]", "-", urlsplit(uri).netloc)
            routes.add(Route(_free(routes, name), "", origin_of(uri)))
    return routes


def _add(routes: Routes, route: Route) -> None:
    """A name that another base has already gets a number."""
    if routes.serving_exactly(route.upstream) is None:
        routes.add(replace(route, name=_free(routes, route.name)))


def service_of(name: str) -> str:
    """The service type that a route's name begins with (`compute-RegionTwo`), as `Routes` makes them."""
    parts = name.split("-")
    known = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((official_type(one) for one in known if is_service(one)), name)


def _base(name: str, uri: str) -> str:
    """The base of a route of which only requests are known: a path without a version has the service's own name or is
    none of the base.
    """
    base, parts = base_of(uri), urlsplit(uri)
    if base != f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/"):
        return base
    first = parts.path.split("/")[1] if parts.path else ""
    mounted = first and is_service(first) and official_type(first) == service_of(name)
    return f"{parts.scheme}://{parts.netloc}" + (f"/{first}" if mounted else "")


def _learn(routes: Routes, cassette: Cassette) -> None:
    for interaction in cassette:
        request = interaction.request
        if is_recorded_token_request(request):
            if routes.serving(request.uri) is None:
                routes.add(Route(_free(routes, IDENTITY), IDENTITY, base_of(request.uri)))
            endpoints = endpoints_in(interaction.response)
            if len(routes) + len({base_of(one.url) for one in endpoints}) > MOST_ROUTES:
                raise CassetteFormatError(
                    cassette.path, f"tells of more than {MOST_ROUTES} services", f"interaction {interaction.ordinal}"
                )
            routes.learn(endpoints)


def is_recorded_token_request(request: Request) -> bool:
    """The same as `is_token_request` where nobody says what the base of the identity service is."""
    return is_token_request(request, base_of(request.uri))


def recorded_endpoints(cassettes: Iterable[Cassette]) -> Iterator[Endpoint]:
    """Those of every service catalog in some cassettes."""
    for cassette in cassettes:
        for one in cassette:
            if is_recorded_token_request(one.request):
                yield from endpoints_in(one.response)


def _free(routes: Routes, name: str) -> str:
    number, free = 1, name
    while routes.named(free):
        number += 1
        free = f"{name}-{number}"
    return free


def auth_path(cassettes: Iterable[Cassette]) -> str:
    """The version under which the cassettes logged in: `/v3` or `/v2.0`; `/v3` where none did."""
    for cassette in cassettes:
        for interaction in cassette:
            if found := AUTH_VERSION.search(urlsplit(interaction.request.uri).path):
                return f"/{found[1]}"
    return "/v3"
