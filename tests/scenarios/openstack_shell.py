"""The real `openstack` client, in this process: a command then costs a twentieth of a second, not two seconds.

Each command is a fresh shell, which logs in and discovers as a process of its own would.
"""

from __future__ import annotations

import io
import logging
import os
import shlex
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass

from openstack.config import OpenStackConfig

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns about modules of its own
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


def openstack(words: Sequence[str], login: Mapping[str, str] | None = None) -> Outcome:
    """One command. `login` holds the OS_* variables of somebody who is not in clouds.yaml, without the auth URL."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), _root_handlers_kept(), _logged_in(login):
        try:
            code = OpenStackShell().run(list(words))
        except SystemExit as exit_:  # how argparse ends
            code = exit_.code if isinstance(exit_.code, int) else 1
    return Outcome(tuple(words), code, out.getvalue(), err.getvalue())


@contextmanager
def _logged_in(login: Mapping[str, str] | None) -> Iterator[None]:
    before = dict(os.environ)
    if login:
        where = {"OS_AUTH_URL": OpenStackConfig().get_one().config["auth"]["auth_url"], "OS_IDENTITY_API_VERSION": "3"}
        for name in [name for name in before if name.startswith("OS_")]:
            del os.environ[name]
        os.environ.update({**where, **login})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _root_handlers_kept() -> Iterator[None]:
    """The shell adds a handler for its stderr to the root logger, and never takes it away."""
    root = logging.getLogger()
    before = list(root.handlers)
    try:
        yield
    finally:
        root.handlers[:] = before
