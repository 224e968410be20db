from datetime import UTC, datetime

import pytest

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.field_times import moved

NOW = datetime(2030, 1, 2, 3, 4, 5, 678901, UTC)
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
