"""A sample of what `python -m tests.kill` does, and proof that its judge sees what is to be seen."""

from pathlib import Path

import pytest

from tests.kill.__main__ import kills
from tests.kill.judge import Figures
from tests.kill.modes import MODES

KILLS = 24
SEED = 20_000


def test_a_kill_at_any_moment_of_any_mode_loses_nothing_and_leaves_nothing_unscrubbed(tmp_path: Path) -> None:
    figures = Figures()
    kills(KILLS, list(MODES), SEED, tmp_path, figures)
    assert figures.is_good, (*figures.lost, *figures.unreadable, *figures.unscrubbed, *figures.refused)
    assert figures.kills == KILLS
    assert figures.acknowledged > KILLS


@pytest.mark.parametrize("name", ["lost", "unreadable", "unscrubbed", "refused"])
def test_whatever_was_found_is_no_good(name: str) -> None:
    figures = Figures()
    getattr(figures, name).append("record, seed 1: something")
    assert not figures.is_good
