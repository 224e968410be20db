"""What time it is in a made-up cloud, and when what was begun is done."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from cloudtape.synthesis.errors import SynthesisError

PACE = re.compile(r"immediate|polls:(?P<polls>\d+)|seconds:(?P<seconds>\d+(?:\.\d+)?)")


class Pace(msgspec.Struct, frozen=True):
    """How long a resource is on its way: until it was looked at so often, and until so many seconds are over."""

    polls: int = 0
    seconds: float = 0.0


class PaceError(SynthesisError):
    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no pace: immediate, polls:N or seconds:S")


def pace_named(text: str) -> Pace:
    """`immediate`, `polls:3` or `seconds:1.5`. Raises PaceError."""
    found = PACE.fullmatch(text)
    if not found:
        raise PaceError(text)
    return Pace(int(found["polls"] or 0), float(found["seconds"] or 0))


class Clock:
    """`now` as a date, `ticks` in seconds for measuring; both given for tests."""

    def __init__(
        self, now: Callable[[], datetime] = lambda: datetime.now(UTC), ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self.now, self.ticks = now, ticks

    def text(self, form: str) -> str:
        return self.now().strftime(form)
