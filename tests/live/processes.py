"""Processes that outlive the command which started them: each with a group of its own, a note of its id, and a log.

The note holds the leader's start time too, so that after a reboot (or a long time) another process that happens to have
the same id is never taken for ours, and never ended.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.live.errors import ServiceDied, ServiceNotReady

POLL = 0.2
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Stat:
    """What /proc says about one process (proc(5), the file `stat`)."""

    pid: int
    state: str
    group: int
    session: int
    started: str


def stat(pid: int) -> Stat | None:
    """None if there is no such process, or only its corpse."""
    try:
        # The second field is a name in brackets that may itself hold blanks and brackets.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    found = Stat(pid, fields[0], int(fields[2]), int(fields[3]), fields[19])
    return None if found.state in "ZX" else found


def all_processes() -> list[Stat]:
    found = (stat(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
    return [one for one in found if one is not None]


@dataclass(frozen=True, slots=True)
class Note:
    """What is remembered about a started process, in `run/NAME.pid`."""

    pid: int
    started: str
    boot: str

    @classmethod
    def read(cls, file: Path) -> Note | None:
        try:
            pid, started, boot = file.read_text().split()
        except (FileNotFoundError, ValueError):
            return None
        return cls(int(pid), started, boot)

    def members(self) -> list[Stat]:
        """The living processes of its session: the leader, its children, also when the leader has died before them."""
        if self.boot != BOOT_ID.read_text().strip():
            return []
        leader = stat(self.pid)
        if leader is not None and leader.started != self.started:
            return []
        return [one for one in all_processes() if one.session == self.pid]


class Processes:
    """The processes of one live cloud, by name."""

    def __init__(self, run: Path, log: Path) -> None:
        self._run, self._log = run, log

    def log_of(self, name: str) -> Path:
        return self._log / f"{name}.log"

    def names(self) -> list[str]:
        """Those that were started, the latest first."""
        notes = sorted(self._run.glob("*.pid"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        return [file.stem for file in notes if Note.read(file)]

    def members(self, name: str) -> list[Stat]:
        note = Note.read(self._run / f"{name}.pid")
        return note.members() if note else []

    def is_running(self, name: str) -> bool:
        note = Note.read(self._run / f"{name}.pid")
        return any(one.pid == note.pid for one in note.members()) if note else False

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> bool:
        """In a session of its own; False if it runs already."""
        if self.is_running(name):
            return False
        if self.members(name):
            self.stop([name], seconds=5)  # children that have outlived their leader
        for folder in (self._run, self._log):
            folder.mkdir(parents=True, exist_ok=True)
        with self.log_of(name).open("ab") as log:
            child = subprocess.Popen(
                command,
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        started = stat(child.pid)
        note = f"{child.pid} {started.started if started else 0} {BOOT_ID.read_text()}"
        (self._run / f"{name}.pid").write_text(note)
        return True

    def wait(self, name: str, is_ready: Callable[[], bool], seconds: float) -> None:
        """Until `is_ready`. Raises ServiceDied, ServiceNotReady."""
        end = time.monotonic() + seconds
        while not is_ready():
            if not self.is_running(name):
                raise ServiceDied(name, self.log_of(name))
            if time.monotonic() > end:
                raise ServiceNotReady(name, seconds, self.log_of(name))
            time.sleep(POLL)

    def dead(self) -> list[str]:
        """Those that were started and are gone without having been ended."""
        return [name for name in self.names() if not self.is_running(name)]

    def stop(self, names: Iterable[str], seconds: float) -> None:
        """End them politely, all at once; what is left after `seconds` is killed."""
        chosen = [name for name in names if name in self.names()]
        self._signal(chosen, signal.SIGTERM)
        end = time.monotonic() + seconds
        while time.monotonic() < end and any(self.members(name) for name in chosen):
            time.sleep(POLL)
        self._signal(chosen, signal.SIGKILL)
        for name in chosen:
            (self._run / f"{name}.pid").unlink(missing_ok=True)

    def _signal(self, names: Iterable[str], number: signal.Signals) -> None:
        for group in {one.group for name in names for one in self.members(name)}:
            try:
                os.killpg(group, number)
            except ProcessLookupError:
                continue  # it ended in the meantime


def listens(host: str, port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0
