"""The glossary says where things are, and names that matter have one meaning."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = [line.strip("| ").rsplit(" | ", 1) for line in PAGE.splitlines() if re.match(r"\| (?!word|---)", line)]
PLACES = sorted({place for _, where in ROWS for place in re.findall(r"`([^`]+)`", where)})
FOLDERS = ("facts", "cassettes", "matchers", "proxy", "synthesis")
# Each a class of one package, and of no other.
OWNED = {
    "Interaction": "cassettes",
    "Miss": "matchers",
    "Mode": "proxy",
    "Operation": "facts",
    "Route": "cassettes",
    "Session": "matchers",
    "World": "synthesis",
    "NameKind": "matchers",
    "Mismatch": "matchers",
    "LastResort": "proxy",
}


def _classes() -> dict[str, set[str]]:
    found = defaultdict(set)
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    found[node.name].add(folder)
    return found


CLASSES = _classes()


@pytest.mark.parametrize("place", PLACES)
def test_what_the_glossary_names_is_there(place: str) -> None:
    assert (ROOT / place).is_file() if place.endswith(".py") else place in CLASSES


def test_a_word_stands_in_the_glossary_once() -> None:
    words = [row[0].partition(" | ")[0] for row in ROWS]
    assert len(words) == len(set(words)) > 50


@pytest.mark.parametrize("name", OWNED)
def test_a_name_has_one_meaning(name: str) -> None:
    assert CLASSES[name] == {OWNED[name]}
