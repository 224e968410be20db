import pytest

from tests.scenarios.errors import Differs, NoSuchScenario
from tests.scenarios.runner import chosen, fresh_seed, ordered, play
from tests.scenarios.scenario import Pace, Run, Scenario

NAMES = ("one", "two", "three", "four")


def test_orders() -> None:
    assert ordered(NAMES, "listed") == NAMES
    assert ordered(NAMES, "reversed") == ("four", "three", "two", "one")
    shuffled = ordered(NAMES, "shuffled:1")
    assert shuffled == ordered(NAMES, "shuffled:1")
    assert shuffled != NAMES
    assert sorted(shuffled) == sorted(NAMES)


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(ValueError, match="sideways"):
        ordered(NAMES, "sideways")


def test_only_those_that_are_named_run_in_the_order_of_the_suite() -> None:
    assert chosen(NAMES, ["three", "one"]) == ("one", "three")
    assert chosen(NAMES, []) == NAMES


def test_a_name_that_no_scenario_has_is_refused() -> None:
    with pytest.raises(NoSuchScenario, match="five"):
        chosen(NAMES, ["five", "one"])


def test_each_run_has_another_seed() -> None:
    assert fresh_seed() != fresh_seed()


@pytest.mark.parametrize(
    ("error", "said"),
    [(Differs("the size", 2, 1), "the size is 2, not 1"), (KeyError("name"), "KeyError: \"'name'\"")],
)
def test_a_failure_says_what_was_wrong(error: Exception, said: str) -> None:
    def fail(run: Run) -> None:
        raise error

    result = play(Scenario("one", fail), "1", Pace())
    assert (result.passed, result.difference) == (False, said)


def test_a_scenario_that_finds_nothing_wrong_has_passed() -> None:
    assert play(Scenario("one", lambda run: None), "1", Pace()).passed
