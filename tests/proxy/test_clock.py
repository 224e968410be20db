import json
from datetime import UTC, datetime, timedelta

import pytest

from cloudtape.clock import fresh, freshened, retimed

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


DEEP = b'{"token": {"expires_at": "2020-01-01T00:00:00Z"}, "x": ' + b"[" * 300 + b"]" * 300 + b"}"


@pytest.mark.parametrize("body", [DEEP, b"", b"{}", b'{"expires_at": null}', b'{"expires_at": "never"}', b"\xff"])
def test_what_tells_no_time_stays(body: bytes) -> None:
    assert freshened(body, NOW) == body


@pytest.mark.parametrize(
    "end",
    [
        "9999-12-31T23:59:59.999999Z",
        "9999-01-01T00:00:00Z",
        "9998-12-31T23:59:59Z",  # after so long a life from now on there is no date any more
        "2016-12-31T23:59:60Z",
        "2020-02-30T00:00:00Z",
        "2020-01-01T25:00:00Z",
        "2020-01-01T02:00:00+02:00",
        "0000-01-01T00:00:00Z",
        "never",
        "",
    ],
)
def test_an_end_that_cannot_be_moved_is_left_as_it_is(end: str) -> None:
    token = json.loads(freshened(v3("2020-01-01T00:00:00Z", end), NOW))["token"]
    assert (token["issued_at"], token["expires_at"]) == ("2030-01-02T03:04:05Z", end)


def test_an_issue_that_cannot_be_moved_leaves_an_hour_from_now_on() -> None:
    token = json.loads(freshened(v3("2016-12-31T23:59:60Z", "2017-01-01T05:00:00Z"), NOW))["token"]
    assert (token["issued_at"], token["expires_at"]) == ("2016-12-31T23:59:60Z", "2030-01-02T04:04:05Z")


def test_the_times_of_what_a_token_was_made_from_stay() -> None:
    trust = {"id": "t", "expires_at": "2021-01-01T00:00:00.000000Z"}
    body = {"token": {"issued_at": "2020-01-01T00:00:00Z", "expires_at": "2020-01-01T01:00:00Z", "OS-TRUST": trust}}
    assert json.loads(freshened(json.dumps(body).encode(), NOW))["token"]["OS-TRUST"] == trust


def test_a_token_made_of_another_ends_with_it() -> None:
    first = fresh(v3("2020-01-01T00:00:00.000000Z", "2020-01-01T02:00:00.000000Z"), NOW)
    later = NOW + timedelta(minutes=5)
    again = v3("2020-01-01T00:30:00.000000Z", "2020-01-01T02:00:00.000000Z")
    assert retimed(again, fresh(again, later, first)) == v3(
        "2030-01-02T03:09:05.678901Z", "2030-01-02T05:04:05.678901Z"
    )
    other = v3("2020-01-01T00:30:00.000000Z", "2020-01-01T03:30:00.000000Z")
    assert fresh(other, later, first) == fresh(other, later), "it was given an end of its own"


@pytest.mark.parametrize(
    ("issued", "told"),
    [
        ("2020-01-01T00:00:00.123456Z", "2030-01-02T03:04:05.678901Z"),
        ("2020-01-01T00:00:00.000000Z", "2030-01-02T03:04:05.000000Z"),
        ("2020-01-01T00:00:00Z", "2030-01-02T03:04:05Z"),
        ("2021-07-07T07:07:07.000001Z", "2030-01-02T03:04:05.678901Z"),  # another token's recorded answer
    ],
)
def test_what_was_given_for_a_token_is_told_again_as_it_is_spelled_here(issued: str, told: str) -> None:
    times = fresh(v3("2020-01-01T00:00:00.123456Z", "9999-12-31T00:00:00Z"), NOW)
    assert retimed(v3(issued, "9999-12-31T00:00:00Z"), times) == v3(told, "9999-12-31T00:00:00Z")
