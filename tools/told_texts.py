"""The texts that cloudtape tells a person, collected from its code: what docs/troubleshooting.md must explain.

    python tools/told_texts.py    prints each, with where it stands

They are what errors are made of, what is printed, and the reasons in words that both may hold. What a made-up service
says of a request is not among them: those are the services' own words.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = ("facts", "cassettes", "matchers", "proxy", "synthesis")
# Errors that are caught where they are raised, or near; nobody is told their text.
CAUGHT = frozenset({"JsonError", "NotPlain", "PatternError", "XmlError", "_NoCounterpart"})
# Of what is made up, only what is said to whoever starts it.
TOLD_OF_MADE_UP = frozenset({"PaceError", "SessionsFull", "WorldFileError"})
# Functions whose arguments a person is told, besides errors: what is printed, what pytest shows, notes.
TELLING = frozenset({"Mismatch", "Stray", "Unseen", "UsageError", "fail", "say", "warn"})
# Functions and properties that return a reason or notes, and variables that hold one.
REASONS = re.compile(r"_?(why(_\w+)?|wrong(_line)?|too_much|complaint|unusable\w*|notes|warnings|summary|reason)")
LEAST = 8
"""Characters of a piece by which a text is known."""


@dataclass(frozen=True)
class Told:
    """`piece`: the longest part of a text that is the same each time."""

    where: str
    piece: str


def collected() -> list[Told]:
    modules = [
        (path, ast.parse(path.read_text())) for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))
    ]
    errors = _errors([tree for _, tree in modules]) - CAUGHT
    found = []
    for path, tree in modules:
        is_made_up = path.is_relative_to(ROOT / "synthesis")
        constants = _constants(tree)
        for text in _given(tree, TOLD_OF_MADE_UP) if is_made_up else _texts(tree, errors | TELLING):
            pieces = ((one.lineno, max(_pieces(one, constants), key=len, default="")) for one in _alternatives(text))
            found += [Told(f"{path.relative_to(ROOT)}:{line}", piece) for line, piece in pieces if piece]
    return found


def _errors(trees: list[ast.Module]) -> frozenset[str]:
    """The names of all exceptions."""
    bases: dict[str, set[str]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases.setdefault(node.name, set()).update(one.id for one in node.bases if isinstance(one, ast.Name))
    known = {name for name, one in vars(builtins).items() if isinstance(one, type) and issubclass(one, BaseException)}
    builtin = frozenset(known)
    while new := {name for name, of in bases.items() if of & known} - known:
        known |= new
    return frozenset(known - builtin)


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Texts of a module by their names in capitals."""
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id.isupper() and isinstance(node.value, ast.Constant)
    }


def _given(tree: ast.AST, names: frozenset[str]) -> Iterator[ast.expr]:
    """What is given to an error or printed."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (_name(node.func) in names or _is_note(node.func)):
            yield from node.args
            yield from (one.value for one in node.keywords)
        elif isinstance(node, ast.ClassDef) and node.name in names:
            yield from _own_text(node)


def _texts(tree: ast.AST, names: frozenset[str]) -> Iterator[ast.expr]:
    """The same, and the reasons."""
    yield from _given(tree, names)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and REASONS.fullmatch(node.name):
            yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Return | ast.Yield) and one.value)
        elif isinstance(node, ast.Assign) and any(_is_reason(one) for one in node.targets):
            yield node.value


def _own_text(error: ast.ClassDef) -> Iterator[ast.expr]:
    """What an error's `__init__` makes of its facts."""
    for node in ast.walk(error):
        if isinstance(node, ast.Call) and _name(node.func) == "__init__":
            yield from node.args


def _is_note(called: ast.expr) -> bool:
    """`reading.notes.append`, `lines.error` of a file that describes a world."""
    if not isinstance(called, ast.Attribute):
        return False
    return (_name(called.value), called.attr) in {("notes", "append"), ("lines", "error"), ("_lines", "error")}


def _is_reason(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and bool(REASONS.fullmatch(target.id))


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def _alternatives(text: ast.expr) -> Iterator[ast.expr]:
    if isinstance(text, ast.IfExp):
        yield from _alternatives(text.body)
        yield from _alternatives(text.orelse)
    elif isinstance(text, ast.BoolOp):
        for one in text.values:
            yield from _alternatives(one)
    else:
        yield text


def _pieces(text: ast.expr, constants: dict[str, ast.expr]) -> list[str]:
    """What of a text is always the same; a constant's name stands for it."""
    found = []
    for node in ast.walk(text):
        one = constants.get(node.id) if isinstance(node, ast.Name) else node
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            piece = plain(one.value)
            if len(piece) >= LEAST and " " in piece:
                found.append(piece)
    return found


def plain(text: str) -> str:
    """Words alone: without marks of Markdown, and each blank one."""
    return " ".join(re.sub(r"[`*\\]", "", text).split()).strip(" .,:;()'")


if __name__ == "__main__":
    for one in collected():
        print(f"{one.where}: {one.piece}")
