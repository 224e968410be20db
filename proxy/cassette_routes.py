"""The routes of a cassette: those it was taught, else what its interactions tell (another tool recorded it)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from cloudtape.cassettes.cassette import Cassette
from cloudtape.cassettes.messages import Route
from cloudtape.routes import Routes, base_of, origin_of
from cloudtape.service_catalog import CATALOG_PATHS, endpoints_of

IDENTITY = "identity"
AUTH_VERSION = re.compile(r"/(v3|v2\.0)/(auth/)?tokens/?$")


def routes_of(cassettes: Iterable[Cassette]) -> Routes:
    """All routes of some cassettes, together.

    A cassette without routes gets one for each entry of the service catalogs among its answers and, for what they do
    not name, one for each origin.
    """
    routes = Routes()
    for cassette in cassettes:
        for route in cassette.routes:
            routes.add(route)
        if not cassette.routes:
            _learn(routes, cassette)
    return routes


def _learn(routes: Routes, cassette: Cassette) -> None:
    for interaction in cassette:
        if CATALOG_PATHS.search(interaction.request.uri) and routes.serving(interaction.request.uri) is None:
            routes.add(Route(_free(routes, IDENTITY), IDENTITY, base_of(interaction.request.uri)))
        routes.learn(endpoints_of(interaction.request, interaction.response))
    for interaction in cassette:
        if routes.serving(interaction.request.uri) is None:
            origin = origin_of(interaction.request.uri)
            name = re.sub(r"[^A-Za-z0-9.-]", "-", urlsplit(interaction.request.uri).netloc)
            routes.add(Route(_free(routes, name), "", origin))


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
