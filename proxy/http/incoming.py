"""A request as the listening side reads it: its head, and its body on demand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from aiohttp.http import RawRequestMessage
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader

from cloudtape.errors import ClientGone

if TYPE_CHECKING:
    from cloudtape.http.server import Connection


class Incoming:
    """A request as it came in: its head, and its body still to be read."""

    __slots__ = ("_connection", "_must_invite", "_payload", "headers", "method", "port", "target")

    def __init__(self, message: RawRequestMessage, payload: StreamReader, connection: Connection) -> None:
        self.method, self.target, self.headers = message.method, message.path, message.headers
        self.port = connection.server.port
        self._payload, self._connection = payload, connection
        self._must_invite = payload is not EMPTY_PAYLOAD and self.headers.get("Expect", "").lower() == "100-continue"

    @property
    def has_body(self) -> bool:
        return self._payload is not EMPTY_PAYLOAD

    @property
    def length(self) -> int | None:
        """What the client announced, in bytes."""
        said = self.headers.get("Content-Length")
        return int(said) if said else None

    @property
    def is_refused(self) -> bool:
        """Whether the client still waits for an invitation to send its body: it may never send it."""
        return self._must_invite

    async def read(self) -> bytes:
        """The whole body. Raises ClientGone, of which BodyBroken is one."""
        if self._payload.is_eof():
            self._must_invite = False
            return self._payload.read_nowait()
        return b"".join([chunk async for chunk in self.chunks()])

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, piece by piece. Raises ClientGone, of which BodyBroken is one."""
        if self._must_invite:
            # Said only when somebody reads the body: a request refused before that never uploads it.
            self._must_invite = False
            self._connection.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        try:
            async for chunk in self._payload.iter_any():
                yield chunk
        except (ConnectionError, RuntimeError) as error:
            raise ClientGone from error
