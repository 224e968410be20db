"""Ceilometer: what a query asks for, and what WSME says of wrong input.

Sources: ceilometer's `api/controllers/v2/utils.py`, aodh's `api/controllers/v2/alarms.py`, WSME's `exc.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

import msgspec

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.engine.filters import FALSE, TRUE
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members

MOST = 100
"""Items where nobody says how many (`default_api_return_limit`)."""
SHORT = {"project_id": "project", "user_id": "user", "resource_id": "resource"}
"""What storage calls members that a query may name."""
LONG = {short: long for long, short in SHORT.items()}
BOUNDS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": lambda one, other: bool(one < other),
    "le": lambda one, other: bool(one <= other),
    "gt": lambda one, other: bool(one > other),
    "ge": lambda one, other: bool(one >= other),
}


class Term(msgspec.Struct, frozen=True):
    """One of a query: `q.field=…&q.op=…&q.value=…`."""

    field: str
    op: str
    value: str


def wrong(name: str, value: Any, why: str) -> Refused:
    """`wsme.exc.InvalidInput`."""
    return Refused(400, f"Invalid input for field/attribute {name}. Value: '{value}'. {why}")


def unknown(name: str, why: str) -> Refused:
    """`wsme.exc.UnknownArgument`."""
    return Refused(400, f'Unknown argument: "{name}": {why}')


def foreign(id_: str, aspect: str = "project") -> Refused:
    return Refused(401, f"Not Authorized to access {aspect} {id_}")


def terms(call: Call) -> list[Term]:
    fields, ops, values = (
        [text for key, text in call.query if key == f"q.{name}"] for name in ("field", "op", "value")
    )
    found = zip_longest(fields, ops, values, fillvalue="")
    return [Term(field, op or "eq", value) for field, op, value in found if field]


def limit_of(call: Call) -> int:
    asked = call.asked("limit")
    if asked is None:
        return MOST
    limit = whole(asked)
    if limit is None:
        raise wrong("limit", asked, "unable to convert to int")
    if limit <= 0:
        raise Refused(400, "Limit must be positive")
    return limit


def checked(call: Call, names: Collection[str], has_times: bool = True) -> list[Term]:
    """The terms of a query about these members. Raises Refused for others, and for the projects of others."""
    found = terms(call)
    for term in found:
        if term.field in ("project_id", "project") and not call.token.is_admin and term.value != call.project:
            raise foreign(term.value)
        if term.field == "timestamp":
            if not has_times:
                raise unknown("timestamp", "not valid for this resource")
            if term.op not in BOUNDS:
                raise wrong("op", term.op, "unimplemented operator for timestamp")
        elif not _is_metadata(term.field) and term.field not in names:
            asked = ", ".join(f"<Query {one.field!r} {one.op!r} {one.value!r} Unset>" for one in found)
            keys = {SHORT.get(name, name) for name in names} | ({"timestamp", "search_offset"} if has_times else set())
            raise unknown(term.field, f"unrecognized field in query: [{asked}], valid keys: {sorted(keys)}")
        elif term.op != "eq":
            raise wrong("op", term.op, f"unimplemented operator for {term.field}")
    return found


def _is_metadata(field: str) -> bool:
    return field.startswith(("metadata.", "resource_metadata."))


def fits(members: Members, found: Collection[Term]) -> bool:
    """Whether something is meant by all terms."""
    return all(_fits(members, term) for term in found)


def _fits(members: Members, term: Term) -> bool:
    if term.field == "timestamp":
        return BOUNDS[term.op](time_of(str(members["timestamp"])), time_of(term.value))
    if _is_metadata(term.field):
        return str((members.get("metadata") or {}).get(term.field.partition(".")[2])) == term.value
    name = LONG.get(term.field, term.field)
    value = members.get(name)
    if isinstance(value, bool):
        return term.value.lower() in (TRUE if value else FALSE)
    return str(value) == term.value


def time_of(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        raise wrong("timestamp", text, "invalid timestamp format") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def flat(value: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Metadata with dots in place of objects in objects (`flatten_metadata`)."""
    for name, one in value.items() if isinstance(value, dict) else ():
        if isinstance(one, dict):
            yield from flat(one, f"{before}{name}.")
        else:
            yield f"{before}{name}", str(one)
