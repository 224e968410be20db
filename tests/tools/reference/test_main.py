import shutil
from pathlib import Path

import pytest

from cloudtape.openstack.catalog import DATA, EXAMPLES, OPERATIONS, save_catalog
from tools.reference.__main__ import main
from tools.reference.errors import DocumentError
from tools.reference.parse import parse


def test_the_committed_data_is_what_the_document_gives(document: str, tmp_path: Path) -> None:
    parsed = parse(document)
    save_catalog(parsed.operations, parsed.examples, tmp_path)
    for name in (OPERATIONS, EXAMPLES):
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes(), f"{name}: run `python -m tools.reference`"


def test_nothing_is_written_where_the_document_is_cut(document: str, tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "data")
    with pytest.raises(DocumentError):
        parse(document[: len(document) // 2])
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == [EXAMPLES, OPERATIONS]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"not the reference\n" * 100])
@pytest.mark.parametrize("name", ["document.txt", "document.txt.xz"])
def test_another_document_replaces_nothing(
    tmp_path: Path, content: bytes, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [(DATA / name).read_bytes() for name in (OPERATIONS, EXAMPLES)]
    path = tmp_path / name
    path.write_bytes(content)
    assert main([str(path)]) == 2
    assert str(path) in capsys.readouterr().err
    assert [(DATA / name).read_bytes() for name in (OPERATIONS, EXAMPLES)] == before


@pytest.mark.parametrize("arguments", [["--help"], ["/nowhere"], ["one", "two"]])
def test_what_cannot_be_done_ends_with_2(arguments: list[str]) -> None:
    assert main(arguments) == 2
