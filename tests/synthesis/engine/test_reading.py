"""The document in a request."""

import pytest

from tests.synthesis.requests import Asker, text_of


@pytest.mark.parametrize(
    ("service", "path", "limit"),
    [
        ("compute", "/v2.1/servers", 114_688),
        ("identity", "/v3/projects", 114_688),
        ("block-storage", "/v3/%s/volumes", 114_688),
        ("network", "/v2.0/networks", 1_048_576),
    ],
)
def test_a_document_is_no_larger_than_its_service_takes(service: str, path: str, limit: int) -> None:
    asker = Asker()
    path = path % asker.project if "%" in path else path
    assert asker.ask("POST", service, path, b"{}".ljust(limit)).status in (201, 400)
    refused = asker.ask("POST", service, path, b"{}".ljust(limit + 1))
    assert (refused.status, "Request is too large." in text_of(refused)) == (413, True)
