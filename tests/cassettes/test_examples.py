"""Each row of the tables of secrets does what its example says; `python -m tests.mutations` drops each, and an example fails."""

import pytest

from tests.cassettes import examples
from tests.mutations.tables import drop, rows


@pytest.mark.parametrize("group", examples.GROUPS, ids=lambda group: group.__name__)
def test_the_examples_are_as_they_say(group: object) -> None:
    assert callable(group)
    assert list(group()) == []


def test_every_table_has_rows_to_drop() -> None:
    found = list(rows())
    assert len(found) > 1_000
    assert {row.place for row in found} >= {"scrubbing.names", "scanning.trees", "names.yaml", "known_forms.jsonl"}
    assert callable(drop)
