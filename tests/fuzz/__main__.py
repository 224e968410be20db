"""`python -m tests.fuzz TARGET --inputs N --seed S`: give a target many inputs, the same ones for the same seed."""

import argparse
import resource
import sys

from tests.fuzz.engine import names, run, target_named
from tests.fuzz.http import run as run_http

HTTP = "http"
MOST_MEMORY = 2 << 30
"""Bytes of address space: an input that needs more is a fault."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description="Give a part of cloudtape hostile inputs."
    )
    parser.add_argument("target", choices=[*names(), HTTP])
    parser.add_argument("--inputs", type=int, default=1000, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.target == HTTP:
        return 1 if run_http(options.inputs, options.seed) else 0
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    report = run(target_named(options.target), options.inputs, options.seed)
    print(report)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
