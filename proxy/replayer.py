"""The responder that plays the cloud's part from cassettes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from cloudtape.cassettes.bodies import checked
from cloudtape.cassettes.cassette import Cassette
from cloudtape.cassettes.messages import Interaction, Request, Response, StoredBody
from cloudtape.clock import Now, freshened, is_token_answer, now
from cloudtape.headers import HOP_BY_HOP, Passing
from cloudtape.journal import SOURCE_HEADER, Source
from cloudtape.matchers.canonical import canonical
from cloudtape.matchers.nearest import Miss, Nearest
from cloudtape.matchers.past import Past, Recorded
from cloudtape.operation_names import OperationNames

MATCH_HEADER = "X-Cloudtape-Match"
MOST_SESSIONS = 10_000
CACHED_BYTES = 32 * 1024 * 1024
# Made new by the edge, or true of the recording only.
REPLAYED = Passing(HOP_BY_HOP | {"date"})


class _Prepared(msgspec.Struct, frozen=True):
    """A recorded response ready to be given; `is_token`: its times must be moved each time."""

    response: Response
    is_token: bool
    size: int


class Replayer:
    """Answers from the interactions of some cassettes, which count as one after the other. None for a miss.

    Bodies must have been read (no streams). Each session has its own past; the least recently used of
    `MOST_SESSIONS` is forgotten.
    """

    def __init__(self, cassettes: Sequence[Cassette], names: OperationNames, clock: Now = now) -> None:
        self._cassettes, self._names, self._clock = cassettes, names, clock
        self._recorded = Recorded(summary for cassette in cassettes for summary in cassette.summaries)
        self._sessions: OrderedDict[str, Past] = OrderedDict()
        self._used: set[int] = set()
        self._prepared: dict[int, _Prepared] = {}
        self._room = CACHED_BYTES
        self._nearest: Nearest | None = None

    async def __call__(self, request: Request) -> Response | None:
        position = self._session(request.session).next(canonical(request).key)
        if position is None:
            return None
        self._used.add(position)
        prepared = self._prepared.get(position) or self._prepare(position)
        if prepared.is_token:
            assert isinstance(prepared.response.body, bytes)
            return replace(prepared.response, body=freshened(prepared.response.body, self._clock()))
        return prepared.response

    def recorded(self, request: Request) -> list[int]:
        """The numbers (from 1) of the interactions that are the same request; a session is given them by its past."""
        return [position + 1 for position in self._recorded.positions(canonical(request).key)]

    def explain(self, request: Request) -> Miss:
        """Why a request is a miss."""
        if self._nearest is None:
            summaries: list[Sequence[Any]] = [summary for one in self._cassettes for summary in one.summaries]
            self._nearest = Nearest(summaries, lambda position: self._interaction(position).request)
        return self._nearest.miss(request)

    def unused(self) -> list[int]:
        """The numbers (from 1, through all cassettes) of interactions that no session was given."""
        total = sum(len(cassette) for cassette in self._cassettes)
        return [position + 1 for position in range(total) if position not in self._used]

    def _session(self, name: str) -> Past:
        past = self._sessions.get(name)
        if past is None:
            past = self._sessions[name] = Past(self._recorded)
            if len(self._sessions) > MOST_SESSIONS:
                self._sessions.popitem(last=False)
        elif len(self._sessions) > 1:
            self._sessions.move_to_end(name)
        return past

    def _interaction(self, position: int) -> Interaction:
        for cassette in self._cassettes:
            if position < len(cassette):
                return cassette.interaction(position + 1)
            position -= len(cassette)
        raise IndexError(position)

    def _prepare(self, position: int) -> _Prepared:
        interaction = self._interaction(position)
        response = interaction.response
        if isinstance(response.body, StoredBody):
            checked(response.body)
        operation = interaction.operation or self._names.operation_of(interaction.request)
        match = f"exact; operation={operation or '-'}; interaction={position + 1}"
        headers = [pair for pair in response.headers if REPLAYED[pair[0]]]
        headers += ((SOURCE_HEADER, Source.REPLAYED), (MATCH_HEADER, match))
        size = len(response.body) + 1000 if isinstance(response.body, bytes) else 1000
        given = Response(response.status, response.reason, tuple(headers), response.body)
        made = _Prepared(given, is_token_answer(interaction.request, response), size)
        self._cache(position, made)
        return made

    def _cache(self, position: int, prepared: _Prepared) -> None:
        self._prepared[position] = prepared
        self._room -= prepared.size
        while self._room < 0:
            oldest = next(iter(self._prepared))
            self._room += self._prepared.pop(oldest).size
