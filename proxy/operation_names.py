"""Names the documented operation of a request, by its route's service and what stands behind the route's base."""

from __future__ import annotations

import re

from cloudtape.cassettes.messages import Request
from cloudtape.matchers.requests.operations import default_finder
from cloudtape.routes import Routes

# One id is as good as another for an operation, and better known to whoever remembers the paths that were asked for.
ID = re.compile(r"/(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32})(?=/|$)")
ANY_ID = "/" + "0" * 32


class OperationNames:
    """`operation_of(request)` is the operation's id, empty for one that the reference does not know."""

    def __init__(self, routes: Routes) -> None:
        self._routes = routes
        self._finder = default_finder()

    def operation_of(self, request: Request) -> str:
        route = self._routes.named(request.route) or self._routes.serving(request.uri)
        address = request.uri.partition("?")[0]
        service = ""
        if route:
            service, address = route.service, address.removeprefix(route.upstream)
        path = address.partition("://")[2].partition("/")[2] if "://" in address else address
        found = self._finder.find(request.method, ID.sub(ANY_ID, path), service, request.body)
        return found.id if found else ""
