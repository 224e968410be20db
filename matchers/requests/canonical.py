"""A request reduced to what makes it the same request.

    method         as it is
    place          scheme, host and path: host in lower case, percent-encoding normalised (RFC 3986, 6.2.2)
    query          a multiset of decoded pairs, `in:b,a` in one order
    headers        those of the table MATTERS, Accept and Content-Type by media type; every other header is ignored
    body           what it is (`content`): JSON by value, forms by their pairs, data by its digest

Secrets are compared by kind only. A trailing slash is significant: services tell `/v3` from `/v3/` only sometimes,
but in Swift they are different objects.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import msgspec
from msgspec.structs import replace

from cloudtape.cassettes.json_text import json_value
from cloudtape.cassettes.messages import Headers, Request
from cloudtape.cassettes.scrubbing.masking import masked, masked_field
from cloudtape.matchers.requests.content import (
    FORM,
    Pairs,
    Sort,
    content_of,
    digest_of,
    is_archive,
    pairs_of,
    readable,
)

# The legacy spellings stand beside the one of the API-SIG ("Microversion Specification"); a client may send both.
VERSION_HEADERS = frozenset(
    {
        "openstack-api-version",
        "x-openstack-nova-api-version",
        "x-openstack-ironic-api-version",
        "x-openstack-ironic-inspector-api-version",
        "x-openstack-manila-api-version",
    }
)
# Headers that ask for something else (RFC 9110: ranges, conditions; Object Storage API v1: metadata, copies).
MATTERS = re.compile(
    r"range|if-(match|none-match|modified-since|unmodified-since|range)|destination"
    r"|x-(object|container|account|remove|copy-from|symlink-target|fresh-metadata|versions-location|history-location)\b.*"
)
# swiftclient sends the time of the file; which moment it is differs on each run.
VOLATILE_HEADERS = frozenset({"x-object-meta-mtime"})
MEDIA_HEADERS = frozenset({"accept", "content-type"})
# What services take and give where nothing is said.
USUAL_MEDIA = frozenset({"", "*/*", "application/json", "application/octet-stream", FORM})
UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
PERCENT = re.compile("%([0-9A-Fa-f]{2})")
KEY_SIZE = 16


class Canonical(msgspec.Struct, frozen=True):
    """`body` is what `content_of` says."""

    method: str
    place: str
    query: Pairs
    headers: Pairs
    body: bytes

    @property
    def key(self) -> bytes:
        """16 bytes, equal for equal requests."""
        parts = f"{self.method}\n{self.place}\n{self.query}\n{self.headers}\n".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(parts + self.body, digest_size=KEY_SIZE).digest()


def canonical(request: Request) -> Canonical:
    """The canonical form of a request by its upstream URI. Never raises: what cannot be read is compared as bytes."""
    if _at_hand and (known := _known(request)):
        return known
    if request.body:
        request = readable(request)
        # Where in an archive its files stand, must stay so.
        request = replace(masked(request), body=request.body) if is_archive(request) else masked(request)
    else:
        request = masked(request)
    place, query = _address(request.uri)
    return Canonical(request.method, place, query, _headers(request.headers), content_of(request))


def unread(request: Request) -> Canonical:
    """The same for a request that cannot be looked through: its body is compared by its digest."""
    form = canonical(replace(request, body=b""))
    return replace(form, body=f"{Sort.TEXT}:{digest_of(request.body)}".encode()) if request.body else form


@contextmanager
def at_hand(request: Request, form: Canonical) -> Iterator[None]:
    """While the block lasts, the canonical form of this request is known, and is not made again."""
    _at_hand[id(request)] = request, form
    try:
        yield
    finally:
        _at_hand.pop(id(request), None)


_at_hand: dict[int, tuple[Request, Canonical]] = {}


def _known(request: Request) -> Canonical | None:
    """The form that is at hand of a request, be it another object that says the same."""
    if found := _at_hand.get(id(request)):
        return found[1]
    return next((form for one, form in _at_hand.values() if one == request), None)


def _address(uri: str) -> tuple[str, Pairs]:
    address, _, query = uri.partition("?")
    mark = address.find("://")
    slash = address.find("/", mark + 3) if mark >= 0 else -1
    if slash < 0:
        return _origin(address), _query(query)
    path = address[slash:]
    return _origin(address[:slash]) + (PERCENT.sub(_normal, path) if "%" in path else path), _query(query)


@lru_cache(maxsize=256)
def _origin(address: str) -> str:
    scheme, _, authority = address.partition("://")
    authority = authority.lower().removesuffix({"http": ":80", "https": ":443"}.get(scheme.lower(), " "))
    return f"{scheme.lower()}://{authority}"


def _query(query: str) -> Pairs:
    return _known_query(query) if query else ()


@lru_cache(maxsize=4096)
def _known_query(query: str) -> Pairs:
    return tuple(sorted((name, _any_of(value)) for name, value in pairs_of(query)))


def _any_of(value: str) -> str:
    """A filter for any of some values (Image API v2, "in operator"), in whose order a client's set has a say."""
    return f"in:{','.join(sorted(value[3:].split(',')))}" if value.startswith("in:") else value


def _normal(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in UNRESERVED else match[0].upper()


def _headers(headers: Headers) -> Pairs:
    found = [told for name, value in headers if READ[name] and (told := _told(name, value))]
    return tuple(sorted(found)) if found else ()


@lru_cache(maxsize=4096)
def _told(name: str, value: str) -> tuple[str, str] | None:
    """What a header that matters says, if anything."""
    read, lower = READ[name], name.lower()
    told = read(lower, value.strip()) if read else ""
    return (lower, told) if told else None


class _Read(dict[str, Callable[[str, str], str] | None]):
    """How the value of a header is read to be compared; those that were asked for are remembered."""

    def __missing__(self, name: str) -> Callable[[str, str], str] | None:
        read = _reading(name.lower())
        if len(self) < MOST_NAMES:
            self[name] = read
        return read


MOST_NAMES = 4096
READ = _Read()


def _reading(lower: str) -> Callable[[str, str], str] | None:
    """None for a header that does not matter."""
    if lower in VERSION_HEADERS:
        return _lowered
    if lower in MEDIA_HEADERS:
        return _media_types
    return masked_field if MATTERS.fullmatch(lower) and lower not in VOLATILE_HEADERS else None


def _lowered(_: str, value: str) -> str:
    return value.lower()


def _media_types(_: str, value: str) -> str:
    """The media types of a field, without their parameters; empty for the usual ones."""
    types = {part.partition(";")[0].strip().lower() for part in value.split(",")}
    return ", ".join(sorted(types - USUAL_MEDIA))


# --- differences -----------------------------------------------------------------------------------------------------

LONGEST = 60
OTHER_BYTES = "body: other bytes"


def differences(recorded: Canonical, asked: Canonical) -> list[str]:
    """What makes the second request another one than the first, in words; empty for equal ones."""
    found = []
    for what in ("method", "place"):
        old, new = getattr(recorded, what), getattr(asked, what)
        if old != new:
            found.append(f"{'path' if what == 'place' else what}: recorded {old}, asked {new}")
    found += _pair_differences("query", recorded.query, asked.query)
    found += _pair_differences("header", recorded.headers, asked.headers)
    found += _body_differences(recorded.body, asked.body)
    return found


def _pair_differences(what: str, recorded: Pairs, asked: Pairs) -> Iterator[str]:
    old, new = Counter(recorded), Counter(asked)
    for name in sorted({name for name, _ in (old - new) | (new - old)}):
        before = [value for key, value in recorded if key == name]
        after = [value for key, value in asked if key == name]
        yield f"{what} {name}: recorded {_listed(before)}, asked {_listed(after)}"


def _listed(values: list[str]) -> str:
    return _short(", ".join(values)) if values else "nothing"


def _body_differences(recorded: bytes, asked: bytes) -> Iterator[str]:
    if recorded == asked:
        return
    (old, _, before), (new, _, after) = recorded.partition(b":"), asked.partition(b":")
    if old != new:
        yield f"body: recorded {old.decode() or 'nothing'}, asked {new.decode() or 'nothing'}"
    elif old.decode() in (Sort.BYTES, Sort.TEXT):
        yield OTHER_BYTES
    else:
        yield from _value_differences("body", json_value(before), json_value(after))


def _value_differences(where: str, recorded: Any, asked: Any) -> Iterator[str]:
    if isinstance(recorded, dict) and isinstance(asked, dict):
        for name in sorted(recorded.keys() | asked.keys()):
            yield from _value_differences(f"{where}.{name}", recorded.get(name, ABSENT), asked.get(name, ABSENT))
    elif isinstance(recorded, list) and isinstance(asked, list) and len(recorded) == len(asked):
        for number, (old, new) in enumerate(zip(recorded, asked, strict=True)):
            yield from _value_differences(f"{where}[{number}]", old, new)
    elif recorded != asked or isinstance(recorded, bool) != isinstance(asked, bool):
        yield f"{where}: recorded {_shown(recorded)}, asked {_shown(asked)}"


class _Absent:
    """Stands for a member that is not there."""


ABSENT = _Absent()


def _shown(value: Any) -> str:
    return "nothing" if value is ABSENT else _short(msgspec.json.encode(value).decode())


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
