import pytest

from cloudtape.cassettes.messages import Request
from cloudtape.cassettes.scrubbing.masking import masked
from cloudtape.cassettes.scrubbing.payloads import MEDIA_TYPES, PATHS, may_be_whole, rule_for

SECRET = b"Pl4nted-V4lue-77"
WHOLE = [
    *[(f"http://c{path}", "text/plain") for path in ("/v1/secrets/x/payload", "/v1/secrets/x", "/latest/password")],
    *[
        ("http://c/x", kind)
        for kind in (
            *("application/pkcs12", "application/x-pkcs12", "Application/X-PKCS12; a=b", "application/pkcs8"),
            *("application/java-keystore", "application/x-java-keystore", "application/x-keytab", "application/keytab"),
            *("application/jwt", "application/jose"),
        )
    ],
]


@pytest.mark.parametrize(("uri", "kind"), WHOLE)
def test_a_body_that_is_a_secret_as_a_whole_is_masked_whole(uri: str, kind: str) -> None:
    request = Request("PUT", uri, (("Content-Type", kind),), SECRET)
    assert may_be_whole(request)
    assert rule_for(uri, request) is not None
    assert SECRET not in masked(request).body  # type: ignore[operator]


def test_each_row_has_an_example_here() -> None:
    for pattern, *_ in PATHS:
        assert any(pattern.search(uri) for uri, _ in WHOLE), pattern
    for pattern, _ in MEDIA_TYPES:
        assert any(pattern.match(kind) for _, kind in WHOLE), pattern


def test_an_ordinary_body_is_looked_at_no_further() -> None:
    assert not may_be_whole(Request("POST", "http://c/v2.1/servers", (("Content-Type", "application/json"),), b"{}"))
    assert not may_be_whole(Request("POST", "http://c/v2.1/servers", (), b"{}"))
