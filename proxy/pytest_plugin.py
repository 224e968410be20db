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
ADVICE = {
    "CassetteNotFound": "pytest --cloudtape-mode record makes it",
    "CassetteExists": "pytest --cloudtape-mode refresh, or fill",
    "CassetteBusy": "tests that share one are recorded one after the other, without pytest -n",
}
"""What to do about an error, by its name, where its own words do not say so."""
PROXY: pytest.StashKey[BackgroundProxy] = pytest.StashKey()
TOLD: pytest.StashKey[list[str] | None] = pytest.StashKey()
"""The problems of a test up to the end of its call; None before."""
CLOUD: pytest.StashKey[Cloud] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("cloudtape", "OpenStack traffic from cassettes")
    group.addoption("--cloudtape-mode", metavar="MODE", help=f"{MODE_NAMES}; overrides the markers")
    group.addoption("--cloudtape-upstream", metavar="AUTH_URL", help="the cloud to record from")
    group.addoption("--cloudtape-os-cloud", metavar="NAME", help="the same, from clouds.yaml, with its credentials")


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


@pytest.fixture
def cloudtape(request: pytest.FixtureRequest) -> Iterator[BackgroundProxy]:
    """A proxy whose cassette is this test's own; OS_AUTH_URL and OS_CLOUD point at it while the test runs.

    The cassette lies beside the test: `cassettes/<module>/<test>.yaml`, with the classes of the test before its name.
    """
    stash = request.node.stash
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        stash[PROXY] = proxy = _started(request, stack)
        stash[TOLD] = None
        for note in proxy.notes:
            warnings.warn(pytest.PytestWarning(f"cloudtape: {note}"), stacklevel=1)
        for name, value in proxy.env.items():
            patch.delenv(name, raising=False) if value is None else patch.setenv(name, value)
        yield proxy
        told = stash[TOLD]
        if told is None:
            proxy.fail()  # the setup of something else failed
        if problems := [one for one in _problems(proxy) if one not in (told or ())]:
            pytest.fail("\n".join(problems), pytrace=False)


def _started(request: pytest.FixtureRequest, stack: ExitStack) -> BackgroundProxy:
    from cloudtape.background import BackgroundProxy
    from cloudtape.cassettes.errors import CassetteError
    from cloudtape.errors import ProxyError
    from cloudtape.matchers.errors import MatcherError

    try:
        return stack.enter_context(BackgroundProxy(*_config(request)))
    except (ProxyError, CassetteError, MatcherError) as error:
        advice = ADVICE.get(type(error).__name__)
        said = f"cloudtape: {error}" + (f": {advice}" if advice else "")
    pytest.fail(said, pytrace=False)  # out here, where it has no chain of causes


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """A miss fails the test, with the reason; in a test that failed anyway it stands in the report."""
    try:
        result = yield
    except BaseException:
        if proxy := item.stash.get(PROXY, None):
            proxy.fail()
            if problems := _told(item, proxy):
                item.add_report_section("call", "cloudtape", problems)
        raise
    proxy = item.stash.get(PROXY, None)
    if proxy and (problems := _told(item, proxy)):
        proxy.fail()
        pytest.fail(problems, pytrace=False)
    return result


def _told(item: pytest.Item, proxy: BackgroundProxy) -> str:
    item.stash[TOLD] = problems = _problems(proxy)
    return "\n".join(problems)


def _problems(proxy: BackgroundProxy) -> list[str]:
    lines = [f"cloudtape missed {miss}" for miss in proxy.misses]
    return lines + [f"cloudtape could not keep {what}" for what in proxy.lost]


def _config(request: pytest.FixtureRequest) -> tuple[Config, dict[str, Any]]:
    """Raises ConfigError."""
    from cloudtape.config import Config, mode_named

    arguments = _marker_arguments(request)
    mode = mode_named(request.config.option.cloudtape_mode or arguments.get("mode") or "replay")
    if arguments.get("synthesize") and not mode.needs_upstream:
        mode = mode.synthesizing()
    cloud = _cloud(request.config, mode)
    cassette = _cassette(request.node, arguments.get("cassette"))
    _check_take(request, mode, cassette)
    return Config(mode, (cassette,), cloud.auth_url.rstrip("/"), tls=cloud.tls), dict(cloud.settings)


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
