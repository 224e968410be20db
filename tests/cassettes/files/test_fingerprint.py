import sys
from pathlib import Path

import pytest

from cloudtape.cassettes.files.fingerprint import fingerprint


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "somepackage"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "one.py").write_text("X = 1\n")
    (folder / "two.py").write_text("Y = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def changed(*names: str) -> str:
    fingerprint.cache_clear()
    for name in [one for one in sys.modules if one.startswith("somepackage")]:
        del sys.modules[name]
    return fingerprint(*names)


def test_it_changes_with_any_module_of_a_package(package: Path) -> None:
    before = changed("somepackage")
    assert changed("somepackage") == before
    (package / "two.py").write_text("Y = 2\n")
    assert changed("somepackage") != before


def test_it_changes_with_a_module_alone(package: Path) -> None:
    before = changed("somepackage.one")
    (package / "two.py").write_text("Y = 2\n")
    assert changed("somepackage.one") == before
    (package / "one.py").write_text("X = 2\n")
    assert changed("somepackage.one") != before


def test_it_changes_with_the_data_of_a_package(package: Path) -> None:
    (package / "data").mkdir()
    (package / "data" / "rows.jsonl").write_text("1\n")
    before = changed("somepackage")
    (package / "data" / "rows.jsonl").write_text("2\n")
    assert changed("somepackage") != before
