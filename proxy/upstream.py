"""Sends a request to the cloud. With `edge`, the only module that knows aiohttp.

Decides which answers are read whole (small ones, and documents that will be rewritten) and which stream through.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from types import TracebackType

import aiohttp
from yarl import URL

from cloudtape.cassettes.messages import Body, Request, Response, StoredBody, Stream, header
from cloudtape.config import Config
from cloudtape.errors import UpstreamBroken, UpstreamError, UpstreamTimeout, UpstreamUnreachable
from cloudtape.headers import for_client

INLINE_LIMIT = 64 * 1024
DOCUMENT_LIMIT = 4 * 1024 * 1024
CHUNK = 256 * 1024
MAX_FIELD = 256 * 1024
# Apache closes idle connections after 5 s; one that we close first is never one that breaks under a POST.
IDLE_SECONDS = 4.0
# aiohttp would add these on its own account.
AUTO_HEADERS = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")

DOCUMENT_TYPES = re.compile(r"[^;]*(json|xml|html)", re.IGNORECASE)


def is_document(content_type: str | None) -> bool:
    """Whether a body may hold links: JSON, XML or HTML by its Content-Type."""
    return bool(content_type and DOCUMENT_TYPES.match(content_type))


class Upstream:
    """The connections to one cloud. An async context manager; `send` works inside it.

    Raises ConfigError (from `Config.tls`) when it is entered with unusable certificates.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Upstream:
        timeouts = self._config.timeouts
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=self._config.tls.context(), keepalive_timeout=IDLE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=AUTO_HEADERS,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=timeouts.connect, sock_read=timeouts.read),
            read_bufsize=CHUNK,
            max_line_size=MAX_FIELD,
            max_field_size=MAX_FIELD,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def send(self, request: Request) -> Response:
        """Send a request; the body of the answer is bytes where it is small or a document, else a stream.

        Raises UpstreamUnreachable, UpstreamTimeout, UpstreamBroken; reading a stream raises the last two.
        """
        try:
            answer = await self._session.request(
                request.method,
                URL(request.uri, encoded=True),
                headers=request.headers,
                data=_outgoing(request.body),
                allow_redirects=False,
            )
            headers = for_client(answer.headers.items())
            try:
                body = await _body(answer, headers, request)
            except BaseException:
                answer.close()
                raise
        except FAILURES as error:
            raise _named(error, request.uri) from error
        return Response(answer.status, answer.reason or "", headers, body)


FAILURES = (aiohttp.ClientError, TimeoutError, ValueError)


def _named(error: Exception, uri: str) -> UpstreamError:
    """What aiohttp raised, by whose fault it is."""
    if isinstance(error, TimeoutError):
        return UpstreamTimeout(uri, "the cloud did not answer in time")
    if isinstance(error, aiohttp.ClientConnectorError):
        return UpstreamUnreachable(uri, f"the cloud cannot be reached: {error}")
    return UpstreamBroken(uri, f"the cloud's answer is broken: {error or type(error).__name__}")


def _outgoing(body: Body) -> bytes | AsyncIterator[bytes] | None:
    if isinstance(body, Stream):
        return body.chunks
    if isinstance(body, StoredBody):
        return file_chunks(body)
    return body or None


async def file_chunks(body: StoredBody) -> AsyncIterator[bytes]:
    """The bytes of a stored body, piece by piece."""
    with body.path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


async def _body(answer: aiohttp.ClientResponse, headers: tuple[tuple[str, str], ...], request: Request) -> Body:
    length = answer.content_length
    limit = DOCUMENT_LIMIT if is_document(header(headers, "content-type")) else INLINE_LIMIT
    if request.method == "HEAD" or (length is not None and length <= limit):
        return await answer.read()
    start = bytearray()
    if length is None:
        async for chunk in answer.content.iter_any():
            start += chunk
            if len(start) > limit:
                break
        else:
            return bytes(start)
    return Stream(_rest(answer, bytes(start), request.uri), length)


async def _rest(answer: aiohttp.ClientResponse, start: bytes, uri: str) -> AsyncIterator[bytes]:
    try:
        if start:
            yield start
        async for chunk in answer.content.iter_any():
            yield chunk
    except FAILURES as error:
        raise _named(error, uri) from error
    finally:
        # Closed, not released: an answer that was not read to its end leaves a connection that cannot be used again.
        answer.close() if not answer.content.at_eof() else answer.release()
