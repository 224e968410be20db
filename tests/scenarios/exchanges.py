"""What a suite and its cloud said to each other, as it stood on the wire: from a tap (`tap`), or from a recording."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.messages import Body, StoredBody


@dataclass(frozen=True, slots=True)
class TapedCall:
    """`url` as it was asked for; `token` is who asked; the names of `fields` (of the answer) are in lower case."""

    method: str
    url: str
    token: str
    sent: bytes
    status: int
    fields: dict[str, str]
    body: bytes

    @property
    def address(self) -> str:
        """The URL without its query."""
        return self.url.partition("?")[0].rstrip("/")

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.url).query, keep_blank_values=True)

    @property
    def asked(self) -> Any:
        return _value(self.sent)

    @property
    def answer(self) -> Any:
        return _value(self.body)

    def __str__(self) -> str:
        return f"{self.method} {self.url} → {self.status}"


def _value(body: bytes) -> Any:
    if body[:1] not in (b"{", b"["):
        return None
    try:
        return json.loads(body)
    except ValueError:
        return None


def written(exchange: TapedCall) -> str:
    """An exchange as a line of a tap's file."""
    bodies = {name: base64.b64encode(getattr(exchange, name)).decode() for name in ("sent", "body")}
    return json.dumps({**asdict(exchange), **bodies})


def tapped(path: Path) -> list[TapedCall]:
    """What a tap has written, in the order in which the answers were given."""
    return [_read(json.loads(line)) for line in path.read_text().splitlines()]


def _read(row: dict[str, Any]) -> TapedCall:
    return TapedCall(**{**row, **{name: base64.b64decode(row[name]) for name in ("sent", "body")}})


def recorded(cassette: Path) -> Iterator[TapedCall]:
    for one in load(cassette):
        request, response = one.request, one.response
        token = next((value for name, value in request.headers if name.lower() == "x-auth-token"), "")
        fields = {name.lower(): value for name, value in response.headers}
        yield TapedCall(
            request.method,
            request.uri,
            token,
            _bytes(request.body),
            response.status,
            fields,
            _bytes(response.body),
        )


def _bytes(body: Body) -> bytes:
    if isinstance(body, StoredBody):
        return body.path.read_bytes()
    assert isinstance(body, bytes)
    return body
