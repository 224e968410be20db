"""What a scenario is, and what it is handed when it runs.

A scenario is a function of one run and of parameters. Its changed variant is the same with other parameters: a really
different request, which a cloud answers just as well, and which no recording of the scenario may answer.
"""

from __future__ import annotations

import contextlib
import functools
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.scenarios.errors import Differs, NotReached
from tests.scenarios.names import Names

ROUNDS = 60
"""The most rounds of a wait loop."""
INTERVAL = 3.0
"""Seconds between two rounds at a pace of 1."""
FAILED = {"error", "error_deleting", "error_extending", "killed"}


@dataclass(frozen=True, slots=True)
class Pace:
    """How patiently a run asks."""

    polls: int = 1
    """Each round of a wait loop asks so many times."""
    sleep: float = 1.0
    """Scales the time between two rounds."""

    @property
    def interval(self) -> float:
        return INTERVAL * self.sleep


@dataclass(frozen=True, slots=True, eq=False)
class Undo:
    """How to take back one thing that a scenario made; calling it does so, once."""

    pending: list[Undo]
    call: Callable[[], Any]

    def __call__(self) -> Any:
        self.forget()
        return self.call()

    def forget(self) -> None:
        self.pending.remove(self)


T = TypeVar("T")


class Run:
    """One scenario, running: its random names, its folder, its wait loops, and what it must undo."""

    def __init__(self, names: Names, pace: Pace, folder: Path) -> None:
        self.folder, self.pace, self._names = folder, pace, names
        self._undos: list[Undo] = []

    def make(self, wanted: str) -> str:
        return self._names.make(wanted)

    def name(self, stem: str) -> str:
        return self._names.make(f"stem {stem}")

    def undo(self, function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Undo:
        """To be called at the end, the last one first, unless the scenario calls or forgets it before."""
        self._undos.append(Undo(self._undos, functools.partial(function, *arguments, **keywords)))
        return self._undos[-1]

    def end(self) -> None:
        """Undo what is left; what cannot be undone is a failure of the scenario."""
        while self._undos:
            self._undos[-1]()

    def give_up(self) -> None:
        """After a failure: leave as little as can be."""
        while self._undos:
            with contextlib.suppress(Exception):
                self._undos[-1]()

    def until(self, read: Callable[[], T], reached: Callable[[T], bool], expected: object) -> T:
        """Ask until the answer is what it must become; returns it. Raises NotReached."""
        last: T | None = None
        for _ in range(ROUNDS):
            for _ in range(self.pace.polls - 1):
                read()
            last = now = read()
            if reached(now):
                return now
            time.sleep(self.pace.interval)
        raise NotReached(expected, ROUNDS, last)

    def until_status(self, read: Callable[[], Any], status: str) -> Any:
        """Ask until a resource has a status. Raises Differs at once when it has failed instead."""

        def reached(thing: Any) -> bool:
            now = str(thing.status)
            if now.lower() in FAILED and now != status:
                raise Differs("the status", now, status)
            return now == status

        return self.until(read, reached, status)


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    play: Callable[..., None]
    """Takes a Run, and the parameters by name. Raises ScenarioError, or what the client raises."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    changed: Mapping[str, Any] = field(default_factory=dict)
    """The parameters of the variant that differ."""

    def variant(self) -> Scenario:
        return Scenario(f"{self.name}:changed", self.play, {**self.parameters, **self.changed})

    def run(self, seed: str, pace: Pace) -> None:
        """From its start to its clean end. Raises what the scenario finds wrong."""
        with tempfile.TemporaryDirectory(prefix="scenario-") as folder:
            run = Run(Names(seed, self.name), pace, Path(folder))
            try:
                self.play(run, **self.parameters)
                run.end()
            except BaseException:
                run.give_up()
                raise
