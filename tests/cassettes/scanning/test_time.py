"""What is scanned costs time that grows with the text alone, whatever the text repeats."""

import signal
from collections.abc import Iterator
from types import FrameType

import pytest

from cloudtape.cassettes.scanning.look import Look, Seen
from cloudtape.cassettes.scanning.values import looks_random

SIZE = 64 * 1024
LIMIT = 20
"""Seconds, for what takes some tenths, and took minutes when its cost grew with a power of the size."""
TEXTS = {
    "blanks in an element": ("<user><password>x", "\r\n", ""),
    "blanks before an element": ("<password>", " ", ""),
    "an element that does not end": ("<name>password</name><value>", "a ", ""),
    "words before a port": ("", "a", ":5432:"),
    "words before a hash": ("", "a_", ":::"),
    "brackets": ("a", "[", ""),
    "members": ("a ", '{"a":', ""),
    "members that Python prints": ("a ", "{'a':", ""),
    "tabs behind a name": ("password", "\t", ""),
    "backslashes behind a name": ("password", "\\", '"'),
}


@pytest.fixture(autouse=True)
def limit() -> Iterator[None]:
    def too_long(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    Look().text(Seen(1), "made ready", "body")  # the maintained rules are read once
    signal.signal(signal.SIGVTALRM, too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_takes_long(name: str) -> None:
    before, again, behind = TEXTS[name]
    Look().text(Seen(1), before + again * (SIZE // len(again)) + behind, "body")


@pytest.mark.parametrize("again", ["a", "aaa", "Aaa", "AA", "cookie", "Cookie", "a1", "A1b"])
def test_no_value_takes_long(again: str) -> None:
    for size in (40, 200, 2_000):
        looks_random(again * (size // len(again)) + "Xx", ids=True)
        looks_random(again * (size // len(again)) + "\0", ids=True)
