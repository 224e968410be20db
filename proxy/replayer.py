"""The responder that plays the cloud's part from cassettes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace

from cloudtape.cassettes.cassette import Cassette, load
from cloudtape.cassettes.content import is_within
from cloudtape.cassettes.files.fingerprint import fingerprint
from cloudtape.cassettes.files.index import Summaries
from cloudtape.cassettes.files.stored import checked, verified
from cloudtape.cassettes.files.yaml_reader import Progress
from cloudtape.cassettes.messages import Interaction, Request, Response, StoredBody
from cloudtape.clock import Now, is_token_answer, now
from cloudtape.config import MOST_SESSIONS
from cloudtape.field_times import moved, tells_time
from cloudtape.guesses import Guessed, priced
from cloudtape.http.ready import MADE_READY_BY, Answer, Ready, in_parts, packed, replayed, unpacked, whence
from cloudtape.matchers.recordings.recording import Recording
from cloudtape.matchers.recordings.summary import SUMMARISED_BY, Summariser, fits, own_id
from cloudtape.matchers.requests.canonical import at_hand, canonical
from cloudtape.matchers.requests.large import Large
from cloudtape.matchers.requests.naming import Naming
from cloudtape.matchers.requests.said import Looseness, looseness
from cloudtape.matchers.sessions.bindings import Binding, exchanged
from cloudtape.matchers.sessions.exchange import WordExchange
from cloudtape.matchers.sessions.ladder import Ladder
from cloudtape.matchers.sessions.likeness import Fit, Mismatch
from cloudtape.matchers.sessions.lists import sorted_as_asked, with_body
from cloudtape.matchers.sessions.misses import Misses
from cloudtape.matchers.sessions.nearest import Miss
from cloudtape.matchers.sessions.rungs import DEFAULT, Found, Matching, Rung
from cloudtape.matchers.sessions.session import Session
from cloudtape.operation_names import OperationNames
from cloudtape.replay_sessions import Sessions
from cloudtape.tokens import IssuedTokens
from cloudtape.uploads import Shelf

CHECKED_FIRST = 1024 * 1024
"""Bytes of a body file that is looked at before its answer begins; of a larger one while it is sent."""
SMALL = 64 * 1024
"""Bytes of a body that are read in no time."""
JSON = (("Content-Type", "application/json"),)
NO_REQUEST = Request("GET", "")


def load_for_replay(path: Path, naming: Naming, progress: Progress | None = None) -> Cassette:
    """A cassette with all that a Replayer asks of it. Raises CassetteError."""
    version = f"{fingerprint(*SUMMARISED_BY, *MADE_READY_BY)}-{naming.digest}"
    return load(path, Summaries(lambda: _ForReplay(naming), version, fits), progress)


class _ForReplay:
    """A summary for the matchers, and each answer as it will be sent."""

    def __init__(self, naming: Naming) -> None:
        self._naming, self._summariser = naming, Summariser(naming)
        self.close = self._summariser.close

    def add(self, interaction: Interaction) -> bytes:
        self._summariser.add(interaction)
        return packed(interaction, looseness(interaction.request, self._naming))


class Preview(msgspec.Struct, frozen=True):
    """What a request would be given. Interactions are numbered from 1.

    `same` are those recorded of this very request, `bound` what would be bound, `weighed` the others of its form with
    the verdict on each, the best first.
    """

    found: Found | None
    same: list[int]
    bound: tuple[Binding, ...]
    weighed: list[tuple[int, Fit | Mismatch]]


class Replayer:
    """Answers from the interactions of some cassettes, which count as one after the other. None for a miss.

    Bodies must have been read (no streams); cassettes come from `load_for_replay`. Each session has its own past and
    bindings from its first answer on. The default one stays; of `most_sessions` others the least recently used is
    forgotten to which nobody is logged in (`is_held`: nor may it go for another reason).
    """

    def __init__(
        self,
        cassettes: Sequence[Cassette],
        names: OperationNames,
        clock: Now = now,
        matching: Matching = DEFAULT,
        most_sessions: int = MOST_SESSIONS,
    ) -> None:
        self._cassettes, self._names, self._clock, self._naming = cassettes, names, clock, matching.naming
        self._recording = Recording(cassette.summary for cassette in cassettes)
        self._ladder = Ladder(self._recording, self._interaction, matching)
        self._tokens = IssuedTokens()
        self._shelf = Shelf()
        self._large = Large()
        self._renew_uploads = partial(Shelf.renew, self._interaction)
        self._sessions = Sessions(self._new_session, self._tokens, clock, most_sessions)
        self._used = bytearray(self._recording.size)
        self._misses = Misses(self._recording, self._ladder, self._interaction, matching.most)
        # The last request that was found, but whose answer could not be kept.
        self._lost: tuple[Request, int] | None = None

    def close(self) -> None:
        """Forget what was uploaded."""
        self._shelf.close()
        self._large.close()

    async def __call__(self, request: Request) -> Answer | None:
        name = self.session_of(request)
        session = self._sessions.of(name)
        found = await self._found(session, request)
        if found is None:
            return None
        self._sessions.keep(name, session)
        self._used[found.position] = True
        if self._shelf.is_changed(session.uploads, request, found.is_upload):
            await self._shelf.note(session.uploads, found.position, self._interaction(found.position), request)
        has_data = bool(session.uploads) and self._shelf.concerns(session.uploads, request)
        given = self._answer(found.position)
        if given is None:
            self._lost = request, found.position
            return None
        made, loose = given
        may_be_ready = found.rung is Rung.EXACT and not has_data
        if may_be_ready and isinstance(made, Ready) and self._is_as_recorded(session, request, made):
            return made
        answer = in_parts(made)
        if found.body is not None:
            answer = with_body(answer, found.body)
        data = None
        if has_data:
            recorded = self._request(found.position)
            answer, data = await self._shelf.told(session.uploads, recorded, request, answer)
        if data is None:
            return sorted_as_asked(request, answer, self._in_words_of(session, request, found, answer, loose))
        # What the client has uploaded is given back as it is, whatever words are in it.
        told = self._in_words_of(session, request, found, replace(answer, body=b""), loose)
        return replace(told, body=data)

    async def _found(self, session: Session, request: Request) -> Found | None:
        """What answers a request. A large one, or one that becomes large, is read elsewhere before."""
        if not request.body or is_within(request, SMALL):
            return self._ladder.find(session, request)
        with at_hand(*await self._large.read(request, session.bindings.recorded)):
            return self._ladder.find(session, request)

    def _is_as_recorded(self, session: Session, request: Request, answer: Ready) -> bool:
        """Whether an exact answer goes to a session as it was recorded."""
        if session.bindings or answer.looseness is Looseness.FREE:
            return False
        if not session.echoes:
            return True
        return not answer.looseness and not session.echoes.concern(request, answer.body, self._request)

    def _in_words_of(
        self, session: Session, request: Request, found: Found, response: Response, loose: Looseness
    ) -> Response:
        """A recorded response as a session knows things. `loose` is the request."""
        is_token = is_token_answer(request.uri, response)
        if found.rung is not Rung.EXACT:
            response = self._retold(found, response)
        own = None
        if loose:
            recorded = self._request(found.position)
            own = session.echoes.note(found.position, recorded, request, response, session.bindings)
        if session.told:
            response = session.told.mended(response)
        response = session.echoes.live(request, response, session.bindings, self._request, own)
        if is_token:
            response = self._tokens.answer(session, request, response, self._clock())
        return response

    def session_of(self, request: Request) -> str:
        """The session that a request belongs to: the one it names, else that of its token."""
        return self._tokens.session_of(request)

    def as_live(self, session: str, document: bytes) -> bytes:
        """A recorded JSON document with the names that a session uses, and what it has sent."""
        one = self._sessions.of(session)
        if not one.bindings and not one.echoes:
            return document
        made = one.echoes.live(NO_REQUEST, Response(200, "OK", JSON, document), one.bindings, self._request).body
        assert isinstance(made, bytes)
        return made

    def holds(self, request: Request) -> bool:
        """Whether a new session would be given something."""
        found = self._ladder.find(self._ladder.session(), request)
        return found is not None and not self._interaction(found.position).lost

    def preview(self, request: Request) -> Preview:
        """What a new session would be given for a request, and what else was weighed for it."""
        session = self._ladder.session()
        same = [position + 1 for position in self._recording.positions(canonical(request).key)]
        weighed = [] if same else self._ladder.candidates(session, request)
        found = self._ladder.find(session, request)
        if found and self._interaction(found.position).lost:
            self._lost = request, found.position
            found, same = None, []
        bound = tuple(session.bindings) + found.bindings if found else ()
        return Preview(found, same, bound, [(one.position + 1, one.verdict) for one in weighed])

    def explain(self, request: Request) -> Miss:
        """Why a request is a miss."""
        if self._lost and self._lost[0] is request:
            position = self._lost[1]
            why = f"interaction {position + 1} was asked so, but what the cloud answered could not be kept: "
            return Miss(request.method, request.uri, why + self._interaction(position).lost)
        session = self._sessions.of(self.session_of(request))
        if not request.body or is_within(request, SMALL):
            return self._misses.explain(session, request)
        with at_hand(*self._large.was_read(request, session.bindings.recorded)):
            return self._misses.explain(session, request)

    def interaction(self, number: int) -> Interaction:
        """An interaction by its number (from 1, through all cassettes). Raises IndexError."""
        return self._interaction(number - 1)

    def unused(self) -> list[int]:
        """The numbers (from 1, through all cassettes) of interactions that no session was given, nor an equal one."""
        given_otherwise = self._recording.is_repeated
        return [at + 1 for at, used in enumerate(self._used) if not used and not given_otherwise(at)]

    def hold(self, is_held: Callable[[str], bool]) -> None:
        """Let sessions stay for another reason than ours, too."""
        self._sessions.is_held = is_held

    def _new_session(self) -> Session:
        session = self._ladder.session()
        session.uploads.renew = self._renew_uploads
        return session

    def _interaction(self, position: int) -> Interaction:
        cassette, number = self._place(position)
        return cassette.interaction(number)

    def _request(self, position: int) -> Request:
        return self._interaction(position).request

    def _place(self, position: int) -> tuple[Cassette, int]:
        """The cassette that holds a position, and the number of the interaction in it. Raises IndexError."""
        for cassette in self._cassettes:
            if position < len(cassette):
                return cassette, position + 1
            position -= len(cassette)
        raise IndexError(position)

    def _answer(self, position: int) -> tuple[Answer, Looseness] | None:
        """What was answered, saying that it was found exactly, and how loose the request is; None where it was lost."""
        cassette, number = self._place(position)
        piece, body = cassette.answer(number)
        if piece:
            try:
                ready = unpacked(piece, body, position + 1)
                return ready, ready.looseness
            except KeyError:
                pass  # the index is none of ours; what was recorded is there all the same
        recorded = cassette.interaction(number)
        if recorded.lost:
            return None
        response = recorded.response
        if isinstance(response.body, StoredBody):
            verified(response.body).close() if response.body.size <= CHECKED_FIRST else checked(response.body)
        operation = recorded.operation or self._names.operation_of(recorded.request) or "-"
        told = moved(recorded, self._clock()) if tells_time(response.headers) else response.headers
        headers = (*replayed(told), *whence(operation, position + 1))
        return replace(response, headers=headers), looseness(recorded.request, self._naming)

    def _retold(self, found: Found, response: Response) -> Response:
        """The response, saying how it was found, with what is bound for it alone exchanged."""
        name, exact = response.headers[-1]
        told = priced(f"{found.rung}; {exact.partition('; ')[2]}", found)
        # What is bound for this answer alone goes before what is bound for the session.
        if found.bindings or found.rung is Rung.ADAPTED:
            response = self._adapted(found, response)
        headers = (*response.headers[:-1], (name, told))
        return Guessed(response.status, response.reason, headers, response.body, found=found)

    def _adapted(self, found: Found, response: Response) -> Response:
        exchange = WordExchange()
        for one in found.bindings:
            exchange.add(one.recorded, one.live, one.field)
        if found.rung is Rung.ADAPTED and (made := self._made(found.position)):
            fresh = uuid.uuid4()
            exchange.add(made, str(fresh) if "-" in made else fresh.hex, "id")
        return exchanged(exchange, response)

    def _made(self, position: int) -> str:
        """The id of what an interaction made; a sibling of it must have another."""
        return own_id(self._interaction(position).response.body) if self._recording.is_create(position) else ""
