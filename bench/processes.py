"""Servers in processes of their own: started, awaited, weighed, ended. Linux only (/proc)."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

BIN = Path(sys.executable).parent
HERE = Path(__file__).parent


class ServerFailed(Exception):
    """A server ended on its own, or was not there in time; the message ends with its last words."""


def script(name: str, *arguments: object) -> list[str]:
    """The command line of a script of this folder."""
    return [sys.executable, str(HERE / name), *map(str, arguments)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A process that listens on `port`. Leaving the block ends it with SIGINT, as a user would."""

    def __init__(self, command: Sequence[str], port: int, log: Path, patience: float = 300) -> None:
        self.port, self._command, self._log, self._patience = port, command, log, patience

    def __enter__(self) -> Server:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        try:
            self._await()
        except BaseException:
            self._process.kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def cpu(self) -> float:
        """Seconds of user and system time until now, of all threads and of the children that there are."""
        return sum(time.clock_gettime(_cpu_clock(pid)) for pid in self._family())

    def peak(self) -> float:
        """The most memory that was resident at once, MiB."""
        lines = [line for pid in self._family() for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
        return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024

    def _await(self) -> None:
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        words = self._log.read_text(errors="replace")[-2000:]
        raise ServerFailed(f"{' '.join(self._command)}\n{words}")

    def _family(self) -> list[int]:
        pids = [self._process.pid]
        for pid in pids:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                pids += map(int, children.read_text().split())
        return pids


def _cpu_clock(pid: int) -> int:
    """What clock_getcpuclockid(3) gives: nanoseconds, where /proc/PID/stat counts in hundredths of a second."""
    return (~pid << 3) | 2
