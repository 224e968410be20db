from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.scenarios.errors import Differs, NotReached
from tests.scenarios.names import Names
from tests.scenarios.scenario import ROUNDS, Pace, Run, Scenario

AT_ONCE = Pace(sleep=0)


def new_run(polls: int = 1) -> Run:
    return Run(Names("1", "one"), Pace(polls, 0), Path())


def counting(*answers: Any) -> Callable[[], Any]:
    """Gives one answer after the other, and the last one for ever; keeps count."""
    left = list(answers)

    def read() -> Any:
        read.count += 1  # type: ignore[attr-defined]
        return left.pop(0) if len(left) > 1 else left[0]

    read.count = 0  # type: ignore[attr-defined]
    return read


@pytest.mark.parametrize(("polls", "asked"), [(1, 3), (3, 3), (2, 4)])
def test_a_round_asks_as_often_as_it_is_told(polls: int, asked: int) -> None:
    read = counting("BUILD", "BUILD", "ACTIVE")
    assert new_run(polls).until(read, lambda status: status == "ACTIVE", "ACTIVE") == "ACTIVE"
    assert read.count == asked  # type: ignore[attr-defined]


def test_a_wait_ends() -> None:
    read = counting("BUILD")
    with pytest.raises(NotReached, match=f"ACTIVE.*{ROUNDS} rounds.*BUILD"):
        new_run().until(read, lambda status: status == "ACTIVE", "ACTIVE")


def test_a_wait_for_a_status_ends_when_the_resource_has_failed() -> None:
    read = counting(SimpleNamespace(status="BUILD"), SimpleNamespace(status="ERROR"))
    with pytest.raises(Differs, match=r"'ERROR', not 'ACTIVE'"):
        new_run().until_status(read, "ACTIVE")


def test_what_was_made_is_undone_the_last_one_first() -> None:
    undone: list[str] = []

    def play(run: Run) -> None:
        for name in ("network", "subnet", "port"):
            run.undo(undone.append, name)

    Scenario("one", play).run("1", AT_ONCE)
    assert undone == ["port", "subnet", "network"]


def test_what_a_scenario_undoes_itself_is_not_undone_again() -> None:
    undone: list[str] = []

    def play(run: Run) -> None:
        delete = run.undo(undone.append, "server")
        run.undo(undone.append, "key").forget()
        delete()

    Scenario("one", play).run("1", AT_ONCE)
    assert undone == ["server"]


def test_a_failed_scenario_undoes_all_that_it_can_and_says_what_was_wrong_first() -> None:
    undone: list[str] = []

    def play(run: Run) -> None:
        run.undo(undone.append, "network")
        run.undo(undone.remove, "nothing of the kind")
        raise Differs("the size", 2, 1)

    with pytest.raises(Differs, match="the size is 2, not 1"):
        Scenario("one", play).run("1", AT_ONCE)
    assert undone == ["network"]


def test_what_cannot_be_undone_fails_the_scenario() -> None:
    def play(run: Run) -> None:
        run.undo([].remove, "what is not there")

    with pytest.raises(ValueError, match="not in list"):
        Scenario("one", play).run("1", AT_ONCE)


def test_a_variant_has_the_changed_parameters_and_the_others() -> None:
    variant = Scenario("one", lambda run: None, {"size": 1, "kind": "a"}, {"size": 2}).variant()
    assert (variant.name, variant.parameters) == ("one:changed", {"size": 2, "kind": "a"})
