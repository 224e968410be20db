import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtape.openstack.numbers import MOST, whole


@given(st.integers(-MOST, MOST))
def test_numbers_and_their_texts_are_alike(number: int) -> None:
    assert whole(number) == whole(str(number)) == number


@pytest.mark.parametrize("digits", [19, 400, 5_000, 100_000])
def test_a_number_longer_than_any_service_takes_is_the_largest(digits: int) -> None:
    assert whole("9" * digits) == MOST
    assert whole("-" + "9" * digits) == -MOST
    assert whole("0" * digits + "7") == 7


@pytest.mark.parametrize("value", ["", "-", "+5", "1.5", " 5", "5\n", "1_000", "²", "٣", "x", None, True, 1.0, [5], {}])
def test_nothing_else_is_a_whole_number(value: object) -> None:
    assert whole(value) is None


@given(st.text())
def test_no_text_makes_an_error(text: str) -> None:
    number = whole(text)
    assert number is None or -MOST <= number <= MOST
