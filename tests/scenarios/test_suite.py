"""What is true of every scenario."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenarios.suite import SUITE

ROOT = Path(__file__).parents[2]


def test_there_are_enough_of_both_kinds() -> None:
    commands = [name for name in SUITE if name.startswith("cli_")]
    assert len(commands) >= 25
    assert len(SUITE) - len(commands) >= 40


@pytest.mark.parametrize("name", SUITE)
def test_each_has_a_variant_that_asks_something_else(name: str) -> None:
    scenario = SUITE[name]
    assert scenario.changed
    assert scenario.changed.keys() <= scenario.parameters.keys()
    assert scenario.variant().parameters != scenario.parameters


def suite(*words: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": "/nowhere", "OS_AUTH_URL": "http://127.0.0.1:9", "OS_USERNAME": "who", "OS_PASSWORD": "pw"}
    command = [sys.executable, "-m", "tests.scenarios", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("name", ["project_lives_and_goes", "cli_project_lives_and_goes"])
def test_without_a_cloud_it_fails_and_says_so(name: str) -> None:
    done = suite("--only", name, "--format", "json")
    [result] = json.loads(done.stdout)["scenarios"]
    assert (done.returncode, result["name"]) == (1, name)
    assert "127.0.0.1:9" in result["difference"]


def test_an_unknown_scenario_is_refused() -> None:
    done = suite("--only", "nothing")
    assert (done.returncode, done.stderr) == (2, "tests.scenarios: no such scenario: nothing\n")
