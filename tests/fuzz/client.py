"""A client that sends any bytes, and reads answers strictly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

LOGIN = {
    "auth": {
        "identity": {
            "methods": ["password"],
            "password": {"user": {"name": "admin", "domain": {"id": "default"}, "password": "secret"}},
        },
        "scope": {"project": {"name": "admin", "domain": {"id": "default"}}},
    }
}
LONGEST = 10.0
"""Seconds until an answer must be there."""
BODILESS = (204, 304)


class Heard(NamedTuple):
    """`status` is 0 where the connection ended first; then `body` says how. `wrong`: why it is no answer of HTTP."""

    status: int
    body: bytes
    fields: dict[str, str]
    wrong: str = ""

    @property
    def is_from_upstream(self) -> bool:
        return self.fields.get("x-cloudtape-source") in ("recorded", "forwarded", "replayed")


async def _in_time(hearing: Coroutine[Any, Any, Heard]) -> Heard:
    """Raises TimeoutError. A busy machine may have let this process do nothing for so long: then all goes on at once."""
    task = asyncio.ensure_future(hearing)
    with suppress(TimeoutError):
        return await asyncio.wait_for(asyncio.shield(task), LONGEST)
    return await asyncio.wait_for(task, LONGEST)


def _waiting_in(task: asyncio.Task[Any]) -> str:
    """Where a task of ours stands, innermost last."""
    places, one = [], task.get_coro()
    while frame := getattr(one, "cr_frame", None):
        places.append(f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}")
        one = getattr(one, "cr_await", None)  # type: ignore[assignment]
    return " ".join(places[-4:])


class Client:
    """One connection after the other; `log_in` begins a session."""

    def __init__(self, url: str) -> None:
        self.port = int(url.rpartition(":")[2])
        self._session = self._token = ""
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def log_in(self, session: str) -> None:
        self._session, self._token = session, ""
        body = json.dumps(LOGIN).encode()
        target = self.of_session("/identity/v3/auth/tokens")
        head = f"POST {target} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        await self.ask(head.replace("Host: a", f"Host: 127.0.0.1:{self.port}").encode() + body, "POST")

    def of_session(self, target: str) -> str:
        return f"/_session/{self._session}{target}"

    def login(self) -> list[str]:
        return [f"X-Auth-Token: {self._token}"]

    async def ask(self, request: bytes, method: str) -> Heard:
        """One request on the open connection."""
        try:
            reader, writer = self._streams = self._streams or await self._opened()
            writer.write(request)
            return await _in_time(self._answer(reader, method))
        except TimeoutError:
            where = "; ".join(sorted(filter(None, map(_waiting_in, asyncio.all_tasks()))))
            self.close()
            return Heard(0, b"", {}, f"no answer in {LONGEST:.0f} s, while it waits in {where}")
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close()
            return Heard(0, repr(error).encode(), {})
        except ValueError as error:
            self.close()
            return Heard(0, b"", {}, f"no HTTP: {error}")

    async def throw(self, data: bytes) -> Heard:
        """Anything, on a connection of its own that says nothing more; the first answer, if there is one."""
        writer = None
        try:
            reader, writer = await self._opened()
            writer.write(data)
            writer.write_eof()
            whole = await asyncio.wait_for(reader.read(), LONGEST)
        except TimeoutError:
            return Heard(0, b"", {}, f"no end in {LONGEST:.0f} s")
        except OSError as error:
            return Heard(0, repr(error).encode(), {})
        finally:
            if writer:
                writer.close()
        return _first(whole) if whole else Heard(0, b"", {})

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)

    async def _answer(self, reader: asyncio.StreamReader, method: str) -> Heard:
        """Raises ValueError for what is no HTTP."""
        status = 100
        fields: dict[str, str] = {}
        while status < 200:
            status, fields = _head(await reader.readuntil(b"\r\n\r\n"))
        self._token = fields.get("x-subject-token", self._token) if status == 201 else self._token
        body = b""
        if method != "HEAD" and status not in BODILESS:
            if "chunked" in fields.get("transfer-encoding", ""):
                while size := int(await reader.readuntil(b"\r\n"), 16):
                    body += (await reader.readexactly(size + 2))[:-2]
                await reader.readuntil(b"\r\n")
            elif "content-length" in fields:
                body = await reader.readexactly(int(fields["content-length"]))
            else:
                body = await reader.read()
        if fields.get("connection", "").lower() == "close":
            self.close()
        return Heard(status, body, fields)

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
        self._streams = None


def _first(whole: bytes) -> Heard:
    head, _, rest = whole.partition(b"\r\n\r\n")
    try:
        status, fields = _head(head)
    except ValueError as error:
        return Heard(0, whole[:200], {}, f"no HTTP: {error}")
    return Heard(status, rest, fields) if status >= 200 else _first(rest) if rest else Heard(0, b"", {})


def _head(head: bytes) -> tuple[int, dict[str, str]]:
    """Raises ValueError."""
    line, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    version, status, *_ = line.split(" ")
    if version != "HTTP/1.1" or len(status) != 3:
        raise ValueError(f"status line {line[:80]!r}")
    fields: dict[str, str] = {}
    for row in lines:
        name, colon, value = row.partition(": ")
        if not colon or not name or name != name.strip() or "\n" in row or "\r" in row or "\0" in row:
            raise ValueError(f"field {row[:80]!r}")
        fields[name.lower()] = value
    return int(status), fields
