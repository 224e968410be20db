"""Recorded answers in the form in which they are sent.

Most answers are given as they were recorded, but for the date and the addresses in their bodies. Their heads are worked
out when a cassette's index is made, and lie in it beside their bodies: to give an answer, for the first time or again,
nobody takes its fields apart and puts them together.
"""

from __future__ import annotations

import re
from typing import Protocol

import msgspec

from cloudtape.cassettes.messages import Body, Headers, Interaction, Response
from cloudtape.clock import is_token_answer
from cloudtape.field_times import tells_time
from cloudtape.http.cookies import SET_COOKIE
from cloudtape.http.headers import FROM_THE_PROXY, HOP_BY_HOP, MATCH_HEADER, SOURCE_HEADER, Passing, Source, joined
from cloudtape.http.outward import PARTIAL, is_data, telling
from cloudtape.http.upstream import is_document, is_upload
from cloudtape.matchers.requests.said import Looseness
from cloudtape.plain import plain
from cloudtape.rewrite import URL_FIELDS

# Whatever decides what a ready answer says, beside what summaries come from.
MADE_READY_BY = (
    "cloudtape.addressing",
    "cloudtape.cassette_routes",
    "cloudtape.clock",
    "cloudtape.field_times",
    "cloudtape.http",
    "cloudtape.plain",
    "cloudtape.rewrite",
    "cloudtape.routes",
    "cloudtape.service_catalog",
)
# Made new by the edge, or true of the recording only.
REPLAYED = Passing(HOP_BY_HOP | FROM_THE_PROXY | {"date"})
NOT_MODIFIED, NO_CONTENT = 304, 204
FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
DOCUMENT, DATA = b"D", b" "
LOOSENESS = {b"%d" % one: one for one in Looseness}
# Fields that are others for each client, and those that may be others at each time.
DEPENDING, MOVING = URL_FIELDS | {SET_COOKIE}, frozenset({"retry-after", "expires"})


class Answer(Protocol):
    """What a client is given: made of its parts (`Response`), or with its head written already (`Ready`)."""

    @property
    def status(self) -> int: ...
    @property
    def reason(self) -> str: ...
    @property
    def headers(self) -> Headers: ...
    @property
    def body(self) -> Body: ...


def in_parts(answer: Answer) -> Response:
    """The same for whoever changes more than addresses in it."""
    if isinstance(answer, Ready):
        return answer.response
    assert isinstance(answer, Response)
    return answer


class Ready(msgspec.Struct, frozen=True, gc=False):
    """An answer whose head is text: the status line and the fields with their line ends, but for the date.

    `is_document`: its body may hold addresses of the cloud, so the head does not tell its length yet.
    `looseness` is that of the request.
    """

    head: bytes
    body: bytes
    is_document: bool
    looseness: Looseness = Looseness.NONE

    @property
    def status(self) -> int:
        return int(self.head[9:12])

    @property
    def reason(self) -> str:
        return self.response.reason

    @property
    def headers(self) -> Headers:
        return self.response.headers

    @property
    def response(self) -> Response:
        """The same in its parts."""
        first, *lines = self.head.decode("utf-8", "surrogateescape").split("\r\n")[:-1]
        _, status, reason = first.split(" ", 2)
        return Response(int(status), reason, tuple([_field(line) for line in lines]), self.body)

    def with_document(self, body: bytes) -> Ready:
        """The answer with another body, complete."""
        return Ready(b"%bContent-Length: %d\r\n" % (self.head, len(body)), body, is_document=False)


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name, value


def replayed(headers: Headers) -> Headers:
    """Those of some recorded fields that are given again."""
    return tuple([pair for pair in headers if REPLAYED[pair[0]]])


def whence(operation: str, number: int | str) -> Headers:
    """The fields that say where an exact answer is from: the interaction counts from 1 through all cassettes."""
    match = f"exact; operation={plain(operation)}; interaction={number}"
    return (SOURCE_HEADER, Source.REPLAYED.value), (MATCH_HEADER, match)


def packed(interaction: Interaction, looseness: Looseness = Looseness.NONE) -> bytes:
    """The head of an answer, behind a letter that says what its body is and a digit for the looseness of the request.
    The interaction's number belongs at its end.

    Nothing where more depends on who asks than the date and the addresses in the body.
    """
    request, response = interaction.request, interaction.response
    body, told = response.body, telling(response.headers)
    # Who recorded it with another tool has named no operation; that takes the routes.
    operation = interaction.operation or (request.route and "-")
    if not isinstance(body, bytes) or request.method == "HEAD" or not operation or interaction.lost:
        return b""
    if not DEPENDING.isdisjoint(told) or is_token_answer(request.uri, response):
        return b""
    if not MOVING.isdisjoint(told) and tells_time(response.headers):
        return b""
    has_body = bool(body) and response.status != NO_CONTENT
    is_part = response.status == PARTIAL
    is_doc = has_body and not is_part and is_document(told.get("content-type")) and not is_upload(request.uri)
    is_doc = is_doc and not is_data(body, told)
    if is_doc and "content-encoding" in told:
        return b""
    fields = [pair for pair in replayed(response.headers) if pair[0].lower() != "content-length"]
    if not is_doc and response.status != NO_CONTENT:
        fields.append(("Content-Length", str(len(body))))
    head = _head(response, (*fields, *whence(operation, "")))
    return b"%b%d%b" % (DOCUMENT if is_doc else DATA, looseness, head) if head else b""


def unpacked(piece: bytes, body: bytes, number: int) -> Ready:
    """The answer of interaction `number`, of whose head `packed` said all else."""
    return Ready(b"%b%d\r\n" % (piece[2:], number), body, piece[:1] == DOCUMENT, LOOSENESS[piece[1:2]])


def _head(response: Response, fields: Headers) -> bytes:
    """Without the last line end; nothing where it could not be taken apart again."""
    names = [name for name, _ in fields]
    if response.status < 200 or response.status == NOT_MODIFIED or not all(map(FIELD_NAME.fullmatch, names)):
        return b""
    try:
        lines = [f"HTTP/1.1 {response.status} {response.reason}", *(f"{name}: {value}" for name, value in fields)]
        return joined(lines).removesuffix(b"\r\n")
    except ValueError:  # a line end within a field, or what is no text
        return b""
