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

from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.cassettes.messages import Interaction, Request
from cloudtape.matchers.requests.content import names_in

ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
VERSION = re.compile(r"v\d+(\.\d+)?$")
PROJECT = re.compile(r"[0-9a-f]{32}$|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
ACCOUNT = re.compile(r"AUTH_")
# Words behind a collection that name no item: they ask for its list in another form, or a header tells what is meant
# (Identity API v3 "auth/tokens": X-Subject-Token).
LISTS = frozenset({"detail", "details", "summary", "defaults", "info", "tokens"})
READS = frozenset({"GET", "HEAD", "OPTIONS"})


class Question(msgspec.Struct, frozen=True):
    """Requests by another method than a read's that change nothing which a client could read.

    `path` is looked for in the path; `actions`: with one of these as the first key of a JSON body.
    """

    path: re.Pattern[str]
    actions: frozenset[bytes] = frozenset()
    is_login: bool = False


QUESTIONS = (
    # Logging in: Identity API v3 "auth", "OS-FEDERATION", v2.0 "tokens".
    Question(re.compile(r"/v3/auth/|/v2\.0/tokens/?$"), is_login=True),
    Question(re.compile(r"/v3/(users|OS-FEDERATION)/.*/auth$"), is_login=True),
    Question(re.compile(r"/v3/(ec2tokens|s3tokens)$|/v2\.0/(ec2tokens|s3tokens)$")),
    # What a server prints, and where to look at its screen (Compute API).
    Question(
        re.compile(r"/servers/[^/]+/action$"),
        frozenset(
            {
                b"os-getConsoleOutput",
                b"os-getVNCConsole",
                b"os-getSPICEConsole",
                b"os-getRDPConsole",
                b"os-getSerialConsole",
                b"os-getMKSConsole",
            }
        ),
    ),
    Question(re.compile(r"/servers/[^/]+/remote-consoles$")),
    Question(re.compile(r"/volumes/[^/]+/action$"), frozenset({b"os-show_image_metadata"})),  # Block Storage API
    # Shared File Systems API
    Question(re.compile(r"/shares/[^/]+/action$"), frozenset({b"access_list", b"os-access_list"})),
    Question(re.compile(r"/v1/[^/]+/(validate|stacks/preview)$")),  # Orchestration API
    Question(re.compile(r"/v2/query/|/v1/(search|aggregates)\b")),  # Telemetry, Alarming, Metric, Search
)
FIRST_KEY = re.compile(rb'\s*\{\s*"([^"\\]+)"')
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
    """Whether a request may change what later reads are answered, so that it is answered once."""
    if request.method != "POST":
        return request.method not in READS
    path = urlsplit(request.uri).path
    return not any(one.path.search(path) and _asks(one, request) for one in QUESTIONS)


def _asks(question: Question, request: Request) -> bool:
    if not question.actions:
        return True
    first = FIRST_KEY.match(request.body) if isinstance(request.body, bytes) else None
    return first is not None and first[1] in question.actions


def is_login(method: str, uri: str) -> bool:
    """Whether a request asks for a token: it changes nothing, and its body says who somebody is."""
    if method != "POST":
        return False
    path = urlsplit(uri).path
    return any(one.is_login and one.path.search(path) for one in QUESTIONS)


def crc_of(name: str) -> int:
    """32 bits that stand for a name."""
    return crc32(name.encode("utf-8", "surrogatepass"))


def touched(interaction: Interaction) -> set[str]:
    """The items that a write names: in its path, its body, or as what it made."""
    thing = thing_of(interaction.request.uri)
    items = {thing.item, *ID.findall(urlsplit(interaction.request.uri).path)}
    if ACCOUNT.search(thing.family):
        for path in (thing.item, *names_in(interaction.request)):
            # Each name by itself, too: the path of a twin may have any one of them for another.
            items.update((path, *_containers(path), *path.split("/")))
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
    """The ids and names of what a document holds: one thing, `{"server": {"id": …}}`, with or without the wrapper, or a
    list of things and nothing else.
    """
    try:
        document: Any = json_value(body)
    except JsonError:
        return
    values = list(document.values())
    several = [one for value in values if isinstance(value, list) and len(values) == 1 for one in value]
    for level in (document, *values, *several):
        if isinstance(level, dict):
            yield from (str(level[name]) for name in NAMES if isinstance(level.get(name), str | int))
