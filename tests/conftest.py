"""Properties are held to behaviour; machines are shared, and a slow one is no failure. The caches of whoever runs the
tests stay as they are: the tests, and the commands that they start, have their own.
"""

import logging
import os
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("cloudtape", deadline=None)
settings.register_profile("mutants", deadline=None, derandomize=True, database=None, max_examples=20)
settings.load_profile("cloudtape")


@pytest.fixture(autouse=True, scope="session")
def own_cache() -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="cloudtape-tests-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", os.path.realpath(folder))
        yield


class _Faults(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(self.format(record))


@pytest.fixture(autouse=True)
def faults_of_ours() -> Iterator[list[str]]:
    """What tripped a made-up cloud while it answered: a 500, and a test that has failed unless it takes them away."""
    handler, log = _Faults(), logging.getLogger("cloudtape.synthesis.engine.blame")
    log.addHandler(handler)
    yield handler.found
    log.removeHandler(handler)
    assert not handler.found, "\n".join(handler.found)
