"""What a service takes for the values of members: the rows `checks` of `kinds.yaml`."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members

KINDS: dict[str, tuple[type, ...]] = {"boolean": (bool,), "integer": (int,), "string": (str,), "array": (list,)}


class Check(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """`of` are the values there are; `longest` bounds a text, `least` and `most` a number; `type` is JSON's."""

    of: tuple[Any, ...] = ()
    type: Literal["", "boolean", "integer", "string", "array"] = ""
    longest: int | None = None
    least: int | None = None
    most: int | None = None

    def complaint(self, value: Any) -> str:
        """What is wrong with a value, empty where nothing is."""
        is_kind = isinstance(value, KINDS[self.type]) if self.type else True
        if not is_kind or (self.type == "integer" and isinstance(value, bool)):
            return f"{value!r} is not of type '{self.type}'"
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
            raise Refused(400, f"Invalid input for field/attribute {name}. Value: {value}. {why}", "HTTPBadRequest")
