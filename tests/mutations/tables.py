"""The tables of scrubbing and scanning, and what drops one row of them before anything has read it."""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import yaml

PACKAGE = "cloudtape.cassettes"
ROOT = Path(__file__).parents[2] / "cassettes"
# Module, and the tables in it.
IN_MODULES = {
    "scrubbing.names": ("RULES", "ENDS", "NO_ENDS"),
    "scrubbing.secrets": ("PATHS", "PATH_MARKS", "MARKS", "EVERYDAY"),
    "scrubbing.payloads": ("PATHS", "MEDIA_TYPES"),
    "scrubbing.forms": ("FORMS", "FORM_MARKS", "SHAPED_MARKS"),
    "scrubbing.commands": ("PROGRAMS", "LINES", "COMMAND_MARKS"),
    "scrubbing.rows": ("NAMES", "VALUES", "ABOUT", "REFERENCES", "DOCUMENTED"),
    "scrubbing.fields": ("FIELDS",),
    "scrubbing.about": ("NOTHING",),
    "scrubbing.xml_walk": ("SAYING", "HOLDING"),
    "scrubbing.binary": ("PACKED",),
    "scrubbing.binary_forms": ("KEYS", "BASE64_MARKS"),
    "scanning.trees": ("NAMING", "NAMED", "ABOUT", "SECRET_CREDENTIALS"),
    "scanning.values": ("NOTHING",),
    "scanning.messages": ("CREDENTIALS", "SECRET_PATHS"),
    "scanning.unpacking": ("MAGIC", "ZLIB"),
    "scanning.layers": ("MARKS",),
}
IN_FILES = ("names.yaml", "phrases.yaml", "forms.yaml")
KNOWN_FORMS = "known_forms.jsonl"
Path_ = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """`place`: the module or file; `table`: the name in it; `path`: where in the table; `text`: as it is written."""

    place: str
    table: str
    path: Path_
    text: str

    def __str__(self) -> str:
        return f"{self.place} {self.table}: {self.text[:100]}"


def rows() -> Iterator[Row]:
    for module, tables in IN_MODULES.items():
        source = (ROOT / f"{module.replace('.', '/')}.py").read_text()
        for table in tables:
            value = _table(ast.parse(source), table)
            yield from (Row(module, table, path, ast.unparse(node)) for path, node in _literals(value))
    for file in IN_FILES:
        loaded = yaml.safe_load((ROOT / "scanning" / "data" / file).read_text())
        yield from (Row(file, str(path[0]), path, str(item)) for path, item in _items(loaded))
    lines = (ROOT / "scrubbing" / "data" / KNOWN_FORMS).read_text().splitlines()
    yield from (Row(KNOWN_FORMS, "", (number,), line) for number, line in enumerate(lines))


def _table(tree: ast.Module, name: str) -> ast.expr:
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(one, ast.Name) and one.id == name for one in targets):
            assert isinstance(node, ast.Assign | ast.AnnAssign)
            assert node.value is not None
            return node.value
    raise LookupError(name)


def _elements(node: ast.expr) -> list[ast.expr]:
    """The list in which a table's rows are; empty where it is no literal."""
    if isinstance(node, ast.Call) and node.args:
        return _elements(node.args[0])
    if isinstance(node, ast.Starred):
        return _elements(node.value)
    return node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else []


def _literals(node: ast.expr, path: Path_ = ()) -> Iterator[tuple[Path_, ast.expr]]:
    for number, one in enumerate(_elements(node)):
        if isinstance(one, ast.Starred):
            yield from _literals(one, (*path, number))
        else:
            yield (*path, number), one


def _items(loaded: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Rows with a name of their own, or words."""
    if isinstance(loaded, dict) and "rule" not in loaded:
        for key, value in loaded.items():
            yield from _items(value, (*path, key))
    elif isinstance(loaded, list):
        for number, value in enumerate(loaded):
            yield from _items(value, (*path, number))
    else:
        yield path, loaded


class Finder(importlib.abc.MetaPathFinder):
    """Loads one module without one row of a table in it."""

    def __init__(self, row: Row) -> None:
        self._row, self._name = row, f"{PACKAGE}.{row.place}"

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self._name:
            return None
        found = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self)
        spec = next(one for one in found if one)
        assert spec.origin
        spec.loader = Loader(name, spec.origin, self._row)
        return spec


class Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, row: Row) -> None:
        super().__init__(name, path)
        self._row = row

    def get_code(self, name: str) -> CodeType:
        tree = ast.parse(Path(self.path).read_text())
        elements = _elements(_table(tree, self._row.table))
        *outer, last = self._row.path
        for number in outer:
            elements = _elements(elements[int(number)])
        del elements[int(last)]
        return compile(tree, self.path, "exec")


def drop(row: Row) -> None:
    """In this process, which must not have imported what reads the row."""
    if row.place in IN_MODULES:
        sys.meta_path.insert(0, Finder(row))
    elif row.place in IN_FILES:
        _drop_item(row)
    else:
        _drop_known_form(row)


def _drop_item(row: Row) -> None:
    from cloudtape.cassettes.scanning import rows as reader

    read = reader.table

    def table(name: str) -> Any:
        loaded = read(name)
        if name == row.place:
            inner = loaded
            for key in row.path[:-1]:
                inner = inner[key]
            del inner[row.path[-1]]
        return loaded

    reader.table = table


def _drop_known_form(row: Row) -> None:
    from cloudtape.cassettes.scrubbing import forms

    kept = forms.known_forms()[: int(row.path[0])] + forms.known_forms()[int(row.path[0]) + 1 :]
    forms.known_forms = cache(lambda: kept)
