import pytest

from tools.reference.document import Block, Caption, Leaf, MethodRow, Paragraph, Part, PrintedExample
from tools.reference.examples import Printed, printed_examples

ROW = MethodRow("GET", "/", "")


def printed(*blocks: Block) -> list[Printed]:
    return list(printed_examples(Leaf("1.1.1", "", "", "", (ROW, ROW, ROW), blocks)))


def page(text: str) -> PrintedExample:
    return PrintedExample(tuple(text.split("\n")))


def test_pages_after_a_caption_belong_together_until_prose_comes() -> None:
    found = printed(
        Part("response"), Caption("List: JSON response"), page("{"), page("}"), Paragraph("Note."), page("$ curl")
    )
    assert [one.pages for one in found] == [(("{",), ("}",))]
    assert found[0].side == "response"


def test_prose_may_stand_between_caption_and_example() -> None:
    assert printed(Caption("Show: JSON response"), Paragraph("As before."), page("{}"))[0].pages == (("{}",),)


def test_a_caption_says_the_side_where_no_heading_does() -> None:
    assert printed(Caption("Create: JSON request"), page("{}"))[0].side == "request"


@pytest.mark.parametrize(
    ("text", "kind"), [("{}", "json"), ("[1]", "json"), ("<a/>", "xml"), ("a=b", "text"), ("", "text")]
)
def test_the_format_is_that_of_the_body(text: str, kind: str) -> None:
    assert printed(Caption("Example"), page(text))[0].format == kind


def test_the_head_of_http_is_taken_off() -> None:
    (found,) = printed(Caption("Show: JSON response"), page("HTTP/1.1 200 OK\nContent-Length: 2\n\n{}"))
    assert (found.start, found.headers, found.pages) == ("HTTP/1.1 200 OK", (("Content-Length", "2"),), (("{}",),))


def test_a_wrapped_start_line_is_joined() -> None:
    head = "DELETE /v1.0/1234/databases/\nexampledb HTTP/1.1\nHost: x"
    (found,) = printed(Caption("Delete: JSON request"), page(head))
    assert found.start == "DELETE /v1.0/1234/databases/exampledb HTTP/1.1"
    assert found.format == "text"


def test_a_field_that_fell_out_of_its_fence_belongs_to_the_head() -> None:
    date = "Date: Wed, 25 Jan 2012 21:58:11 GMT"
    (found,) = printed(Caption("Enable: JSON response"), page("HTTP/1.1 200 OK"), Paragraph(date), page("{}"))
    assert found.headers == (("Date", "Wed, 25 Jan 2012 21:58:11 GMT"),)
    assert found.format == "json"
