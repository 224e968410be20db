"""The command; see README.md."""

import argparse
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.progress import track

from tests.kill.cloud import cloud
from tests.kill.judge import Figures, Kill, Paces, old_cassette
from tests.kill.modes import MODES
from tests.kill.starter import starter


def kills(count: int, names: list[str], seed: int, folder: Path, figures: Figures, quiet: bool = True) -> None:
    """So many kills, the modes in turn, each with a seed of its own that names it."""
    with cloud() as upstream, starter() as starts:
        old = old_cassette(folder, upstream, starts)
        paces = {name: Paces() for name in names}
        numbers = range(seed, seed + count)
        for number in track(numbers, "killing", console=Console(stderr=True), disable=quiet):
            name = names[number % len(names)]
            work = folder / f"{number}"
            before = figures.is_good
            Kill(MODES[name], number, work, upstream, starts, figures, paces[name]).run(old)
            if figures.is_good or not before:
                shutil.rmtree(work)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.kill", description="SIGKILL at any moment, and what is left."
    )
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--mode", choices=MODES, action="append", help="else all, in turn; may be given several times")
    parser.add_argument("--seed", type=int, default=1, help="of the first kill; a finding names its own")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="leave what a finding was found in below this folder")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kill-", dir=given.keep))
    names = given.mode or list(MODES)
    shares = [len(range(job, given.kills, given.jobs)) for job in range(given.jobs)]
    all_figures = [Figures() for _ in shares]
    with ThreadPoolExecutor(given.jobs) as pool:
        running, first = [], given.seed
        for job, share in enumerate(shares):
            (part := folder / f"{job}").mkdir()
            running.append(pool.submit(kills, share, names, first, part, all_figures[job], quiet=job > 0))
            first += share
        for one in running:
            one.result()
    whole = _summed(all_figures)
    for finding in (*whole.lost, *whole.unreadable, *whole.unscrubbed, *whole.refused):
        print(finding)
    if whole.is_good or not given.keep:
        shutil.rmtree(folder, ignore_errors=True)
    print(whole)
    return 0 if whole.is_good else 1


def _summed(parts: list[Figures]) -> Figures:
    whole = Figures()
    for one in parts:
        whole.kills += one.kills
        whole.acknowledged += one.acknowledged
        for name in ("lost", "unreadable", "unscrubbed", "refused"):
            getattr(whole, name).extend(getattr(one, name))
    return whole


if __name__ == "__main__":
    sys.exit(main())
