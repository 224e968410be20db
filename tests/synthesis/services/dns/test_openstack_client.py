"""The real `openstack` client (python-designateclient) against the demo cloud: each of its commands for zones and records."""

from pathlib import Path

import pytest

from cloudtape.background import BackgroundProxy
from tests.synthesis.cli import Runner, read_script
from tests.synthesis.conftest import environment

CHAPTERS = read_script(Path(__file__).parent / "openstack.yaml")
pytestmark = pytest.mark.filterwarnings("ignore")  # the clients' own
ZONE_FILE = """\
$ORIGIN filed.test.
$TTL 300
filed.test. 1800 IN SOA ns.else.test. root.filed.test. 1 3600 600 86400 3600
filed.test. IN NS ns.else.test.
www IN A 192.0.2.44
mail 60 IN MX 10 www
"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "zone").write_text(ZONE_FILE)
    (tmp_path / "none").write_text("$ORIGIN filed.test.\nthis is none\n")
    return {"zonefile": str(tmp_path / "zone"), "nozone": str(tmp_path / "none")}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_command_works_and_what_was_set_is_shown(
    chapter: str, demo: BackgroundProxy, files: dict[str, str]
) -> None:
    users = {"admin": environment(demo, "admin"), "demo": environment(demo, "demo")}
    users["eve"] = environment(demo, "eve", "pw", "lab")
    runner = Runner(users, files)
    outcomes = [runner.run(step) for step in CHAPTERS[chapter]]
    wrong = {one.command: one.wrong for one in outcomes if one.wrong}
    assert not wrong, wrong
