"""Requests of recorded cassettes, as they were or a little different; what a replay is asked is mostly like that."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.messages import Request, Route
from tests.fuzz.damage import damage
from tests.fuzz.odd_heads import PIECES
from tests.fuzz.odd_requests import ODD_IDS, OddRequests

LEFT_OUT = frozenset({"host", "content-length", "connection", "transfer-encoding", "accept-encoding"})
Asked = tuple[str, str, list[str], bytes]
"""Method, target on the proxy, fields, and body."""


class RecordedRequests:
    """`odd` spoils their bodies; `routes` are those of the proxy that is asked."""

    def __init__(self, cassette: Path, odd: OddRequests) -> None:
        recorded = [one.request for one in load(cassette)]
        self._requests = [one for one in recorded if isinstance(one.body, bytes) and len(one.body) < 20_000]
        self._odd, self.chance = odd, odd.random
        self._at = 0

    def next(self, routes: Sequence[Route]) -> Asked:
        """Mostly in their order."""
        self._at = self.chance.randrange(len(self._requests)) if self.chance.random() < 0.1 else self._at + 1
        request = self._requests[self._at % len(self._requests)]
        assert isinstance(request.body, bytes)
        way = self.chance.random()
        target, body = self._target(request, routes), request.body
        if way < 0.3:
            target = self._other_target(target)
        elif way < 0.6 and body:
            body = self._other_body(body)
        fields = [f"{name}: {value}" for name, value in request.headers if name.lower() not in LEFT_OUT]
        return request.method, target, fields, body

    @staticmethod
    def _target(request: Request, routes: Sequence[Route]) -> str:
        of = [one for one in routes if request.uri.startswith(one.upstream)]
        if of:
            best = max(of, key=lambda one: len(one.upstream))
            return f"/{best.name}{request.uri[len(best.upstream) :]}"
        parts = urlsplit(request.uri)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def _other_target(self, target: str) -> str:
        path, _, query = target.partition("?")
        way = self.chance.random()
        if way < 0.5:
            parts = path.split("/")
            at = self.chance.randrange(len(parts))
            parts[at] = self.chance.choice(ODD_IDS)
            path = "/".join(parts)
        elif way < 0.8:
            query = "&".join([query] * bool(query) + [self._odd.pair()])
        else:
            path = damage(
                path.encode("utf-8", "surrogateescape"), self.chance, (b"/", b"%2f", b"%", b"..", b"\xc3")
            ).decode("latin-1")
            path = "".join(one for one in path if one > " ")
        return path + (f"?{query}" if query else "")

    def _other_body(self, body: bytes) -> bytes:
        if self.chance.random() < 0.7:
            try:
                return json.dumps(self._odd.spoilt(json.loads(body))).encode("utf-8", "surrogatepass")
            except ValueError:
                pass
        return damage(body, self.chance, PIECES)
