"""One planned request with its planned answer: what a client will send and what the fake cloud will say."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

Headers = tuple[tuple[str, str], ...]
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Body:
    """What one side says. `pieces` are the chunks it is sent in; None means with a Content-Length."""

    content: bytes = b""
    media: str | None = JSON
    headers: Headers = ()
    pieces: tuple[int, ...] | None = None

    def chunks(self) -> list[bytes]:
        """The content, cut behind each of `pieces`."""
        cuts = [0, *(self.pieces or ()), len(self.content)]
        return [self.content[a:b] for a, b in itertools.pairwise(cuts) if b > a]

    def all_headers(self) -> Headers:
        media = (("Content-Type", self.media),) if self.media and (self.content or self.pieces) else ()
        return media + self.headers


NOTHING = Body()
ACCEPTED = Body(b'{"status": "ok", "id": "6f70656e-7374-4163-ab2d-636c6f756430"}')


@dataclass(frozen=True, slots=True)
class Exchange:
    """`path` begins behind the endpoint's base in the service catalog and may have a query."""

    method: str
    service: str
    path: str
    request: Body = NOTHING
    response: Body = ACCEPTED
    status: int = 200

    def carrying(self, side: str, body: Body, status: int | None = None) -> Exchange:
        """With `body` as the request (`side` is "request") or as the answer."""
        if side == "response":
            return replace(self, response=body, status=status or self.status)
        method = self.method if self.method not in ("GET", "HEAD", "DELETE") else "POST"
        return replace(self, method=method, request=body, status=status or self.status)
