"""The sample cassettes, replayed to the real clients that they were recorded with: the recorded outputs come again."""

import json
import sys
from pathlib import Path

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.scanning.scan import scan
from cloudtape.config import Config, mode_named
from cloudtape.run import environment
from tests.live.walk import normal, walk

CASSETTES = Path(__file__).parent.parent / "examples" / "cassettes"
BIN = Path(sys.executable).parent
KINDS = ("cli", "sdk", "swift")


@pytest.mark.parametrize("kind", KINDS)
def test_the_real_client_sees_what_it_saw_when_it_was_recorded(kind: str, tmp_path: Path) -> None:
    config = Config(mode_named("replay"), (CASSETTES / f"{kind}.yaml",))
    with BackgroundProxy(config) as proxy:
        env = environment({"PATH": str(BIN), "HOME": str(tmp_path), "PYTHONWARNINGS": "ignore"}, proxy.env)
        replayed = walk([kind], tmp_path / "walk", env, BIN)
        misses = list(map(str, proxy.misses))
    recorded = json.loads((CASSETTES / f"{kind}.outputs.json").read_text())
    assert misses == []
    assert [(one.command, one.code) for one in replayed] == [(one["command"], one["code"]) for one in recorded]
    for now, then in zip(replayed, recorded, strict=True):
        assert normal(now.output) == normal(then["output"]), now.command


@pytest.mark.parametrize("kind", KINDS)
def test_the_sample_cassettes_hold_no_secrets(kind: str) -> None:
    assert scan(CASSETTES / f"{kind}.yaml").findings == []
    for file in CASSETTES.rglob("*"):
        assert not file.is_file() or b"livesecret" not in file.read_bytes()


def test_the_sample_cassettes_hold_real_secrets_places() -> None:
    """So that the test above cannot pass because nothing was there to be scrubbed."""
    places = {place for one in load(CASSETTES / "cli.yaml") for place in one.scrubbed}
    assert {"request.headers.X-Auth-Token", "response.headers.X-Subject-Token"} <= places
    assert any(place.endswith("adminPass") for place in places)
    assert any(place.endswith("user.password") for place in places)
