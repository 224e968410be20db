"""Probes of versions: requests that clients send to find out which versions a service has, and expect to fail.

A client that finds no version document goes on with the URL of the service catalog, so a recording may well lack them.
Such a miss is counted apart from those that tell of a test gone another way. Which requests are meant is a table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from cloudtape.cassettes.messages import Request, Route

VERSION = r"/v\d+(\.\d+)?"
PROJECT = r"([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
ANY = re.compile(".*")
WITHOUT_OBJECT_STORE = re.compile("(?!object-store).*")
"""Swift's `/v1/AUTH_…`, and `/v1` of RADOS Gateway, list the containers of an account."""


@dataclass(frozen=True, slots=True)
class Probe:
    """`path` is what stands behind a service's base, `service` the types meant; `source`: the code that asks for it."""

    path: re.Pattern[str]
    source: str
    service: re.Pattern[str] = ANY


PROBES = (
    Probe(
        re.compile(r"/?"),
        "keystoneauth1 discover.EndpointData._get_discovery_url_choices (the catalog's URL without its version); "
        "keystoneauth1 identity.generic; cinderclient client.get_server_version; novaclient v2.versions.list",
    ),
    Probe(
        re.compile(rf"{VERSION}/?"),
        "keystoneauth1 discover (the catalog's URL without the project); openstacksdk service_description; "
        "novaclient v2.versions.get_current; openstack key_manager v1._microversion; ironicclient negotiate_version",
        WITHOUT_OBJECT_STORE,
    ),
    Probe(
        re.compile(rf"{VERSION}/{PROJECT}/?"),
        "keystoneauth1 discover (the catalog's URL as it is); novaclient v2.versions.get_current",
        WITHOUT_OBJECT_STORE,
    ),
    Probe(re.compile(r"/versions/?"), "glanceclient v2.versions.list, common.utils", re.compile("image")),
)


def is_probe(request: Request, route: Route | None) -> bool:
    """Whether a request only asks which versions a service has."""
    if route is None or request.method != "GET" or request.body or not request.uri.startswith(route.upstream):
        return False
    rest = urlsplit(request.uri.removeprefix(route.upstream))
    if rest.query or rest.netloc:
        return False
    return any(probe.path.fullmatch(rest.path) and probe.service.fullmatch(route.service) for probe in PROBES)
