"""Judges many cells: in batches, each with a recorder and a cloud of its own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from tests.planter.matrix import Cell, batches, cells
from tests.planter.verdict import Verdict, judge


def run(chosen: list[Cell], folder: Path, seed: str, jobs: int, size: int, keep: bool = False) -> Iterator[Verdict]:
    """Secrets and twins of all cells, in batches, `jobs` at a time; what is found of each batch."""
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        todo = [
            pool.submit(
                judge_named,
                folder / f"{'twins' if twins else 'secrets'}-{n}",
                [one.name for one in batch],
                twins,
                seed,
                keep,
            )
            for n, batch in enumerate(batches(chosen, size))
            for twins in (False, True)
        ]
        for one in as_completed(todo):
            yield one.result()


def judge_named(folder: Path, names: list[str], twins: bool, seed: str, keep: bool) -> Verdict:
    """In a process of its own, which knows the cells by their names only."""
    known = {one.name: one for one in cells()}
    return judge(folder, [known[name] for name in names], twins, seed, keep)
