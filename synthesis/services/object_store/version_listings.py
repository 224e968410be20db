"""The list of all versions in a container: `?versions`."""

from __future__ import annotations

import json
from typing import Any

from cloudtape.synthesis.services.object_store.answers import PAGE_TYPE, Answer, refuse
from cloudtape.synthesis.services.object_store.asks import Ask
from cloudtape.synthesis.services.object_store.listings import Page, Subdir, listed, page_of, wanted_type
from cloudtape.synthesis.services.object_store.model import DELETE_MARKER, Container, StoredObject
from cloudtape.synthesis.services.object_store.ranges import is_number
from cloudtape.synthesis.services.object_store.times import iso

Row = dict[str, Any]


def listing(ask: Ask, container: Container, answer: Answer) -> Answer:
    """Names in order, of each the newest version first. Raises Refusal."""
    wanted_type(ask, ("application/json",))
    asked = page_of(ask)
    marker, version_marker = ask.params.get("marker", ""), ask.params.get("version_marker", "")
    if version_marker and not marker:
        raise refuse(400, "version_marker param requires marker", PAGE_TYPE)
    if version_marker not in ("", "null") and not is_number(version_marker.replace(".", "", 1)):
        raise refuse(400, "invalid version_marker param", PAGE_TYPE)
    if set(asked.delimiter) & set("0123456789.\0"):
        raise refuse(400, "invalid delimiter param", PAGE_TYPE)
    names = sorted({*container.names, *container.archive})
    whole = Page(len(names), "", asked.end_marker, asked.prefix, asked.delimiter)
    rows = [row for one in listed(names, whole) for row in rows_of(container, one)]
    rows = [row for row in rows if not marker or is_after(row, marker, version_marker)]
    rows = rows[::-1] if asked.reverse else rows
    answer.body = json.dumps(rows[: asked.limit]).encode()
    answer.status = 200
    return answer


def is_after(row: Row, marker: str, version_marker: str) -> bool:
    name, number = str(row.get("name", row.get("subdir"))), str(row.get("version_id"))
    if name != marker or not version_marker:
        return name > marker
    row["is_latest"] = False  # which is not known of the one that the marker names
    return number != "null" and (version_marker == "null" or number < version_marker)


def rows_of(container: Container, one: str | Subdir) -> list[Row]:
    if isinstance(one, Subdir):
        return [{"subdir": one.name}]
    present = container.objects.get(one)
    versions = sorted(container.archive.get(one, {}).items(), reverse=True)
    rows = []
    if present and not present.version:
        rows.append(row(one, present) | {"version_id": "null", "is_latest": True})
    for number, stored in versions:
        is_latest = number == present.version if present else stored.content_type == DELETE_MARKER and not rows
        rows.append(row(one, stored) | {"is_latest": is_latest, "version_id": number})
    return rows


def row(name: str, stored: StoredObject) -> Row:
    extra = {"slo_etag": f'"{stored.large.etag}"'} if stored.large else {}
    return {
        "bytes": stored.listed_size,
        "hash": stored.etag,
        "name": name,
        "content_type": stored.content_type,
        "last_modified": iso(stored.changed),
        **extra,
    }
