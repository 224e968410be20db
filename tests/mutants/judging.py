"""mutmut in a tree: which mutants there are, what the tests make of some of them, and what a mutant changes.

Only mutmut's commands are used. It runs for each mutant the tests that call the mutated function, stops at the first
that fails, forks a process for each, and ends those that take too long.
"""

from __future__ import annotations

import ast
import random
import re
import subprocess
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.layout import in_checkout

CAUGHT = frozenset({"killed", "timeout", "segfault"})
LEFT = frozenset({"survived", "no tests"})
RESULT = re.compile(r"\s*(\S+): ([a-z ]+)")
NOBODY = "no mutant has this name"
"""mutmut has no command that only makes mutants: asked for one that there is not, it makes all, measures which tests
call which function, and ends."""
SEPARATOR = "ǁ"
"""Between a class and a method, in mutmut's names."""


class MutmutFailed(Exception):
    """mutmut ended without a verdict; what it printed."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mutant that no test has caught. `path` and `line` are of the checkout."""

    name: str
    status: str
    path: str
    line: int
    change: tuple[str, ...]
    """The lines that it takes away, with `-`, and those that it puts there, with `+`."""

    def __str__(self) -> str:
        return "\n".join(
            [f"{self.path}:{self.line}: {self.status} ({self.name})", *(f"    {one}" for one in self.change)]
        )


def mutmut(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sysconfig.get_path("scripts"), "mutmut")
    return subprocess.run([program, *arguments], cwd=tree, capture_output=True, text=True, check=False)


def make(tree: Path) -> list[str]:
    """Make the mutants, and have the tests run once; returns the mutants' names."""
    told = mutmut(tree, "run", NOBODY)
    names = sorted(_results(tree))
    if not names or NOBODY not in told.stderr:
        raise MutmutFailed(_end_of(told))
    return names


def chosen(names: Sequence[str], sample: int, seed: int) -> list[str]:
    """So many of them at random, the same for the same seed; all for 0."""
    return sorted(random.Random(seed).sample(names, min(sample, len(names)))) if sample else list(names)


def judge(tree: Path, names: Sequence[str], jobs: int) -> dict[str, str]:
    """What became of each mutant, in mutmut's words."""
    told = mutmut(tree, "run", "--max-children", str(jobs), *names)
    results = _results(tree)
    verdicts = {name: results[name] for name in names}
    if told.returncode or set(verdicts.values()) - CAUGHT - LEFT:
        strange = sorted(f"{name}: {verdict}" for name, verdict in verdicts.items() if verdict not in CAUGHT | LEFT)
        raise MutmutFailed("\n".join([_end_of(told), *strange[:20]]))
    return verdicts


def describe(tree: Path, name: str, status: str) -> Mutant:
    lines = mutmut(tree, "show", name).stdout.splitlines()
    path = next(line for line in lines if line.startswith("--- ")).split()[1]
    begin = next(at for at, line in enumerate(lines) if line.startswith("@@"))
    change = tuple(line for line in lines[begin + 1 :] if line[:1] in ("-", "+"))
    first = next((line[1:].strip() for line in change if line[0] == "-"), "")
    return Mutant(name, status, in_checkout(path), _line_of(tree / path, name, first), change)


def _line_of(path: Path, name: str, text: str) -> int:
    """The line of a function on which a text stands; the function's own where it does not."""
    source = path.read_text()
    function = name.rpartition(".")[2].rpartition("__mutmut_")[0].removeprefix("x").removeprefix("_")
    node: ast.AST = ast.parse(source)
    for part in [one for one in function.split(SEPARATOR) if one]:
        named = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        node = next(one for one in ast.iter_child_nodes(node) if isinstance(one, named) and one.name == part)
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    within = enumerate(source.splitlines()[node.lineno - 1 : node.end_lineno], node.lineno)
    return next((number for number, line in within if line.strip() == text), node.lineno)


def _results(tree: Path) -> dict[str, str]:
    lines = mutmut(tree, "results", "--all", "true").stdout.splitlines()
    return {found[1]: found[2] for line in lines if (found := RESULT.fullmatch(line))}


def _end_of(told: subprocess.CompletedProcess[str]) -> str:
    """The last that was printed; lines of progress end with a carriage return."""
    return "\n".join([*re.split(r"[\r\n]+", told.stdout)[-60:], told.stderr[-4000:]])
