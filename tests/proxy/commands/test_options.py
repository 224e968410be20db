"""Which option belongs to which mode: what is refused, and what the help of `run` says."""

import pytest

from cloudtape.cli import cli, run
from cloudtape.commands.options import ASKED_FOR, GROUPS, OptionGroup
from cloudtape.modes import MODES
from tests.proxy.test_cli import SAMPLE, cloudtape


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("run", "--cassette", SAMPLE, "--save", "world.yaml"), "--save"),
        (("run", "--cassette", SAMPLE, "--world", SAMPLE), "--world"),
        (("run", "--cassette", SAMPLE, "--lifecycle", "polls:1"), "--lifecycle"),
        (("run", "--cassette", SAMPLE, "--seed", "0"), "--seed"),
        (("run", "--cassette", SAMPLE, "--os-cloud", "c"), "--os-cloud"),
        (("run", "--cassette", SAMPLE, "--no-scrub"), "--no-scrub"),
        (("run", "--mode", "synthesize", "--cassette", SAMPLE), "--cassette"),
        (("run", "--mode", "synthesize", "--match", "adapted"), "--match"),
        (("run", "--mode", "passthrough", "--upstream", "http://c", "--cassette", SAMPLE), "--cassette"),
        (("run", "--mode", "record", "--upstream", "http://c", "--cassette", "x.yaml", "--synthesize"), "--synthesize"),
        (("run", "--cassette", SAMPLE, "--synthesize", "--world", SAMPLE), "--world"),
        (("replay", "--cassette", SAMPLE, "--save", "world.yaml"), "--save"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(words: tuple[str, ...], option: str) -> None:
    done = cloudtape(*words, *(["--", "true"] if words[0] == "run" else []))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"cloudtape: {option} does nothing in the mode ")


@pytest.mark.parametrize("words", [("--synthesize", "--cassette", SAMPLE), ("--mode", "synthesize")])
def test_a_made_up_cloud_takes_its_options_with_a_recording_and_without(words: tuple[str, ...]) -> None:
    assert cloudtape("run", *words, "--seed", "3", "--lifecycle", "polls:1", "--", "true").returncode == 0


def test_every_option_of_a_group_is_one_of_run() -> None:
    names = [name for group in GROUPS for name in group.options]
    assert len(names) == len(set(names))
    assert set(names) <= {option.name for option in run.params}


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: min(group.options))
def test_the_commands_of_the_modes_have_the_options_that_do_something_there(group: OptionGroup) -> None:
    for mode in MODES.values():
        options = {option.name for option in cli.commands[mode.name].params}
        mixed = ASKED_FOR.get(f"{mode.name} --synthesize", mode)
        belongs = group.belongs_to(mode) or group.belongs_to(mixed)
        assert bool(options & group.options) == belongs


def test_the_help_of_run_says_which_mode_takes_an_option() -> None:
    said = cloudtape("run", "--help").stdout
    sections = {part.split(":")[0]: part for part in said.split("Options for ")[1:]}
    assert "--os-cloud" in sections["record, refresh, fill, passthrough"]
    assert "--save" in sections["synthesize, replay --synthesize"]
    assert "--synthesize" in sections["replay"]
    assert "free port" in said
    assert "8780" not in said


def test_the_help_of_replay_says_that_there_may_be_several_cassettes() -> None:
    assert "several times" in cloudtape("replay", "--help").stdout
    assert "several times" not in cloudtape("record", "--help").stdout


def test_replay_without_a_cassette_names_the_ways_on() -> None:
    said = cloudtape("run", "--", "true").stderr
    assert "--cassette" in said
    assert "--mode synthesize" in said
