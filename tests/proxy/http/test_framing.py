"""How an answer begins on the wire; most of it is in `test_server`, through a socket."""

import re

import pytest

from cloudtape.cassettes.messages import Response
from cloudtape.http.framing import head
from cloudtape.http.ready import Ready

ANSWER = Response(200, "OK", (("X-Id", "1"), ("Content-Length", "9")), b"body")
READY = Ready(b"HTTP/1.1 200 OK\r\nX-Id: 1\r\nContent-Length: 4\r\n", b"body", is_document=False)


def said(response: Response | Ready, method: str = "GET", modern: bool = True, close: bool = False) -> bytes:
    return re.sub(rb"Date: [^\r]*\r\n", b"Date\r\n", head(response, method, modern, close))


@pytest.mark.parametrize("answer", [ANSWER, READY])
def test_it_says_the_length_the_date_and_what_becomes_of_the_connection(answer: Response | Ready) -> None:
    whole = b"HTTP/1.1 200 OK\r\nX-Id: 1\r\nContent-Length: 4\r\nDate\r\n\r\n"
    assert said(answer) == whole
    assert said(answer, close=True) == whole[:-2] + b"Connection: close\r\n\r\n"
    assert said(answer, modern=False) == whole[:-2] + b"Connection: keep-alive\r\n\r\n"


def test_the_length_of_what_head_answers_is_that_of_another_answer() -> None:
    assert b"Content-Length: 9\r\n" in said(ANSWER, "HEAD")


def test_an_answer_keeps_its_own_date() -> None:
    assert head(Response(200, "OK", (("date", "then"),)), "GET", True, False).lower().count(b"date:") == 1


def test_a_line_end_within_a_field_is_refused() -> None:
    with pytest.raises(ValueError, match="line end"):
        head(Response(200, "OK", (("X-Id", "1\r\nX-Other: 2"),)), "GET", True, False)
