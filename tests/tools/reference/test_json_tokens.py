import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.reference.json_tokens import keys_ascend, tokens

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def texts(*pages: str) -> list[list[str]]:
    return [[token.text for token in page] for page in tokens([page.split("\n") for page in pages])]


@given(VALUES)
def test_the_tokens_of_json_are_all_of_it(value: Any) -> None:
    text = json.dumps(value, indent=2)
    assert "".join(texts(text)[0]) == "".join(texts(json.dumps(value))[0])
    assert json.loads("".join(texts(text)[0])) == value


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ('{"a": "b\nc"}', ["{", '"a"', ":", '"b\nc"', "}"]),
        ('{"a": "b ,\n"c": 1}', ["{", '"a"', ":", '"b"', ",", '"c"', ":", "1", "}"]),
        ('{"a": "b\\",\n"c": 1}', ["{", '"a"', ":", '"b"', ",", '"c"', ":", "1", "}"]),
        ('{"\n"a": 1}', ["{", '"a"', ":", "1", "}"]),
        ("[l, null., ...]", ["[", "l", ",", "null.", ",", "...", "]"]),
    ],
)
def test_strings_end_where_they_must(printed: str, found: list[str]) -> None:
    assert texts(printed) == [found]


def test_a_string_goes_on_over_a_page_break() -> None:
    assert texts('{"key": "abc"\n}', 'def",\n"x": 1}') == [
        ["{", '"key"', ":", '"abc\ndef"'],
        [",", '"x"', ":", "1", "}"],
    ]


def test_the_layout_is_kept() -> None:
    (page,) = tokens([['  {"a":', "    1}"]])
    assert [(token.indent, token.first) for token in page] == [(2, True), (2, False), (2, False), (4, True), (4, False)]


@given(st.lists(st.lists(st.text(alphabet='{}[]:,"\\ \nab1.'))))
def test_any_pages_have_tokens(pages: list[list[str]]) -> None:
    assert len(tokens(pages)) == len(pages)


@pytest.mark.parametrize(
    ("keys", "ascend"),
    [("abcdefghijklm", True), ("abcdefghijlkm", True), ("abcfedghijmlk", False), ("abc", False)],
)
def test_keys_ascend_where_nearly_all_of_many_do(keys: str, ascend: bool) -> None:
    page = json.dumps({"things": [{key: {} for key in keys}]})
    assert keys_ascend(tokens([[page]])) is ascend
