"""The page of troubles knows every text that a person is told."""

from pathlib import Path

import pytest

from tools.told_texts import collected, plain

PAGE = plain((Path(__file__).parent.parent / "docs" / "troubleshooting.md").read_text(encoding="utf-8"))
TOLD = collected()


@pytest.mark.parametrize("piece", sorted({one.piece for one in TOLD}))
def test_every_text_is_explained(piece: str) -> None:
    where = [one.where for one in TOLD if one.piece == piece]
    assert piece in PAGE, f"docs/troubleshooting.md does not explain {piece!r} of {', '.join(where)}"


@pytest.mark.parametrize(
    "piece",
    [
        "no such cassette",  # an error's own text
        "needs a cassette (--cassette FILE",  # what an error is given
        "it has another form",  # a reason
        "the last interaction was not written to its end and is left out",  # a note, by its constant
        "the command was stopped, since not all could be kept (--on-error stop",  # what is printed
        "no interaction names it",  # of a stray
        "there is no user",  # of a world's file
    ],
)
def test_texts_of_each_kind_are_found(piece: str) -> None:
    assert piece in {one.piece for one in TOLD}
