"""aiohttp on both sides of the proxy, in the version that a user happens to have: its server is the cloud, its session
the client, in the same environment and the same process."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import aiohttp
from aiohttp import web

from cloudtape.application import Application
from cloudtape.cassettes.cassette import load
from cloudtape.config import Config, mode_named
from tests.proxy.raw_cloud import VERSION

PIECE = b"0123456789abcdef" * 4096


async def cloud(request: web.Request) -> web.StreamResponse:
    if request.path == "/v3":
        return web.Response(body=VERSION, content_type="application/json")
    if request.method == "PUT":
        return web.Response(text=str(len(await request.read())))
    response = web.StreamResponse(headers={"X-Path": request.raw_path})
    await response.prepare(request)
    for _ in range(20):
        await response.write(PIECE)
    return response


def conversation(tape: Path, say: Callable[[aiohttp.ClientSession, str], object]) -> None:
    async def run() -> None:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", "/{tail:.*}", cloud)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        config = Config(mode_named("record"), (tape,), f"http://127.0.0.1:{port}/v3")
        async with Application(config) as proxy, aiohttp.ClientSession() as session:
            await say(session, f"{proxy.url}/identity")  # type: ignore[misc]
        await runner.cleanup()

    asyncio.run(run())


def test_its_client_and_its_server_talk_through_the_proxy(tmp_path: Path) -> None:
    async def pieces() -> object:
        for _ in range(20):
            yield PIECE

    async def say(session: aiohttp.ClientSession, url: str) -> None:
        for _ in range(3):
            async with session.get(f"{url}/a%2Fb?c=d") as answer:
                assert await answer.read() == PIECE * 20
                assert answer.headers["X-Path"] == "/a%2Fb?c=d"
            async with session.put(f"{url}/x", data=pieces()) as answer:
                assert await answer.text() == str(20 * len(PIECE))
            async with session.put(f"{url}/x", data=b"abc", expect100=True) as answer:
                assert await answer.text() == "3"
            async with session.head(f"{url}/v3") as answer:
                assert answer.status == 200

    conversation(tmp_path / "tape.yaml", say)
    assert len(load(tmp_path / "tape.yaml")) == 12
