"""What is said of failures: the cause, the same for two that differ only in what is random."""

from __future__ import annotations

import pytest

from tests.tempest.failures import cause, causes, failures_text, reasons

MISS = """Traceback (most recent call last):
  File "x.py", line 1, in test
    self.create()
tempest.lib.exceptions.NotImplemented: Got NotImplemented error
Details: {suffix}cloudtape has no recorded answer to POST http://127.0.0.1:{port}/identity/v3/services: body.service.type: \
recorded &#x27;tempest-a-{port}&#x27;; nearest: interaction {port}
"""
ASSERTION = """Traceback (most recent call last):
  File "x.py", line 1, in test
    self.assertEqual(1, 2)
testtools.matchers._impl.MismatchError: 1 != 2

2026-01-02 03:04:05,678 9 INFO [tempest] Request (T:test): {status} GET http://127.0.0.1:9/compute/v2.1/servers/{ident} 0.1s
"""
IDENT = "0f" * 16


def test_a_cause_is_what_cloudtape_could_not_answer_and_how_it_differs() -> None:
    said = cause(MISS.format(suffix="", port=8080))
    assert said == "no recorded answer to POST /identity/vN/services: body.service.type: recorded 'NAME'"


def test_causes_that_differ_in_random_values_are_one() -> None:
    found = causes({"b": MISS.format(suffix="", port=1), "a": MISS.format(suffix="<p>", port=2)})
    assert list(found.values()) == [["a", "b"]]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, "testtools.matchers._impl.MismatchError: N != N"),
        (501, "testtools.matchers._impl.MismatchError: N != N; before that no answer to GET /compute/vN.N/servers/ID"),
    ],
)
def test_the_first_miss_before_an_exception_is_told(status: int, said: str) -> None:
    assert cause(ASSERTION.format(status=status, ident=IDENT)) == said


def test_a_test_whose_class_could_not_be_set_up_fails_for_that() -> None:
    why = {"m.Class.setUpClass": ASSERTION.format(status=200, ident=IDENT)}
    found = reasons({"m.Class.test_one": "fail", "m.Class.test_two": "success", "m.Other.test": "lost"}, why)
    assert found == {"m.Class.test_one": why["m.Class.setUpClass"], "m.Other.test": "lost"}
    assert cause(found["m.Other.test"]) == "lost"


def test_failures_begin_with_the_most_frequent_cause() -> None:
    why = {"a": ASSERTION.format(status=200, ident=IDENT)} | {
        name: MISS.format(suffix="", port=number) for number, name in enumerate("bc")
    }
    text = failures_text(dict.fromkeys("abc", "fail"), why)
    assert text.splitlines()[0].startswith("   2  no recorded answer")
