"""Indexes that we have not made: damaged, and forged with checksums that are right.

What is told of a cassette with one must be what the YAML says, or an error in words; where all that is checked was
forged so that it fits, nothing else is asked than that nothing breaks.
"""

from __future__ import annotations

import hashlib
import zlib
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import strategies as st

from cloudtape.cassette_routes import routes_of
from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.errors import CassetteError
from cloudtape.cassettes.files.codec import HEADER
from cloudtape.cassettes.files.index import MAGIC, PLACE
from cloudtape.cassettes.messages import Interaction
from cloudtape.errors import ProxyError
from cloudtape.matchers.requests.naming import Naming
from cloudtape.operation_names import OperationNames
from cloudtape.replayer import Replayer, load_for_replay
from tests.fuzz.cassettes import ask, items
from tests.fuzz.damage import applied
from tests.fuzz.engine import in_one_line

NAMING = Naming()
NUMBERS = st.sampled_from([0, 1, 2, 28, 255, 65_535, (1 << 31) - 1, 1 << 31, (1 << 32) - 1]) | st.integers(0, 400)
OFFSETS = NUMBERS | st.sampled_from([(1 << 63) - 1, 1 << 63, (1 << 64) - 1])
ODD: list[Any] = [
    None,
    0,
    -1,
    1 << 63,
    1.5,
    "",
    "x" * 300,
    "../../etc/passwd",
    b"",
    b"\xff" * 40,
    [],
    [[]],
    [["a", "b", "c"]],
    {},
    True,
]
PIECES = [
    b"\0",
    b"\xff\xff\xff\xff",
    b"\xc1",
    b"\x93",
    b"\xdd\xff\xff\xff\xff",
    b"\xc6\xff\xff\xff\xff",
    b"\xa1x",
    b"\xc0",
    b"../x",
]
STEP = st.tuples(st.integers(0, 255), st.integers(0, 65_535), st.integers(0, 65_535), st.sampled_from(PIECES))


class Forged(NamedTuple):
    """`raw`: damage to the file's bytes as they are. Else `members` of the head are others, each place has `numbers`
    put in, summary, own words and pieces are damaged, and every checksum is made right again.
    """

    items: tuple[int, ...]
    raw: list[Any]
    members: dict[int, Any]
    places: list[tuple[int, int, int]]
    summary: list[Any]
    blobs: list[Any]


def _forged() -> st.SearchStrategy[Forged]:
    few = st.lists(STEP, max_size=2)
    chosen = st.lists(st.integers(0, 60), min_size=1, max_size=3).map(tuple)
    members = st.dictionaries(st.integers(0, 8), st.sampled_from(ODD), max_size=1)
    places = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), OFFSETS), max_size=2)
    nothing: st.SearchStrategy[list[Any]] = st.just([])
    return st.one_of(
        st.builds(Forged, chosen, st.lists(STEP, min_size=1, max_size=3), st.just({}), nothing, nothing, nothing),
        st.builds(Forged, chosen, nothing, members, places, few, few),
    )


INPUTS = _forged()


@cache
def _made(chosen: tuple[int, ...]) -> tuple[bytes, str, bytes, list[Interaction]]:
    """A cassette of these items, the name and the bytes of its index, and what it says."""
    folder = Path(mkdtemp(prefix="cloudtape-fuzz-"))
    path = folder / "tape.yaml"
    known = items()
    path.write_bytes(HEADER + b"".join(known[one % len(known)] for one in chosen))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        load_for_replay(path, NAMING)
    (entry,) = (folder / "cache").rglob("*.index")
    return path.read_bytes(), str(entry.relative_to(folder)), entry.read_bytes(), list(load(path, cached=False))


def attempt(one: Forged, folder: Path) -> None:
    text, name, index, truth = _made(one.items)
    path, entry = folder / "tape.yaml", folder / name
    path.write_bytes(text)
    for missing in reversed(entry.relative_to(folder).parents[:-1]):
        (folder / missing).mkdir(mode=0o700)
    is_damaged = bool(one.raw)
    entry.write_bytes(applied(index, one.raw) if is_damaged else _with(one, index))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        try:
            cassette = load_for_replay(path, NAMING)
            found = [_placeless(each) for each in cassette]
            if is_damaged:
                assert found == [_placeless(each) for each in truth], "damage is told as if it were recorded"
            _replayed(cassette)
        except (CassetteError, ProxyError, ConnectionError) as error:
            in_one_line(error)


def _placeless(one: Interaction) -> Any:
    """Without the folder of its body files."""
    return msgspec.to_builtins(one, enc_hook=lambda path: Path(path).name)


def _replayed(cassette: Any) -> None:
    for number in range(1, len(cassette) + 1):
        cassette.answer(number)
    replayer = Replayer([cassette], OperationNames(routes_of([cassette])))
    try:
        for number in range(1, len(cassette) + 1):
            request = cassette.interaction(number).request
            if isinstance(request.body, bytes):
                ask(replayer, request)
    finally:
        replayer.close()


def _with(one: Forged, index: bytes) -> bytes:
    length = int.from_bytes(index[len(MAGIC) : len(MAGIC) + 8], "big")
    start = len(MAGIC) + 24
    head = msgspec.msgpack.decode(index[start : start + length])
    blobs = applied(index[start + length :], one.blobs)
    head[8] = applied(bytes(head[8]), one.summary)
    head[7] = _places(one, bytes(head[7]), blobs)
    for member, value in one.members.items():
        head[member] = value
    packed = msgspec.msgpack.encode(head)
    return MAGIC + len(packed).to_bytes(8, "big") + hashlib.blake2b(packed, digest_size=16).digest() + packed + blobs


def _places(one: Forged, places: bytes, blobs: bytes) -> bytes:
    rows = [list(PLACE.unpack_from(places, at)) for at in range(0, len(places), PLACE.size)]
    for at, column, number in one.places:
        rows[at % len(rows)][column] = number if column == 0 else number & 0xFFFFFFFF
    for row in rows:
        if all(column < 4 for _, column, _ in one.places):
            offset, own, body, rest, *_ = row
            row[4:] = zlib.crc32(blobs[offset : offset + own + body]), zlib.crc32(blobs[offset + own + body :][:rest])
    return b"".join(PLACE.pack(*row) for row in rows)
