"""One HTTP request with its response, as plain data.

Everything above this module speaks in these types. They know nothing of sockets, files of cassettes or
matching. Header names and values are the text that stood on the wire (latin-1, surrogateescape for what is not);
order, case and repeats are kept.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec

Headers = tuple[tuple[str, str], ...]


class StoredBody(msgspec.Struct, frozen=True):
    """A body that lies in a file. `sha256` is the lower-case hex digest of its `size` bytes."""

    path: Path
    size: int
    sha256: str


class Stream(msgspec.Struct, frozen=True):
    """A body still on its way: it can be read once. `length` in bytes, where the sender announced it.

    `dribbles`: a document that is passed on as it comes because it comes slowly, not because it is large.
    """

    chunks: AsyncIterator[bytes]
    length: int | None = None
    dribbles: bool = False


Body = bytes | StoredBody | Stream


class Route(msgspec.Struct, frozen=True):
    """One service's place on the proxy.

    `name` is the path prefix (`compute`, `compute-RegionTwo`), `service` the service type in Keystone's service
    catalog, `upstream` the base URL without a trailing slash (`http://controller:8774`, `https://cloud/compute`).
    """

    name: str
    service: str
    upstream: str


class Request(msgspec.Struct, frozen=True):
    """`uri` is the absolute upstream URI, byte for byte as the client sent its path and query.

    `route` is the name of the route it came in on (empty when none is known) and `session` the client run it belongs
    to (empty: the default one); neither is part of the HTTP message.
    """

    method: str
    uri: str
    headers: Headers = ()
    body: Body = b""
    route: str = ""
    session: str = ""


class Response(msgspec.Struct, frozen=True):
    status: int
    reason: str
    headers: Headers = ()
    body: Body = b""


class Interaction(msgspec.Struct, frozen=True):
    """One request with its response, and how it was recorded.

    `ordinal` counts from 1 within a cassette (0: not kept yet), `recorded_at` is RFC 3339 in UTC, `elapsed` in
    seconds until the response was complete, `scrubbed` the places where secrets were removed
    (`request.headers.X-Auth-Token`), `routes` those that this interaction taught the proxy.

    `lost`: why what was answered could not be kept; then `response` only says so, and must never be given as an answer.
    Of the request, too, there may be less than there was (no body, no fields, no query).
    """

    request: Request
    response: Response
    ordinal: int = 0
    recorded_at: str = ""
    elapsed: float = 0.0
    operation: str = ""
    scrubbed: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    lost: str = ""


def header(headers: Sequence[tuple[str, str]], name: str) -> str | None:
    """The first value of a header, by its name in lower case."""
    length = len(name)
    for key, value in headers:
        if len(key) == length and key.lower() == name:
            return value
    return None
