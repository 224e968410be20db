"""What happened while the proxy ran: counts, misses, and what could not be kept; `report` prints it.

A miss is whatever was answered that was neither recorded nor made up nor forwarded. Probes of versions (`probes`) are
counted apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from cloudtape.cassettes.messages import Request, Response
from cloudtape.cassettes.scrubbing.masking import Mask
from cloudtape.guesses import Guessed
from cloudtape.http.ready import Answer
from cloudtape.matchers.sessions.nearest import Miss
from cloudtape.matchers.sessions.rungs import Rung
from cloudtape.plain import plain

MOST_MISSES_KEPT = 1000
MISSED, PROBED, LOST = "missed", "probed", "lost"
MASK = Mask()


@dataclass(frozen=True, slots=True)
class MissNote:
    """A request that nobody answered, and why; without secrets, and as it may be printed."""

    method: str
    uri: str
    reason: str
    session: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.uri}: {self.reason}"


class Answered(msgspec.Struct, frozen=True):
    """One answer as it is given. `source` is where it came from, or `missed`, `probed`; `miss` says why then."""

    request: Request
    response: Answer
    source: str
    miss: Miss | None = None


Listener = Callable[[Answered], None]


@dataclass(slots=True)
class Journal:
    """`guesses` counts the replayed answers that were not found exactly, by their rung.

    `lost` says, a line each, which interactions were not kept although they should have been (at most so many lines as
    misses; `counts` has them all). `listeners` hear of each answer before it is given, `loss_listeners` of each loss.
    """

    counts: Counter[str] = field(default_factory=Counter)
    guesses: Counter[Rung] = field(default_factory=Counter)
    misses: list[MissNote] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    loss_listeners: list[Callable[[str], None]] = field(default_factory=list)

    def answered(self, request: Request, response: Answer, source: str) -> None:
        self.counts[source] += 1
        if isinstance(response, Guessed):
            self.guesses[response.found.rung] += 1
        if self.listeners:
            self._tell(Answered(request, response, source))

    def missed(self, request: Request, response: Response, miss: Miss) -> None:
        self.counts[MISSED] += 1
        if len(self.misses) < MOST_MISSES_KEPT:
            said = (request.method, MASK.uri(request.uri), MASK.text(str(miss)), request.session)
            self.misses.append(MissNote(*map(plain, said)))
        self._tell(Answered(request, response, MISSED, miss))

    def probed(self, request: Request, response: Response, miss: Miss) -> None:
        """Note a miss that its client expects."""
        self.counts[PROBED] += 1
        self._tell(Answered(request, response, PROBED, miss))

    def lose(self, what: str) -> None:
        what = plain(what)
        self.counts[LOST] += 1
        if len(self.lost) < MOST_MISSES_KEPT:
            self.lost.append(what)
        for listener in self.loss_listeners:
            listener(what)

    @property
    def rungs(self) -> dict[Rung, int]:
        """How many replayed answers stand on each rung."""
        exact = self.counts["replayed"] - self.guesses.total()
        return {rung: exact if rung is Rung.EXACT else self.guesses[rung] for rung in Rung}

    def _tell(self, answered: Answered) -> None:
        for listener in self.listeners:
            listener(answered)
