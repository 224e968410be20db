"""The routes of a live cloud: the only ones on which anything is sent.

The auth URL is the first. The others come from the service catalogs that its identity service gives to those who ask it
for a token; no other answer teaches any, whatever stands in it.

Where recordings are played as well (`fill`), their routes are known by their names, so that a client is answered from
them, but nothing is sent there: the file may be a stranger's. A route of the cloud that takes the name of a recorded
one at another address is its twin; `twins` exchanges their addresses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import islice
from urllib.parse import urlsplit

from cloudtape.cassette_routes import IDENTITY
from cloudtape.cassettes.messages import Request, Response, Route
from cloudtape.errors import RouteRefused
from cloudtape.leading import authority_of
from cloudtape.openstack.service_types import official_type
from cloudtape.reach import Reach
from cloudtape.routes import Routes, base_of, names_for, origin_root
from cloudtape.service_catalog import Endpoint, endpoints_in, is_token_request

MOST_ROUTES = 1000
"""Routes of one cloud; what its catalogs name beyond them is not taken."""
UNNUMBERED = 2
"""The names of a route that say what it is: plain, and with its region."""
FORBIDDEN = 403

Places = Mapping[str, set[tuple[str, str]]]


class LiveRoutes(Routes):
    """`recorded` are the routes of cassettes; `endpoints` reads the service catalogs in them, which takes its time and
    is done only where the cloud has other addresses.
    """

    def __init__(
        self,
        auth_url: str,
        reach: Reach,
        recorded: Iterable[Route] = (),
        endpoints: Callable[[], Iterable[Endpoint]] = tuple,
    ) -> None:
        super().__init__()
        self._reach, self._endpoints = reach, endpoints
        # By the names of the live routes: the origin to which requests go, or why they may not.
        self._origins: dict[str, str] = {}
        self._refused: dict[str, str] = {}
        self.twins: dict[str, str] = {}
        """The recorded base of a live route that has another one, by its name."""
        self.identity = Route(IDENTITY, IDENTITY, base_of(auth_url))
        self.add(self.identity)
        self._origins[IDENTITY] = origin_root(self.identity)
        self.untaught: tuple[Route, ...] = (self.identity,)
        """The routes that stand in no cassette although no answer teaches them."""
        self._add_recorded(tuple(recorded))

    def asks_for_token(self, request: Request) -> bool:
        """Whether the answer to a request teaches routes."""
        return request.route == IDENTITY and is_token_request(request, self.identity.upstream)

    def taught(self, request: Request, response: Response) -> tuple[Route, ...]:
        """Learn what an answer of the cloud teaches; returns the routes that a cassette has not heard of."""
        return self.learn(endpoints_in(response)) if self.asks_for_token(request) else ()

    def learn(self, endpoints: Iterable[Endpoint]) -> tuple[Route, ...]:
        new = []
        for endpoint in endpoints:
            known = self.serving_exactly(base_of(endpoint.url))
            if known is None:
                new.append(endpoint)
            elif not self._is_live(known):
                self._admit(known)
        return tuple(route for endpoint in new if (route := self._learn(endpoint)) and route.name not in self.twins)

    def check(self, request: Request) -> None:
        """Raises RouteRefused for a request that may not be sent."""
        origin = self._origins.get(request.route)
        if origin is None:
            raise RouteRefused(self._why_not(request), FORBIDDEN)
        if not request.uri.startswith(origin) or request.uri[len(origin) :][:1] not in ("/", "?", ""):
            raise RouteRefused(f"{request.uri} is not at {origin}, where /{request.route} is", FORBIDDEN)

    def is_home(self, authority: str) -> bool:
        """Whether requests go to a host and port, as `authority_of` spells them."""
        return authority in {authority_of(origin) for origin in self._origins.values()}

    def _add_recorded(self, routes: tuple[Route, ...]) -> None:
        bases = {route.upstream: route.name for route in routes}
        if self.identity.upstream in bases:
            self.untaught = ()
        for route in routes:
            if route.name == IDENTITY and self.identity.upstream not in bases:
                self.twins[IDENTITY], self.untaught = route.upstream, ()
            self.add(route)

    def _learn(self, endpoint: Endpoint) -> Route | None:
        """The new route of an endpoint; None where another endpoint has just taught it, or there are too many."""
        base, service = base_of(endpoint.url), official_type(endpoint.service)
        if self.serving_exactly(base) or len(self._origins) + len(self._refused) >= MOST_ROUTES:
            return None
        if like := self._recorded_like(service, endpoint):
            route = Route(like.name, service, base)
            self.exchange(like, route)
            self.twins[like.name] = like.upstream
        else:
            route = Route(self.free_name(service, endpoint), service, base)
            self.add(route)
        self._admit(route)
        return route

    def _recorded_like(self, service: str, endpoint: Endpoint) -> Route | None:
        """The recorded route of the same service, region and interface, if it is no route of the cloud's yet."""
        names = tuple(islice(names_for(service, endpoint), UNNUMBERED))
        for route in self:
            if route.service != service or self._is_live(route):
                continue
            places = self._places.get(route.upstream)
            if (endpoint.region, endpoint.interface) in places if places else route.name in names:
                return route
        return None

    @cached_property
    def _places(self) -> Places:
        """The regions and interfaces of each recorded base."""
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for one in self._endpoints():
            found[base_of(one.url)].add((one.region, one.interface))
        return found

    def _is_live(self, route: Route) -> bool:
        return route.name in self._origins or route.name in self._refused

    def _admit(self, route: Route) -> None:
        if why := self._reach.refusal(urlsplit(route.upstream).hostname or ""):
            self._refused[route.name] = why
        else:
            self._origins[route.name] = origin_root(route)

    def _why_not(self, request: Request) -> str:
        if why := self._refused.get(request.route):
            return f"the service catalog names an address for /{request.route} that is not used: {why}"
        route = self.named(request.route)
        if route is None:
            return f"{request.uri} is on no route of the cloud"
        return (
            f"/{route.name} is known from the cassette alone, and nothing is sent to where that leads "
            f"({route.upstream}); log in through the proxy first: the cloud's own service catalog says where its "
            "services are"
        )
