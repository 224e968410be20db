"""The endpoints that an answer of Keystone's holds.

Decides which requests ask for a service catalog, and reads the three forms of it; what becomes of the endpoints is
decided in `routes`. Sources: identity API v3 "Authenticate" and "Get service catalog", v2.0 "Authenticate".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from cloudtape.cassettes.content import ContentError, decoded
from cloudtape.cassettes.json_text import JsonError, json_as
from cloudtape.cassettes.messages import Request, Response, header

# What has the look of a request for a catalog, wherever it goes: its answer is read whole. Not enough to teach a route.
CATALOG_PATHS = re.compile(r"/v3/auth/(tokens|catalog)/?(\?|$)|/v2\.0/tokens(/[^/?]*)?(/endpoints)?/?(\?|$)")
CATALOG_MARKS = (b'"catalog"', b'"serviceCatalog"')
# An address that can be understood in one way only: no user, no encoded or foreign host.
ADDRESS = re.compile(
    r"https?://(?:[A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+(?:%25[A-Za-z0-9._-]+)?\])(?::(?P<port>\d{1,5}))?(?:[/?][!-~]*)?",
    re.IGNORECASE,
)
HIGHEST_PORT = 65535
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_decode_list = msgspec.json.Decoder(list[Any]).decode
V2_INTERFACES = (("public", "publicURL"), ("internal", "internalURL"), ("admin", "adminURL"))


class TokenRequest(msgspec.Struct, frozen=True):
    """A request whose answer holds the asker's own service catalog. `path` is what stands behind the identity
    service's base.

    `subject` finds the token that the answer is about, where it is another than the one that asks.
    """

    method: str
    path: re.Pattern[str]
    subject: Callable[[Request, re.Match[str]], str | None] | None = None


TOKEN_REQUESTS = (
    TokenRequest("POST", re.compile(r"/v3/auth/tokens/?")),
    TokenRequest(
        "GET", re.compile(r"/v3/auth/tokens/?"), lambda request, _: header(request.headers, "x-subject-token")
    ),
    TokenRequest("GET", re.compile(r"/v3/auth/catalog/?")),
    TokenRequest("POST", re.compile(r"/v2\.0/tokens/?")),
    TokenRequest("GET", re.compile(r"/v2\.0/tokens/(?P<token>[^/]+)"), lambda _, path: path["token"]),
)


class Endpoint(msgspec.Struct, frozen=True):
    """One URL of one service in one region; `interface` is public, internal or admin."""

    service: str
    interface: str
    region: str
    url: str


def is_token_request(request: Request, base: str) -> bool:
    """Whether a request asks the identity service at `base` for a token or a catalog of the asker's own."""
    address = request.uri.partition("?")[0]
    if not address.startswith(base):
        return False
    path = address[len(base) :]
    for one in TOKEN_REQUESTS:
        if one.method == request.method and (found := one.path.fullmatch(path)):
            return one.subject is None or one.subject(request, found) == header(request.headers, "x-auth-token")
    return False


def endpoints_in(response: Response) -> Sequence[Endpoint]:
    """The endpoints in an answer to a token request, public ones first; none where it carries no service catalog."""
    if response.status not in (200, 201, 203):
        return ()
    try:
        body = decoded(response).body
    except ContentError:
        return ()
    if not isinstance(body, bytes) or not any(mark in body for mark in CATALOG_MARKS):
        return ()
    try:
        document = json_as(_MEMBERS, body)
        if found := document.get("catalog") or _member(document, "token", "catalog"):
            return _endpoints(bytes(found), _v3)
        if found := _member(document, "access", "serviceCatalog"):
            return _endpoints(bytes(found), _v2)
    except (JsonError, msgspec.DecodeError):
        pass
    return ()


def _member(document: Mapping[str, msgspec.Raw], outer: str, inner: str) -> msgspec.Raw | None:
    return _MEMBERS.decode(document[outer]).get(inner) if outer in document else None


@lru_cache(maxsize=16)
def _endpoints(catalog: bytes, read: Callable[[list[Any]], Iterator[Endpoint]]) -> Sequence[Endpoint]:
    """Login after login is answered with the same catalog."""
    found = [endpoint for endpoint in read(_decode_list(catalog)) if _is_address(endpoint.url)]
    return tuple(sorted(found, key=lambda endpoint: endpoint.interface != "public"))


def _is_address(url: str) -> bool:
    found = ADDRESS.fullmatch(url)
    return found is not None and int(found["port"] or 1) in range(1, HIGHEST_PORT + 1)


def _v3(services: list[Any]) -> Iterator[Endpoint]:
    for service in services:
        match service:
            case {"type": str(kind), "endpoints": list(endpoints)}:
                for endpoint in endpoints:
                    match endpoint:
                        case {"interface": str(interface), "url": str(url)}:
                            region = endpoint.get("region_id") or endpoint.get("region") or ""
                            yield Endpoint(kind, interface, str(region), url)


def _v2(services: list[Any]) -> Iterator[Endpoint]:
    for service in services:
        match service:
            case {"type": str(kind), "endpoints": list(endpoints)}:
                for endpoint in endpoints:
                    for interface, key in V2_INTERFACES:
                        if isinstance(endpoint, dict) and isinstance(url := endpoint.get(key), str):
                            yield Endpoint(kind, interface, str(endpoint.get("region") or ""), url)
