"""What a service adds in Python to what its rows say. Each module has hooks of its own, and its service joins them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from cloudtape.synthesis.engine.scene import Choice, Effect, Whole, Window

E = TypeVar("E", bound=Effect)
W = TypeVar("W", bound=Whole)
C = TypeVar("C", bound=Choice)


class Hooks:
    """`effects` are by kind and event, `answers` by operation, `choices` and `windows` by kind.

    `offers` is what other services may ask of this one beside its operations, `needs` by service what this one asks.
    """

    def __init__(self, offers: Any = None, needs: Mapping[str, type] | None = None) -> None:
        self.effects: defaultdict[tuple[str, str], list[Effect]] = defaultdict(list)
        self.answers: defaultdict[str, list[Whole]] = defaultdict(list)
        self.choices: defaultdict[str, list[Choice]] = defaultdict(list)
        self.windows: dict[str, Window] = {}
        self.offers, self.needs = offers, needs or {}

    def on(self, kind: str, *events: str) -> Callable[[E], E]:
        """What follows when a resource of a kind is made, changed, deleted (CREATE, …) or acted on."""

        def add(effect: E) -> E:
            for event in events:
                self.effects[kind, event].append(effect)
            return effect

        return add

    def answer(self, *operations: str) -> Callable[[W], W]:
        """What answers whole operations."""

        def add(answer: W) -> W:
            for operation in operations:
                self.answers[operation].append(answer)
            return answer

        return add

    def choose(self, kind: str) -> Callable[[C], C]:
        """What says of a list of a kind which resources it shows: by more than the values of members."""

        def add(choice: C) -> C:
            self.choices[kind].append(choice)
            return choice

        return add

    def joined(self, *others: Hooks) -> Hooks:
        """These hooks with those of others."""
        whole = Hooks(self.offers, self.needs)
        for one in (self, *others):
            for event, effects in one.effects.items():
                whole.effects[event].extend(effects)
            for operation, answers in one.answers.items():
                whole.answers[operation].extend(answers)
            for kind, choices in one.choices.items():
                whole.choices[kind].extend(choices)
            whole.windows.update(one.windows)
        return whole


def name_of(effect: Callable[..., Any]) -> str:
    """The name by which a row says when an effect comes."""
    return effect.__name__.strip("_")
