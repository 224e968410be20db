"""What all commands that serve have in common: the event loop, and lines for the person who looks on."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from cloudtape.output import flush, line, say
from cloudtape.signals import end_on_signals

if TYPE_CHECKING:
    from cloudtape.journal import Answered

MOST_LOSSES = 20
FAILED = 2
WORKER = "cloudtape-worker"
IDLE_SECONDS = 0.1
"""How long a thread may take to end that has nothing to do."""


def print_answer(answered: Answered) -> None:
    """A line for `-v`: how an answer was found or, of a miss, why there is none."""
    from cloudtape.journal import MASK

    request, response = answered.request, answered.response
    match = next((f" ({value})" for name, value in response.headers if name == "X-Cloudtape-Match"), "")
    said = f": {MASK.text(str(answered.miss))}" if answered.miss else match
    line(f"{answered.source:9} {response.status} {request.method} {MASK.uri(request.uri)}{said}", err=True)


class LossPrinter:
    """Says at once what cannot be kept; where much is lost, the first of it."""

    def __init__(self) -> None:
        self._left = MOST_LOSSES

    def __call__(self, what: str) -> None:
        if self._left > 0:
            say(f"not kept: {what}")
        elif self._left == 0:
            say("not kept: … and more, which the end counts")
        self._left -= 1


def run_loop(main: Callable[[], Awaitable[int]]) -> int:
    """Run to the end on the fastest event loop there is. `main` is called there: a signal may come before."""
    try:
        import uvloop
    except ImportError:
        runner = asyncio.Runner()
    else:
        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)

    threads = ThreadPoolExecutor(thread_name_prefix=WORKER)

    async def awaited() -> int:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(threads)
        try:
            return await main()
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
            loop.set_default_executor(ThreadPoolExecutor())  # which is the one that the loop waits for

    # What was imported stays; looking at it again in every collection costs a twentieth of each request.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    code = FAILED
    try:
        with runner:
            code = runner.run(awaited())
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else FAILED
        raise
    finally:
        end_on_signals()  # the loop has taken them along
        _leave_if_busy(code)
    return code


def _leave_if_busy(code: int) -> None:
    """The scrubbing of a large body cannot be called off, and nobody waits for it any more: Python would."""
    for thread in threading.enumerate():
        if thread.name.startswith(WORKER):
            thread.join(IDLE_SECONDS)
            if thread.is_alive():
                flush()
                os._exit(code)
