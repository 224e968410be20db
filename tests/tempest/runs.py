"""One run of tempest at cloudtape: a service recorded, or replayed in one of two ways; and what is kept of it.

RECORDINGS/SERVICE.{yaml,bodies,conf,passed.txt} is all that a replay needs: the cassette, a tempest.conf in which only the
run's own facts are missing, and which tests passed; SERVICE.json says how the recording went. A run's folder holds
result.json, failures.txt, what tempest logged, and what cloudtape said.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.live.commands import run
from tests.live.settings import clean_environment, load
from tests.tempest.failures import failures_text
from tests.tempest.live import describe
from tests.tempest.suite import ID, ROOT, regex_of, statuses


@dataclass(frozen=True, slots=True)
class Way:
    """How tempest meets cloudtape: options of `cloudtape run`, and the seconds between looks and until it gives up."""

    name: str
    options: tuple[str, ...]
    interval: int
    timeout: int


RECORDED = Way("recorded", ("--mode", "record", "--os-cloud", "live-admin"), 1, 120)
# Nothing takes time in a replay: what has not come after a moment's asking never comes.
REPLAYED = Way("replayed", (), 0, 10)
MIXED = Way("mixed", ("--synthesize",), 0, 10)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of each test of a service, in which time; `why` tells of those that failed."""

    service: str
    way: str
    seconds: float
    statuses: dict[str, str]
    why: dict[str, str]

    @property
    def passed(self) -> set[str]:
        return {name for name, status in self.statuses.items() if status == "success"}

    @property
    def failed(self) -> set[str]:
        return self.statuses.keys() - self.passed

    @classmethod
    def read(cls, file: Path) -> Result:
        """Raises FileNotFoundError."""
        return cls(**json.loads(file.read_text()))

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self), indent=1, sort_keys=True) + "\n")


@dataclass(frozen=True, slots=True)
class Runner:
    """Where everything is; a value, so that two runs cannot disturb one another."""

    environment: Path
    tape: Path
    recordings: Path
    folder: Path
    concurrency: str
    also: tuple[str, ...] = ()
    """More options of `cloudtape run`."""

    def record(self, service: str, home: Path) -> Result:
        """Raises CommandFailed. Overwrites an earlier recording."""
        self.recordings.mkdir(parents=True, exist_ok=True)
        for kept in self.recordings.glob(f"{service}.*"):
            shutil.rmtree(kept) if kept.is_dir() else kept.unlink()
        (self.recordings / f"{service}.conf").write_text(describe(home))
        folder = self._fresh(RECORDED, service)
        (folder / "regex.txt").write_text(regex_of([service]))
        clouds = {"OS_CLIENT_CONFIG_FILE": str(load(home, None).clouds_yaml)}
        result = self._run(RECORDED, service, folder, clean_environment() | clouds)
        listed = (folder / "tests.txt").read_text().splitlines()
        result.write(self.recordings / f"{service}.json")
        passed = [line for line in listed if ID.sub("", line) in result.passed]
        (self.recordings / f"{service}.passed.txt").write_text("".join(f"{line}\n" for line in passed))
        return result

    def replay(self, way: Way, service: str, only: str = "") -> Result:
        """The tests that passed when they were recorded, or those of them that `only` finds. Raises CommandFailed."""
        if only:
            way = replace(way, name=f"{way.name}-only")  # beside the whole, whose figures it would spoil
        folder = self._fresh(way, service)
        passed = (self.recordings / f"{service}.passed.txt").read_text().splitlines()
        (folder / "tests.txt").write_text("".join(f"{line}\n" for line in passed if re.search(only, line)))
        return self._run(way, service, folder, clean_environment())

    def _fresh(self, way: Way, service: str) -> Path:
        folder = self.folder / way.name / service
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def _run(self, way: Way, service: str, folder: Path, environment: dict[str, str]) -> Result:
        words = [
            str(self.tape),
            "run",
            *way.options,
            *self.also,
            "--cassette",
            str(self.recordings / f"{service}.yaml"),
            "--",
        ]
        words += [sys.executable, "-m", "tests.tempest.replay_session", str(folder), str(self.environment)]
        words += [str(self.recordings / f"{service}.conf"), str(way.interval), str(way.timeout), self.concurrency]
        run(words, folder / "cloudtape.log", environment, ROOT)
        found, why = statuses(folder, self.environment)
        result = Result(service, way.name, float((folder / "seconds.txt").read_text()), found, why)
        result.write(folder / "result.json")
        (folder / "failures.txt").write_text(failures_text(found, why))
        return result
