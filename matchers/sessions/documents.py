"""Checksums and sizes of what was uploaded, in documents: JSON, and the XML of Swift's listings.

A checksum says by itself which data is meant, and so do the id and the name of a thing that data was uploaded to; what
stands beside them in one member of a document, or in one element, is said of the same data.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import unquote

import msgspec

from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.matchers.requests.things import ACCOUNT, Thing
from cloudtape.matchers.sessions.exchange import tokens_of
from cloudtape.matchers.sessions.uploads import CHECKSUM, Uploads
from cloudtape.openstack.numbers import whole

# Members whose number is the length of the data that the members beside them tell of (Object Storage API v1, "hash";
# Image API v2, "checksum"); that of a disk image may be another one (`virtual_size`).
SIZES = frozenset({"bytes", "size", "size_bytes", "content_length"})
MAYBE_SIZES = SIZES | {"virtual_size", "datasize"}
IDS = ("id", "image_id")
ELEMENT = re.compile(rb"<(object|container)>(.*?)</\1>", re.DOTALL)
FIELD = re.compile(rb"<(\w+)>([^<]*)</\1>")

Side = Callable[[dict[str, Any]], dict[str, Any]]


def recorded_document(uploads: Uploads, place: Thing, body: bytes) -> bytes:
    """What is asked at a place, with recorded checksums and sizes for the live ones that it tells."""
    if body.lstrip()[:1] in (b"{", b"[") and _tells(body, uploads.knows_live):
        return _walked(body, partial(_asked_member, uploads, place.family))
    return body


def _asked_member(uploads: Uploads, family: str, members: dict[str, Any]) -> dict[str, Any]:
    """One member of what is asked: a segment of a large object tells its path, and is looked up by that."""
    path = members.get("path")
    place = Thing(family, unquote(path).strip("/")) if isinstance(path, str) else None
    told = {name: value.strip('"') for name, value in members.items() if isinstance(value, str)}
    upload = next((found for value in told.values() if (found := uploads.of_live(value, place))), None)
    changed = {name: recorded for name, value in told.items() if (recorded := uploads.recorded_checksum(value, place))}
    if upload:
        changed |= _sizes(members, SIZES, upload.live.size, upload.recorded.size)
    return changed


def live_document(uploads: Uploads, place: Thing, body: bytes) -> bytes:
    """An answer to what was asked at a place, with live checksums and sizes."""
    start = body.lstrip()[:1]
    if start in (b"{", b"["):
        if place.family in uploads.families or _tells(body, uploads.knows):
            return _walked(body, partial(_live_member, uploads, place))
    elif start == b"<" and place.family in uploads.families and ACCOUNT.search(place.family):
        return ELEMENT.sub(partial(_live_element, uploads, place), body)
    return body


def _live_member(uploads: Uploads, place: Thing, members: dict[str, Any]) -> dict[str, Any]:
    """What is told otherwise of one thing."""
    own = _place_in(place, members)
    told = {
        name: value for name, value in members.items() if isinstance(value, str) and CHECKSUM.fullmatch(in_hex(value))
    }
    by_checksum = next((found for value in told.values() if (found := uploads.of(in_hex(value), own))), None)
    upload = by_checksum or (uploads.at(own) if own else None)
    if upload is None:
        return _grown_member(uploads, place, members)
    if not upload.differs:
        return {}
    live = {name: uploads.live_checksum(upload, in_hex(value)) for name, value in told.items()}
    changed: dict[str, Any] = {name: written_as(told[name], value) for name, value in live.items() if value}
    if changed:
        changed |= _sizes(members, SIZES, None, upload.live.size)
    return changed | _sizes(members, MAYBE_SIZES, upload.recorded.size, upload.live.size)


def _grown_member(uploads: Uploads, place: Thing, members: dict[str, Any]) -> dict[str, Any]:
    """A container in the listing of an account."""
    name, size = members.get("name"), members.get("bytes")
    if place.item or not ACCOUNT.search(place.family) or not isinstance(name, str) or not isinstance(size, int):
        return {}
    grown = uploads.growth(place.family, f"{name}/")
    return {"bytes": max(0, size + grown)} if grown else {}


def _place_in(place: Thing, members: dict[str, Any]) -> Thing | None:
    """The thing that a member of a document tells of, asked at a place."""
    if ACCOUNT.search(place.family):
        name = members.get("name")
        container = place.item.partition("/")[0]
        return Thing(place.family, f"{container}/{name}") if container and isinstance(name, str) else None
    named = next((members[name] for name in IDS if isinstance(members.get(name), str)), None)
    return Thing(place.family, named) if named else None


def _sizes(members: dict[str, Any], names: frozenset[str], old: int | None, new: int) -> dict[str, Any]:
    """The members that tell a size, with the new one: those that tell the old one, where it is given."""
    changed: dict[str, Any] = {}
    for name in names & members.keys():
        value = members[name]
        size = whole(value)
        if size is not None and old in (None, size):
            changed[name] = str(new) if isinstance(value, str) else new
    return changed


def _live_element(uploads: Uploads, place: Thing, found: re.Match[bytes]) -> bytes:
    """An object or a container in a listing in XML."""
    members: dict[str, Any] = {
        name.decode(): html.unescape(value.decode("utf-8", "replace")) for name, value in FIELD.findall(found[2])
    }
    if found[1] == b"container" and (size := whole(members.get("bytes"))) is not None:
        members["bytes"] = size
    changed = _live_member(uploads, place, members)
    told = FIELD.sub(
        lambda field: (
            b"<%b>%b</%b>" % (field[1], str(changed[field[1].decode()]).encode(), field[1])
            if field[1].decode() in changed
            else field[0]
        ),
        found[2],
    )
    return b"<%b>%b</%b>" % (found[1], told, found[1])


def _walked(body: bytes, change: Side) -> bytes:
    """A JSON text with its members changed; itself where nothing is."""
    try:
        document = json_value(body)
        changed = [bool(found) for found in _changes(document, change)]
    except JsonError:
        return body
    return msgspec.json.encode(document) if any(changed) else body


def _changes(value: Any, change: Side) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        changed = change(value)
        value |= changed
        yield changed
        for member in value.values():
            yield from _changes(member, change)
    elif isinstance(value, list):
        for item in value:
            yield from _changes(item, change)


def _tells(body: bytes, knows: Callable[[str], bool]) -> bool:
    return any(knows(_text(token)) for token in tokens_of(body) if len(token) >= 32)


def _text(token: bytes) -> str:
    return token.decode("ascii", "replace")


def in_hex(value: str) -> str:
    """A checksum in hex, however it is written: in quotes, in base64 (RFC 1864)."""
    plain = value.removeprefix("W/").strip('"')
    if len(plain) == 24 and plain.endswith("=="):
        try:
            return base64.b64decode(plain, validate=True).hex()
        except (binascii.Error, ValueError):
            return plain
    return plain


def written_as(value: str, checksum: str) -> str:
    """Another checksum, written as the first one is."""
    plain = value.removeprefix("W/").strip('"')
    if len(plain) == 24 and plain.endswith("=="):
        checksum = base64.b64encode(bytes.fromhex(checksum)).decode()
    return value.replace(plain, checksum)
