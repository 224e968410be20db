"""The responders of a mode, asked in order, and what is said when none of them answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from cloudtape.cassettes.messages import Request, Response, header
from cloudtape.headers import SOURCE_HEADER, Source
from cloudtape.journal import Journal
from cloudtape.ready import Ready

Responder = Callable[[Request], Awaitable[Response | Ready | None]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer to a request that nobody could answer, and the reason in one line."""

    response: Response
    reason: str


class Pipeline:
    """Asks each responder until one answers; `refuse` makes the answer of last resort."""

    def __init__(self, responders: Sequence[Responder], refuse: Callable[[Request], Refusal], journal: Journal) -> None:
        self._responders, self._refuse, self._journal = responders, refuse, journal

    async def __call__(self, request: Request) -> Response | Ready:
        for respond in self._responders:
            response = await respond(request)
            if response is not None:
                self._journal.answered(request, response, _source(response))
                return response
        refusal = self._refuse(request)
        self._journal.missed(request, refusal.response, refusal.reason)
        return refusal.response


def _source(response: Response | Ready) -> str:
    if isinstance(response, Ready):
        return Source.REPLAYED
    return header(response.headers[-2:], SOURCE_HEADER.lower()) or "answered"
