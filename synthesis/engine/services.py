"""The services of a made-up cloud: their names, types, versions and microversions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

DOMAIN = "cloud.invalid"
"""Where the services stand for themselves (RFC 6761: a name that never resolves); the proxy writes its own address."""

Microversion = tuple[int, int]


class Version(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
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


class Documents(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
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


class Micro(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Microversions: the name in `OpenStack-API-Version`, their range, an older header, the major versions.

    `also` are other names for it, where a number follows. `inner` is the one in which other services ask, where that is
    not the lowest.
    """

    name: str
    min: Microversion
    max: Microversion
    versions: tuple[str, ...]
    legacy: str = ""
    also: tuple[str, ...] = ()
    inner: Microversion | None = None


OF_PAGES = ("limit", "marker", "sort_key", "sort_dir")
"""What can be wrong with what is asked of a page."""


class Paging(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How lists are paged: `newest_first` is the order where none is asked for, `links` where links to other pages
    stand.

    A link stands in a member of its own (`servers_links`), as a `path` in `next`, in a `list` of links, in the `object`
    of links that each answer has, or in one that has only those that there are (`present`); `markers` are no links, but
    the ids. `both`: where a limit is asked for, there are links to the next page and to the previous one, but for the
    one that a page which is not full shows not to be there (neutron's `get_pagination_links`). `full`: a page that is
    full has the link to the next one, even where nothing follows. `no_marker`: the status of a wrong marker.
    `descends`: what is sorted by a member goes down where nobody says how, and `sort` goes with no other words for it.

    `page` are the items where nobody says how many, `least` is the least number that may be asked for, `most` the word
    for as many as there may be. `total` is the member that says how many there are on all pages, as a path; `counts` is
    the word in a query that asks for it, where it is not said unasked.
    `faults` are the service's names for what is wrong with one of `OF_PAGES`.
    """

    newest_first: bool = False
    links: Literal["member", "path", "list", "object", "present", "markers"] = "list"
    both: bool = False
    full: bool = False
    no_marker: int = 400
    descends: bool = False
    page: int = 1000
    least: int = 0
    most: str = ""
    total: str = ""
    counts: str = ""
    faults: dict[str, str] = {}


class Quotas(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The kind that keeps quotas, their limits by name, and what is said beyond them. -1: no limit.

    Of those in `by_type` there is one more, without a limit, for each resource of the kind `types`, `default` always
    among them. `sums` are quotas that add up members: by name, kinds with the member of each. `whys` are the words for
    quotas that have their own.
    """

    kind: str
    limits: dict[str, int]
    status: int = 403
    fault: str = ""
    why: str = "Quota exceeded for {name}: Requested 1, but already used {used} of {limit} {name}"
    by_type: tuple[str, ...] = ()
    types: str = ""
    default: str = ""
    sums: dict[str, dict[str, str]] = {}
    whys: dict[str, str] = {}


class Service(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """`service.yaml`. `name` is the project's (`nova`); `type` the official service type, which its folder is named
    after;
    `types` by name the path in the catalog, where `{project}` is the project of the token; `rank` its place there.

    `names` are those of types that have one of their own. `regional`: each region has one of its own;
    `empty_at_zero`: a list with `limit=0` holds nothing, not everything. `fields`: a query says with it which members
    are shown; `hides`: what may not be read is not there; `exact`: a path that ends with a slash is another one;
    `data_types`: media types of bodies that are no JSON, and are read by what answers.
    `open` are the operations for which nobody needs to be logged in, `receipts` the response headers that say that the
    first step of a login is done.

    `envelope` is the shape of its errors (`cloudtape.openstack.faults.SHAPES`), where its type does not say it;
    `faults` are its own names for those that are known here by another one.
    `shows_all`: lists show an administrator everything, unasked. `said_at_once` are the members in which a resource was
    updated when it was made. `owners` are members that name its project, beside those of all services, `user_projects`
    those that name a project of its own.

    `all_projects` and `other_project` are headers in which an administrator asks for the things of all projects, or for
    another one's (designate's `X-Auth-All-Projects`). Where the first is named, they are hidden from the administrator
    without it.

    `aliases` are the same things under another path, of another version or of the service's own past. `behind`: by the
    first segments of a path, what stands behind the variable that follows them. `repeated`: a variable that names the
    same thing as the one behind it (Orchestration API v1: /stacks/{stack_name}/{stack_id}).
    `printed` are members whose printed values are words of its API, whatever they are of; `maps` those whose own
    members are data, and no structure.
    """

    name: str
    types: dict[str, str]
    rank: int = 1000
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
    data_types: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    receipts: tuple[str, ...] = ()
    envelope: str = ""
    faults: dict[str, str] = {}
    paging: Paging = Paging()
    shows_all: bool = False
    said_at_once: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    user_projects: tuple[str, ...] = ()
    all_projects: str = ""
    other_project: str = ""
    quotas: Quotas | None = None
    aliases: dict[str, str] = {}
    behind: dict[str, tuple[str, ...]] = {}
    repeated: dict[str, str] = {}
    printed: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()

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
