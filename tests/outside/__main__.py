"""`python -m tests.outside [JUDGE…]`: what services' own schemas say of the answers that synthesis makes.

Each judge reads one service's package in a process of its own, since their options collide.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context

from tests.outside.judge import JUDGES, judge
from tests.outside.traffic import of_commands


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.outside", description=__doc__)
    parser.add_argument("judges", nargs="*", help=f"of {', '.join(JUDGES)}; all of them where none is named")
    names = parser.parse_args().judges or list(JUDGES)
    with ProcessPoolExecutor(2, get_context("spawn"), max_tasks_per_child=1) as pool:
        heard = pool.submit(of_commands).result()
        verdicts = list(pool.map(judge, names, repeat(heard)))
    for one in verdicts:
        for heading, lines in (("complaints", one.complaints), ("refused", one.refused)):
            print(f"--- {one.judge}: {heading}")
            for words, count in sorted(lines.items()):
                print(f"{count:4} {words} ({one.seen.get(words, '')})")
    for one in verdicts:
        print(f"{one.judge}: {one.schemas} schemas, {one.answers} answers, {one.bad} of them with complaints")
    return 1 if any(one.bad for one in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
