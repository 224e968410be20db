from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.cassette import Cassette, load
from cloudtape.config import Config, mode_named
from tests.proxy.raw_cloud import RawCloud, raw_cloud, request, say


@pytest.fixture
def cloud() -> Iterator[RawCloud]:
    with raw_cloud() as cloud:
        yield cloud


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    return tmp_path / "tape.yaml"


@pytest.fixture
def proxy(tape: Path) -> Iterator[Callable[..., BackgroundProxy]]:
    """Starts proxies: `proxy("record", cloud)`, `proxy("replay")`; all end with the test."""
    with ExitStack() as stack:

        def start(mode: str, cloud: RawCloud | None = None, **options: Any) -> BackgroundProxy:
            upstream = f"{cloud.url}/v3" if cloud else ""
            cassettes = options.pop("cassettes", (tape,))
            return stack.enter_context(BackgroundProxy(Config(mode_named(mode), cassettes, upstream, **options)))

        yield start


@pytest.fixture
def recorder(proxy: Callable[..., BackgroundProxy], cloud: RawCloud) -> BackgroundProxy:
    """A recording proxy whose client has logged in, so that the route `compute` is known."""
    started = proxy("record", cloud)
    say(started.url, request("POST /identity/v3/auth/tokens", "Content-Length: 2", body=b"{}"))
    return started


@pytest.fixture
def taped(tape: Path) -> Callable[[], Cassette]:
    """The cassette as it is now."""
    return lambda: load(tape)
