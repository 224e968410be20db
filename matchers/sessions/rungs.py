"""The rungs of the ladder, which of them may answer, and what was found on one."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from cloudtape.matchers.requests.naming import Naming
from cloudtape.matchers.sessions.bindings import Binding
from cloudtape.matchers.sessions.past import Polling


class Rung(StrEnum):
    EXACT = "exact"
    BOUND = "bound"
    UNIFIED = "unified"
    ADAPTED = "adapted"

    @property
    def height(self) -> int:
        """How much is guessed: 0 for nothing."""
        return HEIGHTS[self]


HEIGHTS = {rung: height for height, rung in enumerate(Rung)}


class Matching(msgspec.Struct, frozen=True):
    """How requests are matched.

    `naming` says what may differ; `most` is the most lenient rung that may answer; `polling` says which of the answers
    that a client polled for are given.
    """

    naming: Naming = msgspec.field(default_factory=Naming)
    most: Rung = Rung.UNIFIED
    polling: Polling = Polling.DISTINCT


DEFAULT = Matching()


class Found(msgspec.Struct, frozen=True):
    """What answers a request: `bindings` hold for this answer alone, `bound` for the session from now on.

    `cost` says how unlike the request is that was recorded; 0 where nothing differs but what is random. `body` is the
    recorded one as it is for this session now, where that is another one (`lists`). `is_upload`: whether the request
    may hold data that is kept.
    """

    position: int
    rung: Rung
    bindings: tuple[Binding, ...] = ()
    cost: int = 0
    bound: tuple[Binding, ...] = ()
    body: bytes | None = None
    is_upload: bool = False
