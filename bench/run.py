"""Measure cloudtape beside the least that aiohttp can do, mitmdump and vcrpy; print one table.

    python bench/run.py [record|instructions|replay|load|large|catalog|matching|synthesize|all] [--quick]

The table is Markdown: it can be pasted into README.md as it is.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from contenders import ALL, BARE, BARE_UVLOOP
from effort import FULL, QUICK, MeasuredRow
from instructions import NoValgrind
from measures import MEASURES
from rich import box
from rich.console import Console
from rich.table import Table


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure cloudtape beside bare aiohttp, mitmdump and vcrpy.")
    parser.add_argument("measure", nargs="?", choices=[*MEASURES, "all"], default="all")
    parser.add_argument("--quick", action="store_true", help="a minute's worth: fewer rounds, smaller cassettes")
    options = parser.parse_args()
    rows: list[MeasuredRow] = []
    for name in MEASURES if options.measure == "all" else [options.measure]:
        with tempfile.TemporaryDirectory(prefix="cloudtape-bench-") as folder:
            os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "cache")  # no index is there from before
            try:
                rows += MEASURES[name](QUICK if options.quick else FULL, Path(folder))
            except NoValgrind as missing:
                print(missing)
    Console(width=240).print(table(rows))


def table(rows: Iterable[MeasuredRow]) -> Table:
    """A line for each measure; behind a figure its ratios to bare aiohttp, on asyncio's loop and on uvloop."""
    made = Table("measure", box=box.MARKDOWN)
    for name in ALL:
        made.add_column(name, justify="right")
    for row in rows:
        made.add_row(f"{row.measure}, {row.unit}", *[cell(row, name) for name in ALL])
    return made


def cell(row: MeasuredRow, name: str) -> str:
    figures = row.figures.get(name)
    if not figures:
        return ""
    ratios = [ratio(figures, row.figures[bare]) for bare in (BARE, BARE_UVLOOP) if bare in row.figures]
    figure = number(median(figures))
    return f"{figure} ({', '.join(ratios)})" if ratios and name not in (BARE, BARE_UVLOOP) else figure


def ratio(figures: list[float], bare: list[float]) -> str:
    """The median of the rounds' ratios."""
    return f"{median(a / b for a, b in zip(figures, bare, strict=True)):.2f}"


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"


if __name__ == "__main__":
    main()
