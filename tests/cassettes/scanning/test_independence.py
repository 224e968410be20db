"""The scan shares nothing with the scrubber but the form of placeholders, so that it cannot repeat its mistakes."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cloudtape.cassettes.scanning

FOLDER = Path(cloudtape.cassettes.scanning.__file__).parent
ALLOWED = "cloudtape.cassettes.scrubbing.placeholders"
PACKAGE = "cloudtape.cassettes"


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def file_of(module: str) -> Path | None:
    below = module.removeprefix(PACKAGE).strip(".").replace(".", "/")
    root = FOLDER.parent
    return next((file for file in (root / f"{below}.py", root / below / "__init__.py") if file.is_file()), None)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: file.name)
def test_the_scan_imports_nothing_of_the_scrubber(file: Path) -> None:
    waiting, seen = [file], {file}
    while waiting:
        for name in imported(waiting.pop()):
            if not name.startswith(PACKAGE) or name.startswith(ALLOWED):
                continue
            assert not name.startswith("cloudtape.cassettes.scrubbing."), f"{file.name} comes to {name}"
            found = file_of(name)
            if found and found not in seen:
                seen.add(found)
                waiting.append(found)


def test_the_rules_are_files_of_its_own() -> None:
    assert {file.name for file in (FOLDER / "data").iterdir()} == {"forms.yaml", "names.yaml", "phrases.yaml"}
