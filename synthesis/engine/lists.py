"""Lists: which resources, in which order, how many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.engine.filters import TRUE, filter_of
from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.engine.services import Paging
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Resource, Shelf

MOST = 1000
"""Items of a page where nobody says how many (nova's `max_limit`)."""


class Page(msgspec.Struct):
    """Some resources, how many were asked for at most, whether there are more behind them, and how many there are on
    all pages, where the service tells.
    """

    items: list[Resource]
    limit: int
    more: bool = False
    total: int | None = None


def page_of(shelf: Shelf, kind: Kind, call: Call, seen: Callable[[Resource], bool], project: str | None) -> Page:
    """The page that a request asks for. Raises Refused for a limit, marker or sort key that makes no sense."""
    limit, marker = _limit(call), call.asked("marker") or ""
    matches = filter_of(kind, call)
    keys = _sort_keys(kind, call)
    paging = call.service.paging
    backwards = paging.both and (call.asked("page_reverse") or "").lower() in TRUE
    newest_first = paging.newest_first and not kind.rule.oldest_first
    if direction := call.asked("sort_dir"):
        _check_direction(direction, paging)
        newest_first = direction == "desc"
    newest_first = newest_first is not backwards
    total, counts = None, _counts(call)
    if keys or counts:
        all_ = shelf.walk(project, "", newest_first) if not keys else shelf.walk(project)
        ordered = _sorted([one for one in all_ if seen(one) and (matches is None or matches(one))], keys)
        ordered = ordered[::-1] if backwards and keys else ordered
        total = len(ordered) if counts else None
        found: Iterator[Resource] = iter(_after(ordered, marker, paging))
    else:
        try:
            walk = shelf.walk(project, marker, newest_first)
        except KeyError:
            raise _no_marker(marker, paging) from None
        found = filter(seen, walk if matches is None else filter(matches, walk))
    offset = _offset(call)
    items = list(islice(found, offset, offset + limit + 1))
    page = items[:limit]
    more = len(items) > limit or (paging.full and _asks_for(call, len(items)))
    return Page(page[::-1] if backwards else page, limit, more, total)


def _counts(call: Call) -> bool:
    """Whether the answer says how many there are on all pages."""
    asked = call.service.paging.counts
    return bool(call.service.paging.total) and (not asked or (call.asked(asked) or "").lower() in TRUE)


def _asks_for(call: Call, count: int) -> bool:
    return call.asked("limit") == str(count)


def _offset(call: Call) -> int:
    asked = call.asked("offset") or "0"
    offset = whole(asked)
    if offset is None or offset < 0:
        raise Refused(400, f"offset param must be an integer, and not negative: {asked}")
    return offset


def _limit(call: Call) -> int:
    asked = call.asked("limit") or call.asked("per_page")
    paging = call.service.paging
    if asked is None:
        return paging.page
    if paging.most and asked.lower() == paging.most:
        return MOST
    limit = whole(asked)
    if limit is None or limit < paging.least:
        why = f"at least {paging.least}" if paging.least else "not negative"
        raise Refused(400, f"limit param must be an integer, and {why}: {asked}", paging.faults.get("limit", ""))
    return min(limit, MOST) or (0 if call.service.empty_at_zero else MOST)


def _no_marker(marker: str, paging: Paging) -> Refused:
    return Refused(paging.no_marker, f"marker [{marker}] not found", paging.faults.get("marker", ""))


def _after(ordered: Sequence[Resource], marker: str, paging: Paging) -> Sequence[Resource]:
    if not marker:
        return ordered
    at = next((at for at, one in enumerate(ordered) if one.id == marker), None)
    if at is None:
        raise _no_marker(marker, paging)
    return ordered[at + 1 :]


# --- order -------------------------------------------------------------------------------------------------------


def _sort_keys(kind: Kind, call: Call) -> list[tuple[str, bool]]:
    """(member, descending), the most important first."""
    descends = call.service.paging.descends
    unsaid = "desc" if descends else "asc"
    names = [value for key, value in call.query if key in ("sort_key", "sort_keys") and value]
    directions = [value for key, value in call.query if key in ("sort_dir", "sort_dirs")]
    if asked := call.asked("sort"):
        if descends and (names or directions):
            why = (
                "The 'sort_key' and 'sort_dir' parameters are deprecated and cannot be used with the 'sort' parameter."
            )
            raise Refused(400, why)
        words = [word.partition(":") for word in asked.split(",") if word]
        pairs = [(name, direction or unsaid) for name, _, direction in words]
    elif asked := call.asked("sort_by"):
        pairs = [(asked.removeprefix("-"), "desc" if asked[0] == "-" else "asc")]
    else:
        pairs = [(name, directions[at] if at < len(directions) else unsaid) for at, name in enumerate(names)]
    for name, direction in pairs:
        _check_direction(direction, call.service.paging)
        if kind.template and not _known(kind, name):
            raise Refused(400, f"Invalid sort key: {name}", call.service.paging.faults.get("sort_key", ""))
    return [(kind.rule.old.get(name, name), direction == "desc") for name, direction in pairs]


def _check_direction(direction: str, paging: Paging) -> None:
    if direction not in ("asc", "desc"):
        why = f"Unknown sort direction, must be 'desc' or 'asc': {direction}"
        raise Refused(400, why, paging.faults.get("sort_dir", ""))


SORTS = frozenset({"created_at", "updated_at", "display_name", "uuid", "id", "name", "status", "host", "size"})


def _known(kind: Kind, name: str) -> bool:
    return name in kind.template or name in SORTS


def _sorted(found: list[Resource], keys: Sequence[tuple[str, bool]]) -> list[Resource]:
    for name, descending in reversed(keys):
        found.sort(key=lambda one: _sortable(one.members.get(name)), reverse=descending)
    return found


def _sortable(value: Any) -> tuple[int, float, str]:
    if isinstance(value, int | float):
        return (1, float(value), "")
    return (0, 0.0, "") if value is None else (2, 0.0, str(value))
