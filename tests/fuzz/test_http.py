"""Odd requests make no fault in any mode; `python -m tests.fuzz http --inputs 100000` asks more of them."""

import pytest

from tests.fuzz.http import FRONTS, run


@pytest.mark.parametrize("front", FRONTS)
def test_no_odd_request_makes_a_traceback_or_a_fault_of_the_server(front: str) -> None:
    assert run(150, 15, [front]) == 0
