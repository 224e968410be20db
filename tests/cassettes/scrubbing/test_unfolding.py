"""Secrets in texts into which a format has put something: events of a stream, fields of CSV, comments."""

import pytest

from cloudtape.cassettes.scrubbing.secrets import Table
from cloudtape.cassettes.scrubbing.walk import Walker

SECRET = "Pl4nted-V4lue-77"


def scrubbed(text: str) -> str:
    return Walker(Table(), lambda _rule, _secret, _place: "*").text(text, "")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f'data: {{"password":\ndata: "{SECRET}"}}\n\n', 'data: {"password":\ndata: "*"}\n\n'),
        (f"event: x\ndata: password: |\ndata:   {SECRET}\ndata: a: 1\n\n", "event: x\ndata: password: |\ndata:   *\n"),
        (f"data: type = swift\ndata: key = {SECRET}\n\nid: 2\n", "data: type = swift\ndata: key = *\n\nid: 2\n"),
        (f'data: {{"n": 1}}\n\ndata: {{"password": "{SECRET}"}}\n\n', 'data: {"n": 1}\n\ndata: {"password": "*"}\n\n'),
    ],
)
def test_an_event_is_read_as_the_text_that_its_lines_make(text: str, clean: str) -> None:
    assert scrubbed(text).startswith(clean)
    assert SECRET not in scrubbed(text)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f'1,"variable ""db_password"" {{ default = ""{SECRET}"" }}"\n', '1,"variable ""db_password"" { default = ""*"" }"\n'),
        (f'a;"{{""password"": ""{SECRET}""}}";b\n', 'a;"{""password"": ""*""}";b\n'),
        (f'a,"expect ""assword:""\nsend ""{SECRET}\\r""\n",b\n', 'a,"expect ""assword:""\nsend ""*\\r""\n",b\n'),
    ],
)  # fmt: skip
def test_a_field_of_csv_is_read_without_its_doubled_quotes(text: str, clean: str) -> None:
    assert scrubbed(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        'id,what\n1,"say ""no"" twice"\n',
        'data: {"name":\ndata: "web"}\n\n',
        "data:\n  colour: red\n",
        'a,"",b,"""",c\n',
        "# one\n#two\n#\n#  three: 4\r\n# five\n",
        "* a list\n* of things\n\n> said\n> she\n",
    ],
)
def test_what_holds_no_secret_stays_as_it_is(text: str) -> None:
    assert scrubbed(text) == text


@pytest.mark.parametrize("mark", ["#", "  # ", "//", "; ", "-- ", "> ", " * ", "REM "])
@pytest.mark.parametrize(
    "lines",
    [
        ["[swift]", "type = swift", "", "key = {}"],
        ["chpasswd:", "list: |", "root:{}", "expire: false"],
        ["parameters:", "  magic:", "    hidden: true", "    default: {}"],
        ["password: |", "  {}"],
    ],
)
def test_lines_of_a_comment_are_read_as_the_text_that_they_make(lines: list[str], mark: str) -> None:
    text = "".join(f"{mark} {line}\n" if line else f"{mark.rstrip()}\n" for line in ["see: this", *lines, "note: it"])
    assert scrubbed(text.format(SECRET)) == text.format("*")


def test_quotes_without_an_end_cost_no_time() -> None:
    text = ',"a' * 20_000 + '""' * 20_000
    assert scrubbed(text) == text
