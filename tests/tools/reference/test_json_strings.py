import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.reference.json_strings import Wraps, valid

TEXT = 'A snapshot of a volume, being used by Cinder to echo. "an/URL with blank" single server "single server"'


@pytest.mark.parametrize(
    ("printed", "whole"),
    [
        ('"http://host/v2/\nabc/volumes"', '"http://host/v2/abc/volumes"'),
        ('"45baf976-c20a-4894-a7c3-\nc94b7376bf55"', '"45baf976-c20a-4894-a7c3-c94b7376bf55"'),
        ('"http://172.18.198.\n54:8786/v1"', '"http://172.18.198.54:8786/v1"'),
        ('"Here is a snapshot\nof a volume"', '"Here is a snapshot of a volume"'),
        ('"that are being\nused."', '"that are being used."'),
        ('"managed by\nCinder."', '"managed by Cinder."'),
        ('"ssh-rsa\nAAAAB3NzaC1yc2EAAAADAQABAAAAgQ"', '"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ"'),
        ('"10IGZlZWxzIGFuIGltcHVs\nc21vb4uLnRoaXMgaXMgdGh"', '"10IGZlZWxzIGFuIGltcHVsc21vb4uLnRoaXMgaXMgdGh"'),
        ('"a line\\\nn and one"', '"a line\\n and one"'),
        ('"ends with a wrap\n"', '"ends with a wrap"'),
        ('"YE+s90izDv410ePBPaTBJ6F\n\\n1BBA/1oHRyS1rpOtj"', '"YE+s90izDv410ePBPaTBJ6F\\n1BBA/1oHRyS1rpOtj"'),
        ('"/v2/objects/single\nserver"', '"/v2/objects/single server"'),
        ('"an/URL\nwith blank"', '"an/URL with blank"'),
        ('"a single\nserver. Contains"', '"a single server. Contains"'),
    ],
)
def test_lines_are_joined_with_a_blank_between_words_only(printed: str, whole: str) -> None:
    assert Wraps([TEXT]).joined(printed) == whole


def test_a_line_end_that_was_read_twice_is_mended() -> None:
    wraps = Wraps([TEXT, '"\\nnecho a"', '"\\nname"'])
    assert wraps.joined('"#!/bin/sh\\nnecho hello\\nname"') == '"#!/bin/sh\\necho hello\\nname"'


def test_a_backslash_that_was_read_twice_is_one() -> None:
    assert Wraps([TEXT]).joined(r'"Writing to /tmp/bar\\nWritten"') == r'"Writing to /tmp/bar\nWritten"'


@given(st.text().filter(lambda text: "\\n" not in text))
def test_a_string_on_one_line_stays_as_it_is(text: str) -> None:
    printed = json.dumps(text)
    assert Wraps([]).joined(printed) == printed


@pytest.mark.parametrize(
    ("printed", "value"), [(r'"a\'b"', r"a\'b"), (r'"\d+\n"', "\\d+\n"), (r'"\u12"', r"\u12"), (r'"\\d"', r"\d")]
)
def test_a_backslash_that_escapes_nothing_is_itself(printed: str, value: str) -> None:
    assert json.loads(valid(printed)) == value


def test_only_strings_are_touched() -> None:
    assert Wraps([]).undone('{\n  "a\nb": [1,\n 2]\n}') == '{\n  "a b": [1,\n 2]\n}'
