"""The manifest of a static large object: what a client sends, what is kept, and the bytes that it stands for.

Sources: swift/common/middleware/slo.py; https://docs.openstack.org/api-ref/object-store/ "Create or replace object".
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from hashlib import md5
from typing import Any
from urllib.parse import quote

from cloudtape.cassettes.blobs import Blob, Content, Part
from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.synthesis.services.object_store import ranges
from cloudtape.synthesis.services.object_store.answers import PAGE_TYPE, Answer, refuse
from cloudtape.synthesis.services.object_store.asks import Target
from cloudtape.synthesis.services.object_store.conditions import unquoted
from cloudtape.synthesis.services.object_store.times import iso_second

Segment = dict[str, Any]
Fetch = Callable[[Target], Awaitable[Answer]]
MAX_DEPTH = 10
KEYS = {"data": {"data"}, "path": {"path", "range", "etag", "size_bytes"}}


def parse(body: bytes, target: Target) -> list[Segment]:
    """Raises Refusal, which names every segment that is wrong."""
    try:
        parsed = json_value(body)
    except JsonError:
        raise refuse(400, "Manifest must be valid JSON.\n", PAGE_TYPE) from None
    if not isinstance(parsed, list):
        raise refuse(400, "Manifest must be a list.\n", PAGE_TYPE)
    checked = [(index, problem(one, target, is_last=index == len(parsed) - 1)) for index, one in enumerate(parsed)]
    errors = [f"Index {index}: {text}" for index, text in checked if text]
    if parsed and all(isinstance(one, dict) and "data" in one for one in parsed):
        errors.append("Inline data segments require at least one object-backed segment.")
    if errors:
        raise refuse(400, "".join(f"{one}\n" for one in errors))
    return parsed


def problem(segment: object, target: Target, *, is_last: bool) -> str:
    """What is wrong with a segment, in Swift's words; numbers are put into their form on the way."""
    if not isinstance(segment, dict):
        return "not a JSON object"
    kind = next((key for key in KEYS if key in segment), "")
    if not kind:
        return "expected keys to include one of " + " or ".join(repr(key) for key in KEYS)
    if extra := sorted(segment.keys() - KEYS[kind]):
        return "extraneous keys " + ", ".join(json.dumps(key) for key in extra)
    return data_problem(segment) if kind == "data" else path_problem(segment, target, is_last)


def data_problem(segment: Segment) -> str:
    try:
        data = base64.b64decode(segment["data"], validate=True)
    except (ValueError, TypeError, binascii.Error):
        return "data must be valid base64"
    segment["data"] = base64.b64encode(data).decode()
    return "" if data else "too small; each segment must be at least 1 byte."


def path_problem(segment: Segment, target: Target, is_last: bool) -> str:
    path, etag = segment["path"], segment.get("etag")
    if not isinstance(path, str):
        return '"path" must be a string'
    if not (etag is None or isinstance(etag, str)):
        return '"etag" must be a string or null (if provided)'
    if "/" not in path.strip("/"):
        return "path does not refer to an object. Path must be of the form /container/object."
    if wrong := size_problem(segment, is_last):
        return wrong
    if path.lstrip("/") == f"{target.container}/{target.object}":
        return "manifest must not include itself as a segment"
    return range_problem(segment) if segment.get("range") else ""


def size_problem(segment: Segment, is_last: bool) -> str:
    if segment.get("size_bytes") is None:
        return ""
    try:
        segment["size_bytes"] = int(segment["size_bytes"])
    except (TypeError, ValueError):
        return "invalid size_bytes"
    too_small = segment["size_bytes"] < 1 and not is_last
    return "too small; each segment must be at least 1 byte." if too_small else ""


def range_problem(segment: Segment) -> str:
    specs = ranges.parse(f"bytes={segment['range']}")
    if not specs:
        return "invalid range"
    if len(specs) > 1:
        return "multiple ranges (only one allowed)"
    size = segment.get("size_bytes")
    return "unsatisfiable range" if size is not None and not ranges.slices(specs, size) else ""


# --- what is kept -----------------------------------------------------------------------------------------------------


def checked(segment: Segment, head: Answer, *, may_be_empty: bool) -> tuple[Segment, int, list[tuple[str, str]]]:
    """A segment as it is kept, how long it is, and what does not agree with the object that it names."""
    name = quote(segment["path"], errors="surrogatepass")
    if not head.is_success:
        return {}, 0, [(name, head.line)]
    size, etag = int(head.headers["Content-Length"]), unquoted(head.headers["Etag"])
    asked = (
        ranges.slices(ranges.parse(f"bytes={segment['range']}") or (), size) if segment.get("range") else [(0, size)]
    )
    problems = [] if asked else [(name, "Unsatisfiable Range")]
    start, stop = asked[0] if asked else (0, size)
    if stop - start < 1 and not may_be_empty:
        problems.append((name, "Too small; each segment must be at least 1 byte."))
    if segment.get("size_bytes") not in (None, size):
        problems.append((name, "Size Mismatch"))
    if segment.get("etag") not in (None, etag):
        problems.append((name, "Etag Mismatch"))
    kept = described(segment, head, size, etag)
    if (start, stop) != (0, size):
        kept["range"] = f"{start}-{stop - 1}"
    if "X-Static-Large-Object" in head.headers:
        kept["sub_slo"] = True
    return kept, stop - start, problems


def described(segment: Segment, head: Answer, size: int, etag: str) -> Segment:
    assert head.found is not None
    return {
        "name": "/" + segment["path"].lstrip("/"),
        "bytes": size,
        "hash": etag,
        "content_type": head.headers["Content-Type"].split(";")[0],
        "last_modified": iso_second(head.found.changed),
    }


def fingerprint(segment: Segment) -> str:
    """What a segment adds to the text whose MD5 is the ETag of the whole."""
    if "data" in segment:
        return md5(base64.b64decode(segment["data"]), usedforsecurity=False).hexdigest()
    return f"{segment['hash']}:{segment['range']};" if "range" in segment else str(segment["hash"])


def as_sent(segments: list[Segment]) -> bytes:
    """The manifest in the form in which a client would send it."""
    rows = [
        one
        if "data" in one
        else {"path": one["name"], "size_bytes": one["bytes"], "etag": one["hash"]}
        | ({"range": one["range"]} if "range" in one else {})
        for one in segments
    ]
    return json.dumps(rows, sort_keys=True).encode()


# --- the bytes --------------------------------------------------------------------------------------------------------


def length(segment: Segment) -> int:
    if "data" in segment:
        return len(base64.b64decode(segment["data"]))
    start, stop = span(segment)
    return stop - start


def span(segment: Segment) -> tuple[int, int]:
    if "range" not in segment:
        return 0, int(segment["bytes"])
    start, last = segment["range"].split("-")
    return int(start), int(last) + 1


async def joined(segments: list[Segment], target: Target, fetch: Fetch, depth: int = 1) -> Content:
    """All segments one after the other. One that is gone, or is not what it was, is a part that cannot be had."""
    parts: list[Part] = []
    known: dict[str, Content] = {}
    for segment in segments:
        if "data" in segment:
            data = base64.b64decode(segment["data"])
            parts.append(Part(Blob(len(data), {}, data), 0, len(data)))
            continue
        name = segment["name"]
        if name not in known:
            known[name] = await whole(segment, target, fetch, depth)
        parts += known[name].slice(*span(segment)).parts
    return Content(tuple(parts))


async def whole(segment: Segment, target: Target, fetch: Fetch, depth: int) -> Content:
    """The object that a segment names."""
    size, name = int(segment["bytes"]), segment["name"]
    container, _, rest = name.lstrip("/").partition("/")
    answer = await fetch(target.to(container, rest))
    if not answer.is_success or not isinstance(answer.body, Content):
        return gone(size, f"{name}: {answer.status}")
    if segment.get("sub_slo"):
        return await below(segment, answer, target, fetch, depth)
    if unquoted(answer.headers["Etag"]) != segment["hash"] or answer.body.size != size:
        return gone(size, f"{name} has changed")
    return answer.body


async def below(segment: Segment, answer: Answer, target: Target, fetch: Fetch, depth: int) -> Content:
    """The bytes of a manifest within a manifest."""
    size = int(segment["bytes"])
    if depth >= MAX_DEPTH or answer.found is None or answer.found.large is None:
        return gone(size, f"{segment['name']}: max recursion depth was exceeded")
    rows = json.loads(b"".join([chunk async for chunk in answer.content.chunks()]))
    content = await joined(rows, target, fetch, depth + 1)
    return content if content.size == size else gone(size, f"{segment['name']} has changed")


def gone(size: int, why: str) -> Content:
    return Content((Part(None, 0, size, why),))
