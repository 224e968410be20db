"""Runs the scenario suite against the cloud that OS_CLOUD or OS_AUTH_URL names.

python -m tests.scenarios
cloudtape run --cassette tests/scenarios/cassettes/sequential.yaml -- python -m tests.scenarios --pace 0
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from tests.scenarios.errors import NoSuchScenario
from tests.scenarios.runner import Plan, Result, chosen, fresh_seed, ordered, run
from tests.scenarios.scenario import Pace


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.scenarios", description=(__doc__ or "").splitlines()[0], epilog="exit code 1: one failed"
    )
    parser.add_argument("--list", action="store_true", help="print the names, run nothing")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these alone")
    parser.add_argument("--order", default="listed", help="listed (default), reversed or shuffled:SEED")
    parser.add_argument("--parallel", type=int, default=1, metavar="N", help="so many at a time")
    parser.add_argument("--polls", type=int, default=1, metavar="N", help="wait loops ask N times as often")
    parser.add_argument("--pace", type=float, default=1.0, help="scales the time between two polls; 0: do not wait")
    parser.add_argument("--variants", action="store_true", help="run the changed variants instead")
    parser.add_argument("--seed", help="of the random names (default: a new one)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    return parser.parse_args(words)


def _plan(options: argparse.Namespace) -> Plan:
    from tests.scenarios.suite import SUITE

    names = ordered(chosen(list(SUITE), options.only), options.order)
    pace = Pace(options.polls, options.pace)
    return Plan(names, options.variants, options.parallel, options.seed or fresh_seed(), pace)


def _line(result: Result) -> str:
    said = f"{'passed' if result.passed else 'failed'}  {result.name}  {result.seconds:.1f} s"
    return said if result.passed else f"{said}\n        {result.difference}"


def main(words: Sequence[str] | None = None) -> int:
    options = _arguments(words)
    try:
        plan = _plan(options)
    except (NoSuchScenario, ValueError) as error:
        print(f"tests.scenarios: {error}", file=sys.stderr)
        return 2
    if options.list:
        print(*plan.names, sep="\n")
        return 0
    results = []
    for result in run(plan):
        results.append(result)
        if options.format == "text":
            print(_line(result), flush=True)
    failed = sum(not result.passed for result in results)
    if options.format == "json":
        print(json.dumps({"seed": plan.seed, "scenarios": [asdict(one) for one in results]}, indent=1))
    else:
        print(f"{len(results) - failed} passed, {failed} failed; seed {plan.seed}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
