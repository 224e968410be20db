"""The responders of a mode, asked in order, and what is said when none of them answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from cloudtape.cassettes.messages import Request, Response, Stream
from cloudtape.errors import UpstreamError
from cloudtape.http.headers import SOURCE_HEADER, Source
from cloudtape.http.ready import Answer, Ready
from cloudtape.journal import Journal
from cloudtape.matchers.sessions.nearest import Miss

Responder = Callable[[Request], Awaitable[Answer | None]]


@dataclass(frozen=True, slots=True)
class LastResort:
    """The answer to what nobody could answer, and why. `is_expected`: its client goes on without it (`probes`)."""

    response: Response
    miss: Miss
    is_expected: bool = False


class Pipeline:
    """Asks each responder until one answers; `refuse` makes the answer of last resort."""

    def __init__(
        self, responders: Sequence[Responder], refuse: Callable[[Request], LastResort], journal: Journal
    ) -> None:
        self._responders, self._refuse, self._journal = responders, refuse, journal

    async def __call__(self, request: Request) -> Answer:
        for respond in self._responders:
            response = await respond(request)
            if response is not None:
                if isinstance(response.body, Stream):
                    assert isinstance(response, Response)
                    return self._followed(request, response, response.body)
                self._journal.answered(request, response, _source(response))
                return response
        refusal = self._refuse(request)
        note = self._journal.probed if refusal.is_expected else self._journal.missed
        note(request, refusal.response, refusal.miss)
        return refusal.response

    def _followed(self, request: Request, response: Response, stream: Stream) -> Response:
        """The answer; what it was is noted when its end has come, or does not come."""
        return replace(response, body=replace(stream, chunks=self._passing(request, response, stream)))

    async def _passing(self, request: Request, response: Response, stream: Stream) -> AsyncIterator[bytes]:
        try:
            async for chunk in stream.chunks:
                yield chunk
        except UpstreamError as error:
            self._journal.missed(request, response, Miss(request.method, request.uri, f"cut short: {error}"))
            raise
        except GeneratorExit:  # the client has heard enough
            self._journal.answered(request, response, _source(response))
            raise
        else:
            self._journal.answered(request, response, _source(response))
        finally:
            await stream.chunks.aclose()  # type: ignore[attr-defined]


def _source(response: Answer) -> str:
    if isinstance(response, Ready):
        return Source.REPLAYED
    for name, value in response.headers[-2:]:
        if name == SOURCE_HEADER:
            return value
    return "answered"
