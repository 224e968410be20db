"""Tempest itself: its environment, how it is started, and what became of its tests."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

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


def regex_of(what: Iterable[str]) -> str:
    """Names of services stand for all of their tests; anything else is a regular expression."""
    return "|".join(rf"tempest\.api\.{one}\." if one in SERVICES else one for one in what)


class Tempest:
    """Tempest as it is started in one folder, by the tempest.conf there."""

    def __init__(self, folder: Path, environment: Path) -> None:
        self._folder = folder
        discover = next(environment.glob("lib/python3*/site-packages/tempest/test_discover"))
        (folder / ".stestr.conf").write_text(f"[DEFAULT]\ntest_path={discover}\ngroup_regex=([^\\.]*\\.)*\n")
        told = {"TEMPEST_CONFIG_DIR": str(folder), "TEMPEST_CONFIG": "tempest.conf", "PYTHONWARNINGS": "ignore"}
        told["PATH"] = f"{environment / 'bin'}:{os.environ['PATH']}"
        self._environment = {**os.environ, **told}
        self._stestr = [str(environment / "bin" / "stestr"), "--top-dir", str(discover.parents[1])]
        self._do(["init"], "init.txt")

    def choose(self, regex: str) -> None:
        """Writes the tests that it finds into tests.txt."""
        self._do(["list", regex], "tests.txt")

    def run(self, concurrency: str) -> None:
        """Those in tests.txt, that many classes at once; the results go into results.subunit."""
        words = ["run", "--concurrency", concurrency, "--subunit", "--load-list", str(self._folder / "tests.txt")]
        self._do(words, "results.subunit")

    def _do(self, words: list[str], out: str) -> None:
        with (self._folder / out).open("wb") as file:
            command = [*self._stestr, *words]
            subprocess.run(command, cwd=self._folder, env=self._environment, stdout=file, check=False)


def statuses(folder: Path, environment: Path) -> tuple[dict[str, str], dict[str, str]]:
    """What became of each test, and why it failed or was skipped.

    A class that could not be set up counts as all of its tests; why stands under its `setUpClass` then.
    """
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
        if status in ("fail", "skip"):
            why[name] = "\n".join(one["details"].values())
    for listed in (folder / "tests.txt").read_text().splitlines():
        name = ID.sub("", listed.strip())
        if name.startswith("tempest.") and name not in found:
            found[name] = classes.get(name.rpartition(".")[0], "lost")
    return found, why
