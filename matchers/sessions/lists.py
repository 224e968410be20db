"""Recorded lists as they are for this session: without what it has deleted, with what it has made, in the order asked.

Tests that run beside each other make and delete their things in another order each time, so that no recorded list may
show just what is there now. An item that the session has deleted is taken out of a list; one that it has made is taken
from another recorded answer to the same request. A list that is sorted by names is sorted by the live ones. Knows the
documents of OpenStack's services (an object with one list of objects) and the listings of an object store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec.structs import replace

from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.cassettes.messages import Request, Response, header
from cloudtape.matchers.requests.things import ACCOUNT, NAMES, crc_of, thing_of

Item = dict[str, Any] | str
"""Of a JSON list an object, of a plain listing a line."""
PAGES = frozenset({"limit", "marker", "end_marker"})
DESCENDING = "desc"


class Listing(msgspec.Struct):
    """A list that was answered: `items` in order, `rebuild` makes the body of another list of items."""

    items: list[Item]
    rebuild: Callable[[Sequence[Item]], bytes]
    container: str = ""

    def words(self, item: Item) -> set[int]:
        """The numbers of what an item is called; in a container its objects are named with it."""
        names = [item] if isinstance(item, str) else [str(item[one]) for one in NAMES if item.get(one)]
        within = [f"{self.container}/{name}" for name in names if self.container]
        return {crc_of(one) for one in (*names, *within)}


def _names(body: bytes) -> list[Item]:
    """Of a list in plain text, in which a line end alone ends a name (Object Storage API v1)."""
    return list(body.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")) if body else []


def listing(request: Request, response: Response) -> Listing | None:
    """The list in an answer; None where it is none that could be taken apart."""
    body = response.body
    if response.status != 200 or not isinstance(body, bytes):
        return None
    is_store = bool(ACCOUNT.search(request.uri))
    container = thing_of(request.uri).item if is_store else ""
    if "/" in container:
        return None  # an object's data
    if is_store and (header(response.headers, "content-type") or "").startswith("text/plain"):
        return Listing(_names(body), _lines, container)
    try:
        document = json_value(body)
    except JsonError:
        return None
    return _json_listing(document, container)


def _json_listing(document: Any, container: str) -> Listing | None:
    if isinstance(document, list) and _are_objects(document):
        return Listing(document, msgspec.json.encode, container)
    lists = [name for name, one in document.items() if _are_objects(one)] if isinstance(document, dict) else []
    if len(lists) != 1:
        return None
    return Listing(document[lists[0]], lambda items: msgspec.json.encode({**document, lists[0]: items}), container)


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _lines(items: Sequence[Item]) -> bytes:
    return "".join(f"{one}\n" for one in items).encode("utf-8", "surrogateescape")


def mended(
    request: Request,
    response: Response,
    gone: Iterable[int],
    lacks: Iterable[int],
    others: Iterable[tuple[Request, Response]],
) -> Response:
    """The answer without items that are `gone`, and with those that it `lacks`, as `others` to the same request show
    them; itself where there is nothing to mend. All are the numbers of recorded words.
    """
    found = listing(request, response)
    if found is None:
        return response
    gone, missing = frozenset(gone), set(lacks)
    items = [one for one in found.items if gone.isdisjoint(found.words(one))]
    missing.difference_update(*(found.words(one) for one in items))
    if not PAGES.isdisjoint(parse_qs(urlsplit(request.uri).query)):
        missing.clear()  # what a page would show nobody can tell
    for asked, answer in others if missing else ():
        other = listing(asked, answer)
        items, missing = _joined(found, items, other.items if other else [], missing)
        if not missing:
            break
    return response if items == found.items else with_body(response, found.rebuild(items))


def _joined(
    found: Listing, items: list[Item], others: Sequence[Item], missing: set[int]
) -> tuple[list[Item], set[int]]:
    """The items and those of `others` that are missing, each before what follows it there."""
    joined, left = list(items), set(missing)
    for at, one in enumerate(others):
        if not left.isdisjoint(words := found.words(one)):
            left -= words
            behind = next((other for other in others[at + 1 :] if other in joined), None)
            joined.insert(joined.index(behind) if behind is not None else len(joined), one)
    return joined, left


def with_its_like(
    response: Response, request: Request, shown: int, wanted: int, others: Iterable[tuple[Request, Response]]
) -> Response | None:
    """A list with what is `wanted` in the place of what is `shown`, as `others` show it; None where none does."""
    found = listing(request, response)
    at = next((at for at, one in enumerate(found.items) if shown in found.words(one)), None) if found else None
    if found is None or at is None:
        return None
    like = found.items[at]
    for asked, answer in others:
        for one in _things(asked, answer):
            if (
                wanted in found.words(one)
                and isinstance(one, dict)
                and isinstance(like, dict)
                and one.keys() == like.keys()
            ):
                return with_body(response, found.rebuild([*found.items[:at], one, *found.items[at + 1 :]]))
    return None


def _things(request: Request, response: Response) -> Sequence[Item]:
    """What an answer shows: the items of a list, or the one thing that was asked for."""
    if found := listing(request, response):
        return found.items
    if response.status != 200 or not isinstance(response.body, bytes):
        return ()
    try:
        document = json_value(response.body)
    except JsonError:
        return ()
    return [one for one in document.values() if isinstance(one, dict)] if isinstance(document, dict) else ()


def sorted_as_asked(request: Request, recorded: Response, live: Response) -> Response:
    """A live answer in the order of live names, where the recorded one was in that of recorded names."""
    if "sort" not in request.uri and not ACCOUNT.search(request.uri):
        return live
    before, after = listing(request, recorded), listing(request, live)
    if before is None or after is None or len(before.items) < 2 or before.items == after.items:
        return live
    for key, is_reversed in _orders(request, before):
        keys = [_key(one, key) for one in before.items]
        if None not in keys and keys == sorted(keys, reverse=is_reversed):  # type: ignore[type-var]
            ordered = sorted(after.items, key=lambda one: str(_key(one, key)), reverse=is_reversed)
            return live if ordered == after.items else with_body(live, after.rebuild(ordered))
    return live


def _orders(request: Request, found: Listing) -> Iterator[tuple[str, bool]]:
    """By which member a list was asked to be sorted, and whether the other way round; an object store sorts by name."""
    query = parse_qs(urlsplit(request.uri).query)
    if ACCOUNT.search(request.uri):
        yield "name", "reverse" in query
    key, direction = query.get("sort_key", [""])[0], query.get("sort_dir", [""])[0]
    together = query.get("sort", [""])[0].split(",")[0]
    if together:
        key, _, direction = together.partition(":")
    if key and isinstance(found.items[0], dict):
        for name in (key, key.removeprefix("display_")):
            for is_reversed in (direction == DESCENDING, direction != DESCENDING):
                yield name, is_reversed


def _key(item: Item, name: str) -> str | None:
    if isinstance(item, str):
        return item
    value = item.get(name, item.get("subdir"))
    return value if isinstance(value, str) else None


def with_body(response: Response, body: bytes) -> Response:
    """The answer with another body, and its length."""
    headers = tuple((k, str(len(body)) if k.lower() == "content-length" else v) for k, v in response.headers)
    return replace(response, headers=headers, body=body)
