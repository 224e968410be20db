"""A cloud whose answers are anything: what OpenStack says, spoilt; or no HTTP at all.

Its start is a good one, and so is the first login of a session: without them, nothing would be asked of it.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from tests.fuzz.damage import damage
from tests.fuzz.odd_heads import PIECES as REQUEST_PIECES

SERVICES = (
    "compute",
    "network",
    "image",
    "volumev3",
    "object-store",
    "orchestration",
    "identity",
    "placement",
    "key-manager",
)
EVIL: tuple[object, ...] = (
    *(
        "http://169.254.169.254/",
        "http://127.0.0.1:1",
        "http://[::1",
        "//",
        "",
        "file:///etc/passwd",
        "http://a:99999/",
        None,
        5,
    ),
    *(
        "http://\u202e/",
        "http://x/" + "y" * 5000,
        "http://%00/",
        "http://user:pw@x/",
        "http://x/?a#b",
        [],
        "http://a\r\nX: y/",
    ),
)
PIECES = (
    *REQUEST_PIECES[:17],
    *(
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 30,
        b"HTTP/1.1 101 Switching\r\n\r\n",
    ),
    *(
        b"Content-Length: 3\r\n",
        b"Content-Length: 3, 4\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 9" + b"9" * 30 + b"\r\n",
    ),
    *(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"Transfer-Encoding: identity\r\n"),
    *(
        b"Content-Encoding: gzip\r\n",
        b"Content-Encoding: br\r\n",
        b"Content-Encoding: x, gzip\r\n",
        b"Content-Type: \xff/\x00\r\n",
    ),
    *(
        b"Set-Cookie: a=b; domain=\xff\r\n",
        b"Location: http://[::1\r\n",
        b"Location: //evil\r\n",
        b"Connection: close, x\r\n",
    ),
    *(
        b"X-Subject-Token: \xff\r\n",
        b"X-Cloudtape-Source: recorded\r\n",
        b"X-Cloudtape-Match: x\r\n",
        b"Link: <x>; rel=next\r\n",
    ),
    *(
        b"Date: never\r\n",
        b"Retry-After: -1\r\n",
        b"a: b\r\n" * 1100,
        b"X: " + b"y" * 70_000,
        b" folded\r\n",
        b"Upgrade: x\r\n",
    ),
    *(
        b"Content-Range: bytes 0-9/*\r\n",
        b"WWW-Authenticate: \xe9\r\n",
        b"Trailer: x\r\n",
        b"X-Container-Meta-\xff: \xff\r\n",
    ),
    *(
        b"0\r\n\r\n",
        b"ffffffffffffffffff\r\n",
        b"5;" + b"x" * 9000 + b"\r\n",
        b"-1\r\n",
        b"5\r\nhello\r\n",
        b'"\\ud800"',
        b"[" * 3000,
    ),
)
STATUSES = (
    200,
    200,
    200,
    201,
    202,
    203,
    204,
    206,
    207,
    300,
    301,
    302,
    304,
    305,
    400,
    401,
    403,
    404,
    409,
    413,
    416,
    429,
    500,
    502,
    503,
    599,
)
ODD_STATUSES = ("000", "099", "101", "199", "600", "999", "1000", "2", "", "abc", "-1", "20\xb2")
TYPES = (
    "application/json",
    "application/json",
    "text/plain",
    "application/xml",
    "application/octet-stream",
    "text/html",
    "",
    "\xff",
)
BOMB = gzip.compress(bytes(600_000), 9, mtime=0)


def said(status: int | str, body: bytes, *fields: str) -> bytes:
    """A whole answer with its length."""
    lines = [f"HTTP/1.1 {status} Said", *fields, f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


class HostileCloud:
    """`calm`: how many of the next answers are good. `body` makes the document of an answer."""

    def __init__(self, seed: int, body: Callable[[], bytes]) -> None:
        self.chance, self._body = random.Random(seed), body
        self.calm = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/identity/v3"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            while await self._one(reader, writer):
                await writer.drain()
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection goes on."""
        head = await reader.readuntil(b"\r\n\r\n")
        if self.calm == 0 and self.chance.random() < 0.02:
            return False  # says nothing
        await _body_of(head, reader)
        method, target, _ = head.split(b"\r\n")[0].split(b" ", 2)
        if self.calm > 0:
            self.calm -= 1
            writer.write(self.login(self.catalog()) if method == b"POST" else said(200, VERSION, JSON))
            return True
        answer, is_whole = self.answer(target)
        writer.write(answer)
        if self.chance.random() < 0.1:
            writer.transport.abort()
        return is_whole and b"close" not in answer and self.chance.random() < 0.9

    def catalog(self) -> list[object]:
        base = f"http://127.0.0.1:{self.port}"
        return [
            {"type": one, "name": one, "endpoints": [{"interface": "public", "region_id": "R", "url": f"{base}/{one}"}]}
            for one in SERVICES
        ]

    def login(self, catalog: object) -> bytes:
        token = {"token": {"catalog": catalog, "expires_at": "2030-01-01T00:00:00.000000Z", "methods": ["password"]}}
        return said(201, json.dumps(token).encode(), JSON, f"X-Subject-Token: gAAAA{self.chance.getrandbits(60):x}")

    def answer(self, target: bytes) -> tuple[bytes, bool]:
        """And whether it is whole: nobody is left to wait for the rest of one that is not."""
        way = self.chance.random()
        if target.endswith(b"/auth/tokens") and way < 0.8:
            return self.login(self._evil_catalog() if way < 0.5 else self.catalog()), True
        usual: Sequence[int | str] = STATUSES
        status = self.chance.choice(usual if self.chance.random() < 0.97 else ODD_STATUSES)
        whole = self._framed(status, *self._coded(self._body()))
        return (damage(whole, self.chance, PIECES), False) if way < 0.5 else (whole, isinstance(status, int))

    def _evil_catalog(self) -> object:
        """One of its endpoints, or what holds them, is something else."""
        catalog: list[object] = self.catalog()
        at = self.chance.randrange(len(catalog))
        url = self.chance.choice(EVIL)
        endpoint = {"interface": self.chance.choice(("public", "x", None)), "region_id": "\u202e", "url": url}
        kinds: tuple[object, ...] = (SERVICES[at], "", None, "x/../y", "\x00", {})
        kind = self.chance.choice(kinds)
        catalog[at] = self.chance.choice(
            ({"type": kind, "endpoints": [endpoint]}, url, {"type": kind, "endpoints": url})
        )
        return self.chance.choice((catalog, catalog, catalog, {}, url, [catalog]))

    def _coded(self, body: bytes) -> tuple[bytes, list[str]]:
        fields = [f"Content-Type: {self.chance.choice(TYPES)}"]
        way = self.chance.random()
        if way < 0.02:
            return BOMB, [*fields, "Content-Encoding: gzip"]
        if way < 0.2:
            return gzip.compress(body, 1, mtime=0), [*fields, "Content-Encoding: gzip"]
        if way < 0.25:
            return zlib.compress(body, 1), [
                *fields,
                "Content-Encoding: " + self.chance.choice(("deflate", "br", "zstd", "x")),
            ]
        return body, fields

    def _framed(self, status: int | str, body: bytes, fields: list[str]) -> bytes:
        way = self.chance.random()
        if way < 0.6:
            return said(status, body, *fields)
        lines = [f"HTTP/1.{self.chance.choice('0111')} {status} Said", *fields]
        if way < 0.8:
            pieces = [body[at : at + 700] for at in range(0, len(body), 700)]
            whole = b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in pieces) + b"0\r\n\r\n"
            return (
                "\r\n".join([*lines, "Transfer-Encoding: chunked"]).encode("latin-1", "replace") + b"\r\n\r\n" + whole
            )
        return "\r\n".join([*lines, "Connection: close"]).encode("latin-1", "replace") + b"\r\n\r\n" + body


JSON = "Content-Type: application/json"
VERSION = json.dumps({"version": {"id": "v3.14", "status": "stable", "links": []}}).encode()


async def _body_of(head: bytes, reader: asyncio.StreamReader) -> None:
    fields = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
    }
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        while size := int((await reader.readline()).partition(b";")[0], 16):
            await reader.readexactly(size + 2)
        while await reader.readline() not in (b"\r\n", b""):
            pass
    else:
        await reader.readexactly(int(fields.get(b"content-length", 0)))


@asynccontextmanager
async def hostile_cloud(seed: int, body: Callable[[], bytes]) -> AsyncIterator[HostileCloud]:
    cloud = HostileCloud(seed, body)
    server = await asyncio.start_server(cloud.serve, "127.0.0.1", 0, limit=1 << 20)
    cloud.port = server.sockets[0].getsockname()[1]
    try:
        yield cloud
    finally:
        server.close()
