"""A tap on the wire between a suite and the proxy that it talks to.

    cloudtape run --cassette C -- python -m tests.scenarios.tap FILE COMMAND…

runs COMMAND as `cloudtape run` would have, but for an address in between, and writes each exchange to FILE. Knows
nothing of cloudtape: whatever stands behind OS_AUTH_URL and in clouds.yaml is listened to.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from yarl import URL

from tests.scenarios.exchanges import TapedCall, written

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect"}
OWN_FIELDS = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
LARGEST = 1 << 30


class Tap:
    """Passes on what it hears, with the address that the client has used, and writes it down."""

    def __init__(self, origin: str, file: TextIO) -> None:
        self._origin, self._file = origin, file
        self._session: aiohttp.ClientSession

    async def listen(self) -> tuple[web.AppRunner, int]:
        """Raises OSError."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True),  # one that the other side is closing is never used
            auto_decompress=False,
            skip_auto_headers=OWN_FIELDS,
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        application = web.Application(client_max_size=LARGEST)
        application.router.add_route("*", "/{path:.*}", self._pass)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return runner, runner.addresses[0][1]

    async def close(self) -> None:
        await self._session.close()

    async def _pass(self, request: web.Request) -> web.Response:
        sent = await request.read()
        url = URL(self._origin + request.raw_path, encoded=True)
        fields = [(name, value) for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP]
        asked = self._session.request(request.method, url, headers=fields, data=sent or None, allow_redirects=False)
        async with asked as answer:
            body = await answer.read()
            self._write(request, sent, answer, body)
            passed = [(name, value) for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP]
            return web.Response(status=answer.status, reason=answer.reason, headers=passed, body=body or None)

    def _write(self, request: web.Request, sent: bytes, answer: aiohttp.ClientResponse, body: bytes) -> None:
        heard = TapedCall(
            request.method,
            f"http://{request.host}{request.raw_path}",
            request.headers.get("X-Auth-Token", ""),
            sent,
            answer.status,
            {name.lower(): value for name, value in answer.headers.items()},
            body,
        )
        print(written(heard), file=self._file, flush=True)


async def run(file: TextIO, clouds: Path, command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command with a tap in between. The clouds.yaml that is meant for it goes to `clouds`."""
    parts = urlsplit(environment["OS_AUTH_URL"])
    origin = f"{parts.scheme}://{parts.netloc}"
    tap = Tap(origin, file)
    runner, port = await tap.listen()
    moved = f"http://127.0.0.1:{port}"
    _move(Path(environment["OS_CLIENT_CONFIG_FILE"]), clouds, origin, moved)
    own = {"OS_CLIENT_CONFIG_FILE": str(clouds), "OS_AUTH_URL": environment["OS_AUTH_URL"].replace(origin, moved)}
    child = await asyncio.create_subprocess_exec(*command, env={**environment, **own})
    code = await child.wait()
    await runner.cleanup()
    await tap.close()
    return code


def _move(source: Path, target: Path, origin: str, moved: str) -> None:
    target.write_text(source.read_text().replace(origin, moved))


def main(path: str, *command: str) -> int:
    with Path(path).open("w") as file, tempfile.TemporaryDirectory() as folder:
        return asyncio.run(run(file, Path(folder, "clouds.yaml"), command, os.environ))


if __name__ == "__main__":
    logging.basicConfig()
    sys.exit(main(*sys.argv[1:]))
