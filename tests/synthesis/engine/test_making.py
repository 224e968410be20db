"""What a client sends, as a resource keeps it."""

import pytest

from cloudtape.synthesis.engine.making import as_kept
from cloudtape.synthesis.services.cloud import default_cloud


@pytest.mark.parametrize(("sent", "kept"), [("1400", 1400), ("-1", -1), ("--1", "--1"), ("²", "²"), (7, 7)])
def test_a_number_may_be_sent_as_text(sent: object, kept: object) -> None:
    assert as_kept(default_cloud().kinds["network/networks"], "mtu", sent) == kept
