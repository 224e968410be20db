"""What both sides' connections have in common: bytes flow only as fast as the slower side takes them.

asyncio's documented protocol API and nothing else. Knows nothing of HTTP.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import cast

MOST_WAITING = 256 * 1024
"""Bytes of a body that wait for whoever reads it; then the connection is not read until half of them are taken."""
BY_BODY, BY_QUEUE = 1, 2
"""Reasons not to read a connection."""


class Flow(asyncio.Protocol):
    """A connection that is read and written only as fast as the other end of the way goes."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.transport: asyncio.Transport | None = None
        self.is_full = False
        self.reading_is_held = 0
        self._drained: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # over TLS it is one, too, but not by its class
        if (plain := transport.get_extra_info("socket")) is not None and plain.family != socket.AF_UNIX:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (asyncio's signature)
        self.transport = None
        self._let_go()

    def pause_writing(self) -> None:
        self.is_full = True

    def resume_writing(self) -> None:
        self.is_full = False
        self._let_go()

    def _let_go(self) -> None:
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    async def drained(self) -> None:
        """Wait until there is room to write again. Raises ConnectionError where there never will be."""
        while self.is_full and self.transport is not None:
            self._drained = self.loop.create_future()
            try:
                await self._drained
            finally:
                self._drained = None
        if self.transport is None:
            raise ConnectionResetError("the connection was closed")

    def hold(self, reason: int, is_held: bool) -> None:
        """Stop reading for a reason, or go on; it is read while there is none."""
        held = self.reading_is_held | reason if is_held else self.reading_is_held & ~reason
        if self.transport is not None and not self.transport.is_closing() and bool(held) != bool(self.reading_is_held):
            self.transport.pause_reading() if held else self.transport.resume_reading()
        self.reading_is_held = held


class Arriving:
    """A body as it arrives: pieces wait here for whoever reads them.

    `hold` is told when too many wait, and when there is room again. Once an error is set it is raised behind the pieces
    that came before it.
    """

    __slots__ = ("_error", "_hold", "_is_held", "_pieces", "_waiter", "_waiting", "has_ended")

    def __init__(self, hold: Callable[[bool], None], has_ended: bool = False) -> None:
        self._hold = hold
        self._pieces: deque[bytes] = deque()
        self._waiting = 0
        self._is_held = False
        self._waiter: asyncio.Future[None] | None = None
        self._error: Exception | None = None
        self.has_ended = has_ended

    # --- who hears the connection -------------------------------------------------------------------------------------

    def add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._waiting += len(piece)
        if self._waiting > MOST_WAITING and not self._is_held:
            self._is_held = True
            self._hold(True)
        self._wake()

    def end(self) -> None:
        """All has come; it may not all have been read."""
        self.has_ended = True
        self._wake()

    def fail(self, error: Exception) -> None:
        """The end will never come. Does nothing where it has."""
        if not self.has_ended:
            self.has_ended, self._error = True, error
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # --- who reads ----------------------------------------------------------------------------------------------------

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits for more."""
        return self._waiter is not None

    @property
    def is_read(self) -> bool:
        """Whether all of it has come, and was read."""
        return self.has_ended and not self._pieces and self._error is None

    @property
    def is_whole(self) -> bool:
        """Whether all of it has come."""
        return self.has_ended and self._error is None

    def take(self) -> bytes:
        """What has come and was not read yet."""
        if len(self._pieces) == 1:
            taken = self._pieces.popleft()
        else:
            taken = b"".join(self._pieces)
            self._pieces.clear()
        self._took(len(taken))
        return taken

    async def some(self) -> bytes:
        """The next bytes; none at the end. Raises the error that was set."""
        while not self._pieces:
            if self._error is not None:
                raise self._error
            if self.has_ended:
                return b""
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        piece = self._pieces.popleft()
        self._took(len(piece))
        return piece

    async def rest(self) -> AsyncIterator[bytes]:
        while piece := await self.some():
            yield piece

    def _took(self, size: int) -> None:
        self._waiting -= size
        if self._is_held and self._waiting <= MOST_WAITING // 2:
            self._is_held = False
            self._hold(False)


NOTHING = Arriving(lambda _: None, has_ended=True)
"""The body of what has none."""
