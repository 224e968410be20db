"""Odd requests make no fault; `python -m tests.fuzz http --inputs 100000` asks more of them."""

from tests.fuzz.http import run


def test_no_odd_request_makes_a_traceback_or_a_fault_of_the_server() -> None:
    assert run(400, 15) == 0
