import json
from datetime import UTC, datetime, timedelta

import pytest

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.clock import freshened, moved

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


RECORDED = "2029-01-02T03:04:05.000Z"  # a year before NOW


def given(field: tuple[str, str], recorded_at: str = RECORDED, more: tuple[tuple[str, str], ...] = ()) -> str:
    response = Response(503, "Later", (field, *more))
    return moved(Interaction(Request("GET", "http://c/"), response, recorded_at=recorded_at), NOW)[0][1]


@pytest.mark.parametrize(
    ("field", "value", "now"),
    [
        ("Retry-After", "Tue, 02 Jan 2029 03:05:05 GMT", "Wed, 02 Jan 2030 03:05:05 GMT"),
        ("retry-after", "120", "120"),
        ("Expires", "Tue, 02 Jan 2029 04:04:05 GMT", "Wed, 02 Jan 2030 04:04:05 GMT"),
        ("Expires", "0", "0"),
        ("Expires", "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"),
        ("Set-Cookie", "a=1; expires=Tue, 02 Jan 2029 03:05:05 GMT; Path=/", "a=1; expires=Wed, 02 Jan 2030 03:05:05 GMT; Path=/"),
        ("Set-Cookie", "a=1;Expires=Tue, 02-Jan-2029 03:05:05 GMT", "a=1;Expires=Wed, 02-Jan-2030 03:05:05 GMT"),
        ("Set-Cookie", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "a=; Expires=Fri, 01 Jan 1971 00:00:00 GMT"),
        ("Set-Cookie", "a=1; Max-Age=60", "a=1; Max-Age=60"),
        ("Last-Modified", "Tue, 02 Jan 2029 03:05:05 GMT", "Tue, 02 Jan 2029 03:05:05 GMT"),
    ],
)  # fmt: skip
def test_a_moment_in_a_field_moves_with_the_time_of_the_recording(field: str, value: str, now: str) -> None:
    assert given((field, value)) == now


def test_where_the_recording_has_no_time_the_answers_own_date_is_it() -> None:
    field = ("Retry-After", "Tue, 02 Jan 2029 03:05:05 GMT")
    assert given(field, "", (("Date", "Tue, 02 Jan 2029 03:04:05 GMT"),)) == "Wed, 02 Jan 2030 03:05:05 GMT"
    assert given(field, "") == field[1]
    assert given(field, "yesterday") == field[1]
