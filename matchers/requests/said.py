"""What a request says, value by value, each with the place where it says it: to pair two requests of one form.

body.user.password                      a member of a JSON body, and of JSON within a string of it
form.size                               a pair of a form
header.x-object-meta-mtime              a field that comes back with the thing
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

import msgspec

from cloudtape.cassettes.json_text import JsonError
from cloudtape.cassettes.messages import Request, header
from cloudtape.cassettes.scrubbing.masking import masked, masked_field
from cloudtape.matchers.requests.canonical import MATTERS, VERSION_HEADERS, VOLATILE_HEADERS
from cloudtape.matchers.requests.content import FORM, OPAQUE, json_value, pairs_of
from cloudtape.matchers.requests.naming import NameKind, Naming, Position
from cloudtape.matchers.requests.things import ACCOUNT, is_write

Place = tuple[str | int, ...]
BODY, FORM_PAIR, FIELD, WITHIN = "body", "form", "header", "within"
LARGEST = 256 * 1024
"""Bytes of a body that is looked into: what is larger is an upload."""
DEEPEST = 32
# Fields that services keep with a thing and give back (Object Storage API v1: metadata, X-Delete-At; Image API v1).
COMES_BACK = re.compile(r"x-.+|content-disposition|content-language|expires")
OF_THE_REQUEST = VERSION_HEADERS | {
    "x-auth-token",
    "x-auth-key",
    "x-auth-user",
    "x-service-token",
    "x-storage-token",
    "x-subject-token",
    "x-openstack-request-id",
    "x-trans-id",
    "x-newest",
    "x-requested-with",
}
IN_ACCOUNT = re.compile(rf"/v1/{ACCOUNT.pattern}")


class Looseness(IntEnum):
    """What of a write may differ: nothing but what is bound, texts said to people, or what is not compared at all."""

    NONE = 0
    TEXTS = 1
    FREE = 2


LOOSE = {NameKind.TEXT: Looseness.TEXTS, NameKind.VOLATILE: Looseness.FREE}


class Saying(msgspec.Struct, frozen=True):
    """`field` is the name that a value stands under."""

    field: str
    value: str | int | float


def said_by(request: Request) -> dict[Place, Saying]:
    """All that a request says in its body and in the fields that come back; nothing of an upload."""
    return dict((*_in_fields(request), *_in_body(request)))


def looseness(request: Request, naming: Naming) -> Looseness:
    """How much of a write may differ from what was recorded and is not bound; a read says nothing that stays."""
    if not (request.body or any(comes_back(name) for name, _ in request.headers)) or not is_write(request):
        return Looseness.NONE
    if any(comes_back(name) and not _is_compared(name.lower(), value) for name, value in request.headers):
        return Looseness.FREE
    body = request.body
    if not isinstance(body, bytes) or len(body) > LARGEST:
        return Looseness.NONE
    if masked(request).body is not body:
        return Looseness.FREE
    return max((_looseness_of(place, one, naming) for place, one in said_by(request).items()), default=Looseness.NONE)


def comes_back(name: str) -> bool:
    """Whether a header field is kept with the thing that it is sent for."""
    lower = name.lower()
    return bool(COMES_BACK.fullmatch(lower)) and lower not in OF_THE_REQUEST


def _is_compared(name: str, value: str) -> bool:
    return bool(MATTERS.fullmatch(name)) and name not in VOLATILE_HEADERS and masked_field(name, value) == value


def _looseness_of(place: Place, one: Saying, naming: Naming) -> Looseness:
    if not isinstance(one.value, str) or place[0] == FORM_PAIR:
        return Looseness.NONE
    under = tuple(step.lower() for step in place[1:-1] if isinstance(step, str))
    position = Position.HEADER if place[0] == FIELD else Position.BODY
    return LOOSE.get(naming.kind(position, one.field, one.value, under), Looseness.NONE)


def _in_fields(request: Request) -> Iterator[tuple[Place, Saying]]:
    for name, value in request.headers:
        if comes_back(name):
            yield (FIELD, name.lower()), Saying(name.lower(), value)


def _in_body(request: Request) -> Iterator[tuple[Place, Saying]]:
    body = request.body
    if not isinstance(body, bytes) or not body or len(body) > LARGEST or IN_ACCOUNT.search(request.uri):
        return
    content_type = header(request.headers, "content-type") or ""
    if content_type.startswith(FORM):
        for number, (name, value) in enumerate(pairs_of(body.decode("utf-8", "surrogateescape"))):
            yield (FORM_PAIR, number, name), Saying(name, value)
    elif not OPAQUE.match(content_type):
        value = _json(body)
        if value is not None:
            yield from _in_value(value, "", (BODY,))
        elif content_type.startswith("text/"):
            yield (BODY,), Saying("", body.decode("utf-8", "surrogateescape"))


def _in_value(value: Any, field: str, place: Place) -> Iterator[tuple[Place, Saying]]:
    if isinstance(value, dict):
        # The value of a JSON patch (RFC 6902) is named by the last word of its path.
        path = value.get("path") if "op" in value else None
        for name, member in value.items():
            named = path.rpartition("/")[2] if name == "value" and isinstance(path, str) else name
            yield from _in_value(member, named, (*place, name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _in_value(item, field, (*place, number))
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield place, Saying(field, value)
        if isinstance(value, str) and value[:1] in ("{", "[") and len(place) < DEEPEST:
            yield from _in_value(_json(value.encode("utf-8", "surrogatepass")), field, (*place, WITHIN))


def _json(text: bytes) -> Any:
    """The value of a JSON object or list; None for any other text."""
    if text.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        return json_value(text)
    except JsonError:
        return None
