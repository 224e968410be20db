"""Properties are held to behaviour; machines are shared, and a slow one is no failure. The caches of whoever runs the
tests stay as they are: the tests, and the commands that they start, have their own.
"""

import os
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("cloudtape", deadline=None)
settings.load_profile("cloudtape")


@pytest.fixture(autouse=True, scope="session")
def own_cache() -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="cloudtape-tests-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", os.path.realpath(folder))
        yield
