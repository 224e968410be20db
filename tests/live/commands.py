"""Runs one program to its end, with everything it prints in a log."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.live.errors import CommandFailed


def run(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> None:
    """Without `environment`, in that of the caller. Raises CommandFailed."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        code = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, cwd=folder, check=False
        ).returncode
    if code:
        raise CommandFailed(command, code, log)
