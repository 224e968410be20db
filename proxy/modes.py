"""The modes: which responders are asked, in which order, and what becomes of the cassette.

A mode is a row. No other line of the project compares a mode's name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto


class Part(Enum):
    """A responder that the application can build."""

    LIVE_LOGINS = auto()
    REPLAYER = auto()
    RECORDER = auto()
    FORWARDER = auto()
    SYNTHESIZER = auto()


class Writes(Enum):
    """How the cassette is opened for writing."""

    NEW = auto()  # refuses to overwrite one
    TAKE = auto()  # a new take, swapped in only when it ended well
    ADD = auto()  # appended to what is there


@dataclass(frozen=True, slots=True)
class Mode:
    """`doc` is what `--help` says; `cassette`: whether one is needed at all."""

    name: str
    responders: tuple[Part, ...]
    doc: str
    writes: Writes | None = None
    cassette: bool = True

    def synthesizing(self) -> Mode:
        """The same mode, with a made-up cloud for what nobody else answers."""
        return self if self.synthesizes else replace(self, responders=(*self.responders, Part.SYNTHESIZER))

    @property
    def needs_upstream(self) -> bool:
        return Part.RECORDER in self.responders or Part.FORWARDER in self.responders

    @property
    def synthesizes(self) -> bool:
        return Part.SYNTHESIZER in self.responders

    @property
    def answers_alone(self) -> bool:
        """Whether somebody answers who must have the whole request."""
        return self.replays or self.synthesizes

    @property
    def replays(self) -> bool:
        return Part.REPLAYER in self.responders


MODES = {
    mode.name: mode
    for mode in (
        Mode(
            "record",
            (Part.RECORDER,),
            "Record a cloud's traffic into a new cassette; an existing one is not overwritten.",
            writes=Writes.NEW,
        ),
        Mode(
            "refresh",
            (Part.RECORDER,),
            "Record a new take of a cassette; it replaces the old one only when the take ended well.",
            writes=Writes.TAKE,
        ),
        Mode(
            "fill",
            (Part.LIVE_LOGINS, Part.REPLAYER, Part.RECORDER),
            "Replay what the cassette holds, record what is missing; where there is no cassette, a new one is started.",
            writes=Writes.ADD,
        ),
        Mode(
            "replay",
            (Part.REPLAYER,),
            "Play the cloud's part from cassettes, offline; what was not recorded is answered with 501.",
        ),
        Mode(
            "synthesize",
            (Part.SYNTHESIZER,),
            "Be a cloud that is not there: resources live in memory, and no cassette is needed.",
            cassette=False,
        ),
        Mode(
            "passthrough",
            (Part.FORWARDER,),
            "Forward everything, keep nothing.",
            cassette=False,
        ),
    )
}
