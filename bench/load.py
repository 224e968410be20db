"""A load on raw sockets: keep-alive connections, each asking for one server after another, every answer checked."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

CONNECTIONS = 4
FIELDS = (
    "User-Agent: python-openstackclient keystoneauth1/5.18.1 python-requests/2.34.2 CPython/3.11.7",
    "Accept-Encoding: gzip, deflate",
    "Accept: application/json",
    "Connection: keep-alive",
    "X-OpenStack-Nova-API-Version: 2.1",
    "X-Auth-Token: gAAAAAB" + "q" * 150,
)
LOGIN = (
    "POST /identity/v3/auth/tokens HTTP/1.1\r\nHost: {host}\r\n"
    "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
)


def request(port: int, path: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *FIELDS, "", ""]).encode()


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, raw: bytes) -> bytes:
    """Raises RuntimeError for anything but success."""
    writer.write(raw)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if head.split(b" ", 2)[1][:1] != b"2":
        raise RuntimeError(f"{raw[:80]!r} was answered {head[:200]!r}")
    if b"content-length:" in head:
        return await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return body


async def log_in(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await ask(reader, writer, LOGIN.format(host=f"127.0.0.1:{port}").encode())
    writer.close()


async def load(port: int, count: int, path: Callable[[int], str]) -> None:
    """Ask `count` times; `path` gives the path of the nth request."""

    async def connection(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in range(first, count, CONNECTIONS):
            body = await ask(reader, writer, request(port, path(number)))
            if not body.startswith(b'{"server"'):
                raise RuntimeError(f"not a server: {body[:80]!r}")
        writer.close()

    await asyncio.gather(*(connection(first) for first in range(CONNECTIONS)))


def random_server(prefix: str, keys: int) -> Callable[[int], str]:
    choose = random.Random(1)
    return lambda _: f"{prefix}/servers/{choose.randrange(keys)}"


def next_server(prefix: str) -> Callable[[int], str]:
    return lambda number: f"{prefix}/servers/{number}"
