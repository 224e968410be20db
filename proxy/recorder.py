"""The responders that ask the cloud: Forwarder sends, Recorder sends and keeps.

    client ──> tee ──> upstream                 the request's body is spooled while it passes
    client <── tee <── upstream                 and so is the answer's; its end is held back until
                 └──> scrub ──> cassette        the interaction is on disk

Nothing here knows how a cassette is laid out or what a secret is.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import lru_cache

from msgspec.structs import replace

from cloudtape.cassettes.errors import CassetteError
from cloudtape.cassettes.files.bodies import Spool
from cloudtape.cassettes.messages import Body, Interaction, Request, Response, Route, StoredBody, Stream
from cloudtape.errors import UpstreamError
from cloudtape.http.headers import SOURCE_HEADER, Source
from cloudtape.keeper import Keeper
from cloudtape.live_routes import LiveRoutes
from cloudtape.matchers.requests.things import is_login
from cloudtape.operation_names import OperationNames
from cloudtape.refusal import refusal
from cloudtape.service_catalog import is_token_request

Send = Callable[[Request], Awaitable[Response]]


def _from(source: Source, response: Response) -> Response:
    headers = (*response.headers, (SOURCE_HEADER, source))
    return Response(response.status, response.reason, headers, response.body)


class Forwarder:
    """Sends a request upstream and learns the routes that its answer teaches."""

    def __init__(self, send: Send, routes: LiveRoutes) -> None:
        self._send, self._routes = send, routes

    async def __call__(self, request: Request) -> Response | None:
        self._routes.check(request)
        response = await self._send(request)
        self._routes.taught(request, response)
        return _from(Source.FORWARDED, response)


class LiveLogins:
    """Sends upstream the logins that were recorded already, and keeps nothing of them.

    A recorded token is a placeholder: whoever is to record what is missing needs one that the cloud takes. And a
    recorded service catalog may lead a client, with such a token, to wherever a cassette says.
    """

    def __init__(self, forward: Forwarder, routes: LiveRoutes, is_recorded: Callable[[Request], bool]) -> None:
        self._forward, self._routes, self._is_recorded = forward, routes, is_recorded

    async def __call__(self, request: Request) -> Response | None:
        route = self._routes.named(request.route)
        if route is None or route.service != self._routes.identity.service:
            return None
        is_meant = is_login(request.method, request.uri) or is_token_request(request, route.upstream)
        return await self._forward(request) if is_meant and self._is_recorded(request) else None


class Recorder:
    """Sends a request upstream and keeps what was said.

    An answer that could not be kept is given as one that was only forwarded; of one that streams it is known too late.
    `record_errors`: keep the answers that the proxy gives when the cloud cannot be reached, too.
    """

    def __init__(
        self, send: Send, routes: LiveRoutes, keeper: Keeper, names: OperationNames, record_errors: bool = False
    ) -> None:
        self._send, self._routes, self._keeper, self._names = send, routes, keeper, names
        self._record_errors = record_errors
        self._untaught = routes.untaught

    async def __call__(self, request: Request) -> Response | None:
        self._routes.check(request)
        take = _Take(request, self._keeper)
        try:
            response = await self._send(take.outgoing)
        except UpstreamError as error:
            take.discard()
            if not self._record_errors:
                raise
            response = refusal(self._service(request), error.status, str(error))
        except BaseException:
            take.discard()
            raise
        self._untaught += self._routes.taught(request, response)
        if isinstance(response.body, Stream):
            body = replace(response.body, chunks=self._passing(take, response, response.body))
            return _from(Source.RECORDED, replace(response, body=body))
        is_kept = await self._keep(take, response)
        return _from(Source.RECORDED if is_kept else Source.FORWARDED, response)

    def _service(self, request: Request) -> str:
        route = self._routes.named(request.route)
        return route.service if route else ""

    async def _passing(self, take: _Take, response: Response, stream: Stream) -> AsyncIterator[bytes]:
        copy = _Copy(self._keeper.spool())
        left, held = stream.length, b""
        try:
            async for chunk in stream.chunks:
                copy.write(chunk)
                if left is None:
                    yield chunk  # what follows the last one is the end that the framing marks
                    continue
                left -= len(chunk)
                if left > 0:
                    yield chunk
                else:
                    held += chunk
            await self._keep(take, response, copy)
            if held:
                yield held
        finally:
            copy.discard()
            take.discard()

    async def _keep(self, take: _Take, response: Response, copy: _Copy | None = None) -> bool:
        """Whether it was kept, and not only noted that it was not."""
        routes, self._untaught = self._untaught, ()
        kept, operation = False, self._names.operation_of(take.outgoing)
        try:
            whole = replace(response, body=copy.finish()) if copy else response
            kept = await self._keeper.keep(take.interaction(whole, operation, routes))
        except CassetteError as error:
            await self._keeper.lose(take.interaction_with(take.outgoing, response, operation), error)
        finally:
            take.discard()
            if not kept:
                self._untaught = routes + self._untaught
        return kept


class _Copy:
    """What is spooled of a body while it passes. A disk that refuses it must not hold up the body itself."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._error: CassetteError | None = None

    def write(self, chunk: bytes) -> None:
        if self._error is None:
            try:
                self._spool.write(chunk)
            except CassetteError as error:
                self._error = error

    def finish(self) -> bytes | StoredBody:
        """Raises the CassetteError that `write` met."""
        if self._error:
            raise self._error
        return self._spool.finish()

    def discard(self) -> None:
        self._spool.discard()


class _Take:
    """One exchange while it is under way: when it began, and a copy of the request's body as it passed."""

    def __init__(self, request: Request, keeper: Keeper) -> None:
        self.outgoing = request
        self._began_at, self._began = time.time(), time.monotonic()
        self._copy: _Copy | None = None
        if isinstance(request.body, Stream):
            self._copy = _Copy(keeper.spool())
            self.outgoing = replace(request, body=Stream(self._tee(request.body), request.body.length))

    async def _tee(self, stream: Stream) -> AsyncIterator[bytes]:
        assert self._copy is not None
        async for chunk in stream.chunks:
            self._copy.write(chunk)
            yield chunk

    def interaction(self, response: Response, operation: str, routes: tuple[Route, ...]) -> Interaction:
        """Raises CassetteError where the request's body could not be copied."""
        body: Body = self._copy.finish() if self._copy else self.outgoing.body
        request = replace(self.outgoing, body=body) if self._copy else self.outgoing
        return self.interaction_with(request, response, operation, routes)

    def interaction_with(
        self, request: Request, response: Response, operation: str, routes: tuple[Route, ...] = ()
    ) -> Interaction:
        return Interaction(
            request,
            response,
            recorded_at=_rfc3339(self._began_at),
            elapsed=time.monotonic() - self._began,
            operation=operation,
            routes=routes,
        )

    def discard(self) -> None:
        """Forget the copy; does nothing once it was kept."""
        if self._copy:
            self._copy.discard()


def _rfc3339(seconds: float) -> str:
    """A moment in UTC, to the millisecond."""
    whole = int(seconds)
    return f"{_to_the_second(whole)}.{int((seconds - whole) * 1000):03d}Z"


@lru_cache(maxsize=16)
def _to_the_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
