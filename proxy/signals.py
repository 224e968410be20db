"""Ctrl-C and SIGTERM: what they do while the program works, while it serves, and while another obeys them."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
SOON = 0.01
"""Seconds until a signal comes again that came where Python lets nothing be raised."""


class Ended(SystemExit):
    """By a signal of this number."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.number = number


def end_on_signals() -> None:
    """From now on they end the program wherever it is, also in the middle of a long read, with 130 or 143."""
    sys.unraisablehook = _ignored
    for number in SIGNALS:  # Ctrl-C first: whoever catches SIGTERM catches both
        signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    # Not KeyboardInterrupt, which click and asyncio have ideas of their own about.
    raise Ended(number)


def _ignored(told: sys.UnraisableHookArgs) -> None:
    """What is raised in a callback of Python's (a weak reference's, `__del__`) ends nothing: the signal comes again."""
    if not isinstance(told.exc_value, Ended):
        sys.__unraisablehook__(told)
        return
    number = told.exc_value.number
    signal.signal(signal.SIGALRM, lambda _, frame: _end(number, frame))
    signal.setitimer(signal.ITIMER_REAL, SOON)


def the_end() -> asyncio.Event:
    """Set by the first of them; a second one does not wait for what the first one has begun.

    To be had before anything is announced, or one may fall into a gap.
    """
    import asyncio  # what is loaded before there is an end takes no Ctrl-C

    ended = asyncio.Event()

    def react(number: int) -> None:
        if ended.is_set():
            raise SystemExit(128 + number)
        ended.set()

    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, react, number)
    return ended


@contextmanager
def passed_to(react: Callable[[int], None]) -> Iterator[None]:
    """For a time they are somebody else's to obey; afterwards they end the program."""
    import asyncio

    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, react, number)
    try:
        yield
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
        end_on_signals()
