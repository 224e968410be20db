"""`python -m tests.mutations`: drop each row of the tables of secrets in turn, and see that an example misses it.

The examples are those of `tests/cassettes/examples.py`, which the test suite passes; each row is dropped in a process of its
own. Exits with 1 when a row can be dropped and no example fails.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.mutations.judging import is_missed
from tests.mutations.tables import rows

OTHERS = ["msgspec", "pytest", "tests.mutations.judging", "tests.planter.values", "yaml"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument(
        "--rows", default="", metavar="REGEX", help="only rows in which it is found: `scrubbing.rows ABOUT`"
    )
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    began = time.monotonic()
    chosen = [row for row in rows() if re.search(options.rows, str(row))]
    # A process has done with importing after one row; what has no tables is there when it begins.
    context = get_context("forkserver")
    context.set_forkserver_preload(OTHERS)
    with ProcessPoolExecutor(options.jobs, context, max_tasks_per_child=1) as pool:
        if pool.submit(is_missed, None).result():
            print("the examples fail with all rows in place", file=sys.stderr)
            return 2
        left = 0
        for row, missed in zip(chosen, pool.map(is_missed, chosen), strict=True):
            if not missed:
                left += 1
                print(row, flush=True)
    print(f"MUTATIONS: {len(chosen)} rows dropped, {left} not missed; {time.monotonic() - began:.0f} s")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
