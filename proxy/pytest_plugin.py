"""The pytest plugin: a proxy for each test that asks for the fixture `cloudtape`.

It is loaded in every test run of every environment that has us, so it imports nothing of ours until a test uses it.
"""

from __future__ import annotations

import hashlib
import os
import re
import warnings
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cloudtape.background import BackgroundProxy
    from cloudtape.clouds import Cloud
    from cloudtape.config import Config
    from cloudtape.modes import Mode

MODE_NAMES = "record, refresh, fill, replay (default), synthesize or passthrough"
MARKER = (
    "cloudtape(cassette=None, mode=None, synthesize=False): replay (or record) OpenStack traffic for this test; "
    f"cassette: a file beside the test; mode: {MODE_NAMES}; synthesize: make up answers to what was not recorded"
)
MARKER_ARGUMENTS = {"cassette", "mode", "synthesize"}
# What to do about an error, by its name, where its own words do not say so.
ADVICE = {
    "CassetteNotFound": "pytest --cloudtape-mode record makes it",
    "CassetteExists": "pytest --cloudtape-mode refresh, or fill",
    "CassetteBusy": "tests that share one are recorded one after the other, without pytest -n",
}
REPORT_INI, MATCH_INI = "cloudtape_report", "cloudtape_match"
ALLOW_HELP = "a loopback, link-local or metadata address that the cloud's service catalog may lead to"
REPORT_HELP = "a file that is given a line of JSON for each request"
MATCH_HELP = "the most lenient rung that may answer: exact, bound, unified (default) or adapted"


@dataclass(slots=True)
class Held:
    """The proxy of one test; `stack` ends it. `told` are the problems that were raised, `news` those of this phase.

    `replaces`: its take is to replace another one. `ends_late`: it ends when all of the test's teardown has ended.
    """

    proxy: BackgroundProxy
    stack: ExitStack
    replaces: bool
    told: list[str] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    ends_late: bool = False

    def problems(self) -> str:
        """What was not told yet, and is now."""
        lines = [f"cloudtape missed {miss}" for miss in self.proxy.misses]
        lines += [f"cloudtape could not keep {what}" for what in self.proxy.lost]
        self.news += [line for line in lines if line not in self.told]
        self.told = lines
        return "\n".join(self.news)

    def hear(self, report: pytest.TestReport) -> None:
        """A test that failed leaves no take; that it was expected to fail, or is skipped, covers no miss."""
        if self.news and not report.failed:
            report.outcome, report.longrepr = "failed", "\n".join(self.news)
            vars(report).pop("wasxfail", None)
        is_skipped = report.skipped and not hasattr(report, "wasxfail")
        if report.failed or (is_skipped and self.replaces):
            self.proxy.fail()
        self.news = []

    def end(self, failed: bool) -> str:
        """Keep what was recorded, or take it back; returns what was not told yet."""
        if self.problems() or failed:
            self.proxy.fail()
        self.stack.close()
        return self.problems()


HELD: pytest.StashKey[Held] = pytest.StashKey()
CLOUD: pytest.StashKey[Cloud] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("cloudtape", "OpenStack traffic from cassettes")
    group.addoption("--cloudtape-mode", metavar="MODE", help=f"{MODE_NAMES}; overrides the markers")
    group.addoption("--cloudtape-upstream", metavar="AUTH_URL", help="the cloud to record from")
    group.addoption("--cloudtape-os-cloud", metavar="NAME", help="the same, from clouds.yaml, with its credentials")
    group.addoption("--cloudtape-allow-upstream", metavar="HOST", action="append", default=[], help=ALLOW_HELP)
    group.addoption("--cloudtape-report", metavar="FILE", help=REPORT_HELP)
    group.addoption("--cloudtape-match", metavar="RUNG", help=MATCH_HELP)
    parser.addini(REPORT_INI, REPORT_HELP, default="")
    parser.addini(MATCH_INI, MATCH_HELP, default="")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)
    if config.option.cloudtape_mode:
        _check_options(config)


def _check_options(config: pytest.Config) -> None:
    """What is wrong for all tests is said once."""
    from cloudtape.config import mode_named
    from cloudtape.errors import ConfigError

    try:
        _cloud(config, mode_named(config.option.cloudtape_mode))
    except ConfigError as error:
        raise pytest.UsageError(f"cloudtape: {error}") from error


def pytest_sessionstart(session: pytest.Session) -> None:
    """A report is of one run; the workers of xdist add to it."""
    config = session.config
    path = _report(config)
    if path and not config.option.collectonly and not hasattr(config, "workerinput"):
        try:
            path.write_bytes(b"")
        except OSError as error:
            raise pytest.UsageError(f"cloudtape: {path}: the report cannot be written: {error.strerror}") from error


def _report(config: pytest.Config) -> Path | None:
    given, ini = config.option.cloudtape_report, config.getini(REPORT_INI)
    if given:
        return Path(config.invocation_params.dir, given)
    return Path(config.rootpath, ini) if ini else None


@pytest.fixture
def cloudtape(request: pytest.FixtureRequest) -> Iterator[BackgroundProxy]:
    """A proxy whose cassette is this test's own; OS_AUTH_URL and OS_CLOUD point at it while the test runs.

    The cassette lies beside the test: `cassettes/<module>/<test>.yaml`, with the classes of the test before its name.
    """
    held = request.node.stash[HELD] = _started(request)
    with pytest.MonkeyPatch.context() as patch:
        for note in held.proxy.notes:
            warnings.warn(pytest.PytestWarning(f"cloudtape: {note}"), stacklevel=1)
        for name, value in held.proxy.env.items():
            patch.delenv(name, raising=False) if value is None else patch.setenv(name, value)
        yield held.proxy
    if not held.ends_late:  # the run was interrupted
        held.end(failed=True)


def _started(request: pytest.FixtureRequest) -> Held:
    from cloudtape.background import BackgroundProxy
    from cloudtape.cassettes.errors import CassetteError
    from cloudtape.errors import ProxyError
    from cloudtape.matchers.errors import MatcherError
    from cloudtape.modes import Writes
    from cloudtape.plain import plain

    try:
        config, settings = _config(request)
        stack = ExitStack()
        proxy = stack.enter_context(BackgroundProxy(config, settings))
        return Held(proxy, stack, config.mode.writes is Writes.TAKE)
    except (ProxyError, CassetteError, MatcherError) as error:
        said = ": ".join(filter(None, ("cloudtape", plain(str(error)), ADVICE.get(type(error).__name__))))
    pytest.fail(said, pytrace=False)  # out here, where it has no chain of causes


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """A miss fails the test, with the reason; in a test that failed anyway it stands in the report."""
    held = item.stash.get(HELD, None)
    try:
        result = yield
    except BaseException:
        if held and (problems := held.problems()):
            item.add_report_section("call", "cloudtape", problems)
        raise
    if held and (problems := held.problems()):
        pytest.fail(problems, pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    """Only when all has ended that a test consists of is it known whether it failed."""
    held = item.stash.get(HELD, None)
    if held is None:
        return (yield)
    held.ends_late = True
    try:
        result = yield
    except BaseException:
        if problems := held.end(failed=True):
            item.add_report_section("teardown", "cloudtape", problems)
        raise
    if problems := held.end(failed=False):
        pytest.fail(problems, pytrace=False)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if held := item.stash.get(HELD, None):
        held.hear(report)
        if report.when == "teardown":
            del item.stash[HELD]
    return report


def _config(request: pytest.FixtureRequest) -> tuple[Config, dict[str, Any]]:
    """Raises ConfigError."""
    from cloudtape.config import Config, Report, match_named, mode_named

    arguments = _marker_arguments(request)
    mode = mode_named(request.config.option.cloudtape_mode or arguments.get("mode") or "replay")
    if arguments.get("synthesize") and not mode.needs_upstream:
        mode = mode.synthesizing()
    cloud = _cloud(request.config, mode)
    cassette = _cassette(request.node, arguments.get("cassette"))
    _check_take(request, mode, cassette)
    path, match = _report(request.config), request.config.option.cloudtape_match or request.config.getini(MATCH_INI)
    config = Config(
        mode,
        (cassette,),
        cloud.auth_url.rstrip("/"),
        tls=cloud.tls,
        all_or_nothing=True,
        report=Report(path, request.node.nodeid) if path else None,
        match=match_named(match or "unified"),
        allow_upstream=tuple(request.config.option.cloudtape_allow_upstream),
    )
    return config, dict(cloud.settings)


def _cloud(config: pytest.Config, mode: Mode) -> Cloud:
    """The cloud that the options name, where the mode needs one. Raises ConfigError."""
    from cloudtape.clouds import Cloud, configured
    from cloudtape.errors import ConfigError

    url, name = config.option.cloudtape_upstream, config.option.cloudtape_os_cloud
    if not mode.needs_upstream:
        return Cloud("")
    if bool(url) == bool(name):
        raise ConfigError(f"{mode.name} needs either --cloudtape-upstream AUTH_URL or --cloudtape-os-cloud NAME")
    if CLOUD not in config.stash:
        config.stash[CLOUD] = configured(name) if name else Cloud(url)
    return config.stash[CLOUD]


def _marker_arguments(request: pytest.FixtureRequest) -> dict[str, Any]:
    from cloudtape.errors import ConfigError

    marker = request.node.get_closest_marker("cloudtape")
    if marker is None:
        return {}
    if marker.args or set(marker.kwargs) - MARKER_ARGUMENTS:
        raise ConfigError(f"the marker is {MARKER}")
    return dict(marker.kwargs)


def _check_take(request: pytest.FixtureRequest, mode: Mode, cassette: Path) -> None:
    """One take is not to overwrite another of the same run. Raises ConfigError."""
    from cloudtape.errors import ConfigError
    from cloudtape.modes import Writes

    if mode.writes is Writes.TAKE and (other := _taken_by(request, cassette)) != request.node.nodeid:
        raise ConfigError(f"{cassette}: {other} has made a new take of it in this run, which this test would overwrite")


def _taken_by(request: pytest.FixtureRequest, cassette: Path) -> str:
    """The test that was the first of this run to take a cassette anew, in whichever worker of xdist: a file says it."""
    run: Path = request.getfixturevalue("tmp_path_factory").getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    claim = run / f"cloudtape-take-{hashlib.sha256(os.fsencode(cassette.resolve())).hexdigest()}"
    try:
        with claim.open("x") as file:
            file.write(request.node.nodeid)
    except FileExistsError:
        pass
    return claim.read_text() or "another test"


def _cassette(test: pytest.Item, given: str | None) -> Path:
    beside = test.path.parent
    if given:
        return beside / given
    classes = [_file_name(node.name) for node in test.listchain() if isinstance(node, pytest.Class)]
    return beside.joinpath("cassettes", test.path.stem, *classes, f"{_file_name(test.name)}.yaml")


def _file_name(name: str) -> str:
    """A name for a file; other names have other ones: `test_a`, `test_a-1` for `test_a[1]`, `test_a-b-c~3f2a9c10`."""
    plain = re.sub(r"[^A-Za-z0-9._=-]+", "-", name).strip("-")
    if re.fullmatch(r"\w+(\[[A-Za-z0-9._=-]*[A-Za-z0-9._=]\])?", name, re.ASCII):
        return plain
    return f"{plain}~{hashlib.sha256(name.encode()).hexdigest()[:8]}"
