"""HTTP/1.1 on the listening side: connections, framing, keep-alive (RFC 9112).

aiohttp's parser reads the requests. Around it stands no more than a proxy needs: aiohttp's own server makes a task and
three objects for each request, which is half of what forwarding one costs. Knows nothing of routes or cassettes.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpProcessingError, HttpRequestParser, HttpVersion11, RawRequestMessage
from aiohttp.http_exceptions import InvalidURLError
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader
from aiohttp.tcp_helpers import tcp_keepalive

from cloudtape.cassettes.messages import Body, Response, Stream
from cloudtape.errors import BodyBroken, ProxyError
from cloudtape.http.framing import BODILESS, head, is_chunked, pieces
from cloudtape.http.incoming import Incoming
from cloudtape.http.ready import Ready

logger = logging.getLogger(__name__)

MAX_FIELD = 256 * 1024
MAX_FIELDS = 1024
MAX_QUEUED = 32
"""Requests that a client may send before the first one is answered; then its connection is not read until it is."""
READ_BUFFER = 64 * 1024
IDLE_SECONDS = 3600.0
LINGER_SECONDS = 10.0
"""How long what is left of a request is read and thrown away, so that the client reads our answer to it."""


Handler = Callable[[Incoming], Awaitable[Response | Ready | None]]
"""Answers a request; None to close the connection without another word. Never raises."""
Refuse = Callable[[int, str], Response]
"""The answer to what is no HTTP: status, reason."""


class Server:
    """What the connections to one listening socket share. It is itself the factory that asyncio wants."""

    def __init__(self, handler: Handler, refuse: Refuse, port: int) -> None:
        self.handler, self.refuse, self.port = handler, refuse, port
        self.connections: set[Connection] = set()
        self._loop = asyncio.get_running_loop()

    def __call__(self) -> Connection:
        return Connection(self, self._loop)

    async def shutdown(self, seconds: float) -> None:
        """Close all connections: idle ones at once, the others when they have answered, or after so many seconds."""
        tasks = [task for connection in list(self.connections) if (task := connection.finish())]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for connection in list(self.connections):
            connection.abort()


class Connection(BaseProtocol):
    """One client's connection: requests are answered one after the other, by one task."""

    def __init__(self, server: Server, loop: asyncio.AbstractEventLoop) -> None:
        parser = HttpRequestParser(
            self,
            loop,
            READ_BUFFER,
            max_line_size=MAX_FIELD,
            max_field_size=MAX_FIELD,
            max_headers=MAX_FIELDS,
            payload_exception=BodyBroken,
            auto_decompress=False,
        )
        super().__init__(loop, parser)
        self.server = server
        self._waiting: deque[tuple[RawRequestMessage, StreamReader]] = deque()
        self._payload: StreamReader = EMPTY_PAYLOAD
        self._error: HttpProcessingError | None = None
        self._breaks_a_body = False
        self._more: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._last_heard = loop.time()
        self._ending = False
        self._full = False

    # --- what asyncio calls ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert self.transport is not None
        tcp_keepalive(self.transport)
        self.server.connections.add(self)
        self._task = self._loop.create_task(self._answer_all())
        self._idle = self._loop.call_later(IDLE_SECONDS, self._close_if_idle)

    def data_received(self, data: bytes) -> None:
        if self._error or self._ending:
            return
        assert self._parser is not None
        try:
            messages, upgraded, _ = self._parser.feed_data(data)
        except HttpProcessingError as error:
            self._error, self._breaks_a_body = error, not self._payload.is_eof()
            self._break_off(BodyBroken(_reason(error)))
            self._wake()
            return
        if messages:
            self._waiting.extend(messages)
            self._payload = messages[-1][1]
            if upgraded:  # what follows is another protocol, which nobody here speaks
                self._ending = True
            self._full = self._full or len(self._waiting) >= MAX_QUEUED
            self._hold_if_full()
            self._wake()

    def resume_reading(self, resume_parser: bool = True) -> None:
        if self._reading_paused:  # aiohttp's streams ask for it after each read
            super().resume_reading(resume_parser)
            self._hold_if_full()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._ending = True
        self.server.connections.discard(self)
        if self._idle:
            self._idle.cancel()
        self._break_off(ConnectionResetError("the client has closed the connection"))
        self._waiting.clear()
        super().connection_lost(exc)
        self._wake()

    def _break_off(self, error: Exception) -> None:
        """Tell whoever reads the body that is under way that its end will never come."""
        if not self._payload.is_eof():
            self._payload.set_exception(error)

    # --- what the server calls ---------------------------------------------------------------------------------------

    def finish(self) -> asyncio.Task[None] | None:
        """Take no more requests. The task that still answers one, if there is one."""
        self._ending = True
        self._waiting.clear()
        if self._more is not None:
            self._wake()
            return None
        return self._task

    def abort(self) -> None:
        if self._task:
            self._task.cancel()
        if self.transport:
            self.transport.abort()

    # --- answering ---------------------------------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        if self.transport:
            self.transport.write(data)

    async def _answer_all(self) -> None:
        try:
            while self._waiting or await self._hears_more():
                if not await self._answer(*self._next()):
                    break
            if self._error and not self._breaks_a_body:  # whoever reads that body has heard of it
                said = self.server.refuse(self._error.code, _reason(self._error))
                self.write(head(said, "GET", True, close=True) + _bytes(said.body))
        except ConnectionError:
            pass  # the client has gone
        except Exception:
            logger.exception("a connection failed")
            self.server.refuse(500, "an answer could not be written; the log says why")
        finally:
            self._ending = True
            if self.transport:
                self.transport.close()

    async def _hears_more(self) -> bool:
        """Wait for the next request; whether there is one."""
        if self._error or self._ending:
            return False
        self._last_heard = self._loop.time()
        self._more = self._loop.create_future()
        try:
            await self._more
        finally:
            self._more = None
        return bool(self._waiting)

    def _wake(self) -> None:
        if self._more is not None and not self._more.done():
            self._more.set_result(None)

    def _next(self) -> tuple[RawRequestMessage, StreamReader]:
        found = self._waiting.popleft()
        if self._full and not self._waiting:
            self._full = False
            if self.transport and not self._reading_paused:
                self.transport.resume_reading()
        return found

    def _hold_if_full(self) -> None:
        if self._full and self.transport and not self._reading_paused:
            self.transport.pause_reading()

    async def _answer(self, message: RawRequestMessage, payload: StreamReader) -> bool:
        """Whether the connection can be used again."""
        incoming = Incoming(message, payload, self)
        response = await self.server.handler(incoming)
        if response is None:
            self.abort_transport()
            return False
        modern = message.version >= HttpVersion11
        streams = isinstance(response.body, Stream) and response.body.length is None
        close = message.should_close or self._ending or incoming.is_refused or (streams and not modern)
        if isinstance(response.body, bytes):
            self._write_whole(response, message.method, modern, close)
        elif not await self._stream(response, message.method, modern, close):
            return False
        if self._paused:
            await self._drain_helper()
        return not close and (payload.is_eof() or await self._lingers(payload))

    def abort_transport(self) -> None:
        if self.transport:
            self.transport.abort()

    def _write_whole(self, response: Response | Ready, method: str, modern: bool, close: bool) -> None:
        start = head(response, method, modern, close)
        assert isinstance(response.body, bytes)
        has_body = method != "HEAD" and response.status not in BODILESS
        self.write(start + response.body if has_body else start)

    async def _stream(self, response: Response | Ready, method: str, modern: bool, close: bool) -> bool:
        """Send a body as it comes in; whether all of it came."""
        chunks = pieces(response.body)
        chunked = modern and is_chunked(response, method)
        try:
            self.write(head(response, method, modern, close))
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
        if self._paused:
            await self._drain_helper()

    async def _lingers(self, payload: StreamReader) -> bool:
        """Read what is left of a request that was answered early; whether its end came."""
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while not payload.is_eof():
                    await payload.readany()
        except (TimeoutError, BodyBroken, ConnectionError, RuntimeError):
            return False
        return True

    def _close_if_idle(self) -> None:
        left = self._last_heard + IDLE_SECONDS - self._loop.time()
        if left <= 0 and self._more is not None:
            self._ending = True
            self._wake()
        else:
            self._idle = self._loop.call_later(max(left, IDLE_SECONDS / 60), self._close_if_idle)


def _reason(error: HttpProcessingError) -> str:
    """What the parser says, in one line; of a URL that is none it says the URL."""
    line, more, _ = error.message.partition("\n")
    if isinstance(error, InvalidURLError) and not more:
        return f"the request target is not a URL: {line}"
    return line.rstrip(":")


def _bytes(body: Body) -> bytes:
    assert isinstance(body, bytes)
    return body
