"""Which service a request is for: the routes of the proxy.

A route joins a name (`compute`, `compute-RegionTwo`) to the base URL of one service; each distinct base has one. Which
of them lead to a cloud is decided in `live_routes`. The proxy's own address is unknown here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from cloudtape.cassettes.messages import Route
from cloudtape.openstack.service_types import official_type
from cloudtape.service_catalog import Endpoint

VERSION_SEGMENT = re.compile(r"v\d+(\.\d+)?$")
# A project at the end of a URL without a version: an id, Swift's account, or a placeholder that was never filled in.
PROJECT_SEGMENT = re.compile(r"[0-9a-f]{32}$|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$|AUTH_|[%$]\(")
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@lru_cache(maxsize=1024)
def base_of(url: str) -> str:
    """The part of a service's URL that stands before version and project, without a trailing slash.

    `http://controller:8774/v2.1/PROJECT` → `http://controller:8774`; `https://cloud/compute/v2.1` →
    `https://cloud/compute`.
    """
    parts = urlsplit(url)
    kept: list[str] = []
    for segment in parts.path.split("/"):
        if VERSION_SEGMENT.match(segment) or PROJECT_SEGMENT.match(segment):
            break
        kept.append(segment)
    return f"{parts.scheme}://{parts.netloc}" + "/".join(kept).rstrip("/")


def origin_of(url: str) -> str:
    """Scheme, host and port as they are compared: lower case, the scheme's own port left out."""
    scheme, _, rest = url.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    scheme = scheme.lower()
    return f"{scheme}://{authority.lower().removesuffix(DEFAULT_PORTS.get(scheme, ' '))}"


def origin_root(route: Route) -> str:
    """Scheme, host and port of a route, as it spells them."""
    parts = urlsplit(route.upstream)
    return f"{parts.scheme}://{parts.netloc}"


class Routes:
    """The known routes. `version` grows with each new one, for whoever keeps something made from them."""

    def __init__(self, routes: Iterable[Route] = ()) -> None:
        self._by_name: dict[str, Route] = {}
        self._by_base: dict[str, Route] = {}
        self._deepest = 0
        """Slashes in the path of a base."""
        self.version = 0
        for route in routes:
            self.add(route)

    def __iter__(self) -> Iterator[Route]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def named(self, name: str) -> Route | None:
        return self._by_name.get(name)

    def add(self, route: Route) -> None:
        """Add a route as it is; one whose name or base is known already changes nothing."""
        if route.name not in self._by_name and _key(route.upstream) not in self._by_base:
            self._by_name[route.name] = self._by_base[_key(route.upstream)] = route
            self._deepest = max(self._deepest, urlsplit(route.upstream).path.count("/"))
            self.version += 1

    def exchange(self, old: Route, new: Route) -> None:
        """Put a route in the place of another one of the same name; its base is known to no other."""
        del self._by_base[_key(old.upstream)]
        self._by_name[new.name] = self._by_base[_key(new.upstream)] = new
        self.version += 1

    def learn(self, endpoints: Iterable[Endpoint]) -> tuple[Route, ...]:
        """Add a route for each base that was not known; returns the new ones."""
        learned = []
        for endpoint in endpoints:
            base = base_of(endpoint.url)
            if _key(base) not in self._by_base:
                service = official_type(endpoint.service)
                route = Route(self.free_name(service, endpoint), service, base)
                self.add(route)
                learned.append(route)
        return tuple(learned)

    def serving_exactly(self, base: str) -> Route | None:
        """The route with this very base, or None."""
        return self._by_base.get(_key(base))

    def serving(self, uri: str) -> Route | None:
        """The route with the longest base that `uri` lies under, or None."""
        origin = origin_of(uri)
        # No deeper than any base: a path may have a hundred thousand slashes.
        path = "/".join(urlsplit(uri).path.split("/", self._deepest + 1)[: self._deepest + 1])
        while True:
            if route := self._by_base.get(origin + path.rstrip("/")):
                return route
            if not path:
                return None
            path = path.rpartition("/")[0]

    def free_name(self, service: str, endpoint: Endpoint) -> str:
        for name in names_for(service, endpoint):
            if name not in self._by_name:
                return name
        raise AssertionError("unreachable: the last names are numbered")


@lru_cache(maxsize=1024)
def _key(base: str) -> str:
    return origin_of(base) + urlsplit(base).path


def names_for(service: str, endpoint: Endpoint) -> Iterator[str]:
    """What an endpoint's route may be called, from the plain to the qualified: `compute`, `compute-internal`, ..."""
    region = re.sub(r"[^A-Za-z0-9._~-]", "-", endpoint.region)
    name = re.sub(r"[^A-Za-z0-9._~-]", "-", service).lstrip("_") or "service"
    interface = "" if endpoint.interface == "public" else f"-{endpoint.interface}"
    yield name + interface if interface else name
    if region:
        yield f"{name}-{region}{interface}"
    number = 2
    while True:
        yield f"{name}{interface}-{number}"
        number += 1
