"""What a recorded request costs in instructions of the processor, which no other process on the machine can change.

valgrind's callgrind counts those of a server in user space, the kernel's not. What starting takes falls out: the
difference of two runs is divided by the difference of their requests.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from processes import BIN, Server, free_port

COLLECTED = re.compile(r"Collected : (\d+)")


class NoValgrind(Exception):
    def __init__(self) -> None:
        super().__init__("valgrind is not installed: instructions are not counted")


Command = Callable[[int], list[str]]
"""The command line of a server on a port."""
Ask = Callable[[Server, int], None]
"""Sends a server so many requests."""


def per_request(command: Command, ask: Ask, count: int, log: Path) -> float:
    """Thousands of instructions. Raises NoValgrind."""
    if shutil.which("valgrind") is None:
        raise NoValgrind
    few, many = (_counted(command, ask, times * count, log) for times in (1, 2))
    return (many - few) / count / 1000


def _counted(command: Command, ask: Ask, count: int, log: Path) -> int:
    port = free_port()
    program, *arguments = command(port)
    # valgrind follows no script to its interpreter.
    run = [program, *arguments] if program == sys.executable else [str(BIN / "python"), program, *arguments]
    callgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    with Server([*callgrind, *run], port, log) as server:
        ask(server, count)
    found = COLLECTED.search(log.read_text(errors="replace"))
    assert found, log.read_text(errors="replace")[-2000:]
    return int(found[1])
