"""JSON patches (RFC 6902, and the older form of the Image API v2.0) as members that change."""

from __future__ import annotations

from typing import Any

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members

OPERATIONS = ("add", "replace", "remove")


def patched(members: Members, patch: list[Any]) -> Members:
    """The members that a patch changes, with their new values; a removed one is None. Raises Refused."""
    changed: Members = {}
    for step in patch:
        operation, path, value = _step(step)
        name, *rest = path
        whole = {**members, **changed}
        if operation != "add" and name not in whole:
            raise Refused(409, f"Property {name} does not exist.")
        if rest:
            changed[name] = _inside(whole.get(name), operation, rest[0], value)
        else:
            changed[name] = None if operation == "remove" else value
    return changed


def _step(step: Any) -> tuple[str, list[str], Any]:
    if not isinstance(step, dict):
        raise Refused(400, "Operations must be JSON objects.")
    operation = step.get("op") or next((name for name in OPERATIONS if name in step), None)
    path = step.get("path") or step.get(str(operation))
    if operation not in OPERATIONS or not isinstance(path, str) or not path.startswith("/") or path == "/":
        raise Refused(400, "Operations must have one of the members add, replace and remove, and a JSON pointer.")
    if operation != "remove" and "value" not in step:
        raise Refused(400, f"Operation {operation} requires a member named value.")
    return operation, [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")], step.get("value")


def _inside(holder: Any, operation: str, key: str, value: Any) -> Any:
    if isinstance(holder, list):
        items = list(holder)
        if operation == "add":
            items.append(value)
        elif (at := whole(key)) is not None and 0 <= at < len(items):
            items[at : at + 1] = [] if operation == "remove" else [value]
        else:
            raise Refused(409, f"There is no element {key}.")
        return items
    found = dict(holder) if isinstance(holder, dict) else {}
    if operation == "remove":
        found.pop(key, None)
    else:
        found[key] = value
    return found
