"""Runs tempest, OpenStack's own integration tests, against a synthesized cloud.

    python -m tests.tempest                         all services
    python -m tests.tempest network identity        some services
    python -m tests.tempest 'test_flavors.*list'    any regular expressions

A test that fails and is not in known_failures.yaml fails the run, and so does one that is there and passes.
Tempest is installed into an environment of its own, below --folder.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import yaml

from tests.live.commands import run

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SERVICES = ("compute", "volume", "identity", "network", "image", "object_storage")
OF_A_CLASS = re.compile(r"(setUpClass|tearDownClass) \((.+)\)")
ID = re.compile(r"\[.*\]$")


def install(folder: Path) -> Path:
    """The environment in which tempest is; made where it is not. Raises CommandFailed."""
    environment, log, wanted = folder / "venv", folder / "install.log", HERE / "requirements.txt"
    done = environment / "requirements.txt"
    if not done.exists() or done.read_text() != wanted.read_text():
        print("installing tempest", flush=True)
        run([sys.executable, "-m", "venv", str(environment)], log)
        run([str(environment / "bin" / "pip"), "install", "--quiet", "-r", str(wanted)], log)
        done.write_text(wanted.read_text())
    return environment


def statuses(folder: Path, environment: Path) -> tuple[dict[str, str], dict[str, str]]:
    """What became of each test, and why those failed that did; a class that could not be set up counts as all of its."""
    with (folder / "results.subunit").open("rb") as stream:
        read = subprocess.run(
            [environment / "bin" / "python", HERE / "results.py"], stdin=stream, capture_output=True, check=True
        )
    found: dict[str, str] = {}
    why: dict[str, str] = {}
    classes: dict[str, str] = {}
    for line in read.stdout.splitlines():
        one = json.loads(line)
        name, status = ID.sub("", one["id"]), one["status"]
        if status == "exists":
            continue  # announced only: its class was skipped, or could not be set up
        if whole := OF_A_CLASS.fullmatch(name):
            name = f"{whole[2]}.{whole[1]}"
            classes[whole[2]] = status
        if not whole or (whole[1] == "tearDownClass" and status == "fail"):
            found[name] = status
        if status == "fail":
            why[name] = "\n".join(one["details"].values())
    for listed in (folder / "tests.txt").read_text().splitlines():
        name = ID.sub("", listed.strip())
        if name.startswith("tempest.") and name not in found:
            found[name] = classes.get(name.rpartition(".")[0], "lost")
    return found, why


def known_failures(path: Path = HERE / "known_failures.yaml") -> set[str]:
    groups = yaml.safe_load(path.read_text()) or []
    return {name for group in groups for name in group["tests"]}


def report(found: dict[str, str], known: set[str]) -> int:
    failed = {name for name, status in found.items() if status not in ("success", "skip", "xfail")}
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
    regex = "|".join(rf"tempest\.api\.{one}\." if one in SERVICES else one for one in options.what)
    folder = options.folder.resolve() / "run"
    inside = [sys.executable, "-m", "tests.tempest.session", str(folder), str(environment), options.concurrency]
    inside += [options.compute_microversion, options.volume_microversion, regex]
    tape = [str(Path(sys.executable).with_name("cloudtape")), "run", "--mode", "synthesize", "--", *inside]
    subprocess.run(tape, cwd=ROOT, check=True)
    found, why = statuses(folder, environment)
    (folder / "failures.txt").write_text("".join(f"=== {name}\n{text}\n" for name, text in sorted(why.items())))
    print(f"why those failed that did: {folder / 'failures.txt'}")
    return report(found, known_failures())


if __name__ == "__main__":
    sys.exit(main())
