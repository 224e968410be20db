"""The responder that plays the cloud's part from cassettes."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from itertools import compress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from cloudtape.cassettes.bodies import checked
from cloudtape.cassettes.cassette import Cassette, load
from cloudtape.cassettes.messages import Interaction, Kept, Request, Response, StoredBody
from cloudtape.cassettes.yaml_reader import Progress
from cloudtape.clock import Now, freshened, is_token_answer, now
from cloudtape.headers import HOP_BY_HOP, Passing
from cloudtape.journal import SOURCE_HEADER, Source
from cloudtape.matchers.bindings import Binding, exchanged
from cloudtape.matchers.canonical import canonical
from cloudtape.matchers.exchange import Exchange, tokens_of
from cloudtape.matchers.ladder import DEFAULT, Found, Ladder, Matching, Rung
from cloudtape.matchers.lineage import Fit, Refused
from cloudtape.matchers.naming import Naming
from cloudtape.matchers.nearest import Miss, Nearest
from cloudtape.matchers.recording import Recording
from cloudtape.matchers.session import Session
from cloudtape.matchers.summary import SUMMARY_VERSION, Summariser, own_id
from cloudtape.operation_names import OperationNames
from cloudtape.tokens import IssuedTokens

MATCH_HEADER = "X-Cloudtape-Match"
MOST_SESSIONS = 10_000
CACHED_BYTES = 32 * 1024 * 1024
# Made new by the edge, or true of the recording only.
REPLAYED = Passing(HOP_BY_HOP | {"date"})
JSON = (("Content-Type", "application/json"),)
SOURCE = SOURCE_HEADER, Source.REPLAYED.value
USED_UP = "all that was recorded of it was given already: what one such request made stands for one thing only"


def load_for_replay(path: Path, naming: Naming, progress: Progress | None = None) -> Cassette:
    """A cassette with all that a Replayer asks of it. Raises CassetteError."""
    return load(path, lambda: Summariser(naming), f"{SUMMARY_VERSION}-{naming.digest}", progress)


@lru_cache(maxsize=1024)
def _replayed(names: tuple[str, ...]) -> tuple[bool, ...]:
    """Which of some header fields are given again."""
    return tuple([REPLAYED[name] for name in names])


class _Prepared(msgspec.Struct, frozen=True):
    """A recorded response ready to be given, but for the header that says how it was found.

    `is_token`: its times must be moved each time. `operation` and `position` are told to the client.
    """

    response: Response
    is_token: bool
    size: int
    told: str
    tokens: frozenset[bytes] | None = None


class Preview(msgspec.Struct, frozen=True):
    """What a request would be given. Interactions are numbered from 1.

    `same` are those recorded of this very request, `bound` what would be bound, `weighed` the others of its form with
    the verdict on each, the best first.
    """

    found: Found | None
    same: list[int]
    bound: tuple[Binding, ...]
    weighed: list[tuple[int, Fit | Refused]]


class Replayer:
    """Answers from the interactions of some cassettes, which count as one after the other. None for a miss.

    Bodies must have been read (no streams); cassettes come from `load_for_replay`. Each session has its own past and
    bindings; the least recently used of `MOST_SESSIONS` is forgotten.
    """

    def __init__(
        self,
        cassettes: Sequence[Cassette],
        names: OperationNames,
        clock: Now = now,
        matching: Matching = DEFAULT,
    ) -> None:
        self._cassettes, self._names, self._clock = cassettes, names, clock
        self._recording = Recording(cassette.summary for cassette in cassettes)
        self._ladder = Ladder(self._recording, self._interaction, matching)
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._tokens = IssuedTokens()
        self._used = bytearray(self._recording.size)
        self._prepared: dict[int, _Prepared] = {}
        self._room = CACHED_BYTES
        self._nearest: Nearest | None = None

    async def __call__(self, request: Request) -> Response | None:
        session = self._session(self.session_of(request))
        found = self._ladder.find(session, request)
        if found is None:
            return None
        prepared = self._prepared.get(found.position) or self._prepare(found.position)
        self._used[found.position] = True
        response = prepared.response
        tokens = self._words(found.position, prepared) if session.bindings else None
        if found.rung is not Rung.EXACT:
            response = self._retold(found, prepared)
            # What is bound for this answer alone goes before what is bound for the session.
            tokens = tokens if response.body is prepared.response.body else None
        if session.bindings:
            response = session.bindings.live(response, tokens)
        if prepared.is_token:
            response = self._tokens.issue(request.session, session, response)
            assert isinstance(response.body, bytes)
            response = replace(response, body=freshened(response.body, self._clock()))
        return response

    def session_of(self, request: Request) -> str:
        """The session that a request belongs to: the one it names, else that of its token."""
        return self._tokens.session_of(request)

    def as_live(self, session: str, document: bytes) -> bytes:
        """A recorded JSON document with the names that a session uses."""
        bindings = self._session(session).bindings
        made = bindings.live(Response(200, "OK", JSON, document)).body if bindings else document
        assert isinstance(made, bytes)
        return made

    def holds(self, request: Request) -> bool:
        """Whether a new session would be given something."""
        return self._ladder.find(self._ladder.session(), request) is not None

    def preview(self, request: Request) -> Preview:
        """What a new session would be given for a request, and what else was weighed for it."""
        session = self._ladder.session()
        same = [position + 1 for position in self._recording.positions(canonical(request).key)]
        weighed = [] if same else self._ladder.candidates(session, request)
        found = self._ladder.find(session, request)
        bound = tuple(session.bindings) + found.bindings if found else ()
        return Preview(found, same, bound, [(one.position + 1, one.verdict) for one in weighed])

    def explain(self, request: Request) -> Miss:
        """Why a request is a miss."""
        session = self._session(self.session_of(request))
        asked = session.bindings.recorded(request)
        if self._recording.positions(canonical(asked).key):
            return Miss(request.method, request.uri, USED_UP)
        if self._nearest is None:
            self._nearest = Nearest(self._recording, lambda position: self._interaction(position).request)
        miss = self._nearest.miss(asked)
        weighed = self._ladder.candidates(session, request)
        if any(session.past.is_spent(one.key) for one in weighed):
            return Miss(request.method, request.uri, USED_UP, miss.nearest)
        refused = [(one.position, one.verdict.reason) for one in weighed if isinstance(one.verdict, Refused)]
        reason = f"interaction {refused[0][0] + 1} comes near, but {refused[0][1]}" if refused else miss.reason
        return Miss(request.method, request.uri, reason, miss.nearest)

    def interaction(self, number: int) -> Interaction:
        """An interaction by its number (from 1, through all cassettes). Raises IndexError."""
        return self._interaction(number - 1)

    def unused(self) -> list[int]:
        """The numbers (from 1, through all cassettes) of interactions that no session was given."""
        return [position + 1 for position, used in enumerate(self._used) if not used]

    def _session(self, name: str) -> Session:
        session = self._sessions.get(name)
        if session is None:
            session = self._sessions[name] = self._ladder.session()
            if len(self._sessions) > MOST_SESSIONS:
                self._sessions.popitem(last=False)
        elif len(self._sessions) > 1:
            self._sessions.move_to_end(name)
        return session

    def _interaction(self, position: int) -> Interaction:
        cassette, number = self._place(position)
        return cassette.interaction(number)

    def _place(self, position: int) -> tuple[Cassette, int]:
        """The cassette that holds a position, and the number of the interaction in it. Raises IndexError."""
        for cassette in self._cassettes:
            if position < len(cassette):
                return cassette, position + 1
            position -= len(cassette)
        raise IndexError(position)

    def _prepare(self, position: int) -> _Prepared:
        """What is given once only is not kept: to read it is cheaper than to keep it for nothing."""
        cassette, number = self._place(position)
        recorded = cassette.recorded(number)
        body = recorded.body
        if isinstance(body, StoredBody):
            checked(body)
        operation = recorded.operation or self._names.operation_of(cassette.interaction(number).request) or "-"
        told = f"operation={operation}; interaction={position + 1}"
        fields = compress(zip(recorded.names, recorded.values, strict=True), _replayed(recorded.names))
        headers = (*fields, SOURCE, (MATCH_HEADER, f"exact; {told}"))
        size = len(body) + 1000 if isinstance(body, bytes) else 1000
        again = self._used[position]
        given = (Kept if again else Response)(recorded.status, recorded.reason, headers, body)
        made = _Prepared(given, is_token_answer(recorded.uri, given), size, told)
        if again:
            self._cache(position, made)
        return made

    def _words(self, position: int, prepared: _Prepared) -> frozenset[bytes]:
        """The words of a response's body; looked for once, when a session has something to exchange."""
        if prepared.tokens is not None:
            return prepared.tokens
        body = prepared.response.body
        tokens = tokens_of(body) if isinstance(body, bytes) else frozenset()
        if position in self._prepared:
            self._prepared.pop(position)
            self._room += prepared.size
            self._cache(position, replace(prepared, tokens=tokens, size=prepared.size + 50 * len(tokens)))
        return tokens

    def _retold(self, found: Found, prepared: _Prepared) -> Response:
        """The response, saying how it was found, with what is bound for it alone exchanged."""
        response = prepared.response
        if found.bindings or found.rung is Rung.ADAPTED:
            response = self._adapted(found, response)
        return replace(response, headers=(*response.headers[:-1], (MATCH_HEADER, f"{found.rung}; {prepared.told}")))

    def _adapted(self, found: Found, response: Response) -> Response:
        exchange = Exchange()
        for one in found.bindings:
            exchange.add(one.recorded, one.live, one.field)
        if found.rung is Rung.ADAPTED and (made := self._made(found.position)):
            fresh = uuid.uuid4()
            exchange.add(made, str(fresh) if "-" in made else fresh.hex, "id")
        return exchanged(exchange, response)

    def _made(self, position: int) -> str:
        """The id of what an interaction made; a sibling of it must have another."""
        return own_id(self._interaction(position).response.body) if self._recording.is_create(position) else ""

    def _cache(self, position: int, prepared: _Prepared) -> None:
        self._prepared[position] = prepared
        self._room -= prepared.size
        while self._room < 0:
            oldest = next(iter(self._prepared))
            self._room += self._prepared.pop(oldest).size
