"""One client's connection: its requests, their order, their limits and their end (RFC 9112).

`requests` reads what comes, on asyncio's own connections. Knows nothing of routes or cassettes.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

from cloudtape.cassettes.messages import Body, Response, Stream
from cloudtape.errors import BodyBroken, ProxyError
from cloudtape.http.flow import BY_BODY, BY_QUEUE, Arriving, Flow
from cloudtape.http.framing import head, is_chunked, pieces
from cloudtape.http.headers import BODILESS
from cloudtape.http.heads import LEAVING_HTTP, BadHead, Head, broken
from cloudtape.http.hosts import Door
from cloudtape.http.incoming import Incoming
from cloudtape.http.ready import Answer
from cloudtape.http.requests import RequestReader

logger = logging.getLogger(__name__)

MAX_QUEUED = 32
"""Requests that a client may send before the first one is answered; then its connection is not read until it is."""
HEAD_SECONDS = 30.0
"""How long a head may take, from its first byte to its last."""
BODY_SECONDS = 300.0
"""How long a client may be silent within a body that somebody waits for."""
IDLE_SECONDS = 3600.0
LINGER_SECONDS = 10.0
"""How long what is left of a request is read and thrown away, so that the client reads our answer to it."""


Handler = Callable[[Incoming], Awaitable[Answer | None]]
"""Answers a request; None to close the connection without another word. Never raises."""
Refuse = Callable[[int, str], Response]
"""The answer to what is no HTTP: status, reason."""


class Shared(Protocol):
    """What the connections of one listening socket share."""

    handler: Handler
    refuse: Refuse
    door: Door

    def add(self, connection: Connection) -> None: ...

    def remove(self, connection: Connection) -> None: ...


class Connection(Flow):
    """One client's connection: requests are answered one after the other, by one task while there are any."""

    def __init__(self, server: Shared, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.server = server
        self._reader = RequestReader(self._take, self._hold_body)
        self._waiting: deque[Incoming] = deque()
        self._unread = b""
        self._refused: BadHead | None = None
        self._breaks_a_body = False
        self._task: asyncio.Task[None] | None = None
        self._more: asyncio.Future[None] | None = None
        self._head_since = 0.0
        self._heard_at = loop.time()
        self._ending = False

    # --- what asyncio calls ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.server.add(self)

    def data_received(self, data: bytes) -> None:
        if self._refused is None and not self._ending:
            self._feed(self._unread + data if self._unread else data)

    def _feed(self, data: bytes) -> None:
        try:
            self._unread = self._reader.feed(data)
        except BadHead as error:
            self._unread = b""
            self._refuse(error)
            return
        if self._unread:
            self.hold(BY_QUEUE, True)
        if self._reader.has_begun:
            self._head_since = self._head_since or self.loop.time()
        elif self._head_since:
            self._head_since = 0.0
        if not self._reader.body.has_ended:
            self._heard_at = self.loop.time()

    def eof_received(self) -> bool:
        """The client has said all that it wanted; it still hears the answers."""
        self._ending = True
        self._reader.break_off(ConnectionResetError("the client has closed the connection"))
        return not self._is_idle

    def connection_lost(self, exc: Exception | None) -> None:
        self._ending = True
        self.server.remove(self)
        self._reader.break_off(ConnectionResetError("the client has closed the connection"))
        self._reader.close()
        self._forget_waiting()
        super().connection_lost(exc)
        if self._more is not None:
            self._wake()

    @property
    def door(self) -> Door:
        return self.server.door

    # --- what the server calls ---------------------------------------------------------------------------------------

    def finish(self) -> asyncio.Task[None] | None:
        """Take no more requests. The task that still answers one, if there is one."""
        self._ending = True
        self._forget_waiting()
        if not self._is_idle:
            return self._task
        self.close()
        return None

    @property
    def _is_idle(self) -> bool:
        return self._task is None or self._more is not None

    def abort(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self.abort_transport()

    def look_at_limits(self, now: float) -> None:
        if self._head_since and not self._is_idle:
            self._head_since = now  # it is not read as fast as it could be while others are answered
        if self._head_since and now - self._head_since > HEAD_SECONDS:
            self._refuse(BadHead(408, f"the head of a request took longer than {HEAD_SECONDS:.0f} s"))
        elif self._reader.body.is_awaited and not self.reading_is_held and now - self._heard_at > BODY_SECONDS:
            self._refuse(BadHead(408, f"nothing came of the body of a request for {BODY_SECONDS:.0f} s"))
        elif self._is_idle and now - self._heard_at > IDLE_SECONDS:
            self.close()

    # --- requests ----------------------------------------------------------------------------------------------------

    def _take(self, one: Head, body: Arriving) -> bool:
        """Queue a request; whether another one may be queued behind it."""
        self._waiting.append(Incoming(one, body, self))
        self._wake()
        if one.offers in LEAVING_HTTP:  # what follows is no HTTP
            self._ending = True
            self._reader.is_done = True
            return False
        return len(self._waiting) < MAX_QUEUED

    def _hold_body(self, is_held: bool) -> None:
        self.hold(BY_BODY, is_held)

    def _refuse(self, error: BadHead) -> None:
        """Nothing more can be read from this client; what it has asked before is answered, and then this said."""
        self._refused, self._head_since = BadHead(error.status, error.why), 0.0  # without what was read until then
        self._breaks_a_body = not self._reader.body.has_ended
        self._reader.break_off(broken(error))
        self._reader.close()
        self._wake()

    def _wake(self) -> None:
        """There is something to answer, or nothing ever again."""
        if self._task is None:
            self._task = self.loop.create_task(self._answer_all())
        elif self._more is not None and not self._more.done():
            self._more.set_result(None)

    def _forget_waiting(self) -> None:
        self._waiting.clear()
        self._unread = b""

    def _next(self) -> Incoming | None:
        if not self._waiting and self._unread:
            data, self._unread = self._unread, b""
            self.hold(BY_QUEUE, False)
            self._feed(data)
        return self._waiting.popleft() if self._waiting else None

    # --- answering ---------------------------------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        if self.transport is not None:
            self.transport.write(data)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()

    def abort_transport(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    async def _answer_all(self) -> None:
        """From the first request on, for as long as there is a connection."""
        try:
            while True:
                while found := self._next():
                    if not await self._answer(found):
                        return
                if self._refused is not None or self._ending:
                    break
                await self._hears_more()
            if self._refused is not None and not self._breaks_a_body:  # whoever reads that body has heard of it
                said = self.server.refuse(self._refused.status, self._refused.why)
                self.write(head(said, "GET", True, close=True) + _bytes(said.body))
        except ConnectionError:
            pass  # the client has gone
        except Exception:
            logger.exception("a connection failed")
            self.server.refuse(500, "an answer could not be written; the log says why")
        finally:
            self._ending = True
            self.close()

    async def _hears_more(self) -> None:
        self._heard_at = self.loop.time()
        self._more = self.loop.create_future()
        try:
            await self._more
        finally:
            self._more = None

    async def _answer(self, incoming: Incoming) -> bool:
        """Whether the connection can be used again."""
        response = await self.server.handler(incoming)
        if response is None:
            self.abort_transport()
            return False
        asked = incoming.head
        streams = isinstance(response.body, Stream) and response.body.length is None
        is_last = (self._ending or self._refused is not None) and not (self._waiting or self._unread)
        close = not asked.fields.keeps_alive or is_last or incoming.is_refused or (streams and not asked.is_modern)
        try:
            start = head(response, asked.method, asked.is_modern, close)
        except ValueError as error:  # what a client said in a document may be told in a field
            response = self.server.refuse(500, f"the answer cannot be written: {error}")
            start = head(response, asked.method, asked.is_modern, close)
        if isinstance(response.body, bytes):
            has_body = asked.method != "HEAD" and response.status not in BODILESS
            self.write(start + response.body if has_body else start)
        elif not await self._stream(start, response, asked.method, asked.is_modern):
            return False
        if self.is_full:
            await self.drained()
        return not close and (incoming.body.is_read or await self._lingers(incoming.body))

    async def _stream(self, start: bytes, response: Answer, method: str, modern: bool) -> bool:
        """Send a head, and a body as it comes in; whether all of it came."""
        chunks = pieces(response.body)
        chunked = modern and is_chunked(response, method)
        try:
            self.write(start)
            async for chunk in chunks:
                if chunk and method != "HEAD":
                    await self._send(b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunked else chunk)
            if chunked:
                self.write(b"0\r\n\r\n")
        except (ProxyError, ConnectionError) as error:
            # The status line is gone: all that is left to say is that the body is not whole.
            logger.warning("an answer was cut short: %s", error)
            self.abort_transport()
            return False
        finally:
            await chunks.aclose()  # type: ignore[attr-defined]
        return True

    async def _send(self, data: bytes) -> None:
        """Raises ConnectionError."""
        if self.transport is None or self.transport.is_closing():
            raise ConnectionResetError("the client has closed the connection")
        self.transport.write(data)
        if self.is_full:
            await self.drained()

    async def _lingers(self, body: Arriving) -> bool:
        """Read what is left of a request that was answered early; whether its end came."""
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while await body.some():
                    pass
        except (TimeoutError, BodyBroken, ConnectionError):
            return False
        return True


def _bytes(body: Body) -> bytes:
    assert isinstance(body, bytes)
    return body
