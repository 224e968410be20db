"""Puts content on the side of the conversation where its kind is found."""

from __future__ import annotations

import json
import re
from random import Random
from urllib.parse import quote

from tests.planter.exchange import JSON, Body, Exchange, Headers
from tests.planter.kinds import Fragment, Json

# Ids are short in the rows, and as long as they are in life when they are sent.
SHORT_ID = re.compile(r"(?<=/)(?:8d02b1e0|1)(?=/|$)")
LONG_ID = "8d02b1e0-cdf1-4897-a1c1-14f7eb887559"

ANY = frozenset({"member", "object", "text", "form", "header", "link"})
STRUCTURED = frozenset({"member", "object", "header"})
TEXTUAL = frozenset({"text", "form", "link", "header"})


def base(fragment: Fragment) -> Exchange:
    """The call that the kind is found in, with nothing in it yet."""
    method, service, path = fragment.side.call.split()
    return Exchange(method, service, SHORT_ID.sub(LONG_ID, path))


def carry(fragment: Fragment, content: bytes | str, media: str | None = JSON, headers: Headers = ()) -> list[Exchange]:
    data = content.encode() if isinstance(content, str) else content
    return [base(fragment).carrying(fragment.direction, Body(data, media, headers))]


def carry_cut(fragment: Fragment, content: bytes, media: str, dice: Random, headers: Headers = ()) -> list[Exchange]:
    """In chunks, with a cut inside of the value wherever it can be seen, and some more anywhere."""
    at = content.find(fragment.shown.split("\n")[0].encode()[:16])
    cuts = {at + dice.randint(1, 7)} if at >= 0 else set()
    cuts |= {dice.randrange(1, len(content)) for _ in range(dice.randint(1, 4))}
    body = Body(content, media, headers, tuple(sorted(one for one in cuts if 0 < one < len(content))))
    return [base(fragment).carrying(fragment.direction, body)]


def as_object(fragment: Fragment, content: bytes, media: str | None) -> list[Exchange]:
    """Uploaded to the object store, or loaded down from it."""
    name = quote(f"/backup/{fragment.kind.name}")
    method = "PUT" if fragment.direction == "request" else "GET"
    return [Exchange(method, "object-store", name).carrying(fragment.direction, Body(content, media))]


def dump(value: Json) -> str:
    return json.dumps(value)


def noise(dice: Random, count: int) -> bytes:
    """Bytes that are no text."""
    return bytes(dice.choice((0, 1, 2, 255, 254, 200, 133, 27)) for _ in range(count))
