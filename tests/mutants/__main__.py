"""`python -m tests.mutants`: change the code in small ways, one at a time, and see that a test fails for each.

Prints the changes that no test has caught, and the score: the part that was caught. Exits with 1 when it is below
`--least`, with 2 when mutmut did not come to a verdict.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter

from tests.mutants.judging import CAUGHT, MutmutFailed, chosen, describe, judge, make
from tests.mutants.layout import TREE, lay_out


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--folder", default="matchers", help="what is mutated: `matchers`, `cassettes/scrubbing`")
    parser.add_argument("--tests", nargs="*", default=[], help="the tests that judge it; else those that mirror it")
    parser.add_argument("--sample", type=int, default=200, help="so many mutants, chosen at random; 0: all, for hours")
    parser.add_argument("--seed", type=int, default=1, help="the same seed chooses the same mutants")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants that are judged at a time")
    parser.add_argument("--least", type=int, default=80, metavar="PERCENT", help="the score that is good enough")
    options = parser.parse_args()
    began = time.monotonic()
    try:
        lay_out(options.folder, options.tests or [f"tests/{options.folder}"])
        print(f"making mutants of {options.folder}, and running its tests once", file=sys.stderr)
        names = make(TREE)
        sample = chosen(names, options.sample, options.seed)
        print(f"judging {len(sample)} of {len(names)} mutants, {options.jobs} at a time", file=sys.stderr)
        verdicts = judge(TREE, sample, options.jobs)
    except MutmutFailed as error:
        print(error, file=sys.stderr)
        return 2
    left = [describe(TREE, name, status) for name, status in verdicts.items() if status not in CAUGHT]
    for one in sorted(left, key=lambda one: (one.path, one.line)):
        print(one)
    score = 100 * (1 - len(left) / len(verdicts))
    counts = ", ".join(f"{count} {status}" for status, count in Counter(verdicts.values()).most_common())
    print(
        f"MUTANTS: {options.folder}: {len(verdicts)} of {len(names)} (seed {options.seed}): {counts}; "
        f"score {score:.1f} %; {time.monotonic() - began:.0f} s"
    )
    return 0 if score >= options.least else 1


if __name__ == "__main__":
    sys.exit(main())
