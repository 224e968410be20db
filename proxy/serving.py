"""What all commands that serve have in common: the event loop, and lines for the person who looks on."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

from cloudtape.exits import DONE, FAILED, FINDING
from cloudtape.output import flush, line, loading_bar, say
from cloudtape.signals import end_on_signals, the_end

if TYPE_CHECKING:
    from cloudtape.application import Application
    from cloudtape.config import Config
    from cloudtape.journal import Answered

MOST_LOSSES = 20
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


Announce = Callable[["Application", ExitStack], None]
"""Says how to use what has begun; what it enters is left at the end."""


async def opened(config: Config, verbose: bool) -> Application:
    """A proxy that listens, whose losses are told at once. Raises what `Application` raises."""
    from cloudtape.application import Application
    from cloudtape.cassettes.cassette import is_there
    from cloudtape.modes import Writes

    if config.mode.writes is Writes.ADD and not is_there(config.cassettes[0]):
        say(f"{config.cassettes[0]} is not there; a new cassette is started")
    with loading_bar() as progress:
        proxy = Application(config, progress)
        if verbose:
            proxy.journal.listeners.append(print_answer)
        proxy.journal.loss_listeners.append(LossPrinter())
        await proxy.__aenter__()
    gc.freeze()  # what was loaded stays, as what was imported does
    return proxy


async def serve_until_ended(config: Config, verbose: bool, announce: Announce) -> int:
    """Serve until a signal ends it, and say what has come of it; the exit code."""
    from cloudtape.report import summary

    proxy = await opened(config, verbose)
    try:
        with ExitStack() as files:
            ended = the_end()
            stop_on_error(proxy, ended)
            announce(proxy, files)
            await ended.wait()
    finally:
        await proxy.__aexit__(None, None, None)
    for text in summary(proxy):
        say(text)
    return FINDING if proxy.journal.lost else DONE


def stop_on_error(proxy: Application, ended: asyncio.Event) -> None:
    """Where `--on-error stop` says so, set `ended` when something cannot be kept."""
    if proxy.config.on_error == "stop":
        loop = asyncio.get_running_loop()

        def stop(_what: str) -> None:
            loop.call_soon_threadsafe(ended.set)  # large bodies are kept on a thread

        proxy.journal.loss_listeners.append(stop)


def announce(proxy: Application, _: ExitStack) -> None:
    """Say where it listens, and what a client needs."""
    for note in (*proxy.notes, *proxy.warnings):
        say(note)
    say(f"listening on {proxy.listening}")
    say(f"point a client at it with OS_AUTH_URL={proxy.auth_url} (Ctrl-C ends)")


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
