"""Runs a script of `openstack` commands in this process, with the real shell, and keeps what each printed."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

with warnings.catch_warnings():  # the clients' own
    warnings.simplefilter("ignore")
    from openstack.resource import Resource
    from openstackclient.shell import OpenStackShell
    from osc_lib.clientmanager import ClientCache, ClientManager

SCRIPT = Path(__file__).parent / "openstack.yaml"


@dataclass(frozen=True)
class Step:
    """`sees` and `lacks` are texts in the output; `fails` is one in the error of a command that must fail.

    `keeps` names the output, without its line's end, for `{name}` in later commands. `user` is who asks.
    """

    command: str
    sees: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    fails: str = ""
    keeps: str = ""
    user: str = "demo"


@dataclass
class Outcome:
    command: str
    code: int
    output: str
    wrong: list[str] = field(default_factory=list)


def read_script(path: Path = SCRIPT) -> dict[str, list[Step]]:
    """The steps by chapter. A step is a command alone, or a mapping with the fields of `Step`."""
    chapters = yaml.safe_load(path.read_text())
    return {name: [_step(row, chapter["user"]) for row in chapter["steps"]] for name, chapter in chapters.items()}


def _step(row: str | dict[str, object], user: str) -> Step:
    if isinstance(row, str):
        return Step(row, user=user)
    (command, *_) = [key for key in row if key not in Step.__dataclass_fields__]
    told = {
        key: _texts(value) if key in ("sees", "lacks") else str(value) for key, value in row.items() if key != command
    }
    if row[command] is not None:
        told["sees"] = _texts(row[command])
    return Step(command, **{"user": user, **told})  # type: ignore[arg-type]


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


class Runner:
    """`environments` by user: the variables that make a client log in as that user."""

    def __init__(self, environments: Mapping[str, Mapping[str, str]], words: Mapping[str, str]) -> None:
        self._environments, self._words = environments, dict(words)

    def run(self, step: Step) -> Outcome:
        command = self._filled(step.command)
        with _environment(self._environments[step.user]):
            code, output, errors = run_openstack(shlex.split(command))
        if step.keeps:
            self._words[step.keeps] = output.strip()
        return Outcome(
            command,
            code,
            output + errors,
            list(_wrongs(step, tuple(map(self._filled, step.sees)), code, output, errors)),
        )

    def _filled(self, text: str) -> str:
        for name, value in self._words.items():
            text = text.replace("{" + name + "}", value)
        return text


def _wrongs(step: Step, sees: tuple[str, ...], code: int, output: str, errors: str) -> Iterator[str]:
    if step.fails:
        if code == 0 or step.fails not in errors:
            yield f"should fail with {step.fails!r}: {code}, {errors}"
        return
    if code != 0:
        yield f"failed with {code}: {errors}"
    plain = re.sub(r"\s+", " ", output)
    yield from (f"{text!r} is not shown" for text in sees if text not in plain)
    yield from (f"{text!r} is still shown" for text in step.lacks if text in plain)


def run_openstack(words: list[str]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one command."""
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        _forget_clients()
        shell = OpenStackShell()
        shell.stdout, shell.stderr = output, errors
        try:
            code = shell.run(words)
        except SystemExit as error:
            code = int(error.code or 0)
    return code, output.getvalue(), errors.getvalue()


def _forget_clients() -> None:
    """A process runs one command, so the shell keeps its clients on a class; here the next command is another user's.

    openstacksdk keeps other names of attributes for all kinds of resources together: once an object was seen, a trunk
    that is asked for `updated_at` is looked up for `last_modified_at`.
    """
    Resource._attr_aliases.clear()
    for cache in vars(ClientManager).values():
        if isinstance(cache, ClientCache):
            cache._handle = None


@contextlib.contextmanager
def _environment(changes: Mapping[str, str]) -> Iterator[None]:
    kept = dict(os.environ)
    os.environ.update(changes)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)
