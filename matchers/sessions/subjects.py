"""Which thing is spoken of, by the name that the client knows it under: in an address, in an answer, by a write.

A key is an id as it is, or where a thing has none, the path under which it is found:

    0c6a1f1e-…-92ad                         a server, wherever it is told of
    nova:8774/os-keypairs/mine              a key pair
    swift:8080/AUTH_p/container/object      an object
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cloudtape.cassettes.json_text import JsonError
from cloudtape.cassettes.messages import Request, Response, header
from cloudtape.matchers.requests.content import json_value
from cloudtape.matchers.requests.naming import is_distinctive
from cloudtape.matchers.requests.said import BODY, Place
from cloudtape.matchers.requests.things import ACCOUNT, ID, LISTS, segments_of

IDS, NAMES = ("id", "uuid", "image_id"), ("name", "key_name", "stack_name")
IDENTITY = frozenset((*IDS, *NAMES))
MADE_ID = re.compile(r"[0-9a-f]{32,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

AsLive = Callable[[str], str]
"""A word of the recording as the session knows it."""


def subjects_in(uri: str) -> Iterator[str]:
    """The keys of what an address may be about, the most special first."""
    segments = _segments(uri)
    yield _path(uri, segments)
    if not (segments and ACCOUNT.match(segments[0])):
        yield from reversed(segments)


def subjects_of(members: Mapping[str, str], uri: str, as_live: AsLive) -> Iterator[str]:
    """The keys of what an object tells of, by its id, else its name, in an answer to a request for `uri`."""
    if not members:
        return
    segments = _segments(uri)
    if segments and segments[-1] in LISTS:
        segments = segments[:-1]
    # Below a thing with an id, a name is that of a part: `metadata` may have a member that is called so.
    names = () if any(map(MADE_ID.fullmatch, segments)) else NAMES
    for name in (*IDS, *names):
        if value := as_live(members.get(name, "")):
            if name in IDS and is_distinctive(value):
                yield value
            else:
                yield _path(uri, segments if segments[-1:] == (value,) else (*segments, value))


class Subjects:
    """Of what each part of a write speaks, once it is answered; `response` as recorded."""

    def __init__(self, request: Request, response: Response, as_live: AsLive) -> None:
        self._uri, self._as_live = request.uri, as_live
        self._answer = _value(response.body)
        self._otherwise = self._without_answer(response)

    def of(self, place: Place) -> str:
        """The key of the thing that something was said of: the innermost that the answer shows there."""
        found, at = self._key(self._answer), self._answer
        if isinstance(at, dict) and not found and len(at) == 1:
            found = self._key(next(iter(at.values())))
        for step in place[1:] if place[0] == BODY else ():
            try:
                at = at[step]
            except (KeyError, IndexError, TypeError):
                break
            found = self._key(at) or found
        return found or self._otherwise

    def _key(self, value: Any) -> str:
        if not isinstance(value, dict):
            return ""
        members = {name: str(value[name]) for name in IDENTITY if isinstance(value.get(name), str | int)}
        return next(subjects_of(members, self._uri, self._as_live), "")

    def _without_answer(self, response: Response) -> str:
        """What a link in the answer leads to, where it is something new, else what the address names."""
        body = response.body if isinstance(response.body, bytes) else b""
        told = f"{header(response.headers, 'location')} {body[:LARGEST].decode('utf-8', 'replace')}"
        new = set(ID.findall(told)) - set(ID.findall(self._uri))
        if len(new) == 1:
            return self._as_live(new.pop())
        segments = _segments(self._uri)
        ids = [segment for segment in segments if MADE_ID.fullmatch(segment)]
        return ids[-1] if ids and not ACCOUNT.match(segments[0]) else _path(self._uri, segments)


LARGEST = 4096
"""Bytes of an answer that tells nothing of a thing but where it is."""


@lru_cache(maxsize=256)
def _segments(uri: str) -> tuple[str, ...]:
    return tuple(segments_of(uri))


def _path(uri: str, segments: tuple[str, ...]) -> str:
    return "/".join([urlsplit(uri).netloc, *segments])


def _value(body: object) -> Any:
    try:
        return json_value(body) if isinstance(body, bytes) and body[:1] in (b"{", b"[") else None
    except JsonError:
        return None
