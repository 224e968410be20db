"""One connection to the cloud, on which requests are asked one after the other (RFC 9112).

aiohttp connects (names, addresses, TLS) and its parser reads; what stands between is here, because aiohttp's own client
makes a parser, two timers and six objects for each request, and loses an answer behind which stands what is no HTTP.
Knows nothing of which request may be asked again.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress

from aiohttp.base_protocol import BaseProtocol
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError, HttpResponseParser, RawResponseMessage
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader

READ_BUFFER = 256 * 1024
MAX_FIELD = 256 * 1024
MAX_FIELDS = 1024
EMPTY = frozenset({204, 304})
NO_CONTENT = 204
HEAD_END = re.compile(rb"\r?\n\r?\n")

Answer = tuple[RawResponseMessage, StreamReader]


class WireBroken(Exception):
    """The cloud has said something that is no HTTP, or not all of it."""


class WireDropped(WireBroken):
    """Nothing was said to this request: the connection may have been an old one, whose end crossed it, or one on which
    the answer before was longer than it was said to be.
    """


class Wire(BaseProtocol):
    """Takes a connection over from aiohttp. `seconds` is how long the cloud may be silent while it is listened to.

    `is_free` until something is asked, and again when the answer was read to its end.
    """

    def __init__(self, connection: Connection, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        super().__init__(loop)
        self._connection, self._seconds = connection, seconds
        self._without_body = False
        self._asked: asyncio.Future[Answer] | None = None
        self._payload: StreamReader = EMPTY_PAYLOAD
        self._last = False
        self._heard: list[bytes] = []
        self._answers = 0
        self._upload: asyncio.Task[None] | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.free_since = 0.0
        assert connection.protocol is not None
        if transport := connection.protocol.transport:
            self.connection_made(transport)
            transport.set_protocol(self)

    @property
    def is_free(self) -> bool:
        return (
            self.is_open
            and not self._last
            and self._asked is None
            and self._payload.is_eof()
            and (self._upload is None or self._upload.done())
        )

    @property
    def is_open(self) -> bool:
        return self.transport is not None and not self.transport.is_closing()

    async def ask(self, request: bytes, without_body: bool, body: AsyncIterator[bytes] | None = None) -> Answer:
        """Send a request; the head of the answer, and its body, which may still be on its way.

        `without_body`: whatever its head says, the answer has none (it is one to HEAD). `body`: what is sent behind
        `request`, as it comes in and as it is framed; the answer may come before its end. Raises WireBroken,
        TimeoutError, and what `body` raises; so does reading the answer's body.
        """
        if self.transport is None or self.transport.is_closing():
            raise WireDropped("the connection was closed")
        if self._parser is None or without_body is not self._without_body:
            self._parser, self._without_body = self._new_parser(without_body), without_body
        self._asked = asked = self._loop.create_future()
        self._heard.clear()
        self._listen()
        self.transport.write(request)
        if body is not None:
            self._upload = self._loop.create_task(self._send(body))
        try:
            answer: Answer = await asked
        except BaseException:
            self.close()
            raise
        return answer

    def close(self) -> None:
        """Does nothing where it is closed already."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._upload and self._upload is not asyncio.current_task(self._loop):
            self._upload.cancel()
        self._connection.close()
        self.transport = None

    async def _send(self, body: AsyncIterator[bytes]) -> None:
        try:
            async for piece in body:
                if self.transport is None:
                    return
                self.transport.write(piece)
                if self._paused:
                    await self._drain_helper()
                self._deadline = self._loop.time() + self._seconds
        except Exception as error:  # whose fault it is, the one who asks knows
            self._fail(error)

    # --- what asyncio calls ------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        self._deadline = self._loop.time() + self._seconds
        if data and self._asked is None and self._payload.is_eof():
            self.close()  # nobody has asked for this
            return
        assert self._parser is not None
        if self._asked is not None:
            self._heard.append(data)
        try:
            messages, _, _ = self._parser.feed_data(data)
        except HttpProcessingError as error:
            self._hear_again(error) if self._asked is not None else self._fail(WireBroken(error.message))
            return
        self._take(messages)

    def _take(self, messages: Iterable[Answer]) -> None:
        for message, payload in messages:
            if message.code >= 200:
                self._begin(message, payload)

    def _hear_again(self, error: HttpProcessingError) -> None:
        """What was said is not all HTTP, and the parser tells nothing of what was: the head, and what is behind it.

        Answers of 204 with a body or with the end of one, and bodies longer than they were said to be, are whole; only
        the connection is of no more use.
        """
        data, at = b"".join(self._heard), 0
        self._parser = self._new_parser(self._without_body)
        with suppress(HttpProcessingError):
            while self._asked is not None and (end := HEAD_END.search(data, at)):
                self._take(self._parser.feed_data(data[at : end.end()])[0])
                at = end.end()
            if self._asked is None and not self._payload.is_eof():
                self._parser.feed_data(data[at:])
        is_stray = self._answers and not data.startswith(b"HTTP/")
        self._fail(WireDropped("it began with what is no answer") if is_stray else WireBroken(error.message))

    def resume_reading(self, resume_parser: bool = True) -> None:
        if self._reading_paused:  # aiohttp's streams ask for it after each read
            super().resume_reading(resume_parser)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._parser is not None and self._asked is None:
            try:
                self._parser.feed_eof()  # the end of a body may be that of the connection
            except Exception as error:
                self._fail(WireBroken(f"it ended too early: {error}"))
        self._fail(WireDropped(f"the connection was lost: {exc or 'no answer'}"))
        super().connection_lost(exc)

    def _begin(self, message: RawResponseMessage, payload: StreamReader) -> None:
        if self._asked is None or self._asked.done():
            self._fail(WireBroken("it answered what nobody asked"))
            return
        self._payload = EMPTY_PAYLOAD if self._without_body or message.code in EMPTY else payload
        self._last = bool(message.should_close) or (message.code in EMPTY and _announces_body(message))
        self._answers += 1
        self._heard.clear()
        self._asked.set_result((message, self._payload))
        self._asked = None

    def _fail(self, error: Exception) -> None:
        asked, self._asked = self._asked, None
        if asked is not None and not asked.done():
            asked.set_exception(error)
        if not self._payload.is_eof():
            self._payload.set_exception(error)
        self._last = True
        self.close()

    def _new_parser(self, without_body: bool) -> HttpResponseParser:
        return HttpResponseParser(
            self,
            self._loop,
            READ_BUFFER,
            payload_exception=WireBroken,
            response_with_body=not without_body,
            read_until_eof=True,
            auto_decompress=False,
            max_line_size=MAX_FIELD,
            max_field_size=MAX_FIELD,
            max_headers=MAX_FIELDS,
        )

    # --- silence -----------------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        """One timer serves many answers: it looks at the deadline only when it goes off."""
        self._deadline = self._loop.time() + self._seconds
        if self._timer is None:
            self._timer = self._loop.call_at(self._deadline, self._look_at_the_clock)

    def _look_at_the_clock(self) -> None:
        self._timer = None
        if self._asked is None and self._payload.is_eof():
            return
        now = self._loop.time()
        if self._reading_paused or (
            self._upload and not self._upload.done() and not self._paused
        ):  # the client is slow
            self._deadline = now + self._seconds
        if now < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._look_at_the_clock)
        else:
            self._fail(TimeoutError("the cloud was silent for too long"))


def _announces_body(message: RawResponseMessage) -> bool:
    """Whether an answer that has no body says how one ends that may come all the same."""
    length = message.headers.get("Content-Length", "0") if message.code == NO_CONTENT else "0"
    return length != "0" or "Transfer-Encoding" in message.headers
