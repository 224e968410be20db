"""What all commands that serve have in common: the event loop, its end, and lines for the person who looks on."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from cloudtape.journal import Answered

errors = Console(stderr=True)


def say(line: str) -> None:
    click.echo(f"cloudtape: {line}", err=True)


def print_answer(answered: Answered) -> None:
    """A line for `-v`: how an answer was found or, of a miss, why there is none."""
    from cloudtape.journal import MASK

    request, response = answered.request, answered.response
    match = next((f" ({value})" for name, value in response.headers if name == "X-Cloudtape-Match"), "")
    said = f": {MASK.text(str(answered.miss))}" if answered.miss else match
    click.echo(f"{answered.source:9} {response.status} {request.method} {MASK.uri(request.uri)}{said}", err=True)


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


@contextlib.contextmanager
def loading_bar() -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr while a large cassette is read; nothing where stderr is no terminal."""
    columns = (TextColumn("reading cassette"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
