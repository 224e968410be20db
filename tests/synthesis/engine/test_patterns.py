"""Patterns of clients: what they find, and that none of them takes long."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtape.synthesis.engine.patterns import PatternError, exchanged, fits, is_in

HOSTILE = ("(a+)+$", "(a|a)*$", "((a*)*)*$", "(a|aa)+$", "(.*)*$x", "(?:a?){500}a{500}$")
NEVER = 0.2


@pytest.mark.parametrize("pattern", HOSTILE)
def test_no_pattern_takes_long(pattern: str) -> None:
    began = time.perf_counter()
    for text in ("a" * 28 + "!", "a" * 255 + "!"):
        is_in(pattern, text)
        fits(pattern, text)
    assert time.perf_counter() - began < NEVER


@pytest.mark.parametrize("pattern", ["(", "*", "a{1000}{1000}", r"(a)\1", "(?=a)", "x" * 5000, "[z-a]"])
def test_what_cannot_be_matched_safely_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        is_in(pattern, "a")


def test_a_filter_finds_in_any_case_and_a_constraint_takes_the_whole() -> None:
    assert is_in("^WEB", "web-1")
    assert is_in("b-1", "web-1")
    assert fits("[a-z]+-[0-9]+", "web-1")
    assert not fits("[a-z]+", "web-1")
    assert not fits("WEB-1", "web-1")
    assert is_in(".", "\ud800")


@given(
    st.text("ab$ü", max_size=30), st.dictionaries(st.text("ab$", min_size=1, max_size=3), st.text("ab$x", max_size=3))
)
def test_the_longest_word_is_exchanged_and_nothing_twice(text: str, words: dict[str, str]) -> None:
    keys = sorted(words, key=len, reverse=True)
    expected = re.sub("|".join(map(re.escape, keys)), lambda found: words[found[0]], text) if keys else text
    assert exchanged(text, words, 1000) == expected


def test_many_words_in_a_long_text_take_no_time_for_each_pair() -> None:
    words = {f"k{number}": "v" for number in range(20_000)}
    assert exchanged("abc" * 100_000, words, 1 << 20) == "abc" * 100_000
    assert exchanged("k1 k19999", words, 100) == "v v"


def test_a_text_does_not_grow_without_end() -> None:
    with pytest.raises(PatternError):
        exchanged("$" * 100, {"$": "x" * 100}, 1000)
