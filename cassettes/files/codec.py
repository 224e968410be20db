"""Interaction ↔ YAML: what one item of a cassette looks like.

The outer shape is vcrpy's (`request` with method, uri, body and headers; `response` with status, headers and
body.string); what is ours stands in keys behind those two, which vcrpy ignores. The last key is `ordinal`: an item
that has it is whole. Knows nothing of files, save that a large body's bytes may be in one.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from cloudtape.cassettes.files import yaml_text
from cloudtape.cassettes.messages import Body, Headers, Interaction, Request, Response, Route, StoredBody

VERSION = 1
HEADER = f"version: {VERSION}\ncloudtape: {VERSION}\ninteractions:\n".encode()
SHA256 = re.compile(r"[0-9a-f]{64}")


class ItemError(Exception):
    """An item is not an interaction; the message says which part of it."""


# --- writing ---------------------------------------------------------------------------------------------------------


def encode(interaction: Interaction) -> bytes:
    """One item of the list `interactions`, ending in a line break."""
    request, response = interaction.request, interaction.response
    asked, asked_order = _headers(request.headers)
    answered, answered_order = _headers(response.headers)
    body = _body(request.body, "      ") if request.body else " null"
    lines = [
        f"- request:\n    method: {_word(request.method)}\n    uri: {yaml_text.scalar(request.uri)}\n    body:{body}"
        f"\n    headers:{asked}\n  response:\n    status:\n      code: {response.status}"
        f"\n      message: {_word(response.reason)}\n    headers:{answered}"
        f"\n    body:\n      string:{_body(response.body, '        ')}"
        f"\n  recorded_at: {yaml_text.scalar(interaction.recorded_at)}\n  elapsed: {interaction.elapsed:.6f}"
        f"\n  route: {_word(request.route)}\n"
    ]
    if interaction.operation:
        lines.append(f"  operation: {_word(interaction.operation)}\n")
    if interaction.scrubbed:
        lines.append(_scrubbed(interaction.scrubbed))
    if interaction.routes:
        lines.append("  routes:\n" + "".join(map(_route, interaction.routes)))
    lines.append(_of_message("request", request.body, asked_order))
    lines.append(_of_message("response", response.body, answered_order))
    if interaction.lost:
        lines.append(f"  lost: {_text(interaction.lost)}\n")
    lines.append(f"  ordinal: {interaction.ordinal}\n")
    return "".join(lines).encode()


def _body(body: Body, indent: str) -> str:
    if isinstance(body, bytes):
        return yaml_text.body(body, indent)
    assert isinstance(body, StoredBody), "a stream is no body to keep"
    return " ''"


def _headers(headers: Headers) -> tuple[str, Headers]:
    """The fields grouped by name, and the fields again where grouping has lost their order."""
    if not headers:
        return " {}", ()
    fields = {pair[0]: FIELDS[pair] for pair in headers}
    if len(fields) == len(headers):
        return "".join(fields.values()), ()
    grouped: dict[str, str] = {}
    before, apart = "", False
    for pair in headers:
        name, value = pair
        if name in grouped:
            grouped[name] += f"\n      - {_text(value)}"
            apart = apart or name != before
        else:
            grouped[name] = FIELDS[pair]
        before = name
    return "".join(grouped.values()), headers if apart else ()


class _Fields(dict[tuple[str, str], str]):
    """How a field is written; those that come again and again are remembered."""

    def __missing__(self, pair: tuple[str, str]) -> str:
        name, value = pair
        heading, is_fresh = _heading(name)
        written = heading + _text(value)
        if not is_fresh:
            if len(self) >= MOST_FIELDS:
                self.clear()
            self[pair] = written
        return written


MOST_FIELDS = 1024
FIELDS = _Fields()
# Fields with another value each time.
FRESH = frozenset({"x-compute-request-id", "x-openstack-request-id", "x-trans-id"})


@lru_cache(maxsize=1024)
def _heading(name: str) -> tuple[str, bool]:
    """What stands before a field's value, and whether that is another one each time."""
    return f"\n      {_text(name)}:\n      - ", name.lower() in FRESH


def _text(value: str) -> str:
    """Bytes that are no UTF-8 travel in headers as surrogates; YAML holds them as base64."""
    try:
        return yaml_text.scalar(value)
    except ValueError:
        return yaml_text.body(value.encode("utf-8", "surrogateescape"), "        ").lstrip()


@lru_cache(maxsize=1024)
def _word(text: str) -> str:
    """What comes again and again."""
    return yaml_text.scalar(text)


@lru_cache(maxsize=1024)
def _scrubbed(places: tuple[str, ...]) -> str:
    return "  scrubbed:\n" + "".join([f"  - {_text(place)}\n" for place in places])


def _of_message(key: str, body: Body, order: Headers) -> str:
    """What only some messages have: a body in a file, repeated fields that stand apart."""
    lines = ""
    if isinstance(body, StoredBody):
        lines += f"  {key}_body:\n    sha256: {body.sha256!r}\n    size: {body.size}\n"
    if order:
        lines += f"  {key}_fields:\n" + "".join([f"  - {_text(name)}\n" for name, _ in order])
    return lines


def _route(route: Route) -> str:
    name, service, upstream = map(yaml_text.scalar, (route.name, route.service, route.upstream))
    return f"  - name: {name}\n    service: {service}\n    upstream: {upstream}\n"


# --- reading ---------------------------------------------------------------------------------------------------------


def decode(item: Any, position: int, folder: Path) -> Interaction:
    """An interaction from what YAML made of its item; `folder` is where body files lie.

    Reads items that vcrpy or another tool wrote, too. Raises ItemError.
    """
    request, response = _mapping(item, "request"), _mapping(item, "response")
    code, reason = _status(response)
    return Interaction(
        Request(
            _string(request, "method"),
            _string(request, "uri"),
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
        _number(item, "elapsed"),
        _string(item, "operation", ""),
        tuple(_strings(item.get("scrubbed") or [], "scrubbed")),
        tuple(_read_route(route) for route in _list(item, "routes")),
        _string(item, "lost", ""),
    )


def _status(response: Mapping[Any, Any]) -> tuple[int, str]:
    """Code and reason; some recorders write the code alone, as vcrpy once did for httpx."""
    status = response.get("status", response.get("status_code"))
    if isinstance(status, dict):
        return _integer(status, "code"), _string(status, "message", "")
    return _integer({"status": status}, "status"), ""


def _mapping(owner: Any, key: str) -> dict[Any, Any]:
    value = owner.get(key) if isinstance(owner, dict) else None
    if not isinstance(value, dict):
        raise ItemError(f"{key} is missing or no mapping")
    return value


def _list(owner: Mapping[Any, Any], key: str) -> list[Any]:
    value = owner.get(key) or []
    if not isinstance(value, list):
        raise ItemError(f"{key} is no list")
    return value


def _string(owner: Mapping[Any, Any], key: str, default: str | None = None) -> str:
    value = owner.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise ItemError(f"{key} is missing or no text")
    return value


def _integer(owner: Mapping[Any, Any], key: str) -> int:
    value = owner.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 100 <= value <= 999:
        raise ItemError(f"{key} is no HTTP status")
    return value


def _number(owner: Mapping[Any, Any], key: str) -> float:
    value = owner.get(key) or 0.0
    if not isinstance(value, int | float):
        raise ItemError(f"{key} is no number")
    return float(value)


def _strings(values: Any, what: str) -> list[str]:
    """Field values and the like; vcrpy writes one value without a list, numbers without quotes."""
    values = values if isinstance(values, list) else [values]
    return [_as_text(value, what) for value in values]


def _as_text(value: Any, what: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if value is None or isinstance(value, int | float):
        return "" if value is None else str(value)
    raise ItemError(f"{what} is no text")


def _fields(message: Mapping[Any, Any], order: Any) -> Headers:
    grouped = message.get("headers") or {}
    if not isinstance(grouped, dict):
        raise ItemError("headers is no mapping")
    pairs = [
        (_as_text(name, "a header's name"), value)
        for name, values in grouped.items()
        for value in _strings(values, f"header {name}")
    ]
    return tuple(_reordered(pairs, order) if order else pairs)


def _reordered(pairs: list[tuple[str, str]], order: Any) -> list[tuple[str, str]]:
    waiting: dict[str, list[tuple[str, str]]] = {}
    for pair in pairs:
        waiting.setdefault(pair[0], []).append(pair)
    try:
        return [waiting[name].pop(0) for name in _strings(order, "the order of headers")]
    except (KeyError, IndexError):
        raise ItemError("the order of headers names one that is not there") from None


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
        return base64.b64decode(value) if isinstance(value, str | bytes) else value
    except ValueError:
        raise ItemError("a body is no base64") from None


def _stored(value: Any, folder: Path) -> StoredBody:
    match value:
        case {"sha256": str(sha256), "size": int(size)} if SHA256.fullmatch(sha256) and size >= 0:
            return StoredBody(folder / sha256, size, sha256)
        case _:
            raise ItemError("a body file is not named by a SHA-256 and a size")


def _read_route(value: Any) -> Route:
    if not isinstance(value, dict):
        raise ItemError("a route is no mapping")
    return Route(_string(value, "name"), _string(value, "service", ""), _string(value, "upstream"))
