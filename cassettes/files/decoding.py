"""YAML → interaction: what one item of a cassette says, by us or by another tool.

Whatever it says may be a stranger's invention: what could not have been HTTP, or is more than anybody records
(`limits`), is an ItemError. Knows nothing of files, save that a large body's bytes may be in one.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cloudtape.cassettes.files.limits import (
    LARGEST_BODY,
    LONGEST_FIELD,
    LONGEST_TIME,
    LONGEST_WORD,
    MOST_FIELDS,
    MOST_ROUTES,
)
from cloudtape.cassettes.messages import Body, Headers, Interaction, Request, Response, Route, StoredBody

SHA256 = re.compile(r"[0-9a-f]{64}")
STATUS = range(200, 1000)
"""Of final answers; others than those of RFC 9110 have been seen."""
LINE_END = re.compile(r"[\r\n\0]")
NO_NAME = re.compile(r"[\x00-\x20:\x7f]")
SPACE = str.maketrans("", "", " \t\r\n")
MOST_PLACES = 100_000
SHOWN, LONGEST_REASON = 40, 200


class ItemError(Exception):
    """An item is not an interaction; the message says which part of it."""


def decode(item: Any, position: int, folder: Path) -> Interaction:
    """An interaction from what YAML made of its item; `folder` is where body files lie.

    Reads items that vcrpy or another tool wrote, too. Raises ItemError.
    """
    request, response = _mapping(item, "request"), _mapping(item, "response")
    code, reason = _status(response)
    return Interaction(
        Request(
            _string(request, "method"),
            _url(request, "uri"),
            _fields(request, item.get("request_fields")),
            _read_body(request.get("body"), item.get("request_body"), folder),
            _string(item, "route", ""),
        ),
        Response(
            code,
            reason,
            _fields(response, item.get("response_fields")),
            _read_body(response.get("body", response.get("content")), item.get("response_body"), folder),
        ),
        position,
        _string(item, "recorded_at", ""),
        _seconds(item, "elapsed"),
        _string(item, "operation", ""),
        tuple(_places(item.get("scrubbed") or [])),
        tuple(_read_route(route) for route in _list(item, "routes", MOST_ROUTES)),
        _string(item, "lost", "", LONGEST_FIELD),
    )


def is_stored(sha256: Any, size: Any) -> bool:
    """Whether these can be the name and the size of a body file."""
    is_name = isinstance(sha256, str) and SHA256.fullmatch(sha256)
    return bool(is_name) and type(size) is int and 0 <= size <= LARGEST_BODY


def shown(value: Any) -> str:
    """A value of a stranger's as it may stand in a line; what is no text or number is not looked into."""
    if isinstance(value, str):
        return repr(value[:SHOWN])
    is_short = isinstance(value, float | None) or (isinstance(value, int) and value.bit_length() <= 64)
    return repr(str(value)) if is_short else f"a {type(value).__name__}"


# --- what is one value -----------------------------------------------------------------------------------------------


def _status(response: Mapping[Any, Any]) -> tuple[int, str]:
    """Code and reason; some recorders write the code alone, as vcrpy once did for httpx."""
    status = response.get("status", response.get("status_code"))
    if isinstance(status, dict):
        reason = _string(status, "message", "", LONGEST_FIELD)
        if LINE_END.search(reason):
            raise ItemError("the reason holds a line end")
        return _code(status, "code"), reason
    return _code({"status": status}, "status"), ""


def _code(owner: Mapping[Any, Any], key: str) -> int:
    value = owner.get(key)
    if type(value) is not int or value not in STATUS:
        raise ItemError(f"{key} is {shown(value)}, no status of an HTTP answer ({STATUS.start} to {STATUS.stop - 1})")
    return value


def _url(owner: Mapping[Any, Any], key: str) -> str:
    url = _string(owner, key, None, LONGEST_FIELD)
    try:
        urlsplit(url).port  # noqa: B018  (it is read only now)
    except ValueError as error:
        raise ItemError(f"{key} is no URL: {str(error)[:LONGEST_REASON]}") from error
    return url


def _mapping(owner: Any, key: str) -> dict[Any, Any]:
    value = owner.get(key) if isinstance(owner, dict) else None
    if not isinstance(value, dict):
        raise ItemError(f"{key} is missing or no mapping")
    return value


def _list(owner: Mapping[Any, Any], key: str, most: int) -> list[Any]:
    value = owner.get(key) or []
    if not isinstance(value, list):
        raise ItemError(f"{key} is no list")
    if len(value) > most:
        raise ItemError(f"{key} has {len(value)} entries, more than {most}")
    return value


def _string(owner: Mapping[Any, Any], key: str, default: str | None = None, longest: int = LONGEST_WORD) -> str:
    value = owner.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise ItemError(f"{key} is missing or no text")
    return _bounded(value, key, longest)


def _bounded(text: str, what: str, longest: int, errors: str = "strict") -> str:
    if len(text) > longest:
        raise ItemError(f"{what} has {len(text)} characters, more than {longest}")
    if not text.isascii():
        try:
            text.encode("utf-8", errors)
        except UnicodeEncodeError:
            raise ItemError(f"{what} is no text: it holds half a character") from None
    return text


def _seconds(owner: Mapping[Any, Any], key: str) -> float:
    value = owner.get(key)
    if value is None:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ItemError(f"{key} is no number")
    if not 0 <= value <= LONGEST_TIME or not math.isfinite(value):
        raise ItemError(f"{key} is no number of seconds that an answer takes")
    return float(value)


# --- fields ----------------------------------------------------------------------------------------------------------


def _strings(values: Any, what: str, most: int = MOST_FIELDS) -> list[str]:
    """Field values and the like; vcrpy writes one value without a list, numbers without quotes."""
    values = values if isinstance(values, list) else [values]
    if len(values) > most:
        raise ItemError(f"{what} has {len(values)} values, more than {most}")
    return [_as_text(value, what) for value in values]


def _places(values: Any) -> Iterator[str]:
    """Where secrets were; for people, so what is no UTF-8 in the name of a member need not stay what it was."""
    for place in _strings(values, "scrubbed", MOST_PLACES):
        yield place if place.isascii() else place.encode("utf-8", "replace").decode()


def _as_text(value: Any, what: str) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "surrogateescape")
    if isinstance(value, str):
        return _bounded(value, what, LONGEST_FIELD, "surrogateescape")
    if value is None or isinstance(value, float) or (isinstance(value, int) and value.bit_length() <= 512):
        return "" if value is None else str(value)
    raise ItemError(f"{what} is no text")


def _fields(message: Mapping[Any, Any], order: Any) -> Headers:
    grouped = message.get("headers") or {}
    if not isinstance(grouped, dict):
        raise ItemError("headers is no mapping")
    pairs: list[tuple[str, str]] = []
    for pair in _pairs(grouped):
        pairs.append(pair)
        if len(pairs) > MOST_FIELDS:
            raise ItemError(f"a message has more than {MOST_FIELDS} header fields")
    return tuple(_reordered(pairs, order) if order else pairs)


def _pairs(grouped: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    for name, values in grouped.items():
        name = _as_text(name, "a header's name")
        if not name or NO_NAME.search(name):
            raise ItemError(f"{shown(name)} is no name of a header")
        for value in _strings(values, f"header {name[:SHOWN]}"):
            if LINE_END.search(value):
                raise ItemError("a header field holds a line end")
            yield name, value


def _reordered(pairs: list[tuple[str, str]], order: Any) -> list[tuple[str, str]]:
    waiting: dict[str, list[tuple[str, str]]] = {}
    for pair in pairs:
        waiting.setdefault(pair[0], []).append(pair)
    try:
        return [waiting[name].pop(0) for name in _strings(order, "the order of headers")]
    except (KeyError, IndexError):
        raise ItemError("the order of headers names one that is not there") from None


# --- bodies, routes --------------------------------------------------------------------------------------------------


def _read_body(value: Any, stored: Any, folder: Path) -> Body:
    if stored is not None:
        return _stored(stored, folder)
    if isinstance(value, dict):
        value = value["string"] if "string" in value else _unpacked(value.get("base64_string"))
    if value is None:
        return b""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, bytes):
        return value
    raise ItemError("a body is neither text nor bytes")


def _unpacked(value: Any) -> Any:
    """What a body in base64 says."""
    try:
        text = value.decode("ascii") if isinstance(value, bytes) else value
        return base64.b64decode(text.translate(SPACE), validate=True) if isinstance(text, str) else value
    except ValueError:
        raise ItemError("a body is no base64") from None


def _stored(value: Any, folder: Path) -> StoredBody:
    match value:
        case {"sha256": sha256, "size": size} if is_stored(sha256, size):
            return StoredBody(folder / sha256, size, sha256)
        case _:
            raise ItemError("a body file is not named by a SHA-256 and a size")


def _read_route(value: Any) -> Route:
    if not isinstance(value, dict):
        raise ItemError("a route is no mapping")
    return Route(_string(value, "name"), _string(value, "service", ""), _url(value, "upstream"))
