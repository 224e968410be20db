"""What can go wrong with the live cloud. Each is one line for the person at the terminal.

LiveCloudError
├── CommandFailed      a program that should have ended well did not
├── ServiceDied        a service ended while it was waited for
├── ServiceNotReady    a service runs but did not answer in time
└── PortTaken          another process listens where a service should
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path


class LiveCloudError(Exception):
    """Base of all; its text is the line that is shown."""


class CommandFailed(LiveCloudError):
    def __init__(self, command: Sequence[str], code: int, log: Path) -> None:
        super().__init__(f"{Path(command[0]).name} failed with {code}: {last_line(log)} (all of it: {log})")


class ServiceDied(LiveCloudError):
    def __init__(self, name: str, log: Path) -> None:
        super().__init__(f"{name} died: {last_line(log)} (all of it: {log})")


class ServiceNotReady(LiveCloudError):
    def __init__(self, name: str, seconds: float, log: Path) -> None:
        super().__init__(f"{name} did not answer within {seconds:.0f} s: {last_line(log)} (all of it: {log})")


class PortTaken(LiveCloudError):
    def __init__(self, name: str, port: int) -> None:
        super().__init__(f"port {port}, where {name} should listen, is taken; try another --port-offset, or `down`")


# The end of a traceback, also behind a log's own prefix.
ERROR = re.compile(r"(?:^|\s)[\w.]*(?:Error|Exception|NotFound|Failed|Invalid)\w*: \S.*|\bCRITICAL .*")
LOOKED_AT = 200


def last_line(log: Path) -> str:
    """The last error that it speaks of, or else the last line that says something."""
    text = log.read_text(errors="replace") if log.exists() else ""
    lines = [line.strip() for line in text.splitlines()[-LOOKED_AT:] if line.strip()]
    errors = [found[0].strip() for line in lines if (found := ERROR.search(line))]
    return next(iter([*errors[-1:], *lines[-1:]]), "it printed nothing")[:300]
