"""What a test leaves behind: a take when it passed, nothing when it failed, and lines of a report."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.files.bodies import folder_of
from tests.proxy.raw_cloud import RawCloud, answer

pytest_plugins = ["pytester"]

HEAD = """
import os, urllib.request
from pathlib import Path
import pytest

def ask(path):
    return urllib.request.urlopen(os.environ["OS_AUTH_URL"] + path).read()

def attempt():
    tries = Path("tries")
    tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
    return len(tries.read_text())
"""
Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, cloud: RawCloud) -> Run:
    for path in "xyz":
        cloud.answers[f"/v3/{path}"] = answer("200 OK", body=path.encode())
    cloud.answers["/v3/large"] = answer("200 OK", body=bytes(range(256)) * 1000)

    def run(test: str, mode: str = "", *options: str) -> pytest.RunResult:
        pytester.makepyfile(test_it=HEAD + test)
        cloud_options = ("--cloudtape-mode", mode, "--cloudtape-upstream", f"{cloud.url}/v3") if mode else ()
        run = pytester.runpytest_subprocess if "-n" in options or "Interrupt" in test else pytester.runpytest_inprocess
        return run("-p", "no:cacheprovider", *cloud_options, *options)

    return run


def cassette(pytester: pytest.Pytester) -> Path:
    return Path(pytester.path, "cassettes", "test_it", "test_asks.yaml")


def asked(pytester: pytest.Pytester) -> list[str]:
    """What is in the cassette: the last letter of each path."""
    return [one.request.uri.rpartition("/")[2] for one in load(cassette(pytester))]


FAILS_ONCE = """
def test_asks(cloudtape):
    tries = attempt()
    ask("/large" if tries == 1 else "/y")
    ask("/z")
    assert tries > 1
"""


@pytest.mark.parametrize("mode", ["record", "fill", "refresh"])
def test_a_test_that_passes_when_it_is_run_again_leaves_that_take_alone(
    run: Run, pytester: pytest.Pytester, mode: str
) -> None:
    run(FAILS_ONCE, mode, "--reruns", "2").assert_outcomes(passed=1)
    assert Path("tries").read_text() == "xx"
    assert asked(pytester) == ["y", "z"]
    assert not folder_of(cassette(pytester)).exists()
    run(FAILS_ONCE).assert_outcomes(passed=1)


@pytest.mark.parametrize("mode", ["record", "fill", "refresh"])
def test_a_test_that_fails_leaves_no_cassette_and_no_folders(run: Run, pytester: pytest.Pytester, mode: str) -> None:
    run("def test_asks(cloudtape):\n    ask('/large')\n    ask('/nosuch')\n", mode).assert_outcomes(failed=1)
    assert not Path(pytester.path, "cassettes").exists()


@pytest.mark.parametrize("mode", ["fill", "refresh"])
def test_a_test_that_fails_leaves_the_cassette_that_was_there(run: Run, pytester: pytest.Pytester, mode: str) -> None:
    run("def test_asks(cloudtape):\n    ask('/x')\n    ask('/large')\n", "record").assert_outcomes(passed=1)
    before = {path: path.read_bytes() for path in cassette(pytester).parent.rglob("*") if path.is_file()}
    failing = "def test_asks(cloudtape):\n    ask('/x')\n    ask('/y')\n    ask('/large')\n    assert False\n"
    run(failing, mode).assert_outcomes(failed=1)
    left = [path for path in cassette(pytester).parent.rglob("*") if path.is_file()]
    assert {path: path.read_bytes() for path in left} == before


AROUND = """
@pytest.fixture
def thing({before}):
    {setup}
    yield
    {teardown}

def test_asks({order}):
    ask("/x")
"""


@pytest.mark.parametrize(
    ("setup", "teardown", "order", "before"),
    [
        ("assert 0", "pass", "cloudtape, thing", ""),
        ("pass", "assert 0", "cloudtape, thing", ""),
        ("pass", "assert 0", "thing, cloudtape", ""),
        ("ask('/y'); assert 0", "pass", "thing", "cloudtape"),
        ("ask('/y')", "ask('/z'); assert 0", "thing", "cloudtape"),
    ],
)
def test_a_test_fails_in_its_setup_and_its_teardown_as_well(
    run: Run, pytester: pytest.Pytester, setup: str, teardown: str, order: str, before: str
) -> None:
    result = run(AROUND.format(setup=setup, teardown=teardown, order=order, before=before), "record")
    assert result.parseoutcomes()["errors"] == 1
    assert not cassette(pytester).exists()


@pytest.mark.parametrize("marks", ["@pytest.mark.xfail", "@pytest.mark.xfail(strict=True)"])
def test_a_test_that_fails_as_expected_leaves_its_take(run: Run, pytester: pytest.Pytester, marks: str) -> None:
    test = f"{marks}\ndef test_asks(cloudtape):\n    ask('/x')\n    assert 0\n"
    run(test, "record").assert_outcomes(xfailed=1)
    assert asked(pytester) == ["x"]
    run(test).assert_outcomes(xfailed=1)


def test_a_test_that_passes_although_it_must_not_leaves_none(run: Run, pytester: pytest.Pytester) -> None:
    test = "@pytest.mark.xfail(strict=True)\ndef test_asks(cloudtape):\n    ask('/x')\n"
    run(test, "record").assert_outcomes(failed=1)
    assert not cassette(pytester).exists()


def test_an_interrupted_test_leaves_none(run: Run, pytester: pytest.Pytester) -> None:
    result = run("def test_asks(cloudtape):\n    ask('/x')\n    raise KeyboardInterrupt\n", "record")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert not cassette(pytester).exists()


@pytest.mark.parametrize(
    ("mark", "ends"), [("@pytest.mark.xfail", "assert 0"), ("@pytest.mark.xfail", "pass"), ("", "pytest.skip('no')")]
)
def test_that_a_test_may_fail_covers_no_miss(run: Run, mark: str, ends: str) -> None:
    run("def test_asks(cloudtape):\n    ask('/x')\n", "record").assert_outcomes(passed=1)
    test = f"def test_asks(cloudtape):\n    try:\n        ask('/y')\n    except OSError:\n        {ends}\n"
    result = run(f"{mark}\n{test}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["cloudtape missed GET *v3/y: no GET*"])


@pytest.mark.parametrize("target", ["/nosuch/v1/x", "/"])
def test_what_is_no_route_fails_a_test_too(run: Run, target: str) -> None:
    test = (
        "def test_asks(cloudtape):\n    ask('/x')\n    try:\n"
        f"        urllib.request.urlopen(cloudtape.url + '{target}')\n    except OSError:\n        pass\n"
    )
    run(test, "record").assert_outcomes(failed=1)
    run("def test_asks(cloudtape):\n    ask('/x')\n", "record").assert_outcomes(passed=1)
    result = run(test)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"cloudtape missed GET {target}: * is no route of this proxy*"])


def test_a_probe_of_a_version_fails_no_test(run: Run) -> None:
    run("def test_asks(cloudtape):\n    ask('/x')\n", "record").assert_outcomes(passed=1)
    probes = "def test_asks(cloudtape):\n    ask('/x')\n    with pytest.raises(OSError):\n        ask('/')\n"
    run(probes).assert_outcomes(passed=1)


# --- report and rungs ------------------------------------------------------------------------------------------------

TWO = "def test_asks(cloudtape):\n    ask('/x')\n\ndef test_more(cloudtape):\n    ask('/y')\n"


def told(path: Path) -> set[tuple[str, str, str]]:
    lines = map(json.loads, path.read_text().splitlines())
    return {(line["test"], line["url"].rpartition("/")[2], line["source"]) for line in lines}


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "in workers"])
@pytest.mark.parametrize("by", ["option", "ini"])
def test_a_report_has_a_line_for_each_request_of_each_test(
    run: Run, pytester: pytest.Pytester, options: tuple[str, ...], by: str
) -> None:
    if by == "ini":
        pytester.makeini("[pytest]\ncloudtape_report = told.jsonl\n")
    reported = ("--cloudtape-report", "told.jsonl") if by == "option" else ()
    run(TWO, "record", *options, *reported).assert_outcomes(passed=2)
    run(TWO, "", *options, *reported).assert_outcomes(passed=2)
    expected = {("test_it.py::test_asks", "x", "replayed"), ("test_it.py::test_more", "y", "replayed")}
    assert told(Path(pytester.path, "told.jsonl")) == expected


def test_a_report_that_cannot_be_written_is_said_once(run: Run) -> None:
    result = run(TWO, "", "--cloudtape-report", "no/such/folder")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: cloudtape: *no/such/folder: the report cannot be written: No such file*"])


@pytest.mark.parametrize("by", ["option", "ini"])
def test_the_most_lenient_rung_is_chosen_for_all_tests(run: Run, pytester: pytest.Pytester, by: str) -> None:
    test = """
def test_asks(cloudtape):
    import json
    name = json.dumps({"user": {"name": "ci-%s" % os.urandom(3).hex()}}).encode()
    more = {"Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(os.environ["OS_AUTH_URL"] + "/x", name, more))
"""
    run(test, "record").assert_outcomes(passed=1)
    run(test).assert_outcomes(passed=1)
    if by == "ini":
        pytester.makeini("[pytest]\ncloudtape_match = exact\n")
    result = run(test, "", *(("--cloudtape-match", "exact") if by == "option" else ()))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["cloudtape missed POST *--match exact allows no such guess*"])


def test_a_rung_that_there_is_not_is_said(run: Run) -> None:
    result = run(TWO, "", "--cloudtape-match", "perfect")
    result.stdout.fnmatch_lines(["cloudtape: no rung is called 'perfect'; there are exact, bound, unified, adapted"])
