import json
from datetime import UTC, datetime, timedelta

import pytest

from cloudtape.clock import freshened

NOW = datetime(2030, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def v3(issued: str, expires: str) -> bytes:
    return json.dumps(
        {"token": {"issued_at": issued, "expires_at": expires, "user": {"password_expires_at": None}}}
    ).encode()


def test_a_token_lives_as_long_as_it_did_from_now_on() -> None:
    body = freshened(v3("2020-01-01T00:00:00.000000Z", "2020-01-01T02:00:00.000000Z"), NOW)
    assert body == v3("2030-01-02T03:04:05.678901Z", "2030-01-02T05:04:05.678901Z")


def test_a_token_that_was_nearly_over_gets_an_hour() -> None:
    token = json.loads(freshened(v3("2020-01-01T00:00:00Z", "2020-01-01T00:00:10Z"), NOW))["token"]
    lives = datetime.fromisoformat(token["expires_at"]) - datetime.fromisoformat(token["issued_at"])
    assert lives == timedelta(hours=1)


def test_the_form_of_a_time_is_kept() -> None:
    body = b'{"access": {"token": {"issued_at": "2020-01-01T00:00:00.123", "expires": "2020-01-02T00:00:00Z"}}}'
    fresh = freshened(body, NOW)
    assert (
        fresh == b'{"access": {"token": {"issued_at": "2030-01-02T03:04:05.678", "expires": "2030-01-03T03:04:05Z"}}}'
    )


@pytest.mark.parametrize("body", [b"", b"{}", b'{"expires_at": null}', b'{"expires_at": "never"}', b"\xff"])
def test_what_tells_no_time_stays(body: bytes) -> None:
    assert freshened(body, NOW) == body
