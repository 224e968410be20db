"""A few hundred inputs for each target; `python -m tests.fuzz TARGET --inputs N` gives it as many as one likes."""

import pytest

from tests.fuzz.engine import TARGETS, Target, run, target_named

INPUTS = 100


@pytest.mark.parametrize("name", TARGETS)
def test_a_few_inputs_find_no_fault(name: str) -> None:
    report = run(target_named(name), INPUTS, start=0)
    assert not report.faults, str(report)


def test_the_engine_notices_what_is_raised() -> None:
    """And goes on, and gives the same inputs again for the same seed."""
    target = target_named(TARGETS[0])
    seen: list[str] = []

    def failing(one: object, _folder: object) -> None:
        seen.append(repr(one))
        raise ZeroDivisionError

    for _ in range(2):
        report = run(Target("failing", target.inputs, failing), 5, start=1)
        assert next(iter(report.faults)).startswith("ZeroDivisionError")
    assert len(seen) > 2
    assert seen[: len(seen) // 2] == seen[len(seen) // 2 :]
