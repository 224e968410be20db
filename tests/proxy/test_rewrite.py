import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtape.rewrite import STEP, URL_FIELDS, Rewriter

PAIRS = [
    ("http://controller:8774", "http://127.0.0.1:8780/compute"),
    ("http://controller:9292", "http://127.0.0.1:8780/image"),
    ("http://controller", "http://127.0.0.1:8780/web"),
    ("https://cloud/compute", "http://127.0.0.1:8780/far"),
]
outward = Rewriter(PAIRS)
inward = Rewriter((ours, theirs) for theirs, ours in PAIRS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'{"href": "http://controller:8774/v2.1/"}', b'{"href": "http://127.0.0.1:8780/compute/v2.1/"}'),
        (rb'"http:\/\/controller:8774\/v2.1"', rb'"http:\/\/127.0.0.1:8780\/compute\/v2.1"'),
        (b"next=http%3A%2F%2Fcontroller%3A9292%2Fv2", b"next=http%3A%2F%2F127.0.0.1%3A8780%2Fimage%2Fv2"),
        (b"<a href='http://controller/'>", b"<a href='http://127.0.0.1:8780/web/'>"),
        (b"url=http%3A//controller%3A8774/v2", b"url=http%3A//127.0.0.1%3A8780/compute/v2"),
        (b"url=http%3a%2f%2fcontroller%3a8774%2fv2", b"url=http%3a%2f%2f127.0.0.1%3a8780%2fcompute%2fv2"),
        (b"url=http:%2F%2Fcontroller:8774%2Fv2", b"url=http:%2F%2F127.0.0.1:8780%2Fcompute%2Fv2"),
        (b"a=http%253A%252F%252Fcontroller%253A8774", b"a=http%253A%252F%252F127.0.0.1%253A8780%252Fcompute"),
        (b"a=%22http%3A%5C%2F%5C%2Fcontroller%22", b"a=%22http%3A%5C%2F%5C%2F127.0.0.1%3A8780%5C%2Fweb%22"),
        (b'"http://controller:8774"', b'"http://127.0.0.1:8780/compute"'),
        (b"https://cloud/compute?limit=1", b"http://127.0.0.1:8780/far?limit=1"),
    ],
)
def test_a_known_base_is_replaced_in_each_spelling(before: bytes, after: bytes) -> None:
    assert outward(before) == after
    assert inward(after) == before


@pytest.mark.parametrize(
    "text",
    [
        b"http://controller:87740/",
        b"http://controller:8775/",
        b"http://controller.example/",
        b"https://cloud/computed",
        b"http%3A%2F%2Fcontroller%3A8775%2F",
        b"http%3A%2F%2Fcontroller%40example%2F",
        b"http%253A%252F%252Fcontroller%253A8775%252F",
        b"http%3a//controller%3a8775/",
    ],
)
def test_a_longer_host_port_or_segment_is_left_alone(text: bytes) -> None:
    assert outward(text) == text


def test_only_fields_that_hold_urls_are_rewritten_outward() -> None:
    headers = (("Location", "http://controller:8774/x"), ("X-Object-Meta-Home", "http://controller:8774/x"))
    assert outward.fields(headers, URL_FIELDS) == (("Location", "http://127.0.0.1:8780/compute/x"), headers[1])


def test_somebodys_metadata_is_their_own() -> None:
    headers = (("X-Ref", "http://127.0.0.1:8780/compute/x"), ("X-Object-Meta-Home", "http://127.0.0.1:8780/compute/x"))
    assert inward.fields(headers) == (("X-Ref", "http://controller:8774/x"), headers[1])


def test_nothing_is_known_without_routes() -> None:
    assert Rewriter(())(b"http://controller:8774/") == b"http://controller:8774/"


@given(st.lists(st.sampled_from([old for old, _ in PAIRS]), max_size=5), st.text(max_size=30))
def test_rewriting_there_and_back_gives_the_same_document(urls: list[str], filler: str) -> None:
    document = json.dumps({"links": [f"{url}/{quote(filler)}" for url in urls], "name": filler}).encode()
    assert inward(outward(document)) == document


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_a_text_in_pieces_is_rewritten_as_the_whole_is(size: int) -> None:
    rewriter = Rewriter(
        [("http://c:8774", "http://p/compute"), ("http://c:8774/v2.1", "http://p/x"), ("http://h", "q")]
    )
    text = (
        b'{"a": "http://c:8774/v2.1/x", "b": "http://c:8774", "c": "http://c:87745", "d": "http:\\/\\/c:8774\\/v2",'
        b' "e": "http%3A%2F%2Fc%3A8774%2Fv2.1", "f": "http://http://h/", "g": "http://hh http://c:8774/v2.10", "h": "htt'
    )

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(text), size):
            yield text[at : at + size]

    async def rewritten() -> bytes:
        return b"".join([piece async for piece in rewriter.over(pieces())])

    assert asyncio.run(rewritten()) == rewriter(text)


@pytest.mark.parametrize("shift", [*range(-30, 12)])
def test_a_base_is_replaced_wherever_a_step_through_a_large_text_ends(shift: int) -> None:
    before = b"x" * (STEP + shift)
    text = before + b' http://controller:8774/v2 http://controller%253A8774 http:\\/\\/controller:9292" ' + before
    assert outward(text) == (
        before
        + b' http://127.0.0.1:8780/compute/v2 http://controller%253A8774 http:\\/\\/127.0.0.1:8780\\/image" '
        + before
    )
