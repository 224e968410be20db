"""Which header fields end at the proxy, and which begin there.

Hop-by-hop fields belong to one connection (RFC 9110, 7.6.1); each side of the proxy makes its own. Everything else
passes unchanged, in order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from cloudtape.cassettes.codings import CODINGS
from cloudtape.cassettes.messages import Headers

SESSION_HEADER = "X-Cloudtape-Session"
SOURCE_HEADER = "X-Cloudtape-Source"
MATCH_HEADER = "X-Cloudtape-Match"


class Source(StrEnum):
    """Where an answer came from; the value of `X-Cloudtape-Source`."""

    RECORDED = "recorded"
    REPLAYED = "replayed"
    FORWARDED = "forwarded"
    SYNTHESIZED = "synthesized"


BODILESS = frozenset({204, 304})
"""Statuses of answers that have no body, whatever their head says (RFC 9110, 15.3.5 and 15.4.5)."""
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

# Meant for the proxy. The forwarding fields say which address the client used: a service that believed them would build
# links that lack the route's prefix.
FOR_THE_PROXY = frozenset(
    {
        "expect",
        "forwarded",
        "host",
        "x-forwarded-host",
        "x-forwarded-port",
        "x-forwarded-prefix",
        "x-forwarded-proto",
        SESSION_HEADER.lower(),
    }
)

# Upstream may be such a proxy itself; each speaks for itself alone.
FROM_THE_PROXY = frozenset({SOURCE_HEADER.lower(), MATCH_HEADER.lower()})


class Chosen(dict[str, bool]):
    """Whether a field is one of some, by its name as it is written; those that were asked for are remembered."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def __missing__(self, name: str) -> bool:
        is_chosen = self.said_of(name.lower())
        if len(self) < MOST_NAMES:
            self[name] = is_chosen
        return is_chosen

    def said_of(self, lower: str) -> bool:
        return lower in self._names


class Named(dict[str, str]):
    """The name in lower case of a field that is one of some, by its name as it is written; empty for any other."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def __missing__(self, written: str) -> str:
        name = written.lower() if written.lower() in self._names else ""
        if len(self) < MOST_NAMES:
            self[written] = name
        return name


class Passing(Chosen):
    """Whether a field passes: whether it is none of some."""

    def said_of(self, lower: str) -> bool:
        return lower not in self._names


MOST_NAMES = 1000
CONNECTION = Chosen(frozenset({"connection"}))
# What a `Connection` says that is no field, and those that are for all recipients whoever names them (RFC 9110, 7.6.1).
OPTIONS = frozenset(
    {
        *("", "close", "keep-alive", "upgrade"),
        *("cache-control", "content-encoding", "content-language", "content-length", "content-location"),
        *("content-range", "content-type", "date", "etag", "host", "last-modified", "location", "vary"),
    }
)
ASKS_FOR = Chosen(frozenset({"accept-encoding"}))
UNDONE = ("gzip", "deflate", "br", "zstd")
ASKABLE = frozenset({*CODINGS, "identity"})
NEVER = re.compile(r";\s*q\s*=\s*0(\.0*)?\s*$")
_TO_UPSTREAM, _TO_CLIENT = Passing(HOP_BY_HOP | FOR_THE_PROXY), Passing(HOP_BY_HOP | FROM_THE_PROXY)


def _end_to_end(headers: Headers, passing: Passing) -> Headers:
    """The fields that pass, less those that any `Connection` names."""
    passed = tuple([pair for pair in headers if passing[pair[0]]])
    if len(passed) == len(headers):
        return passed
    named: frozenset[str] = frozenset()
    for name, value in headers:
        if CONNECTION[name]:
            named |= options_of(value) - OPTIONS
    return tuple([pair for pair in passed if pair[0].lower() not in named]) if named else passed


@lru_cache(maxsize=64)
def options_of(connection: str) -> frozenset[str]:
    """What a `Connection` says, in lower case."""
    return frozenset(option.strip().lower() for option in connection.split(","))


def joined(lines: Sequence[str]) -> bytes:
    """The lines of a head as they are sent, each with its end. Raises ValueError for a line end or a NUL within one."""
    text = "".join(lines)
    if "\n" in text or "\r" in text or "\0" in text:
        raise ValueError("a line end or a NUL within a header field")
    return "\r\n".join([*lines, ""]).encode("utf-8", "surrogateescape")


def for_upstream(headers: Headers) -> Headers:
    return _end_to_end(headers, _TO_UPSTREAM)


def askable(headers: Headers) -> Headers:
    """The fields of a request, asking for no content coding but those that we can undo."""
    for name, value in headers:
        if ASKS_FOR[name] and value != _undoable(value):
            return tuple([(name, _undoable(value)) if ASKS_FOR[name] else (name, value) for name, value in headers])
    return headers


@lru_cache(maxsize=256)
def _undoable(accepted: str) -> str:
    """The value of an `Accept-Encoding`; nothing but `identity` where no more is left of it (RFC 9110, 12.5.3)."""
    asked = [one.strip() for one in accepted.split(",")]
    kept = [one for one in asked if one.partition(";")[0].strip().lower() in ASKABLE]
    if any(one.partition(";")[0].strip() == "*" and not NEVER.search(one) for one in asked):
        kept += [name for name in UNDONE if name not in {one.partition(";")[0].strip().lower() for one in kept}]
    return ", ".join(kept) or "identity"


def for_client(headers: Headers) -> Headers:
    return _end_to_end(headers, _TO_CLIENT)
