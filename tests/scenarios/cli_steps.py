"""Scenarios of the command line, read from `cli/*.yaml`: steps as data.

A scenario:

    name, about            what it is called, what it shows
    names: {key: wanted}   random names (tests.scenarios.names), for `{key}` in all that follows
    parameters, changed    the same with fixed values, and what its changed variant has instead
    files: {key: text}     files of that content; `{key}` is the path. A number stands for so many fixed bytes
    steps                  in order

A step:

    run: COMMAND           what follows `openstack`; split as a shell would, then filled in
    expect: {field: value} what `-f json` prints: these fields, exactly; `field~` must only contain the value
    has, lacks: {…}        the same of a list: one row is like this, none is
    keep: {key: field}     for `{key}` in later steps
    until: {field: value}  ask again until that is what it prints
    until_fails: TEXT      ask again until it fails and says so
    fails: TEXT            it must fail and say so; else it must succeed
    says: TEXT             it succeeds, and its stderr holds this
    login: {OS_…: value}   who asks, when it is not who runs the suite
    same_file: [A, B]      then both files have the same bytes
    undo: COMMAND          for the end of the scenario, the last one first; a later step of the same words does it earlier
"""

from __future__ import annotations

import json
import random
import re
import shlex
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from tests.scenarios.errors import Differs, shortened
from tests.scenarios.openstack_shell import Outcome, openstack
from tests.scenarios.scenario import FAILED, Run, Scenario, Undo

FOLDER = Path(__file__).parent / "cli"
NOT_IMPLEMENTED = re.compile(r"\b501\b")
"""What a cloud does not answer, and what a replay has not recorded: never how a command is expected to fail."""
READS_JSON = {"expect", "has", "lacks", "keep", "until"}
Values = dict[str, Any]
Step = Mapping[str, Any]


def load(folder: Path = FOLDER) -> Iterator[Scenario]:
    for path in sorted(folder.glob("*.yaml")):
        for row in yaml.safe_load(path.read_text()):
            yield Scenario(
                row["name"], partial(_play, row), {"given": row.get("parameters", {})}, {"given": _changed(row)}
            )


def _changed(row: Step) -> Values:
    return {**row.get("parameters", {}), **row["changed"]}


def _play(row: Step, run: Run, given: Mapping[str, Any]) -> None:
    values = {**given, **{key: run.make(wanted) for key, wanted in row.get("names", {}).items()}}
    values |= {key: _file(run.folder / key, content) for key, content in row.get("files", {}).items()}
    values["folder"] = str(run.folder)
    player = Player(run, values)
    for step in row["steps"]:
        player.play(step)


def _file(path: Path, content: str | int) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else random.Random(content).randbytes(content))
    return str(path)


class Player:
    """Plays the steps of one scenario, and knows the values that they have found so far."""

    def __init__(self, run: Run, values: Values) -> None:
        self._run, self._values = run, values
        self._undos: dict[tuple[str, ...], Undo] = {}

    def play(self, step: Step) -> None:
        words = self._words(step["run"], step)
        outcome = self._asked(words, step)
        if not outcome.code:
            self._note(words, outcome, step)
        self._check(outcome, step)

    def _note(self, words: tuple[str, ...], outcome: Outcome, step: Step) -> None:
        """What a command has made: before it is checked, so that it is undone whatever it is like."""
        for key, field in step.get("keep", {}).items():
            self._values[key] = json.loads(outcome.out)[field]
        if "undo" in step:
            undone = self._words(step["undo"], {})
            self._undos[undone] = self._run.undo(_succeed, undone)
        elif words in self._undos:
            self._undos.pop(words).forget()

    def _words(self, command: str, step: Step) -> tuple[str, ...]:
        words = [word for part in shlex.split(command) for word in _spread(filled(part, self._values))]
        words = [str(filled(word, self._values)) for word in words]
        return (*words, "-f", "json") if READS_JSON & step.keys() else tuple(words)

    def _asked(self, words: tuple[str, ...], step: Step) -> Outcome:
        if step.keys() & {"until", "until_fails"}:
            time.sleep(self._run.pace.interval)  # a command that asks too early costs a login, in a recording too
        read: Callable[[], Outcome] = partial(openstack, words, filled(step.get("login"), self._values))
        if "until" in step:
            expected = filled(step["until"], self._values)
            return self._run.until(read, lambda outcome: _has_become(outcome, expected), expected)
        if "until_fails" in step:
            return self._run.until(read, lambda outcome: outcome.code != 0, step["until_fails"])
        return read()

    def _check(self, outcome: Outcome, step: Step) -> None:
        failure = step.get("fails", step.get("until_fails"))
        if failure is None:
            _must_succeed(outcome)
        else:
            _must_fail(outcome, filled(failure, self._values))
        if READS_JSON & step.keys():
            self._check_json(outcome, step)
        if "says" in step and (text := filled(step["says"], self._values)) not in outcome.err:
            raise Differs(f"what {outcome.command} says", outcome.err, text)
        if "same_file" in step:
            one, other = (Path(filled(name, self._values)) for name in step["same_file"])
            if one.read_bytes() != other.read_bytes():
                raise Differs(f"the file of {outcome.command}", other.read_bytes(), one.read_bytes())

    def _check_json(self, outcome: Outcome, step: Step) -> None:
        printed = json.loads(outcome.out)
        if "expect" in step:
            for difference in differences(printed, filled(step["expect"], self._values)):
                raise Differs(f"{outcome.command}: {difference[0]}", *difference[1:])
        for word, wanted in (("has", 1), ("lacks", 0)):
            if word in step:
                row = filled(step[word], self._values)
                found = sum(not list(differences(one, row)) for one in printed)
                if found != wanted:
                    raise Differs(f"{outcome.command}: the count of rows like {row}", found, wanted)


def filled(value: Any, values: Mapping[str, Any]) -> Any:
    """A value with its `{key}`s filled in, at any depth. A string that is nothing but one `{key}` takes its type."""
    if isinstance(value, str):
        alone = value[1:-1] if value.startswith("{") and value.endswith("}") else None
        return (
            values[alone]
            if alone is not None and alone in values and not isinstance(values[alone], str)
            else _formatted(value, values)
        )
    if isinstance(value, Mapping):
        return {filled(key, values): filled(one, values) for key, one in value.items()}
    return [filled(one, values) for one in value] if isinstance(value, list) else value


def _spread(value: Any) -> list[Any]:
    """A parameter that is a list stands for so many words."""
    return value if isinstance(value, list) else [value]


def _formatted(text: str, values: Mapping[str, Any]) -> str:
    return text.format_map(values) if "{" in text else text


def differences(actual: Any, expected: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Where a printed object is not as expected: the field, what it is, what it must be."""
    for field, value in expected.items():
        name = field.removesuffix("~")
        found = actual.get(name) if isinstance(actual, Mapping) else actual
        if field != name:
            if str(value) not in json.dumps(found, ensure_ascii=False):
                yield name, found, f"with {value} in it"
        elif isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", *rest) for inner, *rest in differences(found, value))
        elif found != value and not (isinstance(value, str) and str(found) == value):
            yield name, found, value


def _has_become(outcome: Outcome, expected: Mapping[str, Any]) -> bool:
    _must_succeed(outcome)
    printed = json.loads(outcome.out)
    status = str(printed.get("status")) if isinstance(printed, dict) else ""
    if status.lower() in FAILED and expected.get("status") != status:
        raise Differs(f"{outcome.command}: the status", status, expected)
    return not list(differences(printed, expected))


def _succeed(words: tuple[str, ...]) -> None:
    _must_succeed(openstack(words))


def _must_succeed(outcome: Outcome) -> None:
    if outcome.code:
        raise Differs(f"the end of {outcome.command}", f"{outcome.code}: {shortened(outcome.err)}", 0)


def _must_fail(outcome: Outcome, saying: str) -> None:
    if not outcome.code or saying not in outcome.err or NOT_IMPLEMENTED.search(outcome.err):
        raise Differs(f"the end of {outcome.command}", f"{outcome.code}: {outcome.err or outcome.out}", saying)
