"""The plugin in pytest runs of its own, in processes of their own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudtape.cassettes.cassette import load
from cloudtape.modes import MODES
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


# --- one cassette for each test --------------------------------------------------------------------------------------

MANY = """
import pytest
from test_it import ask

class TestA:
    def test_one(self, cloudtape):
        ask("/x")

    class TestInner:
        def test_one(self, cloudtape):
            ask("/x")

class TestB:
    def test_one(self, cloudtape):
        ask("/x")

@pytest.mark.parametrize("value", ["1", "-1", "a-b", "a b", "a/b", "a b-", ""])
def test_p(cloudtape, value):
    ask("/x")
"""


def test_each_test_has_a_cassette_of_its_own(
    run: Callable[..., pytest.RunResult], pytester: pytest.Pytester, cloud: RawCloud
) -> None:
    pytester.makepyfile(test_many=MANY)
    pytester.syspathinsert()
    run("/x", *recording(cloud)).assert_outcomes(passed=11)
    folder = Path(pytester.path, "cassettes", "test_many")
    names = {str(path.relative_to(folder)) for path in folder.rglob("*.yaml")}
    assert len(names) == 10
    assert names > {"TestA/test_one.yaml", "TestA/TestInner/test_one.yaml", "TestB/test_one.yaml"}
    assert names > {"test_p-1.yaml", "test_p--1.yaml", "test_p-a-b.yaml"}


SHARING = """
import pytest
from test_it import ask

@pytest.mark.cloudtape(cassette="mine.yaml")
@pytest.mark.parametrize("path", ["/x", "/v"])
def test_shares(cloudtape, path):
    assert ask(path)
"""


def test_one_take_does_not_overwrite_another_of_the_same_run(
    run: Callable[..., pytest.RunResult], pytester: pytest.Pytester, cloud: RawCloud
) -> None:
    pytester.makepyfile(test_sharing=SHARING)
    pytester.syspathinsert()
    cloud.answers["/v3/v"] = answer("200 OK", body=b"v")
    result = run("/x", "--cloudtape-mode", "refresh", "--cloudtape-upstream", f"{cloud.url}/v3")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*test_shares?/x? has made a new take of it in this run*"])
    assert "/v3/x" in Path(pytester.path, "mine.yaml").read_text()


IN_WORKERS = """
import time
from pathlib import Path

import pytest
from test_it import ask

def wait_for(name):
    while not Path(name).exists():
        time.sleep(0.01)

@pytest.fixture
def first():
    yield
    Path("first-ended").touch()

@pytest.fixture
def second():
    wait_for("{second_waits_for}")
    yield
    Path("second-ended").touch()

@pytest.mark.cloudtape(cassette="mine.yaml")
def test_first(first, cloudtape):
    ask("/x")
    Path("first-asked").touch()
    wait_for("{first_waits_for}")

@pytest.mark.cloudtape(cassette="mine.yaml")
def test_second(second, cloudtape):
    ask("/x")
"""


@pytest.fixture
def in_workers(pytester: pytest.Pytester, cloud: RawCloud) -> Callable[..., pytest.RunResult]:
    """Two tests that share a cassette, each in a worker of its own, at the same time or one after the other."""
    cloud.answers["/v3/x"] = answer("200 OK", body=b"hello")
    pytester.makepyfile(test_it=TEST.replace("def test_asks", "def asks"))
    pytester.syspathinsert()

    def run(at_once: bool, *options: str) -> pytest.RunResult:
        first, second = ("second-ended", "first-asked") if at_once else ("first-asked", "first-ended")
        pytester.makepyfile(test_workers=IN_WORKERS.format(first_waits_for=first, second_waits_for=second))
        return pytester.runpytest_subprocess("-n", "2", *options)

    return run


@pytest.mark.parametrize(
    ("mode", "at_once", "complaint"),
    [
        ("record", True, "another recorder is writing it"),
        ("refresh", False, "*test_first has made a new take of it in this run"),
        ("fill", True, "another recorder is writing it"),
    ],
)
def test_workers_that_record_one_cassette_are_told(
    in_workers: Callable[..., pytest.RunResult], cloud: RawCloud, mode: str, at_once: bool, complaint: str
) -> None:
    result = in_workers(at_once, "--cloudtape-mode", mode, "--cloudtape-upstream", f"{cloud.url}/v3")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([f"cloudtape: */mine.yaml: *{complaint}*"])
    assert sum("Error" in line for line in result.stdout.lines) == 0
    assert load(Path("mine.yaml")).interaction(1).request.uri == f"{cloud.url}/v3/x"


def test_workers_replay_one_cassette_at_once(in_workers: Callable[..., pytest.RunResult], cloud: RawCloud) -> None:
    in_workers(False, "--cloudtape-mode", "fill", "--cloudtape-upstream", f"{cloud.url}/v3").assert_outcomes(passed=2)
    for left in ("first-asked", "first-ended", "second-ended"):
        Path(left).unlink()
    in_workers(True).assert_outcomes(passed=2)


# --- around the call -------------------------------------------------------------------------------------------------

TEARDOWN = TEST.replace(
    "def test_asks(cloudtape):",
    """
@pytest.fixture
def thing(cloudtape):
    {before}
    yield
    try:
        ask("{after}")
    except OSError:
        pass

def test_asks(thing, cloudtape):""",
).replace("{path}", "/x")


def test_a_miss_that_a_teardown_swallows_is_an_error(
    run: Callable[..., pytest.RunResult], pytester: pytest.Pytester, cloud: RawCloud
) -> None:
    run("/x", *recording(cloud))
    pytester.makepyfile(test_it=TEARDOWN.replace("{after}", "/x").replace("{before}", "pass"))
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
    pytester.makepyfile(test_it=TEARDOWN.replace("{after}", "/y").replace("{before}", "pass"))
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["cloudtape missed GET *v3/y: no GET*"])


def test_a_take_whose_setup_failed_is_not_swapped_in(
    run: Callable[..., pytest.RunResult], pytester: pytest.Pytester, cloud: RawCloud
) -> None:
    run("/x", *recording(cloud))
    before = Path(pytester.path, "cassettes", "test_it", "test_asks.yaml").read_bytes()
    failing = TEARDOWN.replace("{before}", "ask('/x'); assert not 'ready'")
    pytester.makepyfile(test_it=failing)
    options = ("--cloudtape-mode", "refresh", "--cloudtape-upstream", f"{cloud.url}/v3")
    pytester.runpytest_subprocess(*options).assert_outcomes(errors=1)
    assert Path(pytester.path, "cassettes", "test_it", "test_asks.yaml").read_bytes() == before


# --- mistakes --------------------------------------------------------------------------------------------------------


def errors_of(result: pytest.RunResult, errors: int = 1) -> list[str]:
    """What stands under the headings of the errors, of which a traceback is no part."""
    result.assert_outcomes(errors=errors)
    text = result.stdout.str()
    assert "Traceback" not in text
    assert "pytest_plugin.py" not in text
    return [line for line in text.splitlines() if line.startswith("cloudtape: ")]


def test_a_test_that_was_never_recorded_says_how_to_record_it(run: Callable[..., pytest.RunResult]) -> None:
    (said,) = errors_of(run("/x"))
    assert "test_asks.yaml: no such cassette" in said
    assert "--cloudtape-mode record" in said


def test_a_test_that_is_recorded_a_second_time_says_how(run: Callable[..., pytest.RunResult], cloud: RawCloud) -> None:
    run("/x", *recording(cloud))
    (said,) = errors_of(run("/x", *recording(cloud)))
    assert "exists already" in said
    assert "--cloudtape-mode refresh" in said


def test_a_cloud_that_is_down_is_one_line(run: Callable[..., pytest.RunResult]) -> None:
    (said,) = errors_of(run("/x", "--cloudtape-mode", "record", "--cloudtape-upstream", "http://127.0.0.1:1/v3"))
    assert "127.0.0.1:1" in said


@pytest.mark.parametrize("text", ["", "interactions: [", "version: 9\ninteractions: []\n"])
def test_a_file_that_is_no_cassette_is_one_line(
    run: Callable[..., pytest.RunResult], pytester: pytest.Pytester, text: str
) -> None:
    path = Path(pytester.path, "cassettes", "test_it", "test_asks.yaml")
    path.parent.mkdir(parents=True)
    path.write_text(text)
    (said,) = errors_of(run("/x"))
    assert "test_asks.yaml" in said


def test_a_cassette_without_its_body_files_is_one_line(
    run: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> None:
    path = Path(pytester.path, "cassettes", "test_it", "test_asks.yaml")
    path.parent.mkdir(parents=True)
    shutil.copy(SAMPLE, path)
    (said,) = errors_of(run("/x"))
    assert "the folder test_asks.bodies belongs to the cassette and must lie beside it" in said


def test_a_cassette_that_was_cut_is_a_warning(
    run: Callable[..., pytest.RunResult], pytester: pytest.Pytester, cloud: RawCloud
) -> None:
    run("/x", *recording(cloud))
    path = Path(pytester.path, "cassettes", "test_it", "test_asks.yaml")
    path.write_bytes(path.read_bytes() + b"- request:\n    method: GET\n    ur")
    result = run("/x")
    result.stdout.fnmatch_lines(["*cloudtape: *not written to its end*"])


def test_a_mistake_in_a_marker_is_one_line(pytester: pytest.Pytester) -> None:
    marks = ("cassete='x.yaml'", "mode='dream'", "mode='record'")
    tests = [f"@pytest.mark.cloudtape({mark})\ndef test_{n}(cloudtape): pass" for n, mark in enumerate(marks)]
    pytester.makepyfile("\n".join(["import pytest", *tests]))
    said = errors_of(pytester.runpytest_subprocess(), 3)
    for line, complaint in zip(said, ("the marker is", "no mode is called", "--cloudtape-upstream"), strict=True):
        assert complaint in line


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--cloudtape-mode", "dream"), "no mode is called 'dream'"),
        (("--cloudtape-mode", "record"), "needs either --cloudtape-upstream AUTH_URL or --cloudtape-os-cloud NAME"),
        (("--cloudtape-mode", "record", "--cloudtape-os-cloud", "nowhere"), "cloud 'nowhere'"),
    ],
)
def test_options_that_no_test_could_use_are_refused_once(
    run: Callable[..., pytest.RunResult], options: tuple[str, ...], complaint: str
) -> None:
    result = run("/x", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (said,) = [line for line in result.stderr.lines if complaint in line]
    assert said.startswith("ERROR: cloudtape: ")


def test_the_help_names_every_mode(pytester: pytest.Pytester) -> None:
    said = [" ".join(pytester.runpytest_subprocess(option).stdout.str().split()) for option in ("--help", "--markers")]
    assert all(name in text for name in MODES for text in said)
    assert all("record, refresh, fill, replay" in text for text in said)


def test_the_plugin_imports_nothing_of_ours_until_it_is_used(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "import sys\n"
        "def test_it():\n"
        "    loaded = {name for name in sys.modules if name.startswith('cloudtape')}\n"
        "    assert loaded == {'cloudtape', 'cloudtape.pytest_plugin'}\n"
        "    assert not {'aiohttp', 'yaml', 'msgspec', 'click'} & sys.modules.keys()\n"
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
