"""What a service takes for the values of members: the rows `checks` of `kinds.yaml`."""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec

from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members

KINDS: dict[str, tuple[type, ...]] = {"boolean": (bool,), "integer": (int,), "string": (str,), "array": (list,)}
COUNT = re.compile("[0-9]{1,18}")
FLAGS = frozenset(["1", "t", "true", "on", "y", "yes", "0", "f", "false", "off", "n", "no"])
"""What oslo's `bool_from_string` reads."""


class Check(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """`of` are the values there are; `longest` bounds a text, `least` and `most` a number; `type` is JSON's, or what a
    service reads from a text, too: a `count` or a `flag`. `must`: an action cannot do without it.
    """

    of: tuple[Any, ...] = ()
    type: Literal["", "boolean", "integer", "string", "array", "count", "flag"] = ""
    longest: int | None = None
    least: int | None = None
    most: int | None = None
    must: bool = False

    def complaint(self, value: Any) -> str:
        """What is wrong with a value, empty where nothing is."""
        if self.type == "flag":
            is_flag = isinstance(value, bool) or (isinstance(value, str) and value.lower() in FLAGS)
            return "" if is_flag else f"{value!r} is not a boolean"
        if self.type == "count" and isinstance(value, str) and COUNT.fullmatch(value):
            value = int(value)
        of_type = "integer" if self.type == "count" else self.type
        is_kind = isinstance(value, KINDS[of_type]) if of_type else True
        if not is_kind or (of_type == "integer" and isinstance(value, bool)):
            return f"{value!r} is not of type '{of_type}'"
        if self.of and value not in self.of:
            return f"{value!r} is not one of {list(self.of)}"
        if self.longest is not None and isinstance(value, str) and len(value) > self.longest:
            return f"{value!r} is too long"
        if isinstance(value, int):
            if self.least is not None and value < self.least:
                return f"{value} is less than the minimum of {self.least}"
            if self.most is not None and value > self.most:
                return f"{value} is greater than the maximum of {self.most}"
        return ""


def check_values(checks: dict[str, Check], sent: Members) -> None:
    """Raises Refused for a value that the service does not take. One that is null is another's to judge."""
    for name, check in checks.items():
        value = sent.get(name)
        if value is not None and (why := check.complaint(value)):
            raise _invalid(name, value, why)


def check_asked(checks: dict[str, Check], action: str, sent: Any) -> None:
    """Raises Refused for an action whose body lacks what it needs, or has a value that the service does not take."""
    needed = [name for name, check in checks.items() if check.must]
    if not isinstance(sent, dict):
        if needed or sent is not None:
            raise _invalid(action, sent, f"{sent!r} is not of type 'object'")
        return
    for name in needed:
        if sent.get(name) is None:
            raise _invalid(action, sent, f"{name!r} is a required property")
    check_values(checks, sent)


def _invalid(name: str, value: Any, why: str) -> Refused:
    return Refused(400, f"Invalid input for field/attribute {name}. Value: {value}. {why}", "HTTPBadRequest")
