import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtape.cassettes.scrubbing.mentions import FEW, Mentions, Runs

WORDS = st.text("aB3-_%.é/", min_size=1, max_size=24)


def mentions_of(*words: str) -> Mentions:
    mentions = Mentions()
    for word in words:
        mentions.add(word)
    return mentions


@given(st.lists(WORDS, max_size=3 * FEW), st.lists(WORDS, max_size=4), st.sampled_from(["_", " ", "é", '"', "/"]))
def test_every_word_is_found_where_no_letter_and_no_digit_touches_it(
    others: list[str], words: list[str], gap: str
) -> None:
    text = gap.join(["", *words, ""])
    assert set(mentions_of(*others, *words).found_in(text)) >= set(words)


@pytest.mark.parametrize("others", [0, 2 * FEW])
def test_a_word_that_does_not_stand_there_is_not_found(others: int) -> None:
    mentions = mentions_of("s3cret-word", *[f"other-word{number}" for number in range(others)])
    assert not list(mentions.found_in("a s3cret-wort and an other-word"))


def test_a_word_counts_once() -> None:
    mentions = mentions_of("s3cret-word", "s3cret-word")
    assert list(mentions.found_in("s3cret-word")) == ["s3cret-word"]
    assert len(mentions) == 1


@given(WORDS, WORDS, st.sampled_from(["", "_", " ", "é", '"', "/"]))
def test_no_text_that_mentions_a_word_is_passed_over(word: str, other: str, gap: str) -> None:
    runs = Runs()
    runs.add(gap.join([other, "", word, "", other]))
    assert runs.may_mention(word) or not gap


def test_texts_without_the_long_run_of_a_word_do_not_mention_it() -> None:
    runs = Runs()
    runs.add("a s3cret-wort")
    assert runs.may_mention("s3cret-word")
    assert not runs.may_mention("s4cret-word")
    runs.clear()
    assert not runs.may_mention("s3cret-word")
