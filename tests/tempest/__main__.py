"""Runs tempest, OpenStack's own integration tests, against a synthesized cloud.

    python -m tests.tempest                         all services
    python -m tests.tempest network identity        some services
    python -m tests.tempest 'test_flavors.*list'    any regular expressions

A test that fails and is not in known_failures.yaml fails the run, and so does one that is there and passes.
Tempest is installed into an environment of its own, below --folder.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections import Counter
from pathlib import Path

import yaml

from tests.tempest.failures import failures_text
from tests.tempest.suite import ROOT, SERVICES, install, regex_of, statuses

HERE = Path(__file__).parent
PASSING = ("success", "skip", "xfail")


def known_failures(path: Path = HERE / "known_failures.yaml") -> set[str]:
    groups = yaml.safe_load(path.read_text()) or []
    return {name for group in groups for name in group["tests"]}


def report(found: dict[str, str], known: set[str]) -> int:
    failed = {name for name, status in found.items() if status not in PASSING}
    new = sorted(failed - known)
    passing = sorted(name for name in known if found.get(name) == "success")
    for name in new:
        print(f"FAIL  {name}")
    for name in passing:
        print(f"PASSES, and is in known_failures.yaml  {name}")
    counts = Counter(found.values())
    print(
        f"{len(found)} tests: {counts['success']} passed, {len(failed)} failed "
        f"({len(failed) - len(new)} of them known), {counts['skip']} skipped"
    )
    return int(bool(new or passing) or not found)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.tempest", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", nargs="*", default=list(SERVICES), help=f"{', '.join(SERVICES)}, or a regex")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "tempest", help="where all of it goes")
    parser.add_argument("--concurrency", default="2", help="test processes at once")
    parser.add_argument("--compute-microversion", default="2.1", help="the lowest one that the tests ask for")
    parser.add_argument("--volume-microversion", default="3.0", help="the lowest one that the tests ask for")
    options = parser.parse_args()
    environment = install(options.folder.resolve())
    regex = regex_of(options.what)
    folder = options.folder.resolve() / "run"
    inside = [sys.executable, "-m", "tests.tempest.session", str(folder), str(environment), options.concurrency]
    inside += [options.compute_microversion, options.volume_microversion, regex]
    tape = [str(Path(sys.executable).with_name("cloudtape")), "run", "--mode", "synthesize", "--", *inside]
    subprocess.run(tape, cwd=ROOT, check=True)
    found, why = statuses(folder, environment)
    failed = {name: status for name, status in found.items() if status not in PASSING}
    (folder / "failures.txt").write_text(failures_text(failed, why))
    print(f"why those failed that did: {folder / 'failures.txt'}")
    return report(found, known_failures())


if __name__ == "__main__":
    sys.exit(main())
