"""A demo cloud to be asked: filled, its requests prepared as bytes, and its pages timed."""

from __future__ import annotations

import asyncio
import json
import pickle
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import uvloop
from client import answer

CONNECTIONS = 6
AT_ONCE = 1000
PAGE = 100


class Cloud:
    """The demo that listens on a port, as an admin sees it."""

    def __init__(self, port: int) -> None:
        self._port = port
        user = {"name": "admin", "domain": {"id": "default"}, "password": "secret"}
        identity = {"methods": ["password"], "password": {"user": user}}
        scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
        login = {"auth": {"identity": identity, "scope": scope}}
        _, headers = self._ask("POST", "/identity/v3/auth/tokens", login)
        self._token = headers["X-Subject-Token"]

    def _ask(self, method: str, path: str, body: Any = None, token: str = "") -> tuple[Any, Any]:
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json", "X-Auth-Token": token}
        asked = Request(f"http://127.0.0.1:{self._port}{path}", data, headers, method=method)
        with urlopen(asked) as response:
            text = response.read()
            return (json.loads(text) if text else None), response.headers

    def _as_admin(self, method: str, path: str, body: Any = None) -> Any:
        """The document of the answer."""
        return self._ask(method, path, body, self._token)[0]

    def fill(self, servers: int) -> None:
        """Make so many servers."""
        ask = self._as_admin
        image = ask("GET", "/image/v2/images?name=cirros")["images"][0]["id"]
        one = {"name": "many", "imageRef": image, "flavorRef": "1", "networks": "none", "max_count": AT_ONCE}
        quota = {"quota_set": {"instances": -1}}
        ask(
            "PUT", f"/compute/v2.1/os-quota-sets/{ask('GET', '/identity/v3/auth/projects')['projects'][0]['id']}", quota
        )
        for _ in range(servers // AT_ONCE):
            ask("POST", "/compute/v2.1/servers", {"server": one})
        self._ids = [server["id"] for server in ask("GET", "/compute/v2.1/servers")["servers"]]

    def requests(self) -> dict[str, list[bytes]]:
        """What is asked, by what it is called."""
        return {
            "made-up server": [self._raw(f"/compute/v2.1/servers/{one}") for one in self._ids],
            "made-up list of 10 servers": [self._raw("/compute/v2.1/servers/detail?limit=10")],
        }

    def _raw(self, path: str) -> bytes:
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}", f"X-Auth-Token: {self._token}"]
        return "\r\n".join([*lines, "Accept: application/json", "", ""]).encode()

    def pages(self, rounds: int) -> Iterator[tuple[str, list[float]]]:
        """The seconds of a page at the beginning, in the middle and at the end of the list."""
        markers = [""]
        while True:
            marker = f"&marker={markers[-1]}" if markers[-1] else ""
            page = self._as_admin("GET", f"/compute/v2.1/servers?limit={PAGE}{marker}")
            if len(page["servers"]) < PAGE or not page.get("servers_links"):
                break
            markers.append(page["servers"][-1]["id"])
        for where, marker in (("first", ""), ("middle", markers[len(markers) // 2]), ("last", markers[-1])):
            path = f"/compute/v2.1/servers?limit={PAGE}" + (f"&marker={marker}" if marker else "")
            yield where, [_seconds(partial(self._as_admin, "GET", path)) for _ in range(rounds * 10)]


def _seconds(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def write(requests: list[bytes], port: int, path: Path) -> Path:
    """What the cloud on the port answers to each request, for a handler that looks it up."""
    found = {}
    for one in requests:
        method, target, _ = one.decode().split(" ", 2)
        _, body = uvloop.run(_once(port, one))
        found[method, target] = (200, "OK", (("Content-Type", "application/json"),), body)
    path.write_bytes(pickle.dumps(found))
    return path


async def _once(port: int, raw: bytes) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(raw)
    found = await answer(reader)
    writer.close()
    return found


def hammer(port: int, requests: list[bytes], count: int) -> None:
    """Ask so many of the requests, in turns, on a few connections."""
    uvloop.run(_hammer(port, [requests[number % len(requests)] for number in range(count)]))


async def _hammer(port: int, some: list[bytes]) -> None:
    await asyncio.gather(*[_share(port, some[start::CONNECTIONS]) for start in range(CONNECTIONS)])


async def _share(port: int, some: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for raw in some:
        writer.write(raw)
        status, _ = await answer(reader)
        assert status == 200, status
    writer.close()
