"""The client's part: asks on a few connections kept alive, and checks each byte of each answer.

    python bench/client.py PORT JOB        JOB is a JSON object with the fields of `Job`

Ends with 1 and a reason at the first answer that is not as it should be.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import traffic
import uvloop


@dataclass(frozen=True, slots=True)
class Job:
    """Exchanges `first` to `first + count - 1` of a mixed kind or, where `reads` is given, `count` random ones of
    the first `reads` single resources. `links`: the base that the links of the answers must have. `polls`: each
    connection asks for one resource, again and again, as a client does that waits.
    """

    links: str
    count: int
    first: int = 0
    reads: int = 0
    connections: int = 6
    polls: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    raw: bytes
    status: int
    body: bytes


def asks(job: Job, port: int) -> list[Ask]:
    if job.polls:
        return [_ask(traffic.read(n % job.connections), n % job.connections, job, port) for n in range(job.count)]
    if not job.reads:
        return [_ask(traffic.mixed(n), n, job, port) for n in range(job.first, job.first + job.count)]
    chosen = random.Random(job.first).choices(range(job.reads), k=job.count)
    return [_ask(traffic.read(n), n, job, port) for n in chosen]


def _ask(kind: int, n: int, job: Job, port: int) -> Ask:
    one = traffic.exchange(kind, n, job.links)
    own = (("Host", f"127.0.0.1:{port}"), ("Connection", "keep-alive"), (traffic.TAG, traffic.tagged(kind, n)))
    lines = [f"{one.method} {one.path} HTTP/1.1", *(f"{name}: {value}" for name, value in own + one.headers)]
    return Ask("\r\n".join([*lines, "", ""]).encode() + one.body, one.status, one.response_body)


async def ask_all(port: int, some: Sequence[Ask]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for one in some:
        writer.write(one.raw)
        status, body = await answer(reader)
        if (status, body) != (one.status, one.body):
            sys.exit(f"{one.raw!r}\nwas answered with {status} {body!r}\ninstead of {one.status} {one.body!r}")
    writer.close()


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split(maxsplit=2)[1])
    if b"\r\ntransfer-encoding: chunked" in head:
        return status, await chunked(reader)
    _, found, rest = head.partition(b"\r\ncontent-length:")
    return status, await reader.readexactly(int(rest.split(b"\r\n", 1)[0])) if found else b""


async def chunked(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return body


async def main(port: int, job: Job) -> None:
    prepared = asks(job, port)
    shares = [prepared[start :: job.connections] for start in range(job.connections)]
    await asyncio.gather(*[ask_all(port, share) for share in shares if share])


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), Job(**json.loads(sys.argv[2]))))
