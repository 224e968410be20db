"""Why a session is given nothing for a request: the reason in words, and the nearest interactions."""

from __future__ import annotations

from collections.abc import Callable

from cloudtape.cassettes.messages import Interaction, Request
from cloudtape.matchers.recordings.recording import Recording
from cloudtape.matchers.requests.canonical import canonical
from cloudtape.matchers.requests.things import is_write
from cloudtape.matchers.sessions.candidates import Candidate
from cloudtape.matchers.sessions.ladder import Ladder
from cloudtape.matchers.sessions.likeness import TAKEN, Mismatch
from cloudtape.matchers.sessions.nearest import Miss, Nearest
from cloudtape.matchers.sessions.rungs import Rung
from cloudtape.matchers.sessions.session import Session

USED_UP = "all that was recorded of it was given already: a write is answered as often as it was recorded"
OTHERS_WERE_THERE = "it was recorded only while other things were there than now"
OF_SOMEBODY_ELSE = "it was recorded for another user or project only"


class Misses:
    """`read` gives the interaction at a position; `most` is the most lenient rung that may answer."""

    def __init__(
        self, recording: Recording, ladder: Ladder, read: Callable[[int], Interaction], most: Rung = Rung.UNIFIED
    ) -> None:
        self._recording, self._ladder, self._read, self._most = recording, ladder, read, most
        self._nearest: Nearest | None = None

    def explain(self, session: Session, request: Request) -> Miss:
        asked = session.bindings.recorded(request)
        if positions := self._recording.positions(canonical(asked).key):
            return Miss(request.method, request.uri, self._why_not_again(session, request, positions[0]))
        if self._nearest is None:
            self._nearest = Nearest(self._recording, lambda position: self._read(position).request)
        miss = self._nearest.miss(asked)
        weighed = self._ladder.candidates(session, request)
        reason = self._why_not(session, weighed[0]) if weighed else miss.reason
        return Miss(request.method, request.uri, reason or miss.reason, miss.nearest)

    def _why_not_again(self, session: Session, request: Request, position: int) -> str:
        if not is_write(request):
            return OTHERS_WERE_THERE
        return OF_SOMEBODY_ELSE if session.past.is_free(position) else USED_UP

    def _why_not(self, session: Session, nearest: Candidate) -> str:
        reason = nearest.verdict.reason if isinstance(nearest.verdict, Mismatch) else ""
        if not session.past.is_free(nearest.position) and (not reason or reason.endswith(TAKEN)):
            return USED_UP
        if isinstance(nearest.verdict, Mismatch):
            return f"interaction {nearest.position + 1} comes near, but {nearest.verdict.reason}"
        if self._most.height < Rung.UNIFIED.height:
            number = nearest.position + 1
            return f"interaction {number} answers it as unified, and --match {self._most} allows no such guess"
        return OF_SOMEBODY_ELSE
