"""What all targets share: a target is a module of this package with `INPUTS`, a hypothesis strategy, and `attempt`;
`prepare` does what is done once for a process.

`attempt(one, folder)` does with one input, in an empty folder, all that a user might; what it raises is a fault. So is
a task that takes longer than `SLOW` seconds (`next_task` begins another one), and what never ends.
"""

import random
import resource
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

SLOW = 1.0
"""Seconds of CPU for one task: the machine may be busy with other things."""
STUCK = 30.0
"""Seconds by the clock, for what waits."""
BATCH = 500
MOST_FAULTS = 20
LONGEST_LINE = 10_000
TARGETS = ("cassettes", "codings", "command_lines", "indexes", "json_bodies", "texts", "yaml_files")
"""Modules of this package; `http` has a run of its own."""


class Target(NamedTuple):
    name: str
    inputs: SearchStrategy[Any]
    attempt: Callable[[Any, Path], None]


class TooSlow(Exception):
    """An input that takes so long stops whoever is served beside it."""


class Stuck(BaseException):
    """Nothing catches this on its way."""


@dataclass
class Report:
    """`faults`: what was raised, each once with the smallest input for it that was found."""

    target: str
    seed: int
    inputs: int = 0
    slowest: float = 0.0
    faults: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        figures = f"{self.inputs:,} inputs (seed {self.seed}), slowest {self.slowest:.2f} s, peak {peak} MiB"
        return "\n".join([*self.faults.values(), f"FUZZ {self.target}: {figures}, {len(self.faults)} faults"])


def in_one_line(error: Exception) -> None:
    """What a person is told."""
    assert "\n" not in str(error), str(error)
    assert len(str(error)) < LONGEST_LINE, len(str(error))


def target_named(name: str) -> Target:
    """What it has to prepare is done then, outside all measured time."""
    module = import_module(f"tests.fuzz.{name}")
    getattr(module, "prepare", lambda: None)()
    return Target(name, module.INPUTS, module.attempt)


def run(target: Target, inputs: int, start: int) -> Report:
    """In batches: hypothesis remembers what it has tried, which would be too much."""
    report, seeds = Report(target.name, start), random.Random(start)
    while report.inputs < inputs and len(report.faults) < MOST_FAULTS:
        _batch(target, min(BATCH, inputs - report.inputs), seeds.getrandbits(64), report)
    return report


def _batch(target: Target, count: int, start: int, report: Report) -> None:
    asked = 0

    @seed(start)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(target.inputs)
    def attempt(one: Any) -> None:
        nonlocal asked
        asked += 1
        where = None
        try:
            with _folder() as folder, _watched(report):
                target.attempt(one, folder)
        except (Exception, Stuck) as error:
            where = _place_of(error)
            if where not in report.faults:
                report.faults[where] = ""
            if report.faults[where] == "" or len(repr(one)) < len(report.faults[where].partition("\n")[0]):
                report.faults[where] = f"{one!r}\n" + "".join(traceback.format_exception(error, limit=-6))

    attempt()
    report.inputs += max(asked, 1)


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="cloudtape-fuzz-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Watch:
    """How much CPU each task took that is done with one input."""

    def begin(self) -> None:
        self.slowest, self._began = 0.0, time.process_time()

    def next(self) -> None:
        now = time.process_time()
        self.slowest, self._began = max(self.slowest, now - self._began), now


_WATCH = _Watch()


def next_task() -> None:
    """What follows is another task, for which nobody waits who waits for the one before."""
    _WATCH.next()


@contextmanager
def _watched(report: Report) -> Iterator[None]:
    """Raises TooSlow, Stuck."""
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, STUCK)
    _WATCH.begin()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        _WATCH.next()
        report.slowest = max(report.slowest, _WATCH.slowest)
    if _WATCH.slowest > SLOW:
        raise TooSlow(f"{_WATCH.slowest:.2f} s")


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise Stuck(f"more than {STUCK:.0f} s")


def _place_of(error: BaseException) -> str:
    """Faults are one where the same error comes from the same line of ours."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if "/tests/" not in one.filename and "site-packages" not in one.filename]
    last = ours[-1] if ours else frames[-1]
    return f"{type(error).__name__} {last.filename}:{last.lineno}"
