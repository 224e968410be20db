"""How an answer begins on the wire; most of it is in `test_server`, through a socket."""

import re

import pytest
from msgspec.structs import replace

from cloudtape.cassettes.messages import Kept
from cloudtape.framing import MOST_KNOWN, head

ANSWER = Kept(200, "OK", (("X-Id", "1"), ("Content-Length", "9")), b"body")


def said(response: Kept, method: str = "GET", modern: bool = True, close: bool = False) -> bytes:
    return re.sub(rb"Date: [^\r]*\r\n", b"Date\r\n", head(response, method, modern, close))


def test_what_is_given_again_begins_as_before() -> None:
    whole = b"HTTP/1.1 200 OK\r\nX-Id: 1\r\nContent-Length: 4\r\nDate\r\n\r\n"
    assert [said(ANSWER), said(ANSWER)] == [whole, whole]
    assert said(ANSWER, close=True) == whole[:-2] + b"Connection: close\r\n\r\n"
    assert said(ANSWER, modern=False) == whole[:-2] + b"Connection: keep-alive\r\n\r\n"
    assert said(ANSWER, "HEAD") == whole.replace(b"Length: 4", b"Length: 9")


def test_what_was_made_of_it_begins_in_its_own_way() -> None:
    said(ANSWER)
    assert b"X-Id: 2\r\n" in said(replace(ANSWER, headers=(("X-Id", "2"),)))
    assert b"Content-Length: 6\r\n" in said(replace(ANSWER, body=b"longer"))


def test_it_keeps_its_own_date_each_time() -> None:
    dated = Kept(200, "OK", (("date", "then"),))
    assert [head(dated, "GET", True, False).lower().count(b"date:") for _ in range(2)] == [1, 1]


def test_a_line_end_within_a_field_is_refused_each_time() -> None:
    broken = Kept(200, "OK", (("X-Id", "1\r\nX-Other: 2"),))
    for _ in range(2):
        with pytest.raises(ValueError, match="line end"):
            head(broken, "GET", True, False)


def test_each_of_very_many_begins_in_its_own_way() -> None:
    many = [Kept(200, "OK", (("X-Id", str(number)),)) for number in range(MOST_KNOWN + 2)]
    for _ in range(2):
        assert all(b"X-Id: %d\r\n" % number in said(one) for number, one in enumerate(many))
