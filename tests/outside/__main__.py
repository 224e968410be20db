"""`python -m tests.outside [JUDGE…]`: other clients in the demo cloud, and what services' own schemas say of its answers.

Each client has a cloud of its own. Each judge reads one service's package in a process of its own, since their options collide.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context

from tests.outside.clients import CLIENTS, run
from tests.outside.judge import JUDGES, judge
from tests.outside.traffic import of_commands


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.outside", description=__doc__)
    parser.add_argument("judges", nargs="*", help=f"of {', '.join(JUDGES)}; all of them where none is named")
    names = parser.parse_args().judges or list(JUDGES)
    with ProcessPoolExecutor(2, get_context("spawn"), max_tasks_per_child=1) as pool:
        commands = pool.submit(of_commands)
        clients = list(pool.map(run, CLIENTS))
        heard = [one for exchanges in (commands.result(), *(told for _, told in clients)) for one in exchanges]
        verdicts = list(pool.map(judge, names, repeat(heard)))
    for one in verdicts:
        for heading, lines in (("complaints", one.complaints), ("refused", one.refused)):
            print(f"--- {one.judge}: {heading}")
            for words, count in sorted(lines.items()):
                print(f"{count:4} {words} ({one.seen.get(words, '')})")
    for calls, _ in clients:
        print(f"{calls.client}: {calls.done} calls went well, {len(calls.wrong)} did not", *calls.wrong, sep="\n    ")
    for one in verdicts:
        print(f"{one.judge}: {one.schemas} schemas, {one.answers} answers, {one.bad} of them with complaints")
    return 1 if any(one.bad for one in verdicts) or any(calls.wrong for calls, _ in clients) else 0


if __name__ == "__main__":
    sys.exit(main())
