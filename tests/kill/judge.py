"""One kill, and what is left of it."""

from __future__ import annotations

import os
import random
import re
import select
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.kill.asking import SECRET, Client, as_it_was, ask_all, said, store_all
from tests.kill.cloud import Cloud
from tests.kill.modes import DEMO, REPLAY, TEST, KillMode
from tests.kill.starter import PATIENCE, Starter

OLD = ("small/901", "text/902", "binary/903", "large/904")
NEW = "small/950"
LISTENING = re.compile(r"(?:listening on|a cloud is at) (http://127\.0\.0\.1:\d+)")
EXISTS = "exists already"


@dataclass(slots=True)
class Figures:
    kills: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    unscrubbed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.unreadable or self.unscrubbed or self.refused)

    def __str__(self) -> str:
        return (
            f"KILL: {self.kills} kills, {self.acknowledged} acknowledged, {len(self.lost)} lost, {len(self.unreadable)} "
            f"cassettes that do not load, {len(self.unscrubbed)} unscrubbed files, {len(self.refused)} starts afterwards "
            "that failed"
        )


class Paces:
    """How long a mode takes to start, to be asked everything, and to end; learned as it goes on."""

    def __init__(self) -> None:
        self._known = {"start": 0.5, "asked": 0.5, "end": 0.1}

    def learn(self, what: str, seconds: float) -> None:
        self._known[what] += (seconds - self._known[what]) / 4

    def some(self, what: str, chance: random.Random) -> float:
        return chance.random() * 1.1 * self._known[what]


def _has_ended(process: int) -> bool:
    """Of a process by its file descriptor, which may be a high one."""
    poll = select.poll()
    poll.register(process, select.POLLIN)
    return bool(poll.poll(0))


class Kill:
    """A process of one mode that is started, killed and judged in a folder of its own."""

    def __init__(
        self, mode: KillMode, seed: int, folder: Path, cloud: Cloud, starter: Starter, figures: Figures, paces: Paces
    ) -> None:
        self._mode, self._seed, self._cloud, self._starter = mode, seed, cloud, starter
        self._figures, self._paces = figures, paces
        self._chance = random.Random(seed)
        self._folder = folder
        self._kept, self._log = folder / "kept", folder / "log"
        self._acks = folder / "acks"
        for one in ("kept", "tmp", "cache", "home"):
            (folder / one).mkdir(parents=True)
        self._tape = self._kept / "k.yaml"
        self._world = folder / "home" / "world.yaml"
        if mode.words[0] == "pytest":
            (self._kept / "test_it.py").write_text(TEST)
            self._tape = self._kept / "cassettes" / "test_it" / "test_asks.yaml"
        self._environment = {
            "TMPDIR": str(folder / "tmp"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "HOME": str(folder / "home"),
            "KILL_ACKS": str(self._acks),
            "KILL_SEED": str(seed),
            "OS_USERNAME": "somebody",
            "OS_PASSWORD": SECRET,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # what others bring costs more than the test
        }
        self._done: list[str] = []

    def run(self, old: Path) -> None:
        if self._mode.is_old:
            shutil.copytree(old, self._kept, dirs_exist_ok=True)
        if self._mode.stores and self._chance.random() < 0.5:
            self._save_a_world()
        self._pid = self._started(self._mode.words)
        self._victim = os.pidfd_open(self._pid)  # its number may soon be another one's
        moment = self._chance.choice(self._mode.moments)
        (self._kill_it_alone if moment == "start" else self._kill_it_while_asked)(moment)
        self._starter.ended(self._pid)
        os.close(self._victim)
        self._figures.kills += 1
        if self._mode.asks:
            self._done = self._noted()
        self._figures.acknowledged += len(self._done)
        self._judge(f"{self._mode.name}, seed {self._seed}, killed at {moment}")

    # --- killing -----------------------------------------------------------------------------------------------------

    def _kill_it_alone(self, _moment: str) -> None:
        time.sleep(self._paces.some("start", self._chance))
        self._kill()

    def _kill_it_while_asked(self, moment: str) -> None:
        count = self._chance.randrange(1, 18)
        begun = time.monotonic()
        counter = _Counter(count, self._kill)
        self._cloud.middle = counter.count if moment == "middle" else lambda: None
        asking = None
        if not self._mode.asks:
            url = self._listens(self._log)
            self._paces.learn("start", time.monotonic() - begun)
            asking = threading.Thread(target=self._ask, args=(url, counter if moment == "acknowledged" else None))
            asking.start()
        elif moment == "acknowledged":
            self._wait(lambda: len(self._noted()) >= count or self._is_asked())
        match moment:
            case "time":
                time.sleep(self._paces.some("asked", self._chance))
            case "end":
                self._wait(lambda: (asking is not None and not asking.is_alive()) or self._is_asked())
                if not self._mode.asks:
                    signal.pidfd_send_signal(self._victim, signal.SIGTERM)
                time.sleep(self._paces.some("end", self._chance))
            case _:
                self._wait(
                    lambda: counter.is_done or (asking is not None and not asking.is_alive()) or self._is_asked()
                )
        is_gone = _has_ended(self._victim)
        if self._mode.asks and is_gone and not counter.is_done and not self._is_asked():
            self._figures.refused.append(f"{self._mode.name}, seed {self._seed}: it ended before its client had")
        self._kill()
        if asking:
            asking.join()
            self._paces.learn("asked", time.monotonic() - begun - 0.2)

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._victim, signal.SIGKILL)

    def _ask(self, url: str, counter: _Counter | None) -> None:
        def acknowledge(what: str) -> None:
            self._done.append(what)
            if counter:
                counter.count()

        (store_all if self._mode.stores else ask_all)(url, self._seed, acknowledge)

    def _noted(self) -> list[str]:
        """What a client in another process has noted; the last line may be half."""
        lines = self._acks.read_text().split("\n")[:-1] if self._acks.exists() else []
        return [line for line in lines if line != "end"]

    def _is_asked(self) -> bool:
        return self._acks.exists() and self._acks.read_text().endswith("end\n")

    def _wait(self, until: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Until something has come, or the process has ended, of which nothing can come any more."""
        end = time.monotonic() + seconds
        while not until() and time.monotonic() < end and not _has_ended(self._victim):
            time.sleep(0.002)

    # --- judging -----------------------------------------------------------------------------------------------------

    def _judge(self, which: str) -> None:
        figures = self._figures
        private = self._folder / "tmp" / "cloudtape-private-"
        figures.unscrubbed += [f"{which}: {file}" for file in self._secrets() if not str(file).startswith(str(private))]
        if self._mode.replaces:
            self._judge_take(which)
        self._start_again(which)
        figures.unscrubbed += [f"{which}, after the next start: {file}" for file in self._secrets()]
        if self._mode.stores:
            self._judge_world(which)
        if not self._mode.replaces:
            old = OLD if self._mode.is_old else ()
            figures.lost += self._lacking(self._tape, (*old, *([] if self._mode.stores else self._done)), which)

    def _judge_take(self, which: str) -> None:
        """Either the old cassette is there and all of the take beside it, or the take in its place."""
        take = self._tape.with_name(self._tape.name + ".take")
        if take.exists():
            aside = self._folder / "aside"
            shutil.copytree(self._kept, aside)
            (aside / take.name).rename(aside / self._tape.name)
            self._figures.lost += self._lacking(aside / self._tape.name, self._done, f"{which}, its take")
            self._figures.lost += self._lacking(self._tape, OLD, which)
        else:
            new = self._lacking(self._tape, self._done, which)
            if new or not self._done:
                new += self._lacking(self._tape, OLD, which)
                self._figures.lost += new

    def _save_a_world(self) -> None:
        """What an earlier run has left, for this one to write over."""
        pid = self._started(self._mode.words)
        if self._listens(self._log, pid):
            self._end(pid)

    def _judge_world(self, which: str) -> None:
        """A world that was saved, before or at this end, can be used; what is not whole does not bear its name."""
        if self._world.exists():
            pid = self._started(DEMO)
            if self._listens(self._log, pid):
                self._end(pid)
            else:
                self._figures.unreadable.append(f"{which}: {self._log.read_text()[-300:]}")

    def _secrets(self) -> list[Path]:
        found = [file for one in ("kept", "tmp", "cache") for file in (self._folder / one).rglob("*") if file.is_file()]
        return [file for file in found if SECRET.encode() in file.read_bytes()]

    def _lacking(self, tape: Path, wanted: Iterable[str], which: str) -> list[str]:
        """What of the answers that clients have had a replay does not give."""
        wanted = list(wanted)
        if not tape.exists():
            return [f"{which}: {what}, there is no cassette" for what in wanted]
        pid = self._started(REPLAY, tape)
        url = self._listens(self._log, pid)
        if not url:
            self._figures.unreadable.append(f"{which}: {self._log.read_text()[-300:]}")
            return []
        client = Client(url)
        lacking = []
        for what in wanted:
            kind, number = what.split("/")
            if as_it_was(client.ask(what) or b"") != said(kind, int(number))[1]:
                lacking.append(f"{which}: {what}")
        client.close()
        self._end(pid)
        return lacking

    def _start_again(self, which: str) -> None:
        if self._mode.refuses:
            pid = self._started(self._mode.words)
            if not self._mode.asks and self._listens(self._log, pid):
                self._end(pid)
            code = self._starter.ended(pid)
            has_begun = not self._done
            if code is None or not (EXISTS in self._log.read_text() or has_begun):
                self._refused(which, code)
        pid = self._started(self._mode.again)
        if self._mode.asks:
            if (code := self._starter.ended(pid)) != 0:
                self._refused(which, code)
        elif url := self._listens(self._log, pid):
            client = Client(url)
            if not (self._mode.stores or self._mode.name == "index") and client.ask(NEW) != said(*_split(NEW))[1]:
                self._refused(which, "asked in vain")
            client.close()
            if (code := self._end(pid)) != 0:
                self._refused(which, code)
        else:
            self._refused(which, self._starter.ended(pid))

    def _refused(self, which: str, code: object) -> None:
        self._figures.refused.append(f"{which}: {code}: {self._log.read_text()[-300:]}")

    # --- processes ---------------------------------------------------------------------------------------------------

    def _started(self, words: Iterable[str], tape: Path | None = None) -> int:
        places = {"tape": tape or self._tape, "cloud": self._cloud.url, "world": self._world}
        filled = [word.format(**places) for word in words]
        self._log.write_text("")
        return self._starter.start(filled, self._log, self._kept, self._environment)

    def _listens(self, log: Path, pid: int | None = None) -> str:
        """Its address, or nothing where it has ended."""
        pid = pid or self._pid
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := LISTENING.search(log.read_text()):
                return found[1]
            if self._starter.ended(pid, 0.002) is not None:
                break
        return ""

    def _end(self, pid: int) -> int | None:
        begun = time.monotonic()
        os.kill(pid, signal.SIGTERM)
        code = self._starter.ended(pid)
        self._paces.learn("end", time.monotonic() - begun)
        return code


class _Counter:
    """Calls once when something has been counted so often; from any thread."""

    def __init__(self, left: int, then: Callable[[], None]) -> None:
        self._left, self._then = left, then
        self._lock = threading.Lock()

    @property
    def is_done(self) -> bool:
        return self._left <= 0

    def count(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                self._then()


def _split(what: str) -> tuple[str, int]:
    kind, number = what.split("/")
    return kind, int(number)


def old_cassette(folder: Path, cloud: Cloud, starter: Starter) -> Path:
    """A folder with a cassette, as a recorder leaves it."""
    made = folder / "old"
    made.mkdir()
    log = folder / "old.log"
    log.write_text("")
    words = ["record", "--cassette", str(made / "k.yaml"), "--upstream", cloud.url, "--listen", "127.0.0.1:0"]
    pid = starter.start(words, log, folder, {"TMPDIR": str(folder)})
    while not (found := LISTENING.search(log.read_text())):
        time.sleep(0.01)
    client = Client(found[1])
    for what in OLD:
        client.ask(what)
    client.close()
    os.kill(pid, signal.SIGTERM)
    starter.ended(pid)
    return made
