"""The real `openstack` client, in this process: a command then costs a twentieth of a second, not two seconds.

Each command is a fresh shell, which logs in and discovers as a process of its own would.
"""

from __future__ import annotations

import io
import logging
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass

from openstackclient.shell import OpenStackShell


@dataclass(frozen=True, slots=True)
class Outcome:
    words: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def command(self) -> str:
        return shlex.join(["openstack", *self.words])


def openstack(words: Sequence[str]) -> Outcome:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), _root_handlers_kept():
        try:
            code = OpenStackShell().run(list(words))
        except SystemExit as exit_:  # how argparse ends
            code = exit_.code if isinstance(exit_.code, int) else 1
    return Outcome(tuple(words), code, out.getvalue(), err.getvalue())


@contextmanager
def _root_handlers_kept() -> Iterator[None]:
    """The shell adds a handler for its stderr to the root logger, and never takes it away."""
    root = logging.getLogger()
    before = list(root.handlers)
    try:
        yield
    finally:
        root.handlers[:] = before
