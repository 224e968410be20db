"""The layouts in which earlier versions of vcrpy wrote cassettes, as the one that all later ones have.

Before 1.0 a cassette was a bare list, a URL stood in its parts, header fields were lines or pairs. Source: the module
`vcr.migration` of vcrpy and its fixtures.
"""

from __future__ import annotations

from typing import Any

USUAL_PORTS = {"http": 80, "https": 443}
PARTS = ("protocol", "host", "port", "path")


def is_early(document: Any) -> bool:
    """Whether a document is a bare list of interactions."""
    return isinstance(document, list) and all(isinstance(one, dict) and "request" in one for one in document)


def modernised(document: list[Any]) -> list[Any]:
    """The interactions as later versions wrote them; what is no interaction is left for others to refuse."""
    return [_item(one) for one in document]


def _item(item: dict[Any, Any]) -> dict[Any, Any]:
    request, response = item["request"], item.get("response")
    if isinstance(request, dict):
        item = item | {"request": _request(request)}
    if isinstance(response, dict):
        item = item | {"response": response | {"headers": _fields(response.get("headers"))}}
    return item


def _request(request: dict[Any, Any]) -> dict[Any, Any]:
    made = {key: value for key, value in request.items() if key not in PARTS}
    if "uri" not in request and "host" in request:
        scheme, host, port, path = (request.get(part) for part in PARTS)
        shown = "" if port is None or port == USUAL_PORTS.get(str(scheme)) else f":{port}"
        made["uri"] = f"{scheme}://{host}{shown}{path or ''}"
    return made | {"headers": _fields(request.get("headers"))}


def _fields(fields: Any) -> Any:
    """Lines or pairs as a mapping from names to lists of values; what is neither as it is."""
    if not isinstance(fields, list) or not all(isinstance(one, str) or _is_pair(one) for one in fields):
        return fields
    made: dict[Any, list[Any]] = {}
    for field in fields:
        name, value = _line(field) if isinstance(field, str) else field
        made.setdefault(name, []).append(value)
    return made


def _line(field: str) -> tuple[str, str]:
    name, _, value = field.partition(":")
    return name, value.strip()


def _is_pair(field: Any) -> bool:
    return isinstance(field, list) and len(field) == 2 and not isinstance(field[0], list | dict)
