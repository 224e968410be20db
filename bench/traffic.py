"""What clients ask and what the cloud answers: real exchanges, made over so that no two are alike.

The exchanges are those of a recorded cloud (`examples/cassettes`). In exchange number `n` each id, name, address and
time of day is another one, and links lead to whatever base the caller names, so that the same request can be asked of
every server that is measured, and each byte of its answer is known beforehand.
"""

from __future__ import annotations

import random
import re
import string
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.messages import Headers, Interaction, Request, Response, Route
from cloudtape.operation_names import OperationNames
from cloudtape.routes import Routes

CASSETTES = Path(__file__).parent.parent / "examples" / "cassettes"
# The base that links of replayed answers lead to; nothing listens there.
CLOUD = "http://controller"
TAG = "X-Openstack-Request-Id"


@dataclass(frozen=True, slots=True)
class TrafficKind:
    """Exchanges of one sort, and how many of every fifty there are. `path` is a pattern for path and query."""

    share: int
    method: str
    path: str
    status: int = 200


ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TOKEN = TrafficKind(1, "POST", r"/v3/auth/tokens", 201)
DISCOVERY = TrafficKind(0, "GET", r"/v3")
KINDS = (
    TOKEN,
    DISCOVERY,
    TrafficKind(12, "GET", rf"/v2\.1/servers/{ID}"),
    TrafficKind(4, "GET", r"/v2\.1/servers/detail\?name=.*"),
    TrafficKind(3, "GET", r"/v2\.1/servers/walk-server", 404),
    TrafficKind(3, "POST", r"/v2\.1/servers", 202),
    TrafficKind(2, "POST", rf"/v2\.1/servers/{ID}/action", 202),
    TrafficKind(3, "DELETE", rf"/v2\.1/servers/{ID}", 204),
    TrafficKind(5, "GET", rf"/v2/images/{ID}"),
    TrafficKind(3, "GET", r"/v2/images\?name=.*"),
    TrafficKind(5, "GET", rf"/v3/\w+/volumes/{ID}"),
    TrafficKind(2, "POST", r"/v3/\w+/volumes", 202),
    TrafficKind(3, "GET", r"/v2\.0/networks\?name=.*"),
    TrafficKind(2, "GET", r"/v2\.0/ports\?device_id=.*"),
    TrafficKind(2, "POST", r"/v2\.0/ports", 201),
)
READS = tuple(number for number, kind in enumerate(KINDS) if kind.method == "GET" and kind.path.endswith(ID))
PERIOD = sum(kind.share for kind in KINDS)
SHARED = 7
"""Exchanges that speak of one made-up name: of each fifty, seven make something, the others look at it."""

# What differs from one exchange to the next, beside the ids.
VARYING = (
    (re.compile(r"walk-"), "{word}-"),
    (re.compile(r"T\d\d:\d\d:\d\d"), "T{clock}"),
    (re.compile(r"fa:16:3e(:[0-9a-f]{2}){3}"), "{mac}"),
    (re.compile(r"scrubbed-token-\d+"), "{token}"),
    (re.compile(r"scrubbed-password-1\b"), "users-s3cr3t"),
    (re.compile(r"scrubbed-[a-z-]+-\d+"), "{secret}"),
)
OWN_LENGTH = frozenset({"content-length", "transfer-encoding"})


class NotRecorded(Exception):
    """The sample cassettes hold no exchange of this kind any more."""


@dataclass(frozen=True, slots=True)
class SampleCall:
    """One request with its answer; `path` holds the query, too, and lies under the route's name."""

    method: str
    path: str
    headers: Headers
    body: bytes
    status: int
    reason: str
    response_headers: Headers
    response_body: bytes


def mixed(n: int) -> int:
    """The kind of exchange `n` where clients do what clients do; each fifty begin with a new token."""
    return _mix()[n % PERIOD]


def read(n: int) -> int:
    """The kind of exchange `n` where clients only look at single resources."""
    return READS[n % len(READS)]


def exchange(kind: int, n: int, base: str, token: str = "") -> SampleCall:
    """Exchange `n`, of a kind; its links begin with `base`."""
    return _template(kind).fill(n, base, token or f"gAAAAAB{n // PERIOD:0170d}")


def tagged(kind: int, n: int) -> str:
    """A request id, of the form that clients send, from which `numbers` tells what was asked for."""
    return f"req-{kind:08x}-0000-4000-8000-{n:012x}"


def numbers(tag: str) -> tuple[int, int]:
    """The kind and number of the exchange that is asked for; who names none looks for the API's versions."""
    if not tag:
        return KINDS.index(DISCOVERY), 0
    return int(tag[4:12], 16), int(tag[-12:], 16)


def interaction(n: int) -> Interaction:
    """Interaction `n` of a cassette of reads, named as the recorder does; the first one teaches the routes."""
    one = exchange(read(n), n, CLOUD, "scrubbed-token-1")
    response = Response(one.status, one.reason, one.response_headers, one.response_body)
    routes = _routes() if n == 0 else ()
    name = one.path.split("/")[1]
    request = Request(one.method, CLOUD + one.path, one.headers, one.body, name)
    operation = _names().operation_of(request)
    return Interaction(request, response, 0, "2026-01-01T00:00:00.000Z", 0.01, operation, routes=routes)


@cache
def _mix() -> list[int]:
    kinds = [number for number, kind in enumerate(KINDS) for _ in range(kind.share)]
    random.Random(1).shuffle(kinds)
    first = kinds.index(KINDS.index(TOKEN))
    return kinds[first:] + kinds[:first]


@cache
def _recorded() -> list[Interaction]:
    return [one for name in ("cli.yaml", "sdk.yaml") for one in load(CASSETTES / name)]


@cache
def _routes() -> tuple[Route, ...]:
    return tuple(Route(r.name, r.service, f"{CLOUD}/{r.name}") for r in load(CASSETTES / "cli.yaml").routes)


@cache
def _names() -> OperationNames:
    return OperationNames(Routes(_routes()))


# --- templates -------------------------------------------------------------------------------------------------------


class _Template:
    """A recorded exchange as text with slots."""

    def __init__(self, kind: int, recorded: Interaction) -> None:
        self._kind, self._ids = kind, list[str]()
        request, response = recorded.request, recorded.response
        self._method, self._status, self._reason = request.method, response.status, response.reason
        self._path = self._slotted(request.uri).removeprefix("{base}")
        self._headers, self._body = self._fields(request.headers), self._slotted(_text(request.body))
        self._response_headers = self._fields(response.headers)
        self._response_body = self._slotted(_text(response.body))

    def fill(self, n: int, base: str, token: str) -> SampleCall:
        def fields(headers: Headers) -> Headers:
            return tuple((name, value.format_map(values)) for name, value in headers)

        clock = f"{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}"
        mac = f"fa:16:3e:{n >> 16 & 255:02x}:{n >> 8 & 255:02x}:{n & 255:02x}"
        word, secret = _name(n // SHARED), _password(n)
        values = {"base": base, "token": token, "clock": clock, "mac": mac, "word": word, "secret": secret}
        values |= {f"id{place}": _uuid(self._kind, place, n) for place in range(len(self._ids))}
        body, answer = self._body.format_map(values).encode(), self._response_body.format_map(values).encode()
        length = (("Content-Length", str(len(body))),) if body else ()
        answer_length = () if self._status == 204 else (("Content-Length", str(len(answer))),)
        return SampleCall(
            self._method,
            self._path.format_map(values),
            fields(self._headers) + length,
            body,
            self._status,
            self._reason,
            fields(self._response_headers) + answer_length,
            answer,
        )

    def _fields(self, headers: Headers) -> Headers:
        return tuple((name, self._slotted(value)) for name, value in headers if name.lower() not in OWN_LENGTH)

    def _slotted(self, text: str) -> str:
        text = text.replace("{", "{{").replace("}", "}}")
        text = re.sub(ID, self._id_slot, text)
        for pattern, slot in VARYING:
            text = pattern.sub(slot, text)
        for route in load(CASSETTES / "cli.yaml").routes:
            text = text.replace(route.upstream, f"{{base}}/{route.name}")
        return text

    def _id_slot(self, match: re.Match[str]) -> str:
        if match[0] not in self._ids:
            self._ids.append(match[0])
        return f"{{id{self._ids.index(match[0])}}}"


@cache
def _template(kind: int) -> _Template:
    wanted = KINDS[kind]
    for one in _recorded():
        path = "/" + one.request.uri.split("/", 3)[3]
        if (one.request.method, one.response.status) == (wanted.method, wanted.status) and re.fullmatch(
            wanted.path, path
        ):
            return _Template(kind, one)
    raise NotRecorded(wanted)


def _name(number: int) -> str:
    """As a test makes one up: of other letters each time, and of another length."""
    chosen = random.Random(number)
    return "".join(chosen.choices(string.ascii_lowercase, k=chosen.randint(5, 14)))


def _password(number: int) -> str:
    return "".join(random.Random(number).choices(string.ascii_letters + string.digits, k=12))


def _uuid(kind: int, place: int, n: int) -> str:
    return f"{n * 2654435761 & 0xFFFFFFFF:08x}-{kind:04x}-4000-8{place:03x}-{n:012x}"


def _text(body: object) -> str:
    assert isinstance(body, bytes), "the kinds above have small bodies"
    return body.decode()


# --- large bodies ----------------------------------------------------------------------------------------------------

BLOCK = random.Random(2).randbytes(1 << 20)


class Pattern:
    """A large body, BLOCK after BLOCK, checked as it comes in."""

    def __init__(self) -> None:
        self.size = 0

    def check(self, chunk: bytes | bytearray) -> bool:
        """Whether the body goes on like this."""
        for start in range(0, len(chunk), len(BLOCK)):
            piece = chunk[start : start + len(BLOCK)]
            offset = self.size % len(BLOCK)
            expected = BLOCK[offset : offset + len(piece)]
            if len(expected) < len(piece):
                expected += BLOCK[: len(piece) - len(expected)]
            if piece != expected:
                return False
            self.size += len(piece)
        return True
