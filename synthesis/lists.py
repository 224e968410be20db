"""Lists: which resources, in which order, how many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from cloudtape.synthesis.calls import Call
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.kinds import Kind
from cloudtape.synthesis.paging import PAGING, PLAIN
from cloudtape.synthesis.shelves import Members, Resource, Shelf

MOST = 1000
"""Items of a page where nobody says how many (nova's `max_limit`)."""
TRUE = frozenset({"true", "1", "yes", "on", "t"})
FALSE = frozenset({"false", "0", "no", "off", "f"})
# What is asked in a query, and is no member.
NOT_FILTERS = frozenset(
    [
        "limit",
        "marker",
        "offset",
        "sort",
        "sort_key",
        "sort_keys",
        "sort_dir",
        "sort_dirs",
        "page_reverse",
        "fields",
        "all_tenants",
        "all_projects",
        "with_count",
        "include_disabled",
        "deleted",
        "is_public",
        "changes-since",
        "changes-before",
        "detailed",
        "include_all_versions",
        "show_nested",
        "global_tenant",
        "include_names",
        "effective",
        "include_subtree",
        "subtree_as_list",
        "parents_as_list",
        "reverse",
        "per_page",
        "page",
        "with_quota",
        "with_count",
        "with_servers",
        "usage",
        "start",
        "end",
        "resolve_outputs",
        "nested_depth",
        "glance_metadata",
        "bootable_only",
        "paginate",
        "visibility",
        "member_status",
        "os_hidden",
        "include_inherited",
        "allocation_ratio",
        "refresh",
        "project_only_filter",
        "extra_info",
    ]
)
# How a service names what its resources call otherwise.
SAME = {
    "tenant_id": ("tenant_id", "project_id", "owner", "os-vol-tenant-attr:tenant_id"),
    "project_id": ("project_id", "tenant_id", "owner", "os-vol-tenant-attr:tenant_id", "default_project_id"),
    "owner": ("owner",),
}


class Page(msgspec.Struct):
    """Some resources, how many were asked for at most, and whether there are more behind them."""

    items: list[Resource]
    limit: int
    more: bool = False


def page_of(shelf: Shelf, kind: Kind, call: Call, seen: Callable[[Resource], bool], project: str | None) -> Page:
    """The page that a request asks for. Raises Refused for a limit, marker or sort key that makes no sense."""
    limit, marker = _limit(call), call.asked("marker") or ""
    matches = _filters(kind, call)
    keys = _sort_keys(kind, call)
    backwards = PAGING.get(call.service.type, PLAIN).both and (call.asked("page_reverse") or "").lower() in TRUE
    newest_first = PAGING.get(call.service.type, PLAIN).newest_first and not kind.rule.oldest_first
    if direction := call.asked("sort_dir"):
        newest_first = direction == "desc"
    newest_first = newest_first is not backwards
    if keys:
        ordered = _sorted([one for one in shelf.walk(project) if seen(one) and (matches is None or matches(one))], keys)
        ordered = ordered[::-1] if backwards else ordered
        found: Iterator[Resource] = iter(_after(ordered, marker))
    else:
        try:
            walk = shelf.walk(project, marker, newest_first)
        except KeyError:
            raise _no_marker(marker) from None
        found = filter(seen, walk if matches is None else filter(matches, walk))
    items = list(islice(found, limit + 1))
    page = items[:limit]
    return Page(page[::-1] if backwards else page, limit, len(items) > limit)


def _limit(call: Call) -> int:
    asked = call.asked("limit") or call.asked("per_page")
    if asked is None:
        return MOST
    if not asked.isdigit():
        raise Refused(400, f"limit param must be an integer, and not negative: {asked}")
    return min(int(asked), MOST) or (0 if call.service.empty_at_zero else MOST)


def _no_marker(marker: str) -> Refused:
    return Refused(400, f"marker [{marker}] not found")


def _after(ordered: Sequence[Resource], marker: str) -> Sequence[Resource]:
    if not marker:
        return ordered
    at = next((at for at, one in enumerate(ordered) if one.id == marker), None)
    if at is None:
        raise _no_marker(marker)
    return ordered[at + 1 :]


# --- order -------------------------------------------------------------------------------------------------------


def _sort_keys(kind: Kind, call: Call) -> list[tuple[str, bool]]:
    """(member, descending), the most important first."""
    if asked := call.asked("sort"):
        words = [word.partition(":") for word in asked.split(",") if word]
        pairs = [(name, direction or "asc") for name, _, direction in words]
    else:
        names = [value for key, value in call.query if key in ("sort_key", "sort_keys") and value]
        directions = [value for key, value in call.query if key in ("sort_dir", "sort_dirs")]
        pairs = [(name, directions[at] if at < len(directions) else "asc") for at, name in enumerate(names)]
    for name, direction in pairs:
        if direction not in ("asc", "desc"):
            raise Refused(400, f"Unknown sort direction, must be 'desc' or 'asc': {direction}")
        if kind.template and not _known(kind, name):
            raise Refused(400, f"Invalid sort key: {name}")
    return [(kind.rule.old.get(name, name), direction == "desc") for name, direction in pairs]


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


# --- filters -----------------------------------------------------------------------------------------------------


TAGS: dict[str, Callable[[set[str], set[str]], bool]] = {
    "tags": lambda asked, has: asked <= has,
    "tags-any": lambda asked, has: bool(asked & has),
    "not-tags": lambda asked, has: not asked <= has,
    "not-tags-any": lambda asked, has: not asked & has,
}


def _filters(kind: Kind, call: Call) -> Callable[[Resource], bool] | None:
    wanted: dict[str, list[str]] = {}
    for key, value in call.query:
        if key not in NOT_FILTERS:
            wanted.setdefault(key, []).append(value)
    if not wanted:
        return None
    tests = [_test(kind, name, values) for name, values in wanted.items()]
    return lambda one: all(test(one.members) for test in tests)


def _test(kind: Kind, name: str, values: Sequence[str]) -> Callable[[Members], bool]:
    name, _, how = name.partition("__")
    name = {"flavor": "_flavor_id", "image": "_image_id", "tags": "tags", "tag": "tags"}.get(name, name)
    if name in TAGS:
        tags, fits = {tag for value in values for tag in value.split(",")}, TAGS[name]
        return lambda members: fits(tags, set(members.get("tags") or ()))
    if name == "fixed_ips":
        return lambda members: all(_has_ip(members, value) for value in values)
    regular = call_regular(kind, name) or how == "regex"
    names = SAME.get(name, (name, kind.rule.old.get(name, name), f"_{name}"))
    return lambda members: _agrees(members, names, values, regular)


def call_regular(kind: Kind, name: str) -> bool:
    """Whether a filter is a part of the value (nova's names), and not all of it."""
    return kind.name == "compute/servers" and name == "name"


def _has_ip(members: Members, wanted: str) -> bool:
    key, _, value = wanted.partition("=")
    return any(str(ip.get(key)) == value for ip in members.get("fixed_ips") or () if isinstance(ip, dict))


def _agrees(members: Members, names: Sequence[str], values: Sequence[str], regular: bool) -> bool:
    """A member that a resource does not have says nothing: services ignore filters that they do not know."""
    name = next((name for name in names if name in members), None)
    if name is None:
        return True
    return any(_same(members[name], one, regular) for value in values for one in _choices(value))


def _choices(value: str) -> list[str]:
    return value.removeprefix("in:").split(",") if value.startswith("in:") else [value]


def _same(value: Any, wanted: str, regular: bool) -> bool:
    if isinstance(value, bool):
        return wanted.lower() in (TRUE if value else FALSE)
    if isinstance(value, list):
        return wanted in map(str, value)
    if isinstance(value, dict):
        return wanted in value.values() or wanted == value.get("id")
    text = "" if value is None else str(value)
    if regular:
        return wanted.strip("^$") in text if not wanted.startswith("^") else text.startswith(wanted.strip("^$"))
    return text == wanted or text.lower() == wanted.lower()
