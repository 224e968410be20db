"""What the commands have in common that print a table or JSON."""

from __future__ import annotations

from typing import Any

import click
from rich.console import Console

WIDE = 10_000
"""Columns of a table that no terminal shows; it takes those it needs."""

FORMAT = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)


def print_json(value: Any) -> None:
    """Print plain values as JSON, laid out for reading."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def counted(number: int, noun: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def console() -> Console:
    """Standard output; tables that go into a file or a pipe are not cut to 80 columns."""
    screen = Console()
    return screen if screen.is_terminal else Console(width=WIDE)
