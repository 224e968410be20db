"""The only way to a terminal: lines, tables and JSON, in which no text of others is obeyed (`plain`).

A terminal, or a file, that cannot hold a character gets `?` in its place.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click
from rich.cells import cell_len, set_cell_size
from rich.console import Console, JustifyMethod
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from cloudtape.plain import plain, plain_json, plain_lines

WIDE = 10_000
"""Columns of a table that no terminal shows; it takes those it needs."""
CUT = "…"

FORMAT = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)

_errors = Console(stderr=True)


class _PlainFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return plain_lines(super().format(record))


def prepare() -> None:
    """To be called once, by a program that owns its standard streams."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    handler = logging.StreamHandler()
    handler.setFormatter(_PlainFormatter())
    logging.basicConfig(handlers=[handler])


def flush() -> None:
    """Have out what was printed, for a process that ends without the interpreter's own farewell."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()


# --- lines -----------------------------------------------------------------------------------------------------------


def line(text: str, err: bool = False) -> None:
    click.echo(plain(text), err=err)


def say(text: str) -> None:
    """Tell the person who looks on, beside the output."""
    line(f"cloudtape: {text}", err=True)


def print_json(value: Any) -> None:
    """Print plain values as JSON, laid out for reading."""
    text = plain_json(json.dumps(value, indent=2, ensure_ascii=False))
    encoding = sys.stdout.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = json.dumps(value, indent=2)
    click.echo(text)


def counted(number: int, noun: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# --- tables ----------------------------------------------------------------------------------------------------------


class Screen:
    """Standard output; tables that go into a file or a pipe are not cut to 80 columns."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console()
        if console is None and not self._console.is_terminal:
            self._console = Console(width=WIDE)

    @property
    def width(self) -> int:
        """Columns."""
        return self._console.width

    def line(self, text: str = "", style: str = "") -> None:
        self._console.print(Text(plain(text), style), soft_wrap=True)

    def block(self, text: str) -> None:
        """A text of several lines."""
        self._console.print(Text(plain_lines(text)), soft_wrap=True)

    def table(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
        right: frozenset[str] = frozenset(),
        folded: bool = False,
        title: str = "",
        bold_end: bool = False,
    ) -> None:
        """`right` are the columns of numbers; `folded`: what is too wide goes on in the next line, or else is cut.
        `bold_end`: the last row is a sum.
        """
        table = Table(title=Text(plain(title)) if title else None, box=None, header_style="bold")
        for name in columns:
            justify: JustifyMethod = "right" if name in right else "left"
            table.add_column(Text(name), justify=justify, overflow="fold" if folded else "ellipsis", no_wrap=not folded)
        for at, row in enumerate(rows):
            style = "bold" if bold_end and at == len(rows) - 1 else None
            table.add_row(*(Text(plain(cell)) for cell in row), style=style)
        self._console.print(table)


def width_of(text: str) -> int:
    """Columns that a text takes once it is shown."""
    return cell_len(plain(text))


def without_middle(text: str, room: int) -> str:
    """A text in at most `room` columns: the begin says what kind of thing it is, the end what is done to it."""
    text = plain(text)
    if cell_len(text) <= room:
        return text
    end = (room - 1) // 2
    return set_cell_size(text, room - 1 - end) + CUT + set_cell_size(text[::-1], end)[::-1]


# --- waiting ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def loading_bar() -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr while a large cassette is read; nothing where stderr is no terminal."""
    columns = (TextColumn("reading cassette"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_errors, transient=True, disable=not _errors.is_terminal) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
