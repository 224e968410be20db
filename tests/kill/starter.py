"""Starts processes of cloudtape and pytest fast: a process that has imported all of it, and forks.

A thousand kills need some thousand starts. Each is a process of its own, with its own files, signals and sockets.
"""

import contextlib
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = 600.0
"""Seconds: what never ends is a finding, what waits for a busy machine is none."""


class Starter:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def start(self, words: Sequence[str], log: Path, folder: Path, environment: Mapping[str, str]) -> int:
        """`cloudtape WORDS` or, where the first word is `pytest`, that; its process id."""
        return int(
            self._said({"run": [*words], "log": str(log), "cwd": str(folder), "env": {**os.environ, **environment}})
        )

    def ended(self, pid: int, seconds: float = PATIENCE) -> int | None:
        """The exit code, or minus the signal; None while it runs after so many seconds."""
        code = self._said({"wait": pid, "seconds": seconds})
        return None if code is None else int(code)

    def _said(self, order: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextlib.contextmanager
def starter() -> Iterator[Starter]:
    words = [sys.executable, "-m", "tests.kill.starter"]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Starter(process)
        assert process.stdin is not None
        process.stdin.close()


def _serve() -> None:
    import pytest  # noqa: F401
    import uvloop  # noqa: F401

    import cloudtape.application
    import cloudtape.background
    import cloudtape.cli
    import cloudtape.commands.look
    import cloudtape.replayer
    import cloudtape.report
    import cloudtape.run  # noqa: F401

    gc.freeze()
    known: dict[int, int] = {}
    for line in sys.stdin:
        order = json.loads(line)
        said = _forked(order, known) if "run" in order else _waited(order["wait"], order["seconds"], known)
        print(json.dumps(said), flush=True)


def _waited(pid: int, seconds: float, known: dict[int, int]) -> int | None:
    end = time.monotonic() + seconds
    while True:
        if pid in known:
            return known[pid]
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            known[pid] = os.waitstatus_to_exitcode(status)
            continue
        if time.monotonic() > end:
            return None
        time.sleep(0.002)


def _forked(order: dict[str, Any], known: dict[int, int]) -> int:
    pid = os.fork()
    if pid:
        known.pop(pid, None)
        return pid
    code = 70
    try:
        os.environ.clear()
        os.environ.update(order["env"])
        os.chdir(order["cwd"])
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for number, file in enumerate((os.open(os.devnull, os.O_RDONLY), log, log)):
            os.dup2(file, number)
        code = _run(order["run"])
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _run(words: Sequence[str]) -> int:
    if words[0] == "pytest":
        import pytest

        return int(pytest.main(list(words[1:])))
    from cloudtape.cli import main

    sys.argv = ["cloudtape", *words]
    main()
    return 0


if __name__ == "__main__":
    _serve()
