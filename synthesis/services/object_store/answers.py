"""What the layers of the object store give each other back, and Swift's pages for what went wrong.

The texts are what clients of Swift see (swift/common/swob.py, RESPONSE_REASONS).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

import msgspec

from cloudtape.cassettes.blobs import Content
from cloudtape.synthesis.services.object_store.model import StoredObject

PAGE_TYPE = "text/html; charset=UTF-8"
REASONS = {
    200: ("OK", ""),
    201: ("Created", ""),
    202: ("Accepted", "The request is accepted for processing."),
    204: ("No Content", ""),
    206: ("Partial Content", ""),
    303: ("See Other", "The response to the request can be found under a different URI."),
    304: ("Not Modified", ""),
    307: ("Temporary Redirect", "The resource has moved temporarily."),
    400: (
        "Bad Request",
        "The server could not comply with the request since it is either malformed or otherwise incorrect.",
    ),
    401: ("Unauthorized", "This server could not verify that you are authorized to access the document you requested."),
    403: ("Forbidden", "Access was denied to this resource."),
    404: ("Not Found", "The resource could not be found."),
    405: ("Method Not Allowed", "The method is not allowed for this resource."),
    406: ("Not Acceptable", "The resource is not available in a format acceptable to your browser."),
    409: ("Conflict", "There was a conflict when trying to complete your request."),
    410: ("Gone", "This resource is no longer available."),
    411: ("Length Required", "Content-Length header required."),
    412: ("Precondition Failed", "A precondition for this request was not met."),
    413: ("Request Entity Too Large", "The body of your request was too large for this server."),
    416: ("Requested Range Not Satisfiable", "The Range requested is not available."),
    422: ("Unprocessable Entity", "Unable to process the contained instructions"),
    499: ("Client Disconnect", "The client was disconnected during request."),
    503: ("Service Unavailable", "The server is currently unavailable. Please try again at a later time."),
    507: ("Insufficient Storage", "There was not enough space to save the resource. Drive: unknown"),
}


@dataclass(slots=True)
class Answer:
    """`found` is the object that a GET or HEAD is about; a layer further out applies conditions and ranges to it.

    Header names are written as Swift writes them (`X-Object-Meta-Colour`).
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Content = b""
    found: StoredObject | None = None
    takes_ranges: bool = True
    """Whether more than one range of it can be had."""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def line(self) -> str:
        """`404 Not Found`."""
        return f"{self.status} {REASONS[self.status][0]}"

    @property
    def content(self) -> Content:
        assert isinstance(self.body, Content)
        return self.body

    @property
    def text(self) -> str:
        return self.body.decode() if isinstance(self.body, bytes) else ""


class Refusal(Exception):
    """An answer that ends the handling of a request, from however deep inside."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.line)
        self.answer = answer


def page(status: int, headers: dict[str, str] | None = None) -> Answer:
    """The standard answer of a status: a page, or nothing where there is nothing to explain."""
    title, text = REASONS[status]
    body = f"<html><h1>{title}</h1><p>{escape(text, quote=False)}</p></html>".encode() if text else b""
    return Answer(status, {"Content-Type": PAGE_TYPE} | (headers or {}), body)


def plain(status: int, text: str, content_type: str = "text/plain") -> Answer:
    """An answer that says what is wrong in words of its own."""
    return Answer(status, {"Content-Type": content_type}, text.encode("utf-8", "surrogateescape"))


def said(status: int, text: str) -> Answer:
    """The same, for those that Swift leaves under the type of its pages."""
    return plain(status, text, PAGE_TYPE)


def refuse(status: int, text: str = "", content_type: str = "text/plain") -> Refusal:
    return Refusal(plain(status, text, content_type) if text else page(status))


def json_answer(status: int, value: object, headers: dict[str, str] | None = None) -> Answer:
    content_type = {"Content-Type": "application/json; charset=utf-8"}
    return Answer(status, content_type | (headers or {}), msgspec.json.encode(value))
