"""The limits: the least that a program with aiohttp must do for the same job.

    python bench/bare.py asyncio|uvloop PORT proxy UPSTREAM_PORT     a streaming reverse proxy
    python bench/bare.py asyncio|uvloop PORT lookup FILE             a dict of answers, pickled in FILE

Both are the low-level server, without routes or middleware.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import uvloop
from aiohttp import ClientSession, DummyCookieJar, TCPConnector, web
from yarl import URL

NOT_PASSED = frozenset(
    {
        *("connection", "host", "keep-alive", "proxy-authenticate", "proxy-authorization"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
    }
)
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def proxy(session: ClientSession, upstream: str) -> Handler:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        url = URL(upstream + request.raw_path, encoded=True)
        headers = [(name, value) for name, value in request.headers.items() if name.lower() not in NOT_PASSED]
        body = request.content if request.body_exists else None
        async with session.request(request.method, url, headers=headers, data=body, allow_redirects=False) as answer:
            fields = [(name, value) for name, value in answer.headers.items() if name.lower() not in NOT_PASSED]
            response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=fields)
            await response.prepare(request)
            async for chunk in answer.content.iter_any():
                await response.write(chunk)
            await response.write_eof()
            return response

    return handle


def lookup(file: Path) -> Handler:
    answers = pickle.loads(file.read_bytes())

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        status, reason, headers, body = answers[request.method, request.raw_path]
        return web.Response(status=status, reason=reason, headers=headers, body=body)

    return handle


async def main(port: int, kind: str, source: str) -> None:
    async with AsyncExitStack() as stack:
        if kind == "proxy":
            session = ClientSession(auto_decompress=False, cookie_jar=DummyCookieJar(), connector=TCPConnector(limit=0))
            handler = proxy(await stack.enter_async_context(session), f"http://127.0.0.1:{source}")
        else:
            handler = lookup(Path(source))
        server = web.Server(handler, access_log=None)
        await asyncio.get_running_loop().create_server(server, "127.0.0.1", port)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=LOOPS[sys.argv[1]]) as runner:
        runner.run(main(int(sys.argv[2]), *sys.argv[3:]))
