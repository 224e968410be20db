"""The cloud's part: answers each exchange of `traffic` by the number in its request id, and keeps nothing.

    python bench/upstream.py PORT

A request that is not the one that the client sent is refused: whoever stands between has changed it.
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial

import traffic
import uvloop
from aiohttp import web


async def answer(port: int, request: web.BaseRequest) -> web.StreamResponse:
    if request.path.endswith("/file"):
        return await (receive if request.method == "PUT" else send)(request)
    one = traffic.exchange(*traffic.numbers(request.headers.get(traffic.TAG, "")), base=f"http://127.0.0.1:{port}")
    if await request.read() != one.body or request.raw_path != one.path:
        return web.Response(status=400, text="this is not what the client sent")
    return web.Response(
        status=one.status, reason=one.reason, headers=one.response_headers, body=one.response_body or None
    )


async def receive(request: web.BaseRequest) -> web.StreamResponse:
    """An image; the status says whether it came whole."""
    body = traffic.Pattern()
    async for chunk in request.content.iter_any():
        if not body.check(chunk):
            return web.Response(status=400)
    return web.Response(status=204 if body.size == int(request.headers["X-Bench-Size"]) else 400)


async def send(request: web.BaseRequest) -> web.StreamResponse:
    size = int(request.headers["X-Bench-Size"])
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    for _ in range(size // len(traffic.BLOCK)):
        await response.write(traffic.BLOCK)
    await response.write_eof()
    return response


async def main(port: int) -> None:
    server = web.Server(partial(answer, port), access_log=None)
    await asyncio.get_running_loop().create_server(server, "127.0.0.1", port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
