"""The reference document."""

import pytest

from tools.reference.__main__ import REFERENCE, text_of


@pytest.fixture(scope="session")
def document() -> str:
    return text_of(REFERENCE)
