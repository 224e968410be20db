"""What a body in a content coding may become: no bomb, however it is packed, and all that is honest."""

import gzip
import random
import sys
import zlib
from pathlib import Path

import brotlicffi
import pytest

from cloudtape.cassettes.content import (
    FREE,
    RATIO,
    ContentTooLarge,
    codings,
    decoded,
    decoded_interaction,
    is_within,
)

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd
from cloudtape.cassettes.messages import Interaction, Request, Response

ZEROS = b"\0" * (FREE + 1024)
PACKED = {
    "gzip": gzip.compress(ZEROS, 1),
    "deflate": zlib.compress(ZEROS, 1),
    "br": brotlicffi.compress(ZEROS, quality=1),
    "zstd": zstd.compress(ZEROS, 1),
    "gzip, gzip": gzip.compress(gzip.compress(ZEROS)),
    "zstd, br": brotlicffi.compress(zstd.compress(ZEROS)),
}
EMPTY = gzip.compress(gzip.compress(b"") * (FREE // 20 + 1000))
"""Much that decodes to nothing at all."""


def coded(coding: str, body: bytes, kind: str = "application/json") -> Response:
    return Response(200, "OK", (("Content-Type", kind), ("Content-Encoding", coding)), body)


@pytest.mark.parametrize("coding", PACKED)
def test_no_bomb_is_unpacked(coding: str) -> None:
    assert len(PACKED[coding]) * RATIO < len(ZEROS)
    with pytest.raises(ContentTooLarge):
        decoded(coded(coding, PACKED[coding]))


def test_what_is_large_on_the_way_counts_although_nothing_comes_out() -> None:
    with pytest.raises(ContentTooLarge):
        decoded(coded("gzip, gzip", EMPTY))


def test_what_honestly_shrinks_is_unpacked_whatever_its_size() -> None:
    text = random.Random(0).randbytes(FREE // 64) * 100
    plain = decoded(coded("zstd", zstd.compress(text)))
    assert plain.body == text


def test_a_caller_can_set_a_lower_limit() -> None:
    body = gzip.compress(b"x" * 1000)
    assert decoded(coded("gzip", body), limit=1000).body == b"x" * 1000
    with pytest.raises(ContentTooLarge):
        decoded(coded("gzip", body), limit=999)


def test_more_codings_than_anybody_uses_are_none_that_can_be_undone() -> None:
    assert codings((("Content-Encoding", "gzip, br, gzip, zstd"),)) is not None
    assert codings((("Content-Encoding", "gzip, " * 5),)) is None


@pytest.mark.parametrize("coding", PACKED)
def test_smallness_is_of_what_comes_out(coding: str) -> None:
    assert not is_within(coded(coding, PACKED[coding]), FREE)
    small = coded("gzip", gzip.compress(b"x" * 100))
    assert is_within(small, 100)
    assert not is_within(small, 99)
    assert is_within(coded("gzip", b"no gzip"), 7)
    assert not is_within(coded("gzip", random.Random(0).randbytes(20_000)), 100_000)


def test_a_recording_that_scrubs_nothing_keeps_a_bomb_as_it_came(tmp_path: Path) -> None:
    bomb = coded("gzip", PACKED["gzip"], "text/plain")
    asked = Request("PUT", "http://c/x", (("Content-Encoding", "gzip"),), PACKED["gzip"])
    assert decoded_interaction(Interaction(asked, bomb), tmp_path) == Interaction(asked, bomb)
    assert not list(tmp_path.iterdir())
