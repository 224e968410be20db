"""A request as the listening side gives it on: its head, and its body on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Protocol

from cloudtape.errors import ClientGone
from cloudtape.http.flow import NOTHING, Arriving
from cloudtape.http.heads import Head
from cloudtape.http.hosts import Door

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Client(Protocol):
    """The connection on which a request came."""

    @property
    def door(self) -> Door: ...

    @property
    def transport(self) -> asyncio.Transport | None: ...

    def write(self, data: bytes) -> None: ...


class Incoming:
    """A request as it came in: its head, and its body still to be read."""

    __slots__ = ("_connection", "_must_invite", "body", "head")

    def __init__(self, head: Head, body: Arriving, connection: Client) -> None:
        self.head, self.body, self._connection = head, body, connection
        self._must_invite = (
            body is not NOTHING and head.is_modern and head.told.get("expect", "").lower() == "100-continue"
        )

    @property
    def method(self) -> str:
        return self.head.method

    @property
    def target(self) -> str:
        return self.head.target

    @property
    def door(self) -> Door:
        return self._connection.door

    @property
    def own_address(self) -> str:
        """The address that the client has reached, for want of a Host: `127.0.0.1:8780`."""
        transport = self._connection.transport
        host, port = (transport.get_extra_info("sockname") if transport else ("127.0.0.1", self.door.port))[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @property
    def has_body(self) -> bool:
        return self.body is not NOTHING

    @property
    def length(self) -> int | None:
        """What the client announced, in bytes."""
        return self.head.fields.length

    @property
    def is_refused(self) -> bool:
        """Whether the client still waits for an invitation to send its body: it may never send it."""
        return self._must_invite

    async def read(self) -> bytes:
        """The whole body. Raises ClientGone, of which BodyBroken is one."""
        if self.body.is_whole:
            self._must_invite = False
            return self.body.take()
        return b"".join([chunk async for chunk in self.chunks()])

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, piece by piece. Raises ClientGone, of which BodyBroken is one."""
        if self._must_invite:
            # Said only when somebody reads the body: a request refused before that never uploads it.
            self._must_invite = False
            self._connection.write(CONTINUE)
        try:
            async for chunk in self.body.rest():
                yield chunk
        except ConnectionError as error:
            raise ClientGone from error
