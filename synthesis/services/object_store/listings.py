"""Which names a listing holds, and how it is written.

The rules of prefix, delimiter, path, marker and end_marker are those of Swift's container database
(swift/container/backend.py, list_objects_iter). Names come in sorted; a page costs as much as what is on it.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from cloudtape.synthesis.services.object_store.answers import Answer, Refusal, page, refuse
from cloudtape.synthesis.services.object_store.asks import TRUE, Ask, text_param
from cloudtape.synthesis.services.object_store.negotiation import best_match
from cloudtape.synthesis.services.object_store.ranges import is_number

LIMIT = 10000
FORMATS = {"plain": "text/plain", "json": "application/json", "xml": "application/xml"}
TYPES = ("text/plain", "application/json", "application/xml", "text/xml")


@dataclass(frozen=True, slots=True)
class Page:
    """What of a listing is asked for. `path` takes the place of prefix and delimiter."""

    limit: int = LIMIT
    marker: str = ""
    end_marker: str = ""
    prefix: str = ""
    delimiter: str = ""
    path: str | None = None
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Subdir:
    name: str


def page_of(ask: Ask) -> Page:
    """Raises Refusal."""
    texts = {name: text_param(ask, name) for name in ("marker", "end_marker", "prefix", "delimiter", "path", "reverse")}
    given = text_param(ask, "limit") or ""
    limit = int(given) if is_number(given) else LIMIT
    if limit > LIMIT:
        answer = page(412)
        answer.body = f"Maximum limit is {LIMIT}".encode()
        raise Refusal(answer)
    path = texts.pop("path")
    reverse = (texts.pop("reverse") or "").lower() in TRUE
    return Page(limit, path=path, reverse=reverse, **{name: value or "" for name, value in texts.items()})


def listed(names: Sequence[str], asked: Page) -> Iterator[str | Subdir]:
    """The names of a page, in order, and the common beginnings that stand for many of them."""
    path = asked.path
    prefix, delimiter = asked.prefix, asked.delimiter
    if path is not None:
        prefix = path = path.rstrip("/") + "/" if path else path
        delimiter = "/"
    marker, end_marker = (asked.end_marker, asked.marker) if asked.reverse else (asked.marker, asked.end_marker)
    low, high = span(names, prefix, marker, end_marker)
    count = 0
    while low < high and count < asked.limit:
        name = names[high - 1 if asked.reverse else low]
        end = name.find(delimiter, len(prefix)) if delimiter else -1
        found: str | Subdir | None = name
        if path is not None and (name == path or 0 <= end < len(name) - len(delimiter)):
            found = None
        elif path is None and end >= 0:
            beginning = name[: end + len(delimiter)]
            found = None if beginning == marker else Subdir(beginning)
        if found is not None:
            count += 1
            yield found
        below = name[: end + len(delimiter)] if end >= 0 and (path is None or found is None) and name != path else ""
        low, high = beyond(names, below, low, high, asked.reverse)


def span(names: Sequence[str], prefix: str, marker: str, end_marker: str) -> tuple[int, int]:
    """The indices between which the names lie that have the prefix and stand between the markers."""
    low = bisect_left(names, prefix)
    high = end_of(names, prefix)
    if marker:
        low = max(low, bisect_right(names, marker))
    if end_marker:
        high = min(high, bisect_left(names, end_marker))
    return low, high


def end_of(names: Sequence[str], prefix: str) -> int:
    """The index of the first name after all those that begin so."""
    return bisect_right(names, prefix, key=lambda name: name[: len(prefix)])


def beyond(names: Sequence[str], below: str, low: int, high: int, reverse: bool) -> tuple[int, int]:
    """Past one name, or past all that begin with `below`."""
    if reverse:
        return low, min(high - 1, bisect_left(names, below)) if below else high - 1
    return max(low + 1, end_of(names, below)) if below else low + 1, high


# --- how a listing is written -----------------------------------------------------------------------------------------


def wanted_type(ask: Ask, types: Sequence[str] = TYPES) -> str:
    """The media type of a listing. Raises Refusal: 406 where none of those is acceptable."""
    asked = text_param(ask, "format")
    accept = FORMATS.get(asked.lower(), "text/plain") if asked else ask.headers.get("accept", "")
    try:
        found = best_match(accept, types)
    except ValueError:
        raise refuse(400, "Invalid Accept header", "text/html; charset=UTF-8") from None
    if not found:
        raise Refusal(page(406))
    return found


def written(rows: list[dict[str, Any]], ask: Ask, headers: dict[str, str]) -> Answer:
    """A listing in the form that was asked for. An empty text is 204."""
    media_type = ask.listing_type
    headers = headers | {"Content-Type": f"{media_type}; charset=utf-8"}
    if ask.method == "HEAD":
        return Answer(204, headers)
    if media_type == "application/json":
        body = json.dumps(rows).encode()
    elif media_type == "text/plain":
        body = "".join(f"{row.get('name', row.get('subdir'))}\n" for row in rows).encode()
    else:
        body = xml_of(rows, ask)
    return Answer(200 if body else 204, headers, body)


def xml_of(rows: list[dict[str, Any]], ask: Ask) -> bytes:
    level = ask.target.level
    root = Element(level, name=ask.target.container or ask.target.account)
    if level == "account":
        root.text = "\n"
    for row in rows:
        child = xml_row(root, row, level)
        child.tail = "\n" if level == "account" else None
    declaration = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    return declaration + tostring(root, encoding="unicode").encode()


FIELDS = {
    "account": ("name", "count", "bytes", "last_modified", "storage_policy"),
    "container": ("name", "hash", "bytes", "content_type", "last_modified"),
}


def xml_row(root: Element, row: dict[str, Any], level: str) -> Element:
    if "subdir" in row:
        child = SubElement(root, "subdir", name=row["subdir"])
        if level == "container":
            SubElement(child, "name").text = row["subdir"]
        return child
    child = SubElement(root, "container" if level == "account" else "object")
    for field in FIELDS[level]:
        SubElement(child, field).text = str(row[field])
    return child
