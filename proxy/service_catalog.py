"""The endpoints that an answer of Keystone's holds.

Decides which answers carry a service catalog, and reads the three forms of it; what becomes of the endpoints is
decided in `routes`. Sources: identity API v3 "Authenticate" and "Get service catalog", v2.0 "Authenticate".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from cloudtape.cassettes.messages import Request, Response

# Only the identity service may teach routes: any other body (an object in a container, say) could name any origin.
CATALOG_PATHS = re.compile(r"/v3/auth/(tokens|catalog)/?(\?|$)|/v2\.0/tokens(/[^/?]*)?(/endpoints)?/?(\?|$)")
ADDRESS = re.compile(r"https?://[^/]")
CATALOG_MARKS = (b'"catalog"', b'"serviceCatalog"')
_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_list = msgspec.json.Decoder(list[Any]).decode
V2_INTERFACES = (("public", "publicURL"), ("internal", "internalURL"), ("admin", "adminURL"))


class Endpoint(msgspec.Struct, frozen=True):
    """One URL of one service in one region; `interface` is public, internal or admin."""

    service: str
    interface: str
    region: str
    url: str


def endpoints_of(request: Request, response: Response) -> Sequence[Endpoint]:
    """The endpoints in this answer, public ones first; none where it carries no service catalog."""
    body = response.body
    if not CATALOG_PATHS.search(request.uri) or not isinstance(body, bytes) or response.status not in (200, 201, 203):
        return ()
    if not any(mark in body for mark in CATALOG_MARKS):
        return ()
    try:
        document = _members(body)
        if found := document.get("catalog") or _member(document, "token", "catalog"):
            return _endpoints(bytes(found), _v3)
        if found := _member(document, "access", "serviceCatalog"):
            return _endpoints(bytes(found), _v2)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    return ()


def _member(document: Mapping[str, msgspec.Raw], outer: str, inner: str) -> msgspec.Raw | None:
    return _members(document[outer]).get(inner) if outer in document else None


@lru_cache(maxsize=16)
def _endpoints(catalog: bytes, read: Callable[[list[Any]], Iterator[Endpoint]]) -> Sequence[Endpoint]:
    """Login after login is answered with the same catalog."""
    found = [endpoint for endpoint in read(_decode_list(catalog)) if ADDRESS.match(endpoint.url)]
    return tuple(sorted(found, key=lambda endpoint: endpoint.interface != "public"))


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
