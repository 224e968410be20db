"""The recorded suite, replayed from a recording that lacks something, with a made-up cloud for what it lacks.

Each scenario checks what it gets, so what is made up must fit what was recorded: ids, names, states, relations. And
where nothing was recorded, it must be as the real cloud was.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudtape.cassette_routes import routes_of
from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Interaction
from cloudtape.matchers.requests.things import is_login
from cloudtape.operation_names import OperationNames
from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.services.cloud import default_cloud
from tests.scenarios.test_replay import CASSETTES, recorded, replay, run

WORLD = Path(__file__).parent / "world.yaml"
SEQUENTIAL = CASSETTES / "sequential.yaml"
NAMES = OperationNames(routes_of([load(SEQUENTIAL)]))


def verb_of(one: Interaction) -> Verb | None:
    operation = NAMES.operation_of(one.request)
    return default_cloud().kinds.planner.plan(operation).verb if operation else None


LACKING: dict[str, Callable[[Interaction], bool]] = {
    "answers about one thing": lambda one: verb_of(one) is Verb.SHOW,
    "deletions": lambda one: one.request.method == "DELETE",
    "creations": lambda one: one.request.method == "POST",
}
# What is known to fail, and why.
FAILING: dict[str, dict[str, str]] = {
    "answers about one thing": {
        "volume_from_an_image": "its creation was answered while it was not bootable yet, and nothing says when it was"
    },
    "deletions": {
        "network_of_another_project": "whoever shares it sees it as shared with all, and nothing says with whom it is"
    },
    "creations": {},
    "nothing, but everything is another": {
        "cli_user_logs_in": "it gives a role that the recording never names",
    },
}


def without(lacks: Callable[[Interaction], bool], path: Path) -> Path:
    """The recording without some of its interactions. Logins stay: they say whose cloud it is."""
    writer = CassetteWriter.create(path)
    for one in load(SEQUENTIAL):
        if one.routes or is_login(one.request.method, one.request.uri) or not lacks(one):
            writer.append(one)
    writer.close()
    return path


@pytest.mark.parametrize("lack", LACKING)
def test_what_a_recording_lacks_is_made_up_to_fit(lack: str, tmp_path: Path) -> None:
    played = replay(without(LACKING[lack], tmp_path / "lacking.yaml"), (), tmp_path, "--synthesize")
    assert set(played.differences) == recorded("sequential")
    assert {name: why for name, why in played.failed.items() if name not in FAILING[lack]} == {}
    assert re.search(r"\b[1-9]\d* replayed, [1-9]\d* synthesized, 0 missed", played.said), played.said


def test_a_changed_variant_is_made_up_where_it_was_not_recorded(tmp_path: Path) -> None:
    played = replay(SEQUENTIAL, ("--variants",), tmp_path, "--synthesize")
    known = FAILING["nothing, but everything is another"]
    assert set(played.differences) == {f"{name}:changed" for name in recorded("sequential")}
    assert {name: why for name, why in played.failed.items() if name.removesuffix(":changed") not in known} == {}


@pytest.mark.parametrize("words", [(), ("--variants",)], ids=["as recorded", "variants"])
def test_a_made_up_cloud_is_what_the_suite_found_the_real_one_to_be(words: tuple[str, ...], tmp_path: Path) -> None:
    played = run("synthesize", words, tmp_path, "--world", str(WORLD))
    assert played.failed == {}
    assert len(played.differences) == len(recorded("sequential"))


def test_a_whole_recording_needs_nothing_made_up(tmp_path: Path) -> None:
    played = replay(SEQUENTIAL, (), tmp_path, "--synthesize")
    assert played.failed == {}
    assert re.search(r"\b[1-9]\d* replayed, 0 missed", played.said), played.said
    assert "synthesized" not in played.said
