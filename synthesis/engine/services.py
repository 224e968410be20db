"""The services of a made-up cloud: their names, types, versions and microversions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

DATA = Path(__file__).parent.parent / "data"
DOMAIN = "cloud.invalid"
"""Where the services stand for themselves (RFC 6761: a name that never resolves); the proxy writes its own address."""

Microversion = tuple[int, int]


class Version(msgspec.Struct, frozen=True):
    """An entry of a version document; empty members are left out, but `version` and `min_version` where `micro`.

    `single`: the document at its URL has a `version` beside the list of its service, as the reference shows it.
    """

    id: str
    path: str
    status: str
    version: str | None = None
    min_version: str | None = None
    max_version: str | None = None
    updated: str = ""
    media: str = ""
    single: bool = False


class Documents(msgspec.Struct, frozen=True):
    """How a service writes its version documents.

    `root`: `versions`, or `values` ({"versions": {"values": […]}}). `version`: the document at the versioned URL is one
    `version`, a list of `versions`, or the list of `resources`.
    `status` is that of the root, `at_version` that of the other. `resources` names them, with their collections.
    """

    root: str = "versions"
    version: str = "version"
    status: int = 200
    at_version: int = 200
    resources: dict[str, str] = {}


class Micro(msgspec.Struct, frozen=True):
    """Microversions: the name in `OpenStack-API-Version`, their range, an older header, the major versions."""

    name: str
    min: Microversion
    max: Microversion
    versions: tuple[str, ...]
    legacy: str = ""


class Service(msgspec.Struct, frozen=True):
    """`name` is the project's (`nova`); `type` the official service type; `types` by name the path in the catalog.

    `names` are those of types that have one of their own. `regional`: each region has one of its own;
    `empty_at_zero`: a list with `limit=0` holds nothing, not everything. `fields`: a query says with it which members
    are shown; `hides`: what may not be read is not there; `exact`: a path that ends with a slash is another one.
    `open` are the operations for which nobody needs to be logged in, `receipts` the response headers that say that the
    first step of a login is done.
    """

    name: str
    types: dict[str, str]
    names: dict[str, str] = {}
    versions: tuple[Version, ...] = ()
    documents: Documents = Documents()
    micro: Micro | None = None
    request_id: str = ""
    vary: str = ""
    times: str = "%Y-%m-%dT%H:%M:%SZ"
    type: str = ""
    regional: bool = True
    empty_at_zero: bool = False
    fields: bool = False
    hides: bool = False
    exact: bool = False
    open: frozenset[str] = frozenset()
    receipts: tuple[str, ...] = ()

    def address(self, region: str = "") -> str:
        """Its base URL, without version and project; the same in all regions where it is not regional."""
        region = region if self.regional else ""
        return f"http://{self.type}.{region.lower() + '.' if region else ''}{DOMAIN}"


class Services(dict[str, Service]):
    """All services by their official types."""

    def endpoints(self) -> Iterator[tuple[Service, str, str]]:
        """Each name under which a service is listed: service, type, path."""
        for service in self.values():
            for kind, path in service.types.items():
                yield service, kind, path
