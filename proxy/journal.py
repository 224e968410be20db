"""What happened while the proxy ran: counts, misses, and what could not be kept; `report` prints it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from cloudtape.cassettes.messages import Request, Response
from cloudtape.ready import Ready

MOST_MISSES_KEPT = 1000


@dataclass(frozen=True, slots=True)
class MissNote:
    """A request that nobody answered, and why."""

    method: str
    uri: str
    reason: str
    session: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.uri}: {self.reason}"


@dataclass(slots=True)
class Journal:
    """`lost` says, a line each, which interactions were not kept although they should have been.

    `listener` hears of each answer (request, response, source or "missed") as it is given.
    """

    counts: Counter[str] = field(default_factory=Counter)
    misses: list[MissNote] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    listener: Callable[[Request, Response | Ready, str], None] | None = None

    def answered(self, request: Request, response: Response | Ready, source: str) -> None:
        self.counts[source] += 1
        if self.listener:
            self.listener(request, response, source)

    def missed(self, request: Request, response: Response, reason: str) -> None:
        if len(self.misses) < MOST_MISSES_KEPT:
            self.misses.append(MissNote(request.method, request.uri, reason, request.session))
        self.answered(request, response, "missed")

    def lose(self, what: str) -> None:
        self.counts["lost"] += 1
        self.lost.append(what)
