"""`python -m tests.fuzz TARGET --inputs N --seed S`: give a target many inputs, the same ones for the same seed.

`all` shares them over the targets, each batch in a process of its own.
"""

import argparse
import os
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.fuzz.engine import TARGETS, run, target_named
from tests.fuzz.http import FRONTS
from tests.fuzz.http import run as run_http

ALL, HTTP = "all", "http"
PER_MILLE = {
    HTTP: 700,
    "indexes": 80,
    "texts": 70,
    "json_bodies": 50,
    "yaml_files": 40,
    "command_lines": 30,
    "codings": 20,
    "cassettes": 10,
}
"""What each target has of all inputs: the more, the less one of them takes."""
BATCH = 28_000
MOST_MEMORY = 2 << 30
"""Bytes of address space: an input that needs more is a fault."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description="Give a part of cloudtape hostile inputs."
    )
    parser.add_argument("target", choices=[*TARGETS, HTTP, ALL])
    parser.add_argument("--inputs", type=int, default=1000, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mode", choices=FRONTS, action="append", help="of http: else all, in turn")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="of all: processes at once")
    options = parser.parse_args()
    if options.target == ALL:
        return _run_all(options.inputs, options.seed, options.jobs)
    if options.target == HTTP:
        return 1 if run_http(options.inputs, options.seed, options.mode or tuple(FRONTS)) else 0
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    report = run(target_named(options.target), options.inputs, options.seed)
    print(report)
    return 1 if report.faults else 0


def _run_all(inputs: int, seed: int, jobs: int) -> int:
    with ThreadPoolExecutor(jobs) as pool:
        codes = list(pool.map(_run_one, _batches(inputs, seed)))
    bad = sum(map(bool, codes))
    print(f"FUZZ all: {inputs:,} inputs (seed {seed}), {bad} of {len(codes)} batches with faults")
    return 1 if bad else 0


def _batches(inputs: int, seed: int) -> list[tuple[str, int, int]]:
    """Target, number of inputs, and a seed of its own; all targets have their turn, whenever it is ended."""
    shares = ((name, inputs * share // 1000) for name, share in PER_MILLE.items())
    batches = (
        (begin / whole, (name, min(BATCH, whole - begin), seed * 100_000_000 + begin))
        for name, whole in shares
        for begin in range(0, whole, BATCH)
    )
    return [batch for _, batch in sorted(batches)]


def _run_one(batch: tuple[str, int, int]) -> int:
    name, count, seed = batch
    words = [sys.executable, "-m", "tests.fuzz", name, "--inputs", f"{count}", "--seed", f"{seed}"]
    return subprocess.run(words, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
