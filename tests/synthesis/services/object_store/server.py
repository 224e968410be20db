"""An object store behind a socket, for real clients: what a proxy does for it, at its smallest.

Log in with Swift's own v1 protocol at `/auth/v1.0`; the user's name is the project.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from aiohttp import web

from cloudtape.cassettes.messages import Request, Stream
from cloudtape.synthesis.services.object_store.access import Caller
from cloudtape.synthesis.services.object_store.store import ObjectStore


@contextmanager
def served(store: ObjectStore) -> Iterator[str]:
    """Yields the base URL."""
    loop, started, base = asyncio.new_event_loop(), threading.Event(), list[str]()

    async def serve() -> None:
        runner = web.ServerRunner(web.Server(lambda raw: answer(store, raw)))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        base.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        started.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await runner.cleanup()

    def run() -> None:
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            loop.run_until_complete(loop.shutdown_asyncgens())

    task = loop.create_task(serve())
    thread = threading.Thread(target=run)
    thread.start()
    started.wait(10)
    try:
        yield base[0]
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(10)
        loop.close()


async def answer(store: ObjectStore, raw: web.BaseRequest) -> web.StreamResponse:
    if raw.path == "/auth/v1.0":
        token, url = f"token-of-{raw.headers['X-Auth-User']}", f"http://{raw.host}/v1/AUTH_{raw.headers['X-Auth-User']}"
        return web.Response(headers={"X-Auth-Token": token, "X-Storage-Url": url})
    token = raw.headers.get("X-Auth-Token", "")
    project = token.removeprefix("token-of-")
    caller = Caller(project, project, ("member",)) if token else None
    headers = (*raw.headers.items(), ("X-Forwarded-For", raw.remote or ""))
    body = Stream(chunks(raw), raw.content_length) if raw.body_exists else b""
    response = await store(Request(raw.method, str(raw.url.origin()) + raw.raw_path, headers, body), None, caller)
    outgoing = web.StreamResponse(status=response.status, reason=response.reason, headers=dict(response.headers))
    await outgoing.prepare(raw)
    if isinstance(response.body, Stream):
        async for chunk in response.body.chunks:
            await outgoing.write(chunk)
    elif isinstance(response.body, bytes) and response.body:
        await outgoing.write(response.body)
    await outgoing.write_eof()
    return outgoing


async def chunks(raw: web.BaseRequest) -> AsyncIterator[bytes]:
    async for chunk in raw.content.iter_any():
        yield chunk
