"""The plugin in pytest runs of its own, in processes of their own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.proxy.raw_cloud import RawCloud, answer

pytest_plugins = ["pytester"]
SAMPLE = Path("examples/cassettes/sdk.yaml").absolute()
TEST = """
import os
import urllib.request

import pytest

def ask(path):
    return urllib.request.urlopen(os.environ["OS_AUTH_URL"] + path).read().decode()

def test_asks(cloudtape):
    assert os.environ["OS_CLOUD"] == cloudtape.cloud
    assert os.environ["OS_AUTH_URL"] == cloudtape.auth_url
    assert ask("{path}") == "hello"
"""


@pytest.fixture
def run(pytester: pytest.Pytester, cloud: RawCloud) -> Callable[..., pytest.RunResult]:
    cloud.answers["/v3/x"] = answer("200 OK", body=b"hello")

    def run(path: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(test_it=TEST.replace("{path}", path))
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", *options)

    return run


def recording(cloud: RawCloud) -> tuple[str, ...]:
    return ("--cloudtape-mode", "record", "--cloudtape-upstream", f"{cloud.url}/v3")


def test_a_test_records_once_and_replays_ever_after(
    run: Callable[..., pytest.RunResult], pytester: pytest.Pytester, cloud: RawCloud
) -> None:
    run("/x", *recording(cloud)).assert_outcomes(passed=1)
    assert Path(pytester.path, "cassettes", "test_it", "test_asks.yaml").exists()
    asked = len(cloud.received)
    run("/x").assert_outcomes(passed=1)
    assert len(cloud.received) == asked


def test_a_miss_fails_the_test_with_its_reason(run: Callable[..., pytest.RunResult], cloud: RawCloud) -> None:
    run("/x", *recording(cloud))
    result = run("/y")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*cloudtape missed GET *v3/y: no GET*"])


def test_a_miss_that_the_test_swallows_fails_it_all_the_same(
    run: Callable[..., pytest.RunResult], pytester: pytest.Pytester, cloud: RawCloud
) -> None:
    run("/x", *recording(cloud))
    swallow = TEST.replace(
        '    assert ask("{path}") == "hello"', '    try:\n        ask("/y")\n    except OSError:\n        pass'
    )
    pytester.makepyfile(test_it=swallow)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(failed=1)


def test_the_marker_chooses_another_cassette(pytester: pytest.Pytester, cloud: RawCloud) -> None:
    cloud.answers["/v3/x"] = answer("200 OK", body=b"hello")
    marked = TEST.replace("def test_asks", '@pytest.mark.cloudtape(cassette="mine.yaml")\ndef test_asks').replace(
        "{path}", "/x"
    )
    pytester.makepyfile(test_it=marked)
    pytester.runpytest_subprocess(*recording(cloud)).assert_outcomes(passed=1)
    assert Path(pytester.path, "mine.yaml").exists()
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


SYNTHESIZING = """
import openstack
import pytest

@pytest.mark.filterwarnings("ignore")  # the client's own
@pytest.mark.cloudtape(cassette="sdk.yaml", synthesize=True)
def test_makes_what_was_never_recorded(cloudtape):
    cloud = openstack.connect(cloud=cloudtape.cloud)
    made = cloud.network.create_security_group(name="made-here")
    assert cloud.network.get_security_group(made.id).name == "made-here"
"""


def test_the_marker_has_answers_made_up_to_what_was_not_recorded(pytester: pytest.Pytester) -> None:
    shutil.copy(SAMPLE, pytester.path)
    shutil.copytree(SAMPLE.with_suffix(".bodies"), pytester.path / "sdk.bodies")
    pytester.makepyfile(test_it=SYNTHESIZING)
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
    pytester.makepyfile(test_it=SYNTHESIZING.replace(", synthesize=True", ""))
    pytester.runpytest_subprocess().assert_outcomes(failed=1)


def test_without_a_cassette_the_error_says_which_is_missing(run: Callable[..., pytest.RunResult]) -> None:
    result = run("/x")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*test_asks.yaml: no such cassette*"])


def test_an_unknown_mode_is_a_usage_error(run: Callable[..., pytest.RunResult]) -> None:
    run("/x", "--cloudtape-mode", "dream").stdout.fnmatch_lines(["*no mode is called 'dream'*"])


def test_the_plugin_imports_nothing_of_ours_until_it_is_used(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "import sys\n"
        "def test_it():\n"
        "    loaded = {name for name in sys.modules if name.startswith('cloudtape')}\n"
        "    assert loaded == {'cloudtape', 'cloudtape.pytest_plugin'}\n"
        "    assert not {'aiohttp', 'yaml', 'msgspec', 'click'} & sys.modules.keys()\n"
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
