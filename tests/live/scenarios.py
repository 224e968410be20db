"""Records the scenario suite for tests/scenarios/cassettes: straight first, then one after the other, then four at a time.

Both recordings are made in a folder of their own, and take the place of the old ones when every scenario has passed and
`cloudtape scan` finds nothing in either.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
TAPE = str(Path(sys.executable).parent / "cloudtape")
CASSETTES = ROOT / "tests" / "scenarios" / "cassettes"
CLOUD = "live-scenarios"
SUITE = (sys.executable, "-m", "tests.scenarios")
# What each recording is called, and how the suite runs for it.
RECORDINGS = {"sequential": (), "parallel": ("--parallel", "4")}
# Everything must pass without the proxy first, the changed variants too: they are requests that the cloud answers.
STRAIGHT = {"straight": ("--parallel", "3"), "variants": ("--parallel", "3", "--variants")}


def record(folder: Path, clouds: Path) -> int:
    """Records into `folder`, and updates the committed cassettes. Returns the exit code; says why when it is not 0."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "OS_CLIENT_CONFIG_FILE": str(clouds), "OS_CLOUD": CLOUD}
    passed = [_suite(name, (), words, environment, folder) for name, words in STRAIGHT.items()]
    for name, words in RECORDINGS.items():
        proxy = (*_run_recorded(folder / f"{name}.yaml"), "--")
        passed.append(_suite(name, proxy, words, environment, folder))
    scanned = subprocess.run([TAPE, "scan", *(str(folder / f"{name}.yaml") for name in RECORDINGS)], check=False)
    if not all(passed) or scanned.returncode:
        return 1
    _update(folder)
    return 0


def _run_recorded(cassette: Path) -> tuple[str, ...]:
    listen = ("--listen", "127.0.0.1:0")
    return (TAPE, "run", "--mode", "record", "--os-cloud", CLOUD, *listen, "--cassette", str(cassette))


def _suite(name: str, before: Sequence[str], words: Sequence[str], environment: dict[str, str], folder: Path) -> bool:
    """Runs the suite once, and keeps the names of those that passed. False when one has failed."""
    command = [*before, *SUITE, *words, "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    report = json.loads(done.stdout)
    results = report["scenarios"]
    failed = [one for one in results if one["difference"]]
    passed = [one["name"] for one in results if not one["difference"]]
    (folder / f"{name}.passed.json").write_text(json.dumps({"seed": report["seed"], "passed": passed}, indent=1) + "\n")
    print(f"{'FAIL' if failed else 'ok  '}  {name}: {len(passed)} of {len(results)} scenarios passed", flush=True)
    for one in failed:
        print(f"      {one['name']}: {one['difference']}", flush=True)
    return not failed and done.returncode == 0


def _update(folder: Path) -> None:
    shutil.rmtree(CASSETTES, ignore_errors=True)
    CASSETTES.mkdir(parents=True)
    for name in RECORDINGS:
        shutil.copy(folder / f"{name}.yaml", CASSETTES)
        shutil.copy(folder / f"{name}.passed.json", CASSETTES)
        if (bodies := folder / f"{name}.bodies").exists():
            shutil.copytree(bodies, CASSETTES / bodies.name)
