"""A line of JSON for each request, written as it is answered (`--report FILE`).

Lines are made where answers are given and written on a thread of their own, so that a slow disk or a full pipe holds up
nobody. Secrets never reach them.
"""

from __future__ import annotations

import io
import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec

from cloudtape.cassettes.messages import Headers, Request
from cloudtape.cassettes.scrubbing.masking import Mask
from cloudtape.cassettes.scrubbing.secrets import Rule
from cloudtape.config import Report
from cloudtape.errors import ConfigError
from cloudtape.guesses import Guessed
from cloudtape.http.headers import MATCH_HEADER
from cloudtape.http.ready import Answer
from cloudtape.journal import Answered
from cloudtape.matchers.sessions.bindings import Binding
from cloudtape.matchers.sessions.nearest import Miss
from cloudtape.plain import plain_json

DELETE = b"\x7f"
MOST_AT_ONCE = 1000
"""Lines that are written together."""


class Bound(msgspec.Struct, frozen=True):
    """A recorded value and the live one that stands for it, for the whole session or this answer alone (`scope`)."""

    recorded: str
    live: str
    member: str
    scope: str


class Line(msgspec.Struct, frozen=True):
    """`time` in UTC; `source` as in `X-Cloudtape-Source`, or `missed`, `probed`. What does not apply is null."""

    time: str
    session: str
    method: str
    url: str
    status: int
    source: str
    rung: str | None
    interaction: int | None
    operation: str | None
    bound: tuple[Bound, ...] = ()
    cost: float = 0.0
    reason: str | None = None
    nearest: list[dict[str, Any]] = []


class LineOfTest(Line, frozen=True):
    test: str = ""


class ReportFile:
    """A journal's listener. `operation_of` and `session_of` say what a request is and whose. Raises ConfigError."""

    def __init__(
        self,
        report: Report,
        operation_of: Callable[[Request], str],
        session_of: Callable[[Request], str],
        secrets: tuple[Rule, ...] = (),
    ) -> None:
        self.path = report.path
        self._make = partial(LineOfTest, test=report.test) if report.test else Line
        self._operation_of, self._session_of = operation_of, session_of
        self._mask = Mask(secrets)
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._encode = msgspec.json.Encoder().encode
        self._error = ""
        try:
            file = io.FileIO(report.path, "a" if report.test else "w")
        except OSError as error:
            raise ConfigError(f"{report.path}: the report cannot be written there: {error.strerror}") from error
        self._thread = threading.Thread(target=self._write_all, args=(file,), name="cloudtape-report", daemon=True)
        self._thread.start()

    def __call__(self, answered: Answered) -> None:
        self._lines.put(self._encoded(self._line(answered)))

    def close(self) -> str:
        """Wait until all is written; returns why something was not, or nothing."""
        self._lines.put(None)
        self._thread.join()
        return self._error

    def _encoded(self, line: Line) -> bytes:
        """In a line, as a terminal may show it, too."""
        try:
            encoded = self._encode(line)
        except UnicodeEncodeError:  # bytes that are no characters
            return json.dumps(msgspec.to_builtins(line)).encode() + b"\n"
        if not encoded.isascii() or DELETE in encoded:
            encoded = plain_json(encoded.decode()).encode()
        return encoded + b"\n"

    def _line(self, answered: Answered) -> Line:
        request, response, miss = answered.request, answered.response, answered.miss
        told = _told(response.headers) if miss is None else {}
        number = told.get("interaction")
        guess = response.found if isinstance(response, Guessed) else None
        return self._make(
            _moment(),
            self._session_of(request),
            request.method,
            self._mask.uri(request.uri),
            response.status,
            answered.source,
            told.get("rung") if number else None,
            int(number) if number else None,
            told.get("operation", "-").removeprefix("-") or (request.route and self._operation_of(request)) or None,
            tuple(self._bound(response)),
            round(guess.cost, 3) if guess else 0.0,
            self._mask.text(miss.reason) if miss else None,
            list(self._nearest(miss)) if miss else [],
        )

    def _bound(self, response: Answer) -> Iterator[Bound]:
        if isinstance(response, Guessed):
            for scope, bindings in (("session", response.found.bound), ("answer", response.found.bindings)):
                yield from (self._masked(one, scope) for one in bindings)

    def _masked(self, one: Binding, scope: str) -> Bound:
        recorded, live = (self._mask.value(one.field, value) for value in (one.recorded, one.live))
        return Bound(recorded, live, one.field, scope)

    def _nearest(self, miss: Miss) -> Iterator[dict[str, Any]]:
        for near in miss.nearest:
            yield {
                "interaction": near.interaction,
                "method": near.method,
                "url": self._mask.uri(near.uri),
                "differences": [self._mask.text(one) for one in near.differences],
            }

    def _write_all(self, file: io.FileIO) -> None:
        with file:
            while lines := self._waiting():
                try:
                    _write(file, b"".join(lines))
                except OSError as error:
                    self._error = self._error or error.strerror or str(error)

    def _waiting(self) -> list[bytes]:
        """The lines there are, at least one; none at the end."""
        lines: list[bytes] = []
        line = self._lines.get()
        while line is not None:
            lines.append(line)
            if len(lines) == MOST_AT_ONCE or self._lines.empty():
                return lines
            line = self._lines.get()
        self._lines.put(None)  # heard again once these are written
        return lines


def _write(file: io.FileIO, data: bytes) -> None:
    """All of it; to a file by one call, so that the lines of several processes stay whole."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _told(headers: Headers) -> dict[str, str]:
    """What `X-Cloudtape-Match` says: `rung`, `operation`, `interaction` and what else there is."""
    match = next((value for name, value in reversed(headers) if name == MATCH_HEADER), "")
    rung, *rest = match.split("; ")
    return {"rung": rung, **{name: value for name, _, value in (one.partition("=") for one in rest)}}


def _moment() -> str:
    now = time.time_ns() // 1_000_000
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now // 1000)) + f".{now % 1000:03d}Z"
