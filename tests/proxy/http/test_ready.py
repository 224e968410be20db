"""Answers that lie ready in the index, against the same ones made from their parts."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtape.cassettes.messages import Headers, Interaction, Request, Response, StoredBody
from cloudtape.http.framing import head
from cloudtape.http.ready import Ready, packed, replayed, unpacked, whence
from cloudtape.matchers.requests.said import Looseness
from tests.cassettes.strategies import interactions

JSON = ("Content-Type", "application/json")
READ = Request("GET", "http://cloud/servers", route="compute")
ANSWER = Response(200, "OK", (JSON, ("X-Id", "1"), ("Date", "then"), ("Content-Length", "2")), b"{}")

lines = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=20)
names = st.sampled_from(["Content-Type", "X-Id", "etag", "Connection", "Date", "Vary", "content-length", "Über", "a:b"])
fields = st.lists(st.tuples(names, lines | st.just("application/json")), max_size=6).map(tuple)
answers = st.builds(
    Response, st.sampled_from([200, 204, 304, 404, 503]), lines, fields, st.sampled_from([b"", b"{}", b"\xff"])
)


def ready(interaction: Interaction, number: int = 7) -> Ready | None:
    piece, body = packed(interaction), interaction.response.body
    assert isinstance(body, bytes)
    return unpacked(piece, body, number) if piece else None


def complete(answer: Ready) -> Ready:
    return answer.with_document(answer.body) if answer.is_document else answer


def in_parts(interaction: Interaction, number: int = 7) -> Response:
    response = interaction.response
    headers = (*replayed(response.headers), *whence(interaction.operation or "-", number))
    return replace(response, headers=headers)


def lines_of(answer: Response | Ready) -> list[bytes]:
    status, *rest = head(answer, "GET", True, False).split(b"\r\n")
    return [status, *sorted(line for line in rest if not line.startswith(b"Date: "))]


@given(answers)
@example(Response(204, "No Content", (JSON,), b"{}"))
def test_what_is_sent_is_what_its_parts_would_make(answer: Response) -> None:
    one = Interaction(READ, answer)
    if found := ready(one):
        assert lines_of(complete(found)) == lines_of(in_parts(one))
        assert found.status == answer.status


@given(interactions | st.builds(Interaction, st.just(READ), answers))
def test_its_parts_are_those_that_were_recorded(one: Interaction) -> None:
    def without_length(headers: Headers) -> Headers:
        return tuple(pair for pair in headers if pair[0].lower() != "content-length")

    if found := ready(one):
        parts = in_parts(one)
        assert found.response.body == parts.body
        assert (found.response.status, found.response.reason) == (parts.status, parts.reason)
        assert without_length(found.headers) == without_length(parts.headers)


def test_a_plain_answer_is_ready_and_a_document_waits_for_its_length() -> None:
    found = ready(Interaction(READ, ANSWER, operation="compute.servers.list"), 3)
    told = (
        b"X-Cloudtape-Source: replayed\r\nX-Cloudtape-Match: exact; operation=compute.servers.list; interaction=3\r\n"
    )
    begin = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Id: 1\r\n" + told
    assert found == Ready(begin, b"{}", is_document=True)
    assert complete(found).head == begin + b"Content-Length: 2\r\n"
    assert found.with_document(b"[1, 2]").head == begin + b"Content-Length: 6\r\n"


def test_data_knows_its_length_and_a_204_has_none() -> None:
    data = ready(Interaction(READ, Response(200, "OK", (("Content-Type", "text/plain"),), b"\xff")))
    empty = ready(Interaction(READ, Response(204, "No Content", (JSON,))))
    assert data
    assert empty
    assert [one.is_document for one in (data, empty)] == [False, False]
    assert (b"Content-Length: 1\r\n" in data.head, b"Content-Length" in empty.head) == (True, False)


@pytest.mark.parametrize(
    ("request_", "response"),
    [
        (Request("HEAD", READ.uri, route="compute"), ANSWER),
        (Request("POST", "http://cloud/v3/auth/tokens", route="identity"), ANSWER),
        (Request("GET", READ.uri), ANSWER),
        (READ, replace(ANSWER, status=304, body=b"")),
        (READ, replace(ANSWER, headers=(JSON, ("Location", "http://cloud/servers/1")))),
        (READ, replace(ANSWER, headers=(JSON, ("Content-Encoding", "gzip")))),
        (READ, replace(ANSWER, headers=(JSON, ("Set-Cookie", "a=1; Secure")))),
        (READ, replace(ANSWER, headers=(JSON, ("Retry-After", "Tue, 02 Jan 2029 03:05:05 GMT")))),
        (READ, replace(ANSWER, headers=(("X-Id", "1\r\nX-Other: 2"),))),
        (READ, replace(ANSWER, headers=(("X: Id", "1"),))),
        (READ, replace(ANSWER, body=StoredBody(Path("file"), 1, "0" * 64))),
    ],
)
def test_what_depends_on_more_is_not_ready(request_: Request, response: Response) -> None:
    assert packed(Interaction(request_, response)) == b""


@pytest.mark.parametrize("looseness", Looseness)
def test_how_loose_the_request_is_is_known_with_the_answer(looseness: Looseness) -> None:
    found = unpacked(packed(Interaction(READ, ANSWER), looseness), b"{}", 7)
    assert found == replace(unpacked(packed(Interaction(READ, ANSWER)), b"{}", 7), looseness=looseness)


def test_an_object_that_is_vouched_for_is_data_whatever_its_type() -> None:
    etag = ("ETag", '"99914b932bd37a50b983c5e7c90ae93b"')  # MD5 of {}
    found = ready(Interaction(READ, replace(ANSWER, headers=(JSON, etag))))
    assert found
    assert not found.is_document


@pytest.mark.parametrize("field", [("Retry-After", "5"), ("Expires", "0")])
def test_what_moves_with_no_time_is_ready(field: tuple[str, str]) -> None:
    assert packed(Interaction(READ, replace(ANSWER, headers=(JSON, field))))
