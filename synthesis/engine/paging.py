"""Links from one page of a list to the next, in the forms that services have (`Paging`)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, quote

from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.engine.lists import Page
from cloudtape.synthesis.worlds.shelves import Members, Resource

Writer = Callable[[Members, str, str], None]
"""(answer, wrapper, url): puts links into an answer."""


def _links_member(answer: Members, wrapper: str, url: str) -> None:
    answer[f"{wrapper}_links"] = [{"rel": "next", "href": url}]


def _next_path(answer: Members, _: str, url: str) -> None:
    answer["next"] = "/" + url.split("/", 3)[3]


def _links_list(answer: Members, _: str, url: str) -> None:
    answer["links"] = [{"rel": "next", "href": url}]


def _keystone_next(answer: Members, _: str, url: str) -> None:
    answer["links"]["next"] = url


def _present_links(answer: Members, _: str, url: str) -> None:
    answer["links"] = {"self": url}


def _keystone_links(answer: Members, _: str, url: str) -> None:
    answer["links"] = {"next": None, "self": url, "previous": None}


def _markers(answer: Members, _: str, url: str) -> None:
    """Sahara's: the marker of the next page, and that of the page before where there is one."""
    marker = dict(parse_qsl(url.partition("?")[2]))["marker"]
    answer["markers"] = {"prev": None, "next": marker}


def _glance_links(answer: Members, wrapper: str, url: str) -> None:
    answer.setdefault("first", "/" + url.split("/", 3)[3])
    answer.setdefault("schema", f"/v2/schemas/{wrapper}")


def _nothing(_: Members, __: str, ___: str) -> None:
    """No links where there is no other page."""


# By where links stand, what writes the one to the next page, and what stands in every answer.
WRITERS: dict[str, tuple[Writer, Writer]] = {
    "member": (_links_member, _nothing),
    "path": (_next_path, _glance_links),
    "list": (_links_list, _nothing),
    "object": (_keystone_next, _keystone_links),
    "present": (_keystone_next, _present_links),
    "markers": (_markers, _nothing),
}


def write_links(answer: Members, wrapper: str, call: Call, page: Page) -> None:
    """Put the links to other pages into an answer, where its service would, and how many there are on all of them."""
    items, limit, more, total = page.items, page.limit, page.more, page.total
    paging = call.service.paging
    if paging.total and total is not None:
        _write_total(answer, paging.total, total)
    next_page, always = WRITERS[paging.links]
    always(answer, wrapper, call.request.uri)
    if paging.both:
        _write_both(answer, wrapper, call, items, limit)
    elif more and items:
        next_page(answer, wrapper, _url(call, items[-1]))


def _write_total(answer: Members, path: str, total: int) -> None:
    *above, last = path.split(".")
    for name in above:
        answer = answer.setdefault(name, {})
    answer[last] = total


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
