"""Pages that are made are made from what is there."""

from pathlib import Path

import pytest

from tools.command_pages import FOLDER, pages

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_of_a_command_says_what_the_command_says(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name], "run `python tools/command_pages.py`"


def test_no_page_of_a_command_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)


def test_every_page_is_in_the_index() -> None:
    docs = Path(__file__).parent.parent / "docs"
    index = (docs / "README.md").read_text(encoding="utf-8")
    for page in docs.glob("*.md"):
        assert page.name == "README.md" or f"]({page.name})" in index, page.name


def test_every_decision_is_in_their_index() -> None:
    folder = Path(__file__).parent.parent / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    for page in folder.glob("*.md"):
        assert page.name == "README.md" or f"]({page.name})" in index, page.name
