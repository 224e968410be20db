import pytest

from cloudtape.output import counted


@pytest.mark.parametrize(("number", "said"), [(0, "0 findings"), (1, "1 finding"), (2, "2 findings")])
def test_what_is_counted_is_told_in_its_number(number: int, said: str) -> None:
    assert counted(number, "finding") == said
