"""Filters of lists: what a query says of the resources that a list holds."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.engine.patterns import PatternError, is_in
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members, Resource

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
        "sort_by",
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
        "size_min",
        "size_max",
        "os_hidden",
        "include_inherited",
        "allocation_ratio",
        "refresh",
        "project_only_filter",
        "extra_info",
    ]
)
# What all services call the project that something belongs to.
PROJECT = {
    "tenant_id": ("tenant_id", "project_id", "owner"),
    "project_id": ("project_id", "tenant_id", "owner", "default_project_id"),
    "owner": ("owner",),
}
# What is asked of tags: (those asked for, those that it has) → whether it is meant.
TAGS: dict[str, Callable[[set[str], set[str]], bool]] = {
    "tag": lambda asked, has: asked <= has,
    "tags": lambda asked, has: asked <= has,
    "tags-any": lambda asked, has: bool(asked & has),
    "not-tags": lambda asked, has: not asked <= has,
    "not-tags-any": lambda asked, has: not asked & has,
}


def filter_of(kind: Kind, call: Call) -> Callable[[Resource], bool] | None:
    """Whether a resource is one of those that a query asks for; None where it asks for all. Raises Refused."""
    wanted: dict[str, list[str]] = {}
    for key, value in call.query:
        if key not in NOT_FILTERS:
            wanted.setdefault(key, []).append(value)
    if kind.rule.filters and (unknown := [name for name in wanted if name not in kind.rule.filters]):
        raise Refused(400, f"Invalid filters {', '.join(unknown)}")
    tests = [_test(kind, name, values) for name, values in wanted.items()]
    tests += [_changed(name, bound) for name in CHANGES if (bound := call.asked(name)) is not None]
    if not tests:
        return None
    return lambda one: all(test(one.members) for test in tests)


def _test(kind: Kind, name: str, values: Sequence[str]) -> Callable[[Members], bool]:
    name, _, how = name.partition("__")
    if bounded := kind.rule.at_least.get(name):
        return lambda members: _number(members, bounded) >= max(map(_as_number, values))
    if (part := name.removesuffix("~")) != name and part in kind.rule.contains:
        return lambda members: any(value in str(members.get(part) or "") for value in values)
    if name in TAGS:
        tags, fits = {tag for value in values for tag in value.split(",")}, TAGS[name]
        return lambda members: fits(tags, set(members.get("tags") or ()))
    if name in kind.rule.globs and any("*" in value for value in values):
        return lambda members: any(_fits(members.get(name), value) for value in values)
    if name == "fixed_ips":
        return lambda members: all(_has_ip(members, value) for value in values)
    regular = name in kind.rule.patterns or how == "regex"
    own = kind.rule.asks.get(name)
    names = (own,) if own else PROJECT.get(name, (name, kind.rule.old.get(name, name), f"_{name}"))
    return lambda members: _agrees(members, names, values, regular, kind.rule.extra)


CHANGES = ("changes-since", "changes-before")


def _changed(name: str, value: str) -> Callable[[Members], bool]:
    """Whether a resource changed after, or before, a time."""
    bound = _time(value)
    if bound is None:
        raise Refused(400, f"Invalid filter field: {name}. Value: {value}. It is no date-time.")
    after = name.endswith("since")

    def changed(members: Members) -> bool:
        at = _time(str(members.get("updated") or members.get("updated_at") or members.get("created_at") or ""))
        return at is None or (at >= bound if after else at <= bound)

    return changed


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _as_number(value: str) -> int:
    if (number := whole(value)) is None:
        raise Refused(400, f"Invalid filter value: {value} is no number.")
    return number


def _number(members: Members, name: str) -> int:
    return int(members.get(name) or 0)


def _has_ip(members: Members, wanted: str) -> bool:
    key, _, value = wanted.partition("=")
    return any(str(ip.get(key)) == value for ip in members.get("fixed_ips") or () if isinstance(ip, dict))


def _agrees(members: Members, names: Sequence[str], values: Sequence[str], regular: bool, extra: bool) -> bool:
    """A member that a resource does not have says nothing: services ignore filters that they do not know.

    With `extra` it would be one that clients add to some resources, and not to this one.
    """
    name = next((name for name in names if name in members), None)
    if name is None:
        return not extra
    return any(_same(members[name], one, regular) for value in values for one in _choices(value))


def _choices(value: str) -> list[str]:
    return value.removeprefix("in:").split(",") if value.startswith("in:") else [value]


def _same(value: Any, wanted: str, regular: bool) -> bool:
    if isinstance(value, bool):
        return wanted.lower() in (TRUE if value else FALSE)
    if isinstance(value, list):
        return any(_found(wanted, str(one)) for one in value) if regular else wanted in map(str, value)
    if isinstance(value, dict):
        if (pairs := _map_in(wanted)) is not None:
            return pairs.items() <= {key: str(one) for key, one in value.items()}.items()
        return wanted in value.values() or wanted == value.get("id")
    text = "" if value is None else str(value)
    if regular:
        return _found(wanted, text)
    return text == wanted or text.lower() == wanted.lower()


def _map_in(text: str) -> dict[str, str] | None:
    """The pairs that a filter asks for (`metadata={'a': 'b'}`), None where it asks for none."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return {str(key): str(one) for key, one in found.items()} if isinstance(found, dict) else None


def _fits(value: Any, wanted: str) -> bool:
    """Whether a text is what is wanted, in which only `*` stands for anything, or one of a list is."""
    pattern = wanted.lower().replace("[", "[[]").replace("?", "[?]")
    texts = value if isinstance(value, list) else [value]
    return any(fnmatchcase(str(one).lower(), pattern) for one in texts if one is not None)


def _found(wanted: str, text: str) -> bool:
    try:
        return is_in(wanted, text)
    except PatternError:
        return wanted in text
