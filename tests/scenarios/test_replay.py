"""The recorded suite, replayed offline: with names that the recording has never seen, in every way that a suite may run.

Real processes on both sides: `cloudtape run` and, as its command, the suite with the real clients.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloudtape.cassettes.scanning.scan import scan

ROOT = Path(__file__).parents[2]
CASSETTES = Path(__file__).parent / "cassettes"
BIN = Path(sys.executable).parent
LONGEST = 300
# What is different from how it was recorded, beside the names: the cassette, and the options of the suite.
RUNS = {
    "for the first time": ("sequential", ()),
    "for the second time": ("sequential", ()),
    "for the third time": ("sequential", ()),
    "asking three times as often": ("sequential", ("--polls", "3")),
    "in another order": ("sequential", ("--order", "shuffled:11")),
    "in the opposite order": ("sequential", ("--order", "reversed")),
    "four at a time": ("sequential", ("--parallel", "4")),
    "one after the other": ("parallel", ()),
}


@dataclass(frozen=True)
class Replay:
    code: int
    differences: dict[str, str]
    """For each scenario what it found wrong; empty when it has passed."""
    said: str
    """By the proxy, at the end."""

    @property
    def failed(self) -> dict[str, str]:
        return {name: difference for name, difference in self.differences.items() if difference}


def replay(cassette: Path, words: tuple[str, ...], home: Path, *options: str) -> Replay:
    return run("replay", words, home, "--strict", "--cassette", str(cassette), *options)


def run(mode: str, words: tuple[str, ...], home: Path, *options: str, through: tuple[str, ...] = ()) -> Replay:
    """Run the suite as the command of a proxy in some mode, or `through` another command."""
    suite = (*through, sys.executable, "-m", "tests.scenarios", "--pace", "0", "--format", "json", *words)
    command = [str(BIN / "cloudtape"), "run", "--mode", mode, "--listen", "127.0.0.1:0", *options, "--", *suite]
    environment = {"PATH": f"{BIN}:{os.defpath}", "HOME": str(home), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LONGEST, check=False
    )
    assert done.stdout, done.stderr
    results = json.loads(done.stdout)["scenarios"]
    return Replay(done.returncode, {one["name"]: one["difference"] for one in results}, done.stderr)


def recorded(cassette: str) -> set[str]:
    return set(json.loads((CASSETTES / f"{cassette}.passed.json").read_text())["passed"])


@pytest.mark.parametrize("way", RUNS)
def test_what_passed_while_recording_passes_again(way: str, tmp_path: Path) -> None:
    cassette, words = RUNS[way]
    played = replay(CASSETTES / f"{cassette}.yaml", words, tmp_path)
    assert played.failed == {}
    assert set(played.differences) == recorded(cassette)
    assert re.search(r"\b0 missed", played.said), played.said
    assert played.code == 0


@pytest.mark.parametrize("cassette", ["sequential", "parallel"])
def test_a_changed_variant_is_not_answered_with_what_was_recorded(cassette: str, tmp_path: Path) -> None:
    played = replay(CASSETTES / f"{cassette}.yaml", ("--variants",), tmp_path)
    answered = {name: found for name, found in played.differences.items() if not re.search(r"\b501\b", found)}
    assert answered == {}
    assert set(played.differences) == {f"{name}:changed" for name in recorded(cassette)}
    assert played.code == 1


@pytest.mark.parametrize("cassette", ["sequential", "parallel"])
def test_the_recordings_hold_no_secrets(cassette: str) -> None:
    assert scan(CASSETTES / f"{cassette}.yaml").findings == []
    assert b"livesecret" not in (CASSETTES / f"{cassette}.yaml").read_bytes()


@pytest.mark.parametrize("cassette", ["sequential", "parallel"])
def test_every_scenario_passed_while_it_was_recorded(cassette: str) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "tests.scenarios", "--list"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert recorded(cassette) == set(listed.stdout.split())
