"""Runs scenarios in worker processes, and says how each ended.

A worker imports the clients once (the fork server has already done so), and plays one scenario after the other.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field

from tests.scenarios.errors import NoSuchScenario, ScenarioError, shortened
from tests.scenarios.scenario import Pace, Scenario

# Imported by the fork server, before it forks.
PRELOADED = ["tests.scenarios.suite"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run, and how."""

    names: tuple[str, ...]
    variants: bool = False
    workers: int = 1
    seed: str = "0"
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    difference: str
    """What was wrong first; empty when nothing was."""
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.difference


def ordered(names: Sequence[str], order: str) -> tuple[str, ...]:
    """`listed`, `reversed`, or `shuffled:SEED`. Raises ValueError."""
    kind, _, seed = order.partition(":")
    if kind == "shuffled":
        return tuple(random.Random(seed).sample(names, len(names)))
    if order not in {"listed", "reversed"}:
        raise ValueError(order)
    return tuple(names if order == "listed" else reversed(names))


def chosen(suite: Sequence[str], only: Sequence[str]) -> tuple[str, ...]:
    """Those of the suite that are wanted: all when none is named. Raises NoSuchScenario."""
    if unknown := set(only) - set(suite):
        raise NoSuchScenario(unknown)
    return tuple(name for name in suite if not only or name in only)


def run(plan: Plan) -> Iterator[Result]:
    """The results as they come."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with ProcessPoolExecutor(plan.workers, context) as pool:
        for future in as_completed([pool.submit(_run_one, plan, name) for name in plan.names]):
            yield future.result()


def _run_one(plan: Plan, name: str) -> Result:
    from tests.scenarios.suite import SUITE  # where the clients are imported: in the workers only

    warnings.simplefilter("ignore")  # as the clients' users have it
    scenario = SUITE[name].variant() if plan.variants else SUITE[name]
    return play(scenario, plan.seed, plan.pace)


def play(scenario: Scenario, seed: str, pace: Pace) -> Result:
    start = time.monotonic()
    difference = ""
    try:
        scenario.run(seed, pace)
    except ScenarioError as error:
        difference = str(error)
    except Exception as error:  # what a client raises is the scenario's failure, whatever it is
        difference = f"{type(error).__name__}: {shortened(str(error), 1000)}"
    return Result(scenario.name, difference or "", time.monotonic() - start)


def fresh_seed() -> str:
    return os.urandom(8).hex()
