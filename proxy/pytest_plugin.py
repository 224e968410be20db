"""The pytest plugin: a proxy for each test that asks for the fixture `cloudtape`.

It is loaded in every test run of every environment that has us, so it imports nothing of ours until a test uses it.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cloudtape.background import BackgroundProxy

MARKER = "cloudtape(cassette=None, mode=None, synthesize=False): replay (or record) OpenStack traffic for this test"
MARKER_ARGUMENTS = {"cassette", "mode", "synthesize"}
PROXY: pytest.StashKey[BackgroundProxy] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("cloudtape", "OpenStack traffic from cassettes")
    group.addoption(
        "--cloudtape-mode",
        metavar="MODE",
        help="record, refresh, fill, replay (default) or passthrough; overrides the markers",
    )
    group.addoption("--cloudtape-upstream", metavar="AUTH_URL", help="the cloud to record from")
    group.addoption("--cloudtape-os-cloud", metavar="NAME", help="the same, from clouds.yaml, with its credentials")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def cloudtape(request: pytest.FixtureRequest) -> Iterator[BackgroundProxy]:
    """A proxy whose cassette is this test's own; OS_AUTH_URL and OS_CLOUD point at it while the test runs.

    The cassette lies beside the test: `cassettes/<module>/<test>.yaml`.
    """
    from cloudtape.background import BackgroundProxy

    config, settings = _config(request)
    with BackgroundProxy(config, settings) as proxy, pytest.MonkeyPatch.context() as patch:
        for name, value in proxy.env.items():
            patch.delenv(name, raising=False) if value is None else patch.setenv(name, value)
        request.node.stash[PROXY] = proxy
        yield proxy


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """A miss fails the test, with the reason; in a test that failed anyway it stands in the report."""
    try:
        result = yield
    except BaseException:
        if proxy := item.stash.get(PROXY, None):
            proxy.fail()
            if problems := _problems(proxy):
                item.add_report_section("call", "cloudtape", problems)
        raise
    proxy = item.stash.get(PROXY, None)
    if proxy and (problems := _problems(proxy)):
        proxy.fail()
        pytest.fail(problems, pytrace=False)
    return result


def _problems(proxy: BackgroundProxy) -> str:
    lines = [f"cloudtape missed {miss}" for miss in proxy.misses]
    return "\n".join(lines + [f"cloudtape could not keep {what}" for what in proxy.lost])


def _config(request: pytest.FixtureRequest) -> tuple[Any, dict[str, Any]]:
    from cloudtape.clouds import Cloud, configured
    from cloudtape.config import Config, mode_named
    from cloudtape.errors import ConfigError

    arguments = _marker_arguments(request)
    options = request.config.option
    try:
        mode = mode_named(options.cloudtape_mode or arguments.get("mode") or "replay")
        if arguments.get("synthesize") and not mode.needs_upstream:
            mode = mode.synthesizing()
        cloud = Cloud(options.cloudtape_upstream or "")
        if mode.needs_upstream and options.cloudtape_os_cloud:
            cloud = configured(options.cloudtape_os_cloud)
        cassette = _cassette(request.path, request.node.name, arguments.get("cassette"))
        if mode.writes:
            cassette.parent.mkdir(parents=True, exist_ok=True)
        return Config(mode, (cassette,), cloud.auth_url.rstrip("/"), tls=cloud.tls), dict(cloud.settings)
    except ConfigError as error:
        raise pytest.UsageError(f"cloudtape: {error}") from error


def _marker_arguments(request: pytest.FixtureRequest) -> dict[str, Any]:
    marker = request.node.get_closest_marker("cloudtape")
    if marker is None:
        return {}
    if marker.args or set(marker.kwargs) - MARKER_ARGUMENTS:
        raise pytest.UsageError(f"the marker is {MARKER}")
    return dict(marker.kwargs)


def _cassette(test_file: Path, test: str, given: str | None) -> Path:
    if given:
        return test_file.parent / given
    name = re.sub(r"[^A-Za-z0-9._=-]+", "-", test).strip("-")
    return test_file.parent / "cassettes" / test_file.stem / f"{name}.yaml"
