"""Where a service of today answers otherwise than the reference's example prints it.

The rows are `amendments` in a service's `kinds.yaml`. They are applied to whole answers, last of all, and know of no
resources.

For some operations the example and what clients read exclude each other: a list and an object, one status and
another. Then it hangs on who asks: a client that is made for OpenStack, or somebody who has written the request by
hand, from the reference, and is answered as that prints it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any, Literal

import msgspec

from cloudtape.cassettes.messages import Request, header
from cloudtape.synthesis.engine.services import Microversion
from cloudtape.synthesis.worlds.shelves import Members

# What OpenStack's own clients call themselves, and tempest, after its library; others (gophercloud, Libcloud) accept
# JSON, and always say so.
CLIENT = re.compile(r"\b(keystoneauth1|openstacksdk|python-[a-z]+client|python-urllib3)\b")

FORMS: dict[str, Callable[[Any], Any]] = {
    "text": str,
    "number": lambda value: int(value or 0),
    "truth": lambda value: str(value).lower() in ("true", "1"),
    "list": lambda value: [value],
}


class Amendment(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A row. A path names members, with `*` for each item of a list or each value of an object, and places in lists.

    `of` are operations, with `*` for any part of a name; `first` and `last` the microversions between which it holds;
    `to` who is answered so: all, clients or others. `absent`: the service has no such call. `status` in place of the
    documented one. `empty`: the answer has no body; `instead`: it is this; `inside`: everything stands in this member;
    `bare`: nothing but what stands in this one; `single`: the one of a list of one stands in this member. `named` are
    other names for members, `has` members that the example lacks, with their values, `same` those that stand there
    under another name, too, `holds` values in place of those that are there, `forms` as what a value is written, `gone`
    what is not answered, `said` what is answered only where it has a value, `only` by path all that an object has.
    """

    of: tuple[str, ...]
    first: Microversion = (0, 0)
    last: Microversion = (9999, 0)
    to: Literal["all", "clients", "others"] = "all"
    absent: bool = False
    status: int = 0
    empty: bool = False
    instead: Any = None
    inside: str = ""
    bare: str = ""
    single: str = ""
    named: dict[str, str] = {}
    has: dict[str, Any] = {}
    same: dict[str, str] = {}
    holds: dict[str, Any] = {}
    forms: dict[str, str] = {}
    gone: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    only: dict[str, tuple[str, ...]] = {}


class Amendments:
    """All rows."""

    def __init__(self, rows: Iterable[Amendment]) -> None:
        self.rows = tuple(rows)
        self.of = functools.cache(self._of)

    def _of(self, operation: str) -> tuple[Amendment, ...]:
        """The rows of an operation."""
        return tuple(row for row in self.rows if any(fnmatchcase(operation, name) for name in row.of))

    def is_absent(self, operation: str, micro: Microversion) -> bool:
        """Whether the service of this microversion has no such call."""
        return any(row.absent and row.first <= micro <= row.last for row in self.of(operation))

    def amended(self, body: Any, operation: str, micro: Microversion, request: Request) -> Any:
        """A body as today's service writes it, None for no body. What it was made of stays as it is."""
        for row in self._rows_for(operation, request):
            if row.first <= micro <= row.last:
                body = None if row.empty else _amended(body, row)
        return body

    def status(self, operation: str, request: Request) -> int:
        """The status with which an operation succeeds, 0 where it is the one that it would have anyway."""
        return next((row.status for row in self._rows_for(operation, request) if row.status), 0)

    def wrong_number(self, operation: str, body: Any) -> str:
        """What is wrong with a request that sends something else where answers tell a number; else empty."""
        for row in self.of(operation):
            for path, form in row.forms.items():
                value = functools.reduce(_member, path.split("."), body)
                if form == "number" and value is not None and not _is_number(value):
                    return f"Invalid input for {path.rpartition('.')[2]}. Reason: '{value}' is not an integer."
        return ""

    def _rows_for(self, operation: str, request: Request) -> Iterable[Amendment]:
        rows = self.of(operation)
        if not rows:
            return ()
        others = "others" if is_client(request) else "clients"
        return [row for row in rows if row.to != others]


def is_client(request: Request) -> bool:
    """Whether what asks is made for OpenStack."""
    accepted, agent = (header(request.headers, name) or "" for name in ("accept", "user-agent"))
    return "json" in accepted or CLIENT.search(agent) is not None


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _is_number(value: Any) -> bool:
    try:
        FORMS["number"](value)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def _amended(body: Any, row: Amendment) -> Any:
    body = _wrapped(body, row)
    for path, name in row.named.items():
        body = _at(body, path, functools.partial(_named, name))
    for path, value in row.has.items():
        body = _at(body, path, functools.partial(_with, value, False))
    for path, name in row.same.items():
        body = _at(body, path, functools.partial(_same, name))
    for path, value in row.holds.items():
        body = _at(body, path, functools.partial(_with, value, True))
    for path, form in row.forms.items():
        body = _at(body, path, functools.partial(_written, FORMS[form]))
    for path in row.gone:
        body = _at(body, path, _without)
    for path in row.said:
        body = _at(body, path, _without_null)
    for path, names in row.only.items():
        body = _at(body, path, functools.partial(_only, names))
    return body


def _wrapped(body: Any, row: Amendment) -> Any:
    if row.instead is not None:
        return row.instead
    if row.inside:
        return {row.inside: body[row.inside] if isinstance(body, dict) and row.inside in body else body}
    if row.bare:
        return body.get(row.bare, body) if isinstance(body, dict) else body
    if row.single and isinstance(body, dict) and row.single not in body:
        found = [one for one in body.values() if isinstance(one, list) and len(one) == 1]
        return {row.single: found[0][0]} if found else body
    return body


def _named(new: str, one: Members, name: str) -> Members:
    return {new if key == name else key: value for key, value in one.items()}


def _same(other: str, one: Members, name: str) -> Members:
    return {**one, name: one[other]} if other in one else one


def _with(value: Any, is_there: bool, one: Members, name: str) -> Members:
    return {**one, name: value} if (name in one) is is_there else one


def _written(form: Callable[[Any], Any], one: Members, name: str) -> Members:
    return one if one.get(name) is None else {**one, name: form(one[name])}


def _without(one: Members, name: str) -> Members:
    return {key: value for key, value in one.items() if key != name}


def _without_null(one: Members, name: str) -> Members:
    return one if one.get(name) not in (None, {}) else _without(one, name)


def _only(names: tuple[str, ...], one: Members, name: str) -> Members:
    inside = one.get(name)
    return {**one, name: {key: inside[key] for key in inside if key in names}} if isinstance(inside, dict) else one


def _at(body: Any, path: str, change: Callable[[Members, str], Members]) -> Any:
    """The body with the objects changed in which the last name of a path may stand."""
    name, _, rest = path.partition(".")
    if isinstance(body, list):
        return [_at(one, rest, change) if name in ("*", str(at)) else one for at, one in enumerate(body)]
    if not isinstance(body, dict):
        return body
    if not rest:
        return change(body, name)
    names = body if name == "*" else [name] if name in body else []
    return {**body, **{key: _at(body[key], rest, change) for key in names}}
