"""That no character which a terminal obeys, or does not show, is left in a text."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtape.plain import plain, plain_json, plain_lines, plain_values
from tests.proxy.hostile import OBEYED, is_obeyed

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize("one", OBEYED, ids=lambda one: f"{ord(one):04x}")
def test_each_character_that_is_obeyed_becomes_its_spelling(one: str) -> None:
    for shown in (plain(f"a{one}b"), plain_lines(f"a{one}b").replace("\n", "\\n").replace("a  ", "a\\t")):
        assert shown.startswith("a\\")
        assert shown.endswith("b")
        assert shown.isascii()
        assert shown.isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b2J", r"\x9b2J"),
        ("a\r\nb\tc", r"a\r\nb\tc"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("pass\u200bword", r"pass\u200bword"),
        ("\U000e0041", r"\U000e0041"),
        ("\ud800", r"\ud800"),
        ("caf\udcc3\udca9 \udcff", "café \\udcff"),
        ("\udcff\ud800", r"\udcff\ud800"),
        ("[red]x[/red] :cat: 日本 é 🐱", "[red]x[/red] :cat: 日本 é 🐱"),
    ],
)
def test_what_is_shown_tells_what_was_there(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_text_of_several_lines_keeps_them() -> None:
    assert plain_lines("a\r\nb\n\tc\x1b[2J\rd") == "a\nb\n    c\\x1b[2J\\rd"


@given(ANY_TEXT)
def test_nothing_that_is_obeyed_is_left(text: str) -> None:
    assert not any(map(is_obeyed, plain(text)))
    assert not any(map(is_obeyed, plain_lines(text).replace("\n", "")))
    plain(text).encode()


@given(ANY_TEXT, ANY_TEXT)
def test_json_keeps_its_value(name: str, value: str) -> None:
    shown = plain_json(json.dumps({name: [value]}, indent=2, ensure_ascii=False))
    assert json.loads(shown) == json.loads(json.dumps({name: [value]}))
    assert not any(map(is_obeyed, shown.replace("\n", "")))
    shown.encode()


def test_plain_data_is_shown_plainly_at_any_depth() -> None:
    assert plain_values({"a\x1b": [("\u202e", 1, None, True)]}) == {r"a\x1b": [[r"\u202e", 1, None, True]]}


def test_all_of_unicode_is_judged() -> None:
    """By the tables of Unicode: what is no letter, mark, number, punctuation, symbol or blank is spelled."""
    for code in range(0x110000):
        category = unicodedata.category(chr(code))
        if category[0] == "C" or category in ("Zl", "Zp"):
            assert plain(chr(code)).isascii(), hex(code)
