"""What a finding says of a secret."""

import gzip
import json

import pytest

from cloudtape.cassettes.messages import Interaction, Request, Response, Route
from cloudtape.cassettes.scrubbing.scan import Finding, scan


def found(secret: str) -> Finding:
    body = json.dumps({"server": {"adminPass": secret}}).encode()
    headers = (("Content-Type", "application/json"),)
    (finding,) = scan([Interaction(Request("GET", "http://cloud/servers"), Response(200, "OK", headers, body))])
    return finding


@pytest.mark.parametrize(
    ("secret", "excerpt"),
    [
        ("secret", "… (fewer than 12 characters)"),
        ("qwertzuiopa", "… (fewer than 12 characters)"),
        ("qwertzuiopas", "q… (12 characters)"),
        ("qwertzuiopasdfgh", "qw… (16 characters)"),
        ("qwertzuiop" * 10, "qwe… (100 characters)"),
    ],
)
def test_a_finding_shows_no_more_of_a_secret_than_its_length_allows(secret: str, excerpt: str) -> None:
    assert found(secret).excerpt == excerpt


def test_a_password_in_the_address_of_a_route_is_found() -> None:
    route = Route("compute", "compute", "http://me:Pl4nted-Secret@cloud/v2.1")
    (one,) = scan([Interaction(Request("GET", "http://cloud/"), Response(200, "OK"), routes=(route,))])
    assert (one.place, one.kind) == ("routes.compute", "password")


@pytest.mark.parametrize(
    "body", [gzip.compress(b"password=Pl4nted-Secret") + b"tail", gzip.compress(b"password=Pl4nted-Secret")[:-4]]
)
def test_a_secret_in_a_body_that_was_kept_in_its_coding_is_found(body: bytes) -> None:
    headers = (("Content-Type", "text/plain"), ("Content-Encoding", "gzip"))
    (one,) = scan([Interaction(Request("GET", "http://cloud/"), Response(200, "OK", headers, body))])
    assert (one.place, one.kind) == ("response.body.password", "password")
