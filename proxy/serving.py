"""What all commands that serve have in common: the event loop, its end, and a line for each answer."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from cloudtape.output import line

if TYPE_CHECKING:
    from cloudtape.journal import Answered


def print_answer(answered: Answered) -> None:
    """A line for `-v`: how an answer was found or, of a miss, why there is none."""
    from cloudtape.journal import MASK

    request, response = answered.request, answered.response
    match = next((f" ({value})" for name, value in response.headers if name == "X-Cloudtape-Match"), "")
    said = f": {MASK.text(str(answered.miss))}" if answered.miss else match
    line(f"{answered.source:9} {response.status} {request.method} {MASK.uri(request.uri)}{said}", err=True)


def the_end() -> asyncio.Event:
    """Set by Ctrl-C and SIGTERM from now on; to be had before anything is announced, or one may fall into a gap."""
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    return ended


def run_loop(main: Awaitable[int]) -> int:
    """Run to the end on the fastest event loop there is."""
    try:
        import uvloop
    except ImportError:
        runner = asyncio.Runner()
    else:
        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)

    async def awaited() -> int:
        return await main

    # What was imported stays; looking at it again in every collection costs a twentieth of each request.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    with runner:
        return runner.run(awaited())
