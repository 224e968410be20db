"""One connection to the cloud, on which requests are asked one after the other (RFC 9112).

llhttp (by httptools) reads the answers, on asyncio's own connections. Knows nothing of which request may be asked
again, nor how the connection was made.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpResponseParser

from cloudtape.cassettes.messages import Headers
from cloudtape.http.cloud_answer import CloudAnswer, WireBroken, WireDropped
from cloudtape.http.flow import BY_BODY, NOTHING, Arriving, Flow
from cloudtape.http.headers import BODILESS, Named, options_of

MAX_HEAD = 256 * 1024
MAX_FIELDS = 1024
MAX_INTERIM = 100
"""Interim answers (1xx) to one request."""
HEAD_SECONDS = 30.0
"""How long a head may take, from its first byte to its last."""
NO_CONTENT = 204
TOLD = Named(frozenset({"connection", "content-length", "transfer-encoding"}))
NO_REASON = re.compile(r"[\r\n\0]")
# What the body is in besides; `identity` is what HTTP/1.1 once called none.
UNDONE = frozenset({"chunked", "identity"})


class Wire(Flow):
    """`seconds` is how long the cloud may be silent while it is listened to.

    `is_free` until something is asked, and again when the answer was read to its end.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        super().__init__(loop)
        self._seconds = seconds
        self._parser: HttpResponseParser | None = None
        self._without_body = False
        self._asked: asyncio.Future[CloudAnswer] | None = None
        self._body = NOTHING
        self._reason, self._fields = b"", list[tuple[str, str]]()
        self._is_interim, self._interim = False, 0
        self._heard = 0
        self._until_end = self._has_ended_well = False
        self._last = False
        self._answers = 0
        self._upload: asyncio.Task[None] | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.free_since = 0.0

    @property
    def is_free(self) -> bool:
        return (
            self.transport is not None
            and not self.transport.is_closing()
            and not self._last
            and self._asked is None
            and self._body.is_whole
            and (self._upload is None or self._upload.done())
        )

    async def ask(self, request: bytes, without_body: bool, body: AsyncIterator[bytes] | None = None) -> CloudAnswer:
        """Send a request; the answer, whose body may still be on its way.

        `without_body`: whatever its head says, the answer has none (it is one to HEAD). `body`: what is sent behind
        `request`, as it comes in and as it is framed; the answer may come before its end. Raises WireBroken,
        TimeoutError, and what `body` raises; so does reading the answer's body.
        """
        if self.transport is None or self.transport.is_closing():
            raise WireDropped("the connection was closed")
        if self._parser is None:
            self._parser = HttpResponseParser(self)
            # Servers that end a line with a bare line feed are understood, as they always were (RFC 9112, 2.2).
            self._parser.set_dangerous_leniencies(
                lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
            )
        self._without_body = without_body
        self._asked = asked = self.loop.create_future()
        self._heard = self._interim = 0
        self._listen(self._seconds)
        self.transport.write(request)
        if body is not None:
            self._upload = self.loop.create_task(self._send(body))
        try:
            answer: CloudAnswer = await asked
        except BaseException:
            self.close()
            raise
        return answer

    def close(self) -> None:
        """Does nothing where it is closed already."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._upload is not None and self._upload is not asyncio.current_task(self.loop):
            self._upload.cancel()
        if self.transport is not None:
            # What was not sent yet is of no use any more, and the cloud may never take it.
            self.transport.abort() if self.is_full else self.transport.close()
            self.transport = None

    async def _send(self, body: AsyncIterator[bytes]) -> None:
        try:
            async for piece in body:
                if self.transport is None:
                    return
                self.transport.write(piece)
                if self.is_full:
                    await self.drained()
                self._deadline = self.loop.time() + self._seconds
        except ConnectionResetError:
            return  # the connection has ended, which is told where the answer is waited for
        except Exception as error:  # whose fault it is, the one who asks knows
            self._fail(error)

    # --- what asyncio calls ------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        if self._asked is None and self._body.has_ended:
            self.close()  # nobody has asked for this
            return
        assert self._parser is not None
        is_first = not self._heard
        if self._asked is None:
            self._deadline = self.loop.time() + self._seconds
        else:
            self._heard += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._parser = None
            self._last = True
            if self._asked is not None or not self._body.has_ended:
                is_stray = self._answers and is_first and not data.startswith(b"HTTP/")
                self._fail(WireDropped("it began with what is no answer") if is_stray else _broken(error))
        if self._last and self._asked is None and self._body.has_ended:
            self.close()
        elif self._asked is not None and self._heard:
            self._await_head(is_first)

    def _await_head(self, is_first: bool) -> None:
        if self._heard > MAX_HEAD:
            self._fail(WireBroken(f"its head is longer than {MAX_HEAD} bytes"))
        elif is_first:
            self._listen(min(self._seconds, HEAD_SECONDS))

    def eof_received(self) -> None:
        self._has_ended_well = True

    def connection_lost(self, exc: Exception | None) -> None:
        if self._until_end and self._has_ended_well and exc is None:
            self._body.end()
        how = exc or "it ended too early"
        super().connection_lost(exc)
        self._parser = None  # which refers to this
        self._fail(WireBroken(f"the connection was lost: {how}") if self._heard else WireDropped(f"it was lost: {how}"))

    # --- what the parser calls ----------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        if self._asked is None:
            raise WireBroken("it answered what nobody asked")
        self._reason, self._fields = b"", []

    def on_status(self, reason: bytes) -> None:
        self._reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self._fields) >= MAX_FIELDS:
            raise WireBroken(f"it has more than {MAX_FIELDS} fields")
        self._fields.append((name.decode(), value.decode("utf-8", "surrogateescape").rstrip(" \t")))

    def on_headers_complete(self) -> None:
        assert self._parser is not None
        status = self._parser.get_status_code()
        if status < 100:
            raise WireBroken(f"its status is {status:03}, which is none")
        self._is_interim = status < 200
        if status == 101:
            raise WireBroken("it changes to another protocol, which nobody has asked for")
        if not self._is_interim:
            self._begin(self._parser, status)
            return
        self._interim += 1
        if self._interim > MAX_INTERIM:
            raise WireBroken(f"it said more than {MAX_INTERIM} times that an answer will come")

    def on_body(self, piece: bytes) -> None:
        if self._body.has_ended:  # behind an answer that has none
            self._last = True
        else:
            self._body.add(piece)

    def on_message_complete(self) -> None:
        if self._is_interim:
            self._heard = 0
            self._listen(self._seconds)
        elif not self._body.has_ended:
            self._body.end()

    def _begin(self, parser: HttpResponseParser, status: int) -> None:
        headers = tuple(self._fields)
        told = _told(headers)
        coding, length = told.get("transfer-encoding"), told.get("content-length")
        if coding is not None and coding.lower() not in UNDONE:
            raise WireBroken(f"it is in the transfer coding {coding!r}, which cannot be undone")
        has_body = not self._without_body and status not in BODILESS
        self._until_end = has_body and length is None and (coding is None or coding.lower() != "chunked")
        options = options_of(told.get("connection", ""))
        stays = "close" not in options and (parser.get_http_version() == "1.1" or "keep-alive" in options)
        # A 204 that announces a body may be followed by one all the same.
        is_followed = status == NO_CONTENT and (coding is not None or (length or "0") != "0")
        self._last = self._until_end or not stays or is_followed
        if self._without_body:
            self._parser = None  # it waits for a body
        self._body = Arriving(self._hold) if has_body else NOTHING
        self._answers += 1
        asked, self._asked = self._asked, None
        # For people alone: what no cassette may hold, half characters and line ends, need not stay what it was.
        reason = NO_REASON.sub(" ", self._reason.decode("utf-8", "replace"))
        if asked is not None and not asked.done():
            asked.set_result(CloudAnswer(status, reason, headers, int(length) if length else None, self._body))

    def _hold(self, is_held: bool) -> None:
        self._deadline = self.loop.time() + self._seconds
        self.hold(BY_BODY, is_held)

    def _fail(self, error: Exception) -> None:
        asked, self._asked = self._asked, None
        if asked is not None and not asked.done():
            asked.set_exception(error)
            asked.exception()  # at the end of a run nobody may wait for it any more, and asyncio would complain
        self._body.fail(error)
        self._last = True
        self.close()

    # --- silence -----------------------------------------------------------------------------------------------------

    def _listen(self, seconds: float) -> None:
        """One timer serves many answers: it looks at the deadline only when it goes off."""
        self._deadline = self.loop.time() + seconds
        if self._timer is not None and self._timer.when() > self._deadline:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self.loop.call_at(self._deadline, self._look_at_the_clock)

    def _look_at_the_clock(self) -> None:
        self._timer = None
        if self._asked is None and self._body.has_ended:
            return
        now = self.loop.time()
        is_uploading = self._upload is not None and not self._upload.done() and not self.is_full
        if self.reading_is_held or (is_uploading and not self._heard):  # the client is slow
            self._deadline = now + self._seconds
        if now < self._deadline:
            self._timer = self.loop.call_at(self._deadline, self._look_at_the_clock)
        else:
            self._fail(TimeoutError("the cloud was silent for too long"))


def _told(headers: Headers) -> dict[str, str]:
    """What the fields say of the connection and of the body's end."""
    told: dict[str, str] = {}
    for written, value in headers:
        if name := TOLD[written]:
            told[name] = f"{told[name]}, {value}" if name in told else value
    return told


def _broken(error: Exception) -> Exception:
    """What is wrong with an answer, in one line."""
    if isinstance(error, HttpParserCallbackError) and isinstance(error.__context__, WireBroken):
        return error.__context__
    return WireBroken(str(error).partition("\n")[0].rstrip(":"))
