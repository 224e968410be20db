"""How each service links from one page of a list to the next."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import msgspec

from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.worlds.shelves import Members, Resource


class Paging(msgspec.Struct, frozen=True):
    """`newest_first`: the order where none is asked for. `next` writes the link: (answer, wrapper, url) → None.

    `both`: where a limit is asked for, there are links to the next page and to the previous one, but for the one that a
    page which is not full shows not to be there (neutron's `get_pagination_links`). `full`: a page that is full has the
    link to the next one, even where nothing follows. `no_marker`: the status of a wrong marker.
    """

    newest_first: bool
    next: Callable[[Members, str, str], None]
    always: Callable[[Members, str, str], None] | None = None
    both: bool = False
    full: bool = False
    no_marker: int = 400


def _links_member(answer: Members, wrapper: str, url: str) -> None:
    answer[f"{wrapper}_links"] = [{"rel": "next", "href": url}]


def _next_path(answer: Members, _: str, url: str) -> None:
    answer["next"] = "/" + url.split("/", 3)[3]


def _links_list(answer: Members, _: str, url: str) -> None:
    answer["links"] = [{"rel": "next", "href": url}]


def _keystone_next(answer: Members, _: str, url: str) -> None:
    answer["links"]["next"] = url


def _keystone_links(answer: Members, _: str, url: str) -> None:
    answer["links"] = {"next": None, "self": url, "previous": None}


def _glance_links(answer: Members, wrapper: str, url: str) -> None:
    answer.setdefault("first", "/" + url.split("/", 3)[3])
    answer.setdefault("schema", f"/v2/schemas/{wrapper}")


PAGING = {
    "compute": Paging(True, _links_member, full=True),
    "block-storage": Paging(True, _links_member, full=True, no_marker=404),
    "shared-file-system": Paging(True, _links_member),
    "network": Paging(False, _links_member, both=True),
    "image": Paging(True, _next_path, _glance_links),
    "identity": Paging(False, _keystone_next, _keystone_links),
    "orchestration": Paging(True, _links_list),
}
PLAIN = Paging(False, _links_list)


def write_links(answer: Members, wrapper: str, call: Call, items: list[Resource], limit: int, more: bool) -> None:
    """Put the links to other pages into an answer, where its service would."""
    paging = PAGING.get(call.service.type, PLAIN)
    if paging.always:
        paging.always(answer, wrapper, call.request.uri)
    if paging.both:
        _write_both(answer, wrapper, call, items, limit)
    elif more and items:
        paging.next(answer, wrapper, _url(call, items[-1]))


def _write_both(answer: Members, wrapper: str, call: Call, items: list[Resource], limit: int) -> None:
    if not (call.asked("limit") or "").strip("0"):
        return
    full, backwards = len(items) >= limit, bool(call.asked("page_reverse"))
    links = []
    if full or backwards:
        links.append({"rel": "next", "href": _url(call, items[-1] if items else None)})
    if full or not backwards:
        links.append({"rel": "previous", "href": _url(call, items[0] if items else None, "page_reverse=True")})
    if links:
        answer[f"{wrapper}_links"] = links


def _url(call: Call, marker: Resource | None, *more: str) -> str:
    """The address of a list from a marker on."""
    path, _, query = call.request.uri.partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith(("marker=", "page_reverse="))]
    behind = ["marker=" + quote(marker.id)] if marker else []
    return f"{path}?{'&'.join([*kept, *behind, *more])}"
