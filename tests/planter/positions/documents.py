"""JSON, YAML, and what else holds objects: at the top, deep, in lists, in strings, with names and values escaped."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from random import Random
from urllib.parse import quote

import yaml

from tests.planter.exchange import Body, Exchange
from tests.planter.kinds import Fragment, Json
from tests.planter.positions.carriers import ANY, STRUCTURED, as_object, base, carry, dump

Shape = Callable[[Fragment], Json]


def posted(shape: Shape, media: str = "application/json") -> Callable[[Fragment, Random], list[Exchange]]:
    def build(fragment: Fragment, _: Random) -> list[Exchange]:
        shaped = shape(fragment)
        return carry(fragment, shaped if isinstance(shaped, (str, bytes)) else dump(shaped), media)

    return build


def deep(f: Fragment) -> Json:
    return {"cluster": {"groups": [{"nodes": [{"config": {"extra": {"specs": [[f.object()]]}}}]}], "id": "6f70656e"}}


def listed(f: Fragment) -> Json:
    return {"items": [{"id": 1, "state": "ok"}, f.object(), {"id": 3, "state": "ok"}]}


def in_string(f: Fragment) -> Json:
    return {"event": {"type": "info", "payload_json": dump(f.object())}}


def in_string_twice(f: Fragment) -> Json:
    return {"event": {"raw": dump({"inner": dump(f.object())})}}


def escaped(text: str) -> str:
    return "".join(f"\\u{unit:04x}" for char in text for unit in _units(char))


def _units(char: str) -> list[int]:
    data = char.encode("utf-16-be")
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


def _names(value: Json) -> str:
    """JSON with the first character of each member's name escaped, as in \\u0070assword."""
    if isinstance(value, dict):
        inside = ", ".join(
            f'"{escaped(name[:1])}{json.dumps(name[1:])[1:-1]}": {_names(one)}' for name, one in value.items()
        )
        return "{" + inside + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_names, value)) + "]"
    return dump(value)


def escaped_value(f: Fragment) -> str:
    return dump(f.object()).replace(json.dumps(f.shown)[1:-1], escaped(f.shown))


def in_base64(f: Fragment) -> Json:
    return {"file": {"encoding": "base64", "content": base64.b64encode(dump(f.object()).encode()).decode()}}


def in_url_base64(f: Fragment) -> Json:
    return {"state": base64.urlsafe_b64encode(dump(f.object()).encode()).decode().rstrip("=")}


def lines(f: Fragment) -> str:
    return "\n".join(map(dump, [{"event": "start"}, f.object(), {"event": "end"}])) + "\n"


def events(f: Fragment) -> str:
    return f'event: begin\ndata: {{"n": 1}}\n\nid: 2\nevent: change\ndata: {dump(f.object())}\n\n'


def as_yaml(f: Fragment) -> str:
    return str(yaml.safe_dump(f.object(), sort_keys=False, width=1_000_000))


def yaml_in_json(f: Fragment) -> Json:
    return {"stack_name": "web", "template": yaml.safe_dump({"config": f.object()}, sort_keys=False, width=1_000_000)}


def yaml_documents(f: Fragment) -> str:
    return f"---\nkind: first\n---\n{yaml.safe_dump(f.object(), default_flow_style=True, width=1_000_000)}...\n"


def repr_in_error(f: Fragment) -> Json:
    return {"badRequest": {"code": 400, "message": f"Invalid input for field/attribute server. Value: {f.object()!r}."}}


def json_in_error(f: Fragment) -> Json:
    return {
        "error": {
            "code": 500,
            "title": "Internal Server Error",
            "message": f"Unexpected: {dump(f.object())} was refused",
        }
    }


def traceback(f: Fragment) -> str:
    return f'Traceback (most recent call last):\n  File "/usr/lib/api.py", line 12, in call\n    send({f.object()!r})\nValueError: refused\n'


def utf16(f: Fragment) -> bytes:
    return dump(f.object()).encode("utf-16")


def with_mark(f: Fragment) -> bytes:
    return b"\xef\xbb\xbf" + dump(f.object()).encode()


def repeated(f: Fragment) -> str:
    """Each member twice, the first time null."""
    return (
        "{"
        + "".join(f"{json.dumps(name)}: null, {json.dumps(name)}: {dump(one)}, " for name, one in f.object().items())
        + '"end": 1}'
    )


def truncated(f: Fragment) -> str:
    return '{"items": [' + dump(f.object()) + ', {"id": "6f70'


def padded(f: Fragment) -> str:
    """Behind the angle bracket that keeps JSON from being run as a script."""
    return ")]}',\n" + dump(f.object())


def in_query(f: Fragment, _: Random) -> list[Exchange]:
    exchange = base(f)
    path = f"{exchange.path}?limit=5&filters={quote(dump(f.object()))}"
    return [Exchange("GET", exchange.service, path)]


def in_header(f: Fragment, _: Random) -> list[Exchange]:
    return [Exchange("POST", "object-store", "/c/o", Body(b"", None, (("X-Object-Meta-Config", dump(f.object())),)))]


def object_as_json(f: Fragment, _: Random) -> list[Exchange]:
    return as_object(f, dump(f.object()).encode(), "application/json")


def object_as_octets(f: Fragment, _: Random) -> list[Exchange]:
    return as_object(f, dump(f.object()).encode(), "application/octet-stream")


def object_as_yaml(f: Fragment, _: Random) -> list[Exchange]:
    return as_object(f, as_yaml(f).encode(), "application/x-yaml")


def object_without_type(f: Fragment, _: Random) -> list[Exchange]:
    return as_object(f, dump(f.object()).encode(), None)


POSITIONS = (
    ("json-top", posted(lambda f: f.object()), ANY),
    ("json-deep", posted(deep), ANY),
    ("json-list", posted(listed), STRUCTURED),
    ("json-in-string", posted(in_string), ANY),
    ("json-in-string-twice", posted(in_string_twice), STRUCTURED),
    ("json-escaped-names", posted(lambda f: _names(f.object())), STRUCTURED),
    ("json-escaped-value", posted(escaped_value), ANY),
    ("json-in-base64", posted(in_base64), ANY),
    ("json-in-base64url", posted(in_url_base64), STRUCTURED),
    ("json-lines", posted(lines, "application/x-ndjson"), STRUCTURED),
    ("json-lines-as-json", posted(lines), STRUCTURED),
    ("json-events", posted(events, "text/event-stream"), STRUCTURED),
    ("json-utf16", posted(utf16), STRUCTURED),
    ("json-utf16-text", posted(utf16, "text/plain; charset=utf-16"), STRUCTURED),
    ("json-byte-order-mark", posted(with_mark), STRUCTURED),
    ("json-repeated-members", posted(repeated), STRUCTURED),
    ("json-truncated", posted(truncated), STRUCTURED),
    ("json-padded", posted(padded), STRUCTURED),
    ("json-as-text", posted(lambda f: f.object(), "text/plain"), STRUCTURED),
    ("json-as-html", posted(lambda f: f.object(), "text/html; charset=utf-8"), STRUCTURED),
    ("json-as-merge-patch", posted(lambda f: f.object(), "application/openstack-images-v2.1-json-patch"), STRUCTURED),
    ("json-in-query", in_query, STRUCTURED),
    ("json-in-header", in_header, STRUCTURED),
    ("yaml", posted(as_yaml, "application/x-yaml"), STRUCTURED),
    ("yaml-in-json", posted(yaml_in_json), STRUCTURED),
    ("yaml-documents", posted(yaml_documents, "text/yaml"), STRUCTURED),
    ("repr-in-error", posted(repr_in_error), STRUCTURED),
    ("json-in-error", posted(json_in_error), STRUCTURED),
    ("traceback", posted(traceback, "text/plain"), STRUCTURED),
    ("object-json", object_as_json, STRUCTURED),
    ("object-octets", object_as_octets, STRUCTURED),
    ("object-yaml", object_as_yaml, STRUCTURED),
    ("object-untyped", object_without_type, STRUCTURED),
)
