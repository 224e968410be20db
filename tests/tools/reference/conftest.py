"""The reference document, where it is beside the checkout."""

from pathlib import Path

import pytest

DOCUMENT = "openstack-api-complete-reference-2015-11-17.txt"
FOLDER = Path(__file__).parents[4] / "shared" / "reference"


@pytest.fixture(scope="session")
def document() -> str:
    path = FOLDER / DOCUMENT
    if not path.exists():
        pytest.skip(f"{DOCUMENT} is not beside this checkout")
    return path.read_text()
