from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtape.synthesis.services.object_store.ranges import Spec, parse, slices

SPECS = st.one_of(
    st.tuples(st.integers(0, 30), st.none()),
    st.tuples(st.none(), st.integers(0, 30)),
    st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: (min(pair), max(pair))),
)


def written(spec: Spec) -> str:
    first, last = ("" if one is None else str(one) for one in spec)
    return f"{first}-{last}"


@given(st.lists(SPECS, min_size=1, max_size=5))
def test_a_header_is_read_as_it_was_written(specs: list[Spec]) -> None:
    assert parse("bytes=" + ",".join(map(written, specs))) == tuple(specs)


@given(SPECS, st.integers(0, 40))
def test_a_slice_holds_the_bytes_that_the_header_means(spec: Spec, size: int) -> None:
    first, last = spec
    wanted = [
        index
        for index in range(size)
        if (index >= size - (last or 0) if first is None else first <= index and (last is None or index <= last))
    ]
    found = slices((spec,), size)
    assert [index for start, stop in found for index in range(start, stop)] == wanted


@given(st.text(max_size=12))
def test_any_text_is_read_or_ignored(text: str) -> None:
    for header in (text, "bytes=" + text):
        parse(header)


@pytest.mark.parametrize(
    ("header", "count"),
    [
        ("0-9,5-14,10-19", 3),
        ("0-9,5-14,8-17,3-11", 0),
        (",".join(f"{at}-{at}" for at in range(50)), 50),
        (",".join(f"{at}-{at}" for at in range(51)), 0),
        (",".join(f"{at}-{at}" for at in range(7, 0, -1)), 7),
        (",".join(f"{at}-{at}" for at in range(8, 0, -1)), 0),
    ],
)
def test_greedy_ranges_are_refused(header: str, count: int) -> None:
    specs = parse(f"bytes={header}")
    assert specs
    assert len(slices(specs, 100)) == count
