"""What a request is about: the collection and the thing that its path names, and which things a write touches.

Decides only which writes may change the answer to which reads; the order of replay (`past`) follows from it. It knows
no service by name: paths are read by the form of their segments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit
from zlib import crc32

import msgspec

from cloudtape.cassettes.messages import Interaction, Request

ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
VERSION = re.compile(r"v\d+(\.\d+)?$")
PROJECT = re.compile(r"[0-9a-f]{32}$|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
ACCOUNT = re.compile(r"AUTH_")
# Words behind a collection that ask for its list in another form.
LISTS = frozenset({"detail", "details", "summary", "defaults", "info"})
READS = frozenset({"GET", "HEAD", "OPTIONS"})
# Requests by other methods that change nothing which a client could read: they ask for a token.
NO_WRITES = (
    ("POST", re.compile(r"/v3/auth/|/v2\.0/tokens/?$")),  # logging in
    ("POST", re.compile(r"/v3/(users|OS-FEDERATION)/.*/auth$")),
)
NAMES = ("id", "name", "uuid", "key_name", "stack_name")


class Thing(msgspec.Struct, frozen=True):
    """`family` names the collection (`servers`), `item` the thing in it, empty where the collection itself is meant.

    `is_whole`: the path ends with the item, and names nothing that belongs to another (`servers/ID/volumes/ID`).
    """

    family: str
    item: str
    is_whole: bool = False


def thing_of(uri: str) -> Thing:
    """What a path names, once version and project are set aside.

    `/v2.1/servers/ID/action` → servers, ID; `/v1/AUTH_p/container/a/b` → the account, container/a/b.
    """
    parts = urlsplit(uri)
    segments = _significant(parts.path)
    if segments and ACCOUNT.match(segments[0]):
        return Thing(f"{parts.netloc}/{segments[0]}", "/".join(segments[1:]), is_whole=True)
    family = f"{parts.netloc}/{segments[0]}" if segments else parts.netloc
    inner = segments[1:]
    # Heat's stacks are named twice: stacks/NAME/ID.
    named_twice = len(inner) == 2 and bool(ID.fullmatch(inner[1])) and not ID.fullmatch(inner[0])
    return Thing(family, _item(inner), len(inner) == 1 or named_twice)


def segments_of(uri: str) -> list[str]:
    """The segments of a path, once version and project are set aside."""
    return _significant(urlsplit(uri).path)


def _significant(path: str) -> list[str]:
    segments = [unquote(segment) for segment in path.split("/") if segment]
    for at, segment in enumerate(segments):
        if VERSION.match(segment):
            segments = segments[at + 1 :]
            break
    return segments[1:] if len(segments) > 1 and PROJECT.match(segments[0]) else segments


def _item(segments: list[str]) -> str:
    ids = [segment for segment in segments if ID.fullmatch(segment)]
    if ids:
        return ids[-1]
    return segments[0] if segments and segments[0] not in LISTS else ""


def is_write(request: Request) -> bool:
    """Whether a request may change what later reads are answered."""
    return request.method not in READS and not is_login(request.method, request.uri)


def is_login(method: str, uri: str) -> bool:
    """Whether a request asks for a token: it changes nothing, and its body says who somebody is."""
    path = urlsplit(uri).path
    return any(method == one and pattern.search(path) for one, pattern in NO_WRITES)


def word(name: str) -> int:
    """32 bits that stand for a name."""
    return crc32(name.encode("utf-8", "surrogatepass"))


def touched(interaction: Interaction) -> set[str]:
    """The items that a write names: in its path, its body, or as what it made."""
    thing = thing_of(interaction.request.uri)
    items = {thing.item, *ID.findall(urlsplit(interaction.request.uri).path)}
    if ACCOUNT.search(thing.family):
        items.update(_containers(thing.item))
    for body in (interaction.request.body, interaction.response.body):
        if isinstance(body, bytes) and body[:1] == b"{":
            items.update(_named(body))
    if isinstance(interaction.request.body, bytes):
        items.update(ID.findall(interaction.request.body.decode("utf-8", "replace")))
    return items - {""}


def _containers(path: str) -> Iterator[str]:
    """An object's write changes the listing of its container, too."""
    container, slash, _ = path.partition("/")
    if slash:
        yield container


def _named(body: bytes) -> Iterator[str]:
    """The id and name of the one thing that a document holds, with or without a wrapper: `{"server": {"id": …}}`."""
    try:
        document: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    for level in (document, *document.values()):
        if isinstance(level, dict):
            yield from (str(level[name]) for name in NAMES if isinstance(level.get(name), str | int))
