"""The real `openstack` client against the demo cloud: every command of the script works, and what was set is shown."""

from pathlib import Path

import pytest

from cloudtape.background import BackgroundProxy
from tests.synthesis.cli import Runner, read_script
from tests.synthesis.conftest import environment

CHAPTERS = read_script()
pytestmark = pytest.mark.filterwarnings("ignore")  # the clients' own


def test_the_script_is_long_enough_to_mean_something() -> None:
    assert sum(len(steps) for steps in CHAPTERS.values()) >= 150


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_command_works_and_what_was_set_is_shown(
    chapter: str, demo: BackgroundProxy, words: dict[str, str]
) -> None:
    users = {"admin": environment(demo, "admin"), "demo": environment(demo, "demo")}
    users["eve"] = environment(demo, "eve", "pw", "lab")
    runner = Runner(users, words)
    outcomes = [runner.run(step) for step in CHAPTERS[chapter]]
    wrong = {one.command: one.wrong for one in outcomes if one.wrong}
    assert not wrong, wrong
    if chapter == "image":
        assert Path(words["copy"]).read_bytes() == Path(words["file"]).read_bytes()
