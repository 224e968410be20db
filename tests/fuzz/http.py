"""Odd requests to a made-up cloud over real HTTP: none makes a traceback, and none a status from 500 on but a miss's.

Half of them go to `demo`, half to a replay that makes up what was not recorded.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from cloudtape.application import Application
from cloudtape.config import Config
from cloudtape.modes import MODES
from cloudtape.synthesis.services.cloud import default_cloud
from tests.fuzz.odd_requests import OddRequests

CASSETTE = Path(__file__).parents[2] / "examples" / "cassettes" / "sdk.yaml"
LOGIN = {
    "auth": {
        "identity": {
            "methods": ["password"],
            "password": {"user": {"name": "admin", "domain": {"id": "default"}, "password": "secret"}},
        },
        "scope": {"project": {"name": "admin", "domain": {"id": "default"}}},
    }
}
MISS = 501
AFRESH = 500
"""Requests after which a new session begins, with a world in which everything is there again."""
SHOWN = 40


class _Findings(logging.Handler):
    """What was logged with a traceback, or as an error, counted by where it happened."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.places: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.asked = ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[2]:
            frames = traceback.extract_tb(record.exc_info[2])
            last = [frame for frame in frames if "site-packages" not in frame.filename][-1]
            text = f"{Path(last.filename).parent.name}/{Path(last.filename).name}:{last.lineno} {record.exc_info[1]!r}"
            self.note(re.sub(r"'[^']*'|\"[^\"]*\"|\d{4,}", "…", text)[:160])
        elif record.levelno >= logging.ERROR:
            self.note(record.getMessage()[:100])

    def note(self, place: str) -> None:
        self.places[place] += 1
        self.examples.setdefault(place, self.asked)


@contextlib.contextmanager
def _listening() -> Iterator[_Findings]:
    findings, root = _Findings(), logging.getLogger()
    before, root.handlers = root.handlers, [findings]
    try:
        yield findings
    finally:
        root.handlers = before


def run(inputs: int, seed: int) -> int:
    """How many kinds of fault were found; each is printed with a request that makes it."""
    with _listening() as findings:
        demo = Config(MODES["synthesize"])
        mixed = Config(MODES["replay"].synthesizing(), cassettes=(CASSETTE,))
        for config, count in ((demo, inputs - inputs // 2), (mixed, inputs // 2)):
            asyncio.run(_fuzz(config, count, seed, findings))
    for place, times in findings.places.most_common(SHOWN):
        print(f"{times:6} {place}\n       {findings.examples[place][:300]}")
    kinds = len(findings.places)
    print(f"{inputs} requests, {kinds} kinds of fault")
    return kinds


async def _fuzz(config: Config, count: int, seed: int, findings: _Findings) -> None:
    odd = OddRequests(default_cloud().kinds.planner, seed)
    async with Application(config) as proxy:
        client = _Client(proxy.url)
        routes = {route.service: route.name for route in reversed(list(proxy.routes))}
        for number in range(count):
            if number % AFRESH == 0:
                odd.ids.clear()
                await client.log_in(f"s{number}")
            service, method, target, body, kind = odd.next()
            findings.asked = f"{method} {service} {target[:120]} {body[:160]!r}"
            status, answer = await client.ask(method, f"/{routes.get(service, service)}{target}", body, kind)
            if (status >= 500 and status != MISS) or status == 0:
                findings.note(f"status {status} {service} {method}: {answer[:100]!r}")
            odd.learn(target, answer)
        client.close()


class _Client:
    """One connection after the other; `log_in` begins a session."""

    def __init__(self, url: str) -> None:
        self._port = int(url.rpartition(":")[2])
        self._session = self._token = ""
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def log_in(self, session: str) -> None:
        self._session, self._token = session, ""
        await self.ask("POST", "/identity/v3/auth/tokens", json.dumps(LOGIN).encode(), "application/json")

    async def ask(self, method: str, target: str, body: bytes, kind: str) -> tuple[int, bytes]:
        """Status and body; 0 where the connection broke."""
        head = (
            f"{method} /_session/{self._session}{target} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            f"X-Auth-Token: {self._token}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            reader, writer = self._streams = self._streams or await asyncio.open_connection("127.0.0.1", self._port)
            writer.write(head.encode() + body)
            return await asyncio.wait_for(self._answer(reader, method), 20)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
            self.close()
            return 0, repr(error).encode()

    async def _answer(self, reader: asyncio.StreamReader, method: str) -> tuple[int, bytes]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split()[1])
        fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        self._token = fields.get("x-subject-token", self._token) if status == 201 else self._token
        body = b""
        if method != "HEAD" and status not in (204, 304):
            if "chunked" in fields.get("transfer-encoding", ""):
                while size := int(await reader.readline(), 16):
                    body += await reader.readexactly(size + 2)
                await reader.readline()
            else:
                body = await reader.readexactly(int(fields.get("content-length", 0)))
        if fields.get("connection", "").lower() == "close":
            self.close()
        return status, body

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
        self._streams = None


if __name__ == "__main__":
    sys.exit(bool(run(1000, 0)))
