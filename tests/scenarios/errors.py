"""What a scenario can find wrong.

ScenarioError
├── Differs            an answer is not what it must be
├── NotReached         a wait loop ended, and what it waited for had not come
└── NoSuchScenario     the caller's mistake
"""

from __future__ import annotations

from collections.abc import Iterable


class ScenarioError(Exception):
    """Base of what this package raises."""


class Differs(ScenarioError):
    def __init__(self, what: str, actual: object, expected: object) -> None:
        super().__init__(f"{what} is {shortened(actual)}, not {shortened(expected)}")


class NotReached(ScenarioError):
    def __init__(self, expected: object, rounds: int, last: object) -> None:
        super().__init__(f"{shortened(expected)} has not come in {rounds} rounds: {shortened(last)}")


class NoSuchScenario(ScenarioError):
    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(f"no such scenario: {', '.join(sorted(names))}")


def shortened(value: object, longest: int = 300) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= longest else f"{text[:longest]}…"
