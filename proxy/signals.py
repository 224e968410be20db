"""Ctrl-C and SIGTERM: what they do while the program works, while it serves, and while another obeys them."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def end_on_signals() -> None:
    """From now on they end the program wherever it is, also in the middle of a long read, with 130 or 143."""
    for number in SIGNALS:  # Ctrl-C first: whoever catches SIGTERM catches both
        signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    # Not KeyboardInterrupt, which click and asyncio have ideas of their own about.
    raise SystemExit(128 + number)


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
