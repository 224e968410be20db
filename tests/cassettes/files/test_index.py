import hashlib
import os
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from cloudtape.cassettes.cassette import Cassette, load
from cloudtape.cassettes.files import index_cache
from cloudtape.cassettes.files.index import PLACE, _encode, _read_head, _write
from cloudtape.cassettes.files.index import Summaries as Summarised
from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Interaction, Request, Response
from tests.cassettes.strategies import interactions


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path.with_name(tmp_path.name + "-cache")))
    writer = CassetteWriter.create(tmp_path / "tape.yaml")
    for number in range(4):
        request = Request("GET", f"http://cloud/{number}", (("X-Bytes", "\udcff"), ("Accept", "a/b")))
        writer.append(Interaction(request, Response(200, "OK", (), b"body %d" % number)))
    writer.close()
    return writer.path


def index_of(path: Path) -> Path:
    folder = index_cache.place()
    assert folder is not None
    (found,) = folder.glob(hashlib.sha256(path.read_bytes()).hexdigest() + "*")
    return found


class Summaries:
    """A summariser that counts how often it is asked: not at all when an index is used."""

    def __init__(self) -> None:
        self.asked = 0

    def add(self, interaction: Interaction) -> bytes:
        self.asked += 1
        return b"%d: " % self.asked

    def close(self) -> bytes:
        return b"asked %d" % self.asked

    def load(self, path: Path, version: str = "1") -> Cassette:
        return load(path, Summarised(lambda: self, version))


def test_the_second_start_reads_the_index_alone(path: Path) -> None:
    summaries = Summaries()
    first, second = summaries.load(path), summaries.load(path)
    assert summaries.asked == 4
    assert list(first) == list(second)
    assert bytes(first.summary) == bytes(second.summary) == b"asked 4"


def test_an_index_that_was_just_made_says_what_one_that_was_read_says(path: Path) -> None:
    first, second = load(path), load(path)
    assert (first.notes, first.routes, first.whole_bytes) == (second.notes, second.routes, second.whole_bytes)


def test_an_answer_is_what_the_summariser_said_and_the_body(path: Path) -> None:
    for cassette in (Summaries().load(path), Summaries().load(path)):
        assert [cassette.answer(n) for n in range(1, 5)] == [(b"%d: " % n, b"body %d" % (n - 1)) for n in range(1, 5)]
    assert load(path, cached=False).answer(1) == (b"", b"body 0")
    for number in (0, 5):
        with pytest.raises(IndexError):
            cassette.answer(number)


def test_a_changed_yaml_is_read_again_even_with_the_same_size_and_time(path: Path) -> None:
    summaries = Summaries()
    summaries.load(path)
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"body 2", b"BODY 2"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert summaries.load(path).interaction(3).response.body == b"BODY 2"
    assert summaries.asked == 8


def test_another_version_of_the_summaries_is_made_again(path: Path) -> None:
    summaries = Summaries()
    summaries.load(path, "1")
    summaries.load(path, "2")
    assert summaries.asked == 8


def test_a_damaged_index_is_made_again_wherever_the_damage_is(path: Path) -> None:
    expected = list(load(path))
    good = index_of(path).read_bytes()
    for at in range(0, len(good), 7):
        damaged = good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :]
        index_of(path).write_bytes(damaged)
        cassette = load(path)
        assert [cassette.answer(n)[1] for n in range(1, 5)] == [one.response.body for one in expected], at
        index_of(path).write_bytes(damaged)
        assert list(load(path)) == expected, at
    for length in range(0, len(good), 13):
        index_of(path).write_bytes(good[:length])
        assert list(load(path)) == expected, length


def test_an_index_that_says_more_than_can_be_is_made_again(path: Path) -> None:
    """With checksums that fit: places, lengths and names are looked at, and so is what a summary is said to be."""
    expected = list(load(path))
    entry = index_of(path)
    with entry.open("rb") as file:
        head, _ = _read_head(file)
        blobs = file.read()
    far = PLACE.pack(2**64 - 1, 2**32 - 1, 2**32 - 1, 2**32 - 1, 0, 0)
    none = PLACE.pack(0, 0, 0, 0, 0, 0)
    for forged in (
        replace(head, places=memoryview(far * 3 + bytes(head.places[-PLACE.size :]))),
        replace(head, places=memoryview(none * 4)),
        replace(head, places=memoryview(b"x" * 27)),
        replace(head, whole_bytes=path.stat().st_size + 1),
        replace(head, whole_bytes=-1),
        replace(head, stored=(("../../outside", 4),)),
        replace(head, stored=(("0" * 64, -1),)),
    ):
        with entry.open("wb") as file:
            _write(_encode(forged), BytesIO(blobs), file)
        cassette = load(path)
        assert (list(cassette), cassette.whole_bytes) == (expected, path.stat().st_size)
        assert cassette.answer(2) == (b"", b"body 1")


def test_a_summary_that_cannot_be_is_made_again(path: Path) -> None:
    summaries = Summaries()
    summaries.load(path)
    sizes: list[int] = []

    def fits(summary: memoryview, size: int) -> bool:
        sizes.append(size)
        return bytes(summary) == b"something else"

    load(path, Summarised(lambda: summaries, "1", fits))
    assert (sizes, summaries.asked) == ([4], 8)


def test_an_index_of_another_cassette_is_not_believed(path: Path, tmp_path: Path) -> None:
    writer = CassetteWriter.create(tmp_path / "other.yaml")
    writer.append(Interaction(Request("GET", "http://other/"), Response(200, "OK")))
    for one in (writer.path, path):
        load(one)
    index_of(path).write_bytes(index_of(writer.path).read_bytes())
    assert len(load(path)) == 4


def test_whoever_judges_a_cassette_reads_the_yaml_whatever_the_cache_says(path: Path) -> None:
    writer = CassetteWriter.create(path.with_name("other.yaml"))
    writer.append(Interaction(Request("GET", "http://other/"), Response(200, "OK")))
    load(writer.path), load(path)
    with index_of(writer.path).open("rb") as file:
        head, _ = _read_head(file)
        blobs = file.read()
    with index_of(path).open("wb") as file:
        forged = replace(head, yaml_digest=hashlib.sha256(path.read_bytes()).digest(), whole_bytes=0)
        _write(_encode(forged), BytesIO(blobs), file)
    assert len(load(path)) == 1  # that is what the cache says, with all checksums right
    assert len(load(path, cached=False)) == 4


@pytest.mark.parametrize("name", ["tape.yaml.index", ".tape.yaml.index", "tape.index"])
def test_what_lies_beside_a_cassette_is_neither_read_nor_written(path: Path, name: str) -> None:
    expected = list(load(path))
    beside = path.with_name(name)
    beside.write_bytes(index_of(path).read_bytes().replace(b"body 2", b"evil 2"))
    before = beside.read_bytes()
    index_of(path).unlink()
    assert list(load(path)) == expected
    assert beside.read_bytes() == before
    assert sorted(path.parent.iterdir()) == sorted([path, beside])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(interactions)
def test_an_interaction_comes_back_from_the_index_as_from_the_yaml(tmp_path: Path, interaction: Interaction) -> None:
    path = tmp_path / "one.yaml"
    path.unlink(missing_ok=True)
    writer = CassetteWriter.create(path)
    kept = writer.append(interaction)
    writer.close()
    assert list(load(path)) == [kept]
    assert list(load(path)) == [kept]
