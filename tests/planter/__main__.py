"""`python -m tests.planter`: plant secrets in traffic, record it, and look for what survives; the same with harmless twins.

Writes survivors.txt, missed.txt, destroyed.txt and false.txt: kind, position, request, value and what stands around it.
Exits with 1 when a secret survived scrubbing, was missed by scan, or something harmless was taken for one.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.planter import report
from tests.planter.matrix import cells, sample
from tests.planter.recorder import scan
from tests.planter.runs import run
from tests.planter.verdict import Verdict

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples" / "cassettes").glob("*.yaml"))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.planter", description=__doc__)
    parser.add_argument("--sample", type=int, default=5000, help="cells of the matrix [%(default)s]; 0 for all of them")
    parser.add_argument(
        "--part", type=part, default=(1, 1), metavar="I/N", help="only the Ith of N equal parts of these cells"
    )
    parser.add_argument("--seed", default="1", help="another one chooses other cells and other values [%(default)s]")
    parser.add_argument("--kinds", default="", metavar="REGEX", help="only kinds whose names it is found in")
    parser.add_argument("--positions", default="", metavar="REGEX", help="only positions whose names it is found in")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "planter", help="for results and recordings")
    parser.add_argument("--keep", action="store_true", help="leave the recordings in the folder")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--batch", type=int, default=500, help="cells in one cassette [%(default)s]")
    return parser.parse_args()


def part(text: str) -> tuple[int, int]:
    """`2/8`, as numbers."""
    number, _, count = text.partition("/")
    if not 1 <= int(number) <= int(count):
        raise argparse.ArgumentTypeError(f"{text} is no part")
    return int(number), int(count)


def main() -> int:
    options = arguments()
    began = time.monotonic()
    chosen = cells(options.kinds, options.positions)
    print(f"{len(chosen)} cells in the matrix", flush=True)
    number, count = options.part
    chosen = sample(chosen, options.sample or len(chosen), options.seed)[number - 1 :: count]
    options.folder.mkdir(parents=True, exist_ok=True)
    total = Verdict()
    for done in run(chosen, options.folder, options.seed, options.jobs, options.batch, options.keep):
        total.add(done)
        report.write(total, options.folder)
        print(report.progress(total, chosen), flush=True)
    unclean = [(path.name, findings) for path in EXAMPLES if (findings := scan(path))]
    print(report.groups(total))
    for name, findings in unclean:
        print(f"examples/cassettes/{name}: {len(findings)} findings, {findings[0]}")
    print(f"{time.monotonic() - began:.0f} s; results are in {options.folder}")
    print(report.figures(total, chosen))
    return 1 if unclean or any((total.survivors, total.missed, total.destroyed, total.false, total.blind)) else 0


if __name__ == "__main__":
    sys.exit(main())
