"""The endpoints that an answer of Keystone's holds.

Decides which answers carry a service catalog, and reads the three forms of it; what becomes of the endpoints is
decided in `routes`. Sources: identity API v3 "Authenticate" and "Get service catalog", v2.0 "Authenticate".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from cloudtape.cassettes.messages import Request, Response

# Only the identity service may teach routes: any other body (an object in a container, say) could name any origin.
CATALOG_PATHS = re.compile(r"/v3/auth/(tokens|catalog)/?(\?|$)|/v2\.0/tokens(/[^/?]*)?(/endpoints)?/?(\?|$)")
ADDRESS = re.compile(r"https?://[^/]")
CATALOG_MARKS = (b'"catalog"', b'"serviceCatalog"')
V2_INTERFACES = (("public", "publicURL"), ("internal", "internalURL"), ("admin", "adminURL"))


class Endpoint(msgspec.Struct, frozen=True):
    """One URL of one service in one region; `interface` is public, internal or admin."""

    service: str
    interface: str
    region: str
    url: str


def endpoints_of(request: Request, response: Response) -> list[Endpoint]:
    """The endpoints in this answer, public ones first; none where it carries no service catalog."""
    body = response.body
    if not CATALOG_PATHS.search(request.uri) or not isinstance(body, bytes) or response.status not in (200, 201, 203):
        return []
    if not any(mark in body for mark in CATALOG_MARKS):
        return []
    try:
        document = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return []
    found = [endpoint for endpoint in _endpoints(document) if ADDRESS.match(endpoint.url)]
    return sorted(found, key=lambda endpoint: endpoint.interface != "public")


def _endpoints(document: Any) -> Iterator[Endpoint]:
    match document:
        case {"token": {"catalog": list(services)}} | {"catalog": list(services)}:
            yield from _v3(services)
        case {"access": {"serviceCatalog": list(services)}}:
            yield from _v2(services)


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
