"""Where a request is going, and under which address the client sees the proxy.

The one place that knows both layouts and the absolute form:

    prefix      http://<proxy>/[_session/NAME/]compute/v2.1/servers     first segment: the route
    ports       http://<proxy>:<port of the route>/v2.1/servers         upstream's own path
    absolute    GET http://controller:8774/v2.1/servers HTTP/1.1        the client set http_proxy

What the addresses inside messages become is decided in `edge`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from cloudtape.cassette_routes import IDENTITY
from cloudtape.cassettes.messages import Route
from cloudtape.errors import BadRequest, RouteRefused
from cloudtape.routes import Routes, origin_of, origin_root

SESSION_PREFIX = "/_session/"
SESSION_NAME = re.compile(r"[A-Za-z0-9._~-]{1,100}")
# What may stand in a Host field; it is copied into links, so nothing else may.
HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")
# Whoever reads an authority with a user, a backslash or the like may find another host in it than we do.
ABSOLUTE = re.compile(rf"https?://{HOST.pattern}(?=[/?]|$)", re.IGNORECASE)
NO_TARGET = "the request target is neither a path nor an http URL without credentials"
# An origin-form target is visible ASCII or a byte above it, never a blank or a control character (RFC 9112, 3.2).
TARGET = re.compile(r"[^\x00-\x20\x7f]*")


class Client(msgspec.Struct, frozen=True):
    """What the HTTP message says of the client's view: its target as sent, the public origin, the local port."""

    target: str
    scheme: str
    host: str
    port: int
    session: str = ""


class Place(msgspec.Struct, frozen=True):
    """A request's route and upstream URI, its session, and the base URLs that the client knows by other names.

    `public` is what stands before a route's name in the client's URLs (empty where it uses upstream's own addresses).
    `by_port`: the route has a port of its own, on which paths are upstream's.
    """

    uri: str
    route: Route
    session: str
    public: str
    by_port: bool = False


@lru_cache(maxsize=256)
def public_origin(scheme: str, host: str) -> str:
    """`http://127.0.0.1:8780`. Raises BadRequest for a host that could not stand in a URL."""
    if not HOST.fullmatch(host):
        raise BadRequest("the Host field is not a host name")
    return f"{'https' if scheme == 'https' else 'http'}://{host}"


def locate(client: Client, routes: Routes, ports: Mapping[int, str]) -> Place:
    """Find where a request goes. `ports` maps local ports to route names in the layout `ports`.

    Raises BadRequest for a target that is no URL, RouteRefused for one that is no route.
    """
    if not _is_target(client.target):
        raise BadRequest("the request target is not a URL")
    if not client.target.startswith("/"):
        return _absolute(client, routes)
    origin = public_origin(client.scheme, client.host)
    session, target = _split_session(client)
    if name := ports.get(client.port):
        route = _known(routes, name, origin)
        return Place(origin_root(route) + (target or "/"), route, session, origin, by_port=True)
    name, rest = _split_route(target)
    public = origin + target_prefix(client.target)
    route = _known(routes, name, public)
    path = "/" + rest if rest.startswith("?") and _is_origin(route) else rest
    return Place(route.upstream + (path or ("/" if _is_origin(route) else "")), route, session, public)


def _is_target(text: str) -> bool:
    if text.isascii():  # nearly always, and an eighth of the cost
        return text.isprintable() and " " not in text
    return TARGET.fullmatch(text) is not None


def target_prefix(target: str) -> str:
    """The session prefix of a target, or nothing."""
    return SESSION_PREFIX + target.split("/", 3)[2] if target.startswith(SESSION_PREFIX) else ""


def session_asked_for(client: Client) -> str:
    """The session of a request that goes nowhere, if it names one."""
    try:
        return _split_session(client)[0]
    except BadRequest:
        return ""


def _absolute(client: Client, routes: Routes) -> Place:
    found = ABSOLUTE.match(client.target)
    if found is None:
        raise BadRequest(NO_TARGET)
    route = routes.serving(client.target)
    if route is None:
        origin = origin_of(client.target)
        raise RouteRefused(f"{origin} is no route of this proxy; it forwards to the services of its cloud only", 403)
    # The origin is spelled as the route spells it: what is sent goes where the route leads, however it was asked for.
    return Place(origin_root(route) + client.target[found.end() :], route, client.session, "")


def _split_session(client: Client) -> tuple[str, str]:
    """The session and the target without its prefix; a header names the session where the URL does not."""
    if not client.target.startswith(SESSION_PREFIX):
        return _session_name(client.session), client.target
    _, _, name, *rest = client.target.split("/", 3)
    return _session_name(name), "/" + "".join(rest)


def _session_name(name: str) -> str:
    if name and not SESSION_NAME.fullmatch(name):
        raise BadRequest("a session's name is made of letters, digits and . _ ~ -")
    return name


def _split_route(target: str) -> tuple[str, str]:
    end = len(target)
    for mark in "/?":
        if (at := target.find(mark, 1)) != -1:
            end = min(end, at)
    return target[1:end], target[end:]


def _known(routes: Routes, name: str, public: str) -> Route:
    if route := routes.named(name):
        return route
    known = ", ".join(sorted(route.name for route in routes)) or "none yet"
    identity = next((route.name for route in routes if route.service == IDENTITY), None)
    login = f"a client's auth URL begins with {public}/{identity}" if identity else "log in through it first"
    raise RouteRefused(f"/{name} is no route of this proxy (known: {known}); {login}", 404)


@lru_cache(maxsize=256)
def _is_origin(route: Route) -> bool:
    return not urlsplit(route.upstream).path
