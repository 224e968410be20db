"""How OpenStack's APIs lay out addresses and documents: collections, things in them, what they are asked for by."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from tests.scenarios.exchanges import TapedCall

PROJECT = re.compile(r"(/v\d[\d.]*)/[0-9a-f]{32}(?=/|$)")
OBJECT = re.compile(r"(?P<container>.*/v1/AUTH_[^/]+/[^/]+)/(?P<name>.+)")
KEYS = ((re.compile(r"/os-keypairs$"), "name"), (re.compile(r"/os-volume_attachments$"), "volumeId"))
"""Things that are asked for by something else than their `id` (or, where they have none, their `name`)."""


def address_of(exchange: TapedCall) -> str:
    """The address without the project that services have in it."""
    return PROJECT.sub(r"\1", exchange.address)


def parted(address: str) -> tuple[str, str]:
    """The collection, and the name within it."""
    if found := OBJECT.fullmatch(address):
        return found["container"], unquote(found["name"])
    collection, _, key = address.rpartition("/")
    return collection, unquote(key)


def object_in(document: Any) -> dict[str, Any]:
    """The thing that a document is about: the document, or the only thing in it."""
    if not isinstance(document, dict):
        return {}
    inner = [one for one in document.values() if isinstance(one, dict)]
    return inner[0] if len(inner) == 1 and not key_of(document) else document


def key_of(thing: dict[str, Any], collection: str = "") -> str:
    """What a thing is asked for by; empty for what is none."""
    member = next((name for where, name in KEYS if where.search(collection) and name in thing), "id")
    return str(thing.get(member, thing.get("name", "")) or "")


def list_in(document: Any, address: str) -> list[dict[str, Any]] | None:
    """The things that a document lists, if it does."""
    found = document
    if isinstance(document, dict):
        lists = [one for one in document.values() if isinstance(one, list)]
        last = address.removesuffix("/detail").rpartition("/")[2]
        found = document.get(last) or (lists[0] if len(lists) == 1 and not key_of(document) else None)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        return None
    return [object_in(one) for one in found]


def has_more(document: Any) -> bool:
    """Whether a list goes on elsewhere."""
    if not isinstance(document, dict):
        return False
    links = [link for name, value in document.items() if name.endswith("links") for link in _links(value)]
    return bool(document.get("next")) or any(link == "next" for link in links)


def _links(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [name for name, link in value.items() if link]
    return [one.get("rel", "") for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def differs(said: Any, shown: Any) -> bool:
    """Whether a member is told otherwise than it was said; what was left to the cloud is not."""
    if said is None:
        return False
    if isinstance(said, dict):
        return isinstance(shown, dict) and any(differs(value, shown.get(name)) for name, value in said.items())
    if isinstance(said, list):
        plain = all(isinstance(one, str) for one in said)
        return plain and isinstance(shown, list) and sorted(said) != sorted(map(str, shown))
    return str(said).lower() != str(shown).lower()
