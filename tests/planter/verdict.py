"""One batch of cells, recorded with and without scrubbing, and what is wrong with either."""

from __future__ import annotations

import difflib
import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.planter.matrix import Cell, Plant, plant
from tests.planter.recorder import Recording, interactions, name_of, record, scan
from tests.planter.search import Search


@dataclass(frozen=True, slots=True)
class Fault:
    kind: str
    position: str
    uri: str
    value: str
    snippet: str

    def line(self) -> str:
        value = self.value if len(self.value) < 60 else self.value[:57] + "..."
        return "\t".join(json.dumps(one)[1:-1] for one in (self.kind, self.position, self.uri, value, self.snippet))


@dataclass(slots=True)
class Verdict:
    """`blind` are values that the search does not find in a recording that was not scrubbed: the judge's own fault."""

    planted: int = 0
    survivors: list[Fault] = field(default_factory=list)
    missed: list[Fault] = field(default_factory=list)
    twins: int = 0
    destroyed: list[Fault] = field(default_factory=list)
    false: list[Fault] = field(default_factory=list)
    blind: list[Fault] = field(default_factory=list)
    refused: list[Fault] = field(default_factory=list)

    def add(self, other: Verdict) -> None:
        self.planted += other.planted
        self.twins += other.twins
        for name in FAULTS:
            getattr(self, name).extend(getattr(other, name))


FAULTS = ("survivors", "missed", "destroyed", "false", "blind", "refused")


def judge(folder: Path, cells: list[Cell], twins: bool, seed: str, keep: bool = False) -> Verdict:
    """Secrets or, with `twins`, what is harmless; `folder` is made, and left behind where it is to be kept."""
    shutil.rmtree(folder, ignore_errors=True)
    plants = [plant(cell, twins, seed) for cell in cells if not (cell.position.opaque if twins else cell.kind.harmless)]
    sent = [pair for one in plants for pair in one.exchanges]
    scrubbed = record(folder / "scrubbed", sent)
    plain = record(folder / "plain", sent, "--no-scrub")
    verdict = _twins(plants, scrubbed, plain) if twins else _secrets(plants, scrubbed, plain)
    if not keep:
        shutil.rmtree(folder)
    return verdict


def _search(plants: list[Plant], folder: Path) -> dict[str, str]:
    return Search({one.cell.name: one.value for one in plants}).folder(folder)


def _secrets(plants: list[Plant], scrubbed: Recording, plain: Recording) -> Verdict:
    verdict = Verdict(planted=len(plants))
    left, there = _search(plants, scrubbed.folder), _search(plants, plain.folder)
    found = _findings(plain)
    for one in plants:
        if where := left.get(one.cell.name):
            verdict.survivors.append(_fault(one, where))
        if not any(name in found for name, _ in one.exchanges):
            verdict.missed.append(_fault(one, one.snippet()))
    _own(verdict, plants, there, plain)
    return verdict


def _twins(plants: list[Plant], scrubbed: Recording, plain: Recording) -> Verdict:
    verdict = Verdict(twins=len(plants))
    there, left = _search(plants, plain.folder), _search(plants, _cassette_alone(scrubbed))
    found, changed = _findings(plain), _changes(scrubbed, plain)
    for one in plants:
        differences = [changed[name] for name, _ in one.exchanges if name in changed]
        if differences or one.cell.name not in left:
            verdict.destroyed.append(_fault(one, "; ".join(differences) or f"gone from {one.snippet()}"))
        if findings := [found[name] for name, _ in one.exchanges if name in found]:
            verdict.false.append(_fault(one, f"{findings[0]} in {one.snippet()}"))
    _own(verdict, plants, there, plain)
    return verdict


def _own(verdict: Verdict, plants: list[Plant], there: dict[str, str], plain: Recording) -> None:
    for one in plants:
        if one.cell.name not in there:
            verdict.blind.append(_fault(one, one.snippet()))
        if any(name in plain.refused for name, _ in one.exchanges):
            verdict.refused.append(_fault(one, one.snippet()))


def _fault(one: Plant, snippet: str) -> Fault:
    return Fault(one.cell.kind.name, one.cell.position.name, one.uri, one.value, snippet)


def _findings(recording: Recording) -> dict[str, str]:
    """What scan says of each request, by its id."""
    names = [name_of(one) for one in interactions(recording.cassette)]
    return {names[one["ordinal"] - 1]: f"{one['place']}: {one['kind']}" for one in scan(recording.cassette)}


def _cassette_alone(recording: Recording) -> Path:
    """Without logs, which would hold a harmless value that the cassette has lost."""
    folder = recording.folder.with_name("alone")
    folder.mkdir()
    shutil.copy(recording.cassette, folder)
    if (bodies := recording.cassette.with_suffix(".bodies")).is_dir():
        shutil.copytree(bodies, folder / bodies.name)
    return folder


def _changes(scrubbed: Recording, plain: Recording) -> dict[str, str]:
    """How messages differ that ought to be the same, by their id."""
    told = {name_of(one): _told(one) for one in interactions(scrubbed.cassette)}
    asked = {name_of(one): _told(one) for one in interactions(plain.cassette)}
    return {
        name: _difference(text, told.get(name, "")) for name, text in asked.items() if name and told.get(name) != text
    }


def _told(interaction: dict[str, Any]) -> str:
    """All that a message says but for the time and the cloud's port, which no two recordings share."""
    keys = ("request", "response", "request_body", "response_body", "lost")
    parts = json.loads(json.dumps({key: interaction.get(key) for key in keys}, default=repr))
    headers = (parts["response"] or {}).get("headers") or {}
    headers.pop("Date", None)
    parts["request"]["headers"].pop("Host", None)
    return re.sub(r"127\.0\.0\.1:\d+", "CLOUD", json.dumps(parts, sort_keys=True))


def _difference(before: str, after: str) -> str:
    blocks = difflib.SequenceMatcher(None, before[:4000], after[:4000], autojunk=False).get_opcodes()
    changed = [one for one in blocks if one[0] != "equal"]
    if not changed:
        return "differs far behind"
    start, end = changed[0][1], changed[-1][2]
    return f"{before[max(0, start - 50) : min(end, start + 120) + 20]} -> {after[max(0, changed[0][3] - 10) : changed[0][3] + 80]}"
