"""As it comes in life: the kind's own call, its own members around it; only how it is coded and cut differs."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from random import Random

import brotlicffi

from tests.planter.exchange import JSON, Body, Exchange
from tests.planter.kinds import Fragment, fill
from tests.planter.positions.carriers import base, carry, carry_cut, dump

Coder = Callable[[bytes], bytes]
WHOLE = frozenset({"body"})
MESSAGES = WHOLE | frozenset({"member", "object"})


def content_of(fragment: Fragment) -> tuple[bytes, str]:
    if fragment.kind.shape == "body":
        return fill(fragment.side.template, in_media(fragment)).encode(), fragment.side.media or JSON
    return dump(fragment.wrapped()).encode(), JSON


def in_media(fragment: Fragment) -> str:
    """The value as its media type spells it."""
    media = fragment.side.media or ""
    if "json" in media:
        return json.dumps(fragment.shown)[1:-1]
    return (
        fragment.shown.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
        if "form" in media
        else fragment.shown
    )


def plain(fragment: Fragment, _: Random) -> list[Exchange]:
    content, media = content_of(fragment)
    return carry(fragment, content, media)


def coded(name: str, coder: Coder) -> Callable[[Fragment, Random], list[Exchange]]:
    def build(fragment: Fragment, _: Random) -> list[Exchange]:
        content, media = content_of(fragment)
        return carry(fragment, coder(content), media, (("Content-Encoding", name),))

    return build


def chunked(fragment: Fragment, dice: Random) -> list[Exchange]:
    content, media = content_of(fragment)
    return carry_cut(fragment, content, media, dice)


def chunked_gzip(fragment: Fragment, dice: Random) -> list[Exchange]:
    content, media = content_of(fragment)
    return carry_cut(fragment, gzip.compress(content), media, dice, (("Content-Encoding", "gzip"),))


def byte_by_byte(fragment: Fragment, dice: Random) -> list[Exchange]:
    content, media = content_of(fragment)
    return [
        base(fragment).carrying(fragment.direction, Body(content, media, (), tuple(range(1, min(200, len(content))))))
    ]


def pretty(fragment: Fragment, _: Random) -> list[Exchange]:
    text = json.dumps(fragment.wrapped(), indent="\t", separators=(" ,", "  :\n "))
    return carry(fragment, f"\n  {text}\r\n")


def echoed(fragment: Fragment, _: Random) -> list[Exchange]:
    """The answer to the request, or to the next one, says the value again in running text."""
    exchange = carry(fragment, *content_of(fragment))[0]
    said = Body(dump({"message": f"Accepted with {fragment.shown} as it was given", "code": 202}).encode())
    if fragment.direction == "request":
        return [exchange.carrying("response", said)]
    return [
        exchange,
        Exchange("POST", "compute", "/servers/8d02b1e0-cdf1-4897-a1c1-14f7eb887559/action").carrying("request", said),
    ]


def echoed_later(fragment: Fragment, _: Random) -> list[Exchange]:
    exchange = carry(fragment, *content_of(fragment))[0]
    log = f"[  12.345678] init: starting with {fragment.shown} on ttyS0\n[  12.345679] init: done\n"
    return [
        exchange,
        Exchange(
            "POST",
            "compute",
            "/servers/8d02b1e0-cdf1-4897-a1c1-14f7eb887559/action",
            response=Body(dump({"output": log}).encode()),
        ),
    ]


def echoed_in_object(fragment: Fragment, _: Random) -> list[Exchange]:
    exchange = carry(fragment, *content_of(fragment))[0]
    text = Body(f"started\nusing {fragment.shown}\nended\n".encode(), "text/plain")
    return [exchange, Exchange("GET", "object-store", "/logs/run.log", response=text)]


def header(fragment: Fragment, _: Random) -> list[Exchange]:
    return _header(fragment, fragment.side.template[0])


def header_lower(fragment: Fragment, _: Random) -> list[Exchange]:
    return _header(fragment, fragment.side.template[0].lower())


def header_upper(fragment: Fragment, _: Random) -> list[Exchange]:
    return _header(fragment, fragment.side.template[0].upper())


def _header(fragment: Fragment, name: str) -> list[Exchange]:
    """On the kind's own side, beside no body of note."""
    headers = ((name, fill(fragment.side.template[1], fragment.shown)),)
    exchange = base(fragment)
    if fragment.direction == "request":
        return [Exchange(exchange.method, exchange.service, exchange.path, Body(b"", None, headers))]
    return [Exchange(exchange.method, exchange.service, exchange.path, response=Body(b"{}", JSON, headers))]


def header_echoed(fragment: Fragment, _: Random) -> list[Exchange]:
    exchange = _header(fragment, fragment.side.template[0])[0]
    log = dump({"output": f"seen {fragment.shown} from 10.0.0.7"})
    return [
        exchange,
        Exchange(
            "POST", "compute", "/servers/8d02b1e0-cdf1-4897-a1c1-14f7eb887559/action", response=Body(log.encode())
        ),
    ]


HEADER = frozenset({"header"})
POSITIONS = (
    ("native", plain, MESSAGES),
    ("native-gzip", coded("gzip", gzip.compress), MESSAGES),
    ("native-deflate", coded("deflate", zlib.compress), MESSAGES),
    ("native-brotli", coded("br", brotlicffi.compress), MESSAGES),
    ("native-chunked", chunked, MESSAGES),
    ("native-chunked-gzip", chunked_gzip, MESSAGES),
    ("native-byte-by-byte", byte_by_byte, MESSAGES),
    ("native-pretty", pretty, MESSAGES - WHOLE),
    ("echoed-by-the-answer", echoed, MESSAGES),
    ("echoed-by-a-later-answer", echoed_later, MESSAGES),
    ("echoed-in-an-object", echoed_in_object, MESSAGES),
    ("header", header, HEADER),
    ("header-lower", header_lower, HEADER),
    ("header-upper", header_upper, HEADER),
    ("header-echoed", header_echoed, HEADER),
)
