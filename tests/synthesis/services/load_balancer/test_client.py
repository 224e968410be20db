"""The real `openstack loadbalancer` against the demo cloud: every command works, and what was set is shown."""

from pathlib import Path

import pytest

from cloudtape.background import BackgroundProxy
from tests.synthesis.cli import Runner, read_script
from tests.synthesis.conftest import environment

CHAPTERS = read_script(Path(__file__).with_name("openstack.yaml"))
pytestmark = pytest.mark.filterwarnings("ignore")  # the clients' own


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_command_works_and_what_was_set_is_shown(chapter: str, demo: BackgroundProxy) -> None:
    runner = Runner({"admin": environment(demo, "admin"), "demo": environment(demo, "demo")}, {})
    outcomes = [runner.run(step) for step in CHAPTERS[chapter]]
    wrong = {one.command: one.wrong for one in outcomes if one.wrong}
    assert not wrong, wrong
