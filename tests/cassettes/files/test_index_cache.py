"""Where compiled indexes are kept, and whose are believed."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.files import index_cache
from cloudtape.cassettes.files.opening import real_folder
from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Interaction, Request, Response

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user")
NOBODY = 65534


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "cloudtape" / "indexes"


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    return recorded(tmp_path / "tape.yaml")


def recorded(path: Path, body: bytes = b"hello") -> Path:
    writer = CassetteWriter.create(path)
    writer.append(Interaction(Request("GET", "http://cloud/"), Response(200, "OK", (), body)))
    writer.close()
    return path


def entries(cache: Path) -> list[Path]:
    return sorted(cache.glob("*.index"))


def forge(cache: Path, tape: Path) -> Path:
    """What the cache says of a cassette from now on is another one, with all checksums right."""
    (entry,) = entries(cache)
    other = recorded(tape.with_name("other.yaml"), b"EVILS")
    load(other)
    (evil,) = (one for one in entries(cache) if one != entry)
    digest, own = bytes.fromhex(evil.name[:64]), bytes.fromhex(entry.name[:64])
    data = evil.read_bytes().replace(digest, own)
    head = data[len(index_magic()) + 8 + 16 :]
    length = int.from_bytes(data[len(index_magic()) :][:8], "big")
    from hashlib import blake2b

    checksum = blake2b(head[:length], digest_size=16).digest()
    entry.write_bytes(data[: len(index_magic()) + 8] + checksum + head)
    evil.unlink()
    return entry


def index_magic() -> bytes:
    from cloudtape.cassettes.files.index import MAGIC

    return MAGIC


def told(tape: Path) -> object:
    return load(tape).interaction(1).response.body


@contextmanager
def writes_forbidden(folder: Path) -> Iterator[None]:
    """Root may write all the same, but not into a file."""
    mode = folder.stat().st_mode
    folder.chmod(0o500)
    try:
        yield
    finally:
        folder.chmod(mode)


def test_an_index_is_for_the_user_alone(cache: Path, tape: Path) -> None:
    before = os.umask(0)
    try:
        load(tape)
    finally:
        os.umask(before)
    (entry,) = entries(cache)
    assert [one.stat().st_mode & 0o777 for one in (cache, cache.parent, entry)] == [0o700, 0o700, 0o600]
    assert sorted(tape.parent.iterdir()) == sorted([tape, cache.parent.parent])


def test_copies_of_a_cassette_share_an_index(cache: Path, tape: Path) -> None:
    copy = tape.with_name("copy.yaml")
    copy.write_bytes(tape.read_bytes())
    load(tape), load(copy)
    assert len(entries(cache)) == 1


def test_what_the_user_wrote_is_believed(cache: Path, tape: Path) -> None:
    """So the tests below would notice if a forged index were."""
    load(tape)
    forge(cache, tape)
    assert told(tape) == b"EVILS"


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o722, 0o720])
def test_a_folder_that_others_can_write_is_not_believed(cache: Path, tape: Path, mode: int) -> None:
    load(tape)
    forge(cache, tape)
    cache.chmod(mode)
    assert told(tape) == b"hello"


@pytest.mark.parametrize("above", ["..", "../.."])
def test_nor_one_in_whose_place_others_can_put_another(cache: Path, tape: Path, above: str) -> None:
    load(tape)
    forge(cache, tape)
    (cache / above).resolve().chmod(0o777)
    assert told(tape) == b"hello"
    (cache / above).resolve().chmod(0o1777)  # as /tmp: nobody can move what another one has there
    assert told(tape) == b"EVILS"


@needs_root
@pytest.mark.parametrize("what", ["entry", "folder", "above"])
def test_what_belongs_to_another_user_is_not_believed(cache: Path, tape: Path, what: str) -> None:
    load(tape)
    entry = forge(cache, tape)
    os.chown({"entry": entry, "folder": cache, "above": cache.parent}[what], NOBODY, NOBODY)
    assert told(tape) == b"hello"


@pytest.mark.parametrize("mode", [0o666, 0o660, 0o622])
def test_an_entry_that_others_can_write_is_not_believed(cache: Path, tape: Path, mode: int) -> None:
    load(tape)
    forge(cache, tape).chmod(mode)
    assert told(tape) == b"hello"


def test_an_entry_that_is_a_link_a_pipe_or_a_folder_is_not_read(cache: Path, tape: Path) -> None:
    load(tape)
    entry = forge(cache, tape)
    elsewhere = entry.rename(cache / "elsewhere")
    entry.symlink_to(elsewhere)
    assert told(tape) == b"hello"
    entry.unlink()
    os.mkfifo(entry)
    assert told(tape) == b"hello"
    entry.unlink()
    entry.mkdir()
    assert told(tape) == b"hello"


def test_a_folder_that_is_a_link_out_of_what_is_the_users_is_not_used(cache: Path, tape: Path) -> None:
    open_to_all = tape.parent / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    cache.parent.mkdir(parents=True)
    cache.symlink_to(open_to_all)
    assert told(tape) == b"hello"
    assert not list(open_to_all.iterdir())


@needs_root
def test_nothing_is_made_in_the_home_of_another_user(
    tmp_path: Path, tape: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(home))
    assert told(tape) == b"hello"
    assert not list(home.iterdir())


@pytest.mark.parametrize("place", ["relative/cache", "/dev/null/cache", "/proc/cache", "/nowhere\0"])
def test_where_there_is_no_place_for_a_cache_the_yaml_is_read(
    tape: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(tape.parent)
    if "\0" in place:
        monkeypatch.setattr(index_cache, "place", lambda: Path(place))
    else:
        monkeypatch.setenv("XDG_CACHE_HOME", place)
    for _ in range(2):
        assert told(tape) == b"hello"
    assert list(tape.parent.iterdir()) == [tape]


def test_without_a_home_the_yaml_is_read(tape: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "")
    assert told(tape) == b"hello"


def test_a_file_in_the_place_of_the_folder_costs_no_more_than_the_cache(cache: Path, tape: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("a file")
    assert told(tape) == b"hello"


def test_a_reader_goes_on_when_its_index_is_removed_or_exchanged(cache: Path, tape: Path) -> None:
    load(tape)
    cassette = load(tape)
    forge(cache, tape)
    entries(cache)[0].unlink()
    assert cassette.interaction(1).response.body == b"hello"


def test_the_entries_that_were_not_used_for_longest_go_first(cache: Path, tmp_path: Path) -> None:
    tapes = [recorded(tmp_path / f"{n}.yaml", b"%d" % n) for n in range(4)]
    ages = {}
    for number, tape in enumerate(tapes):
        before = set(entries(cache))
        load(tape)
        (entry,) = set(entries(cache)) - before
        ages[entry] = number
        os.utime(entry, times=(0, time.time() - 86400 * (number + 1)))
    load(tapes[3])  # the oldest one is used again
    descriptor = real_folder(cache)
    try:
        index_cache.prune(descriptor, most=2 * entries(cache)[0].stat().st_size)
    finally:
        os.close(descriptor)
    assert sorted(ages[one] for one in entries(cache)) == [0, 3]


def test_what_is_old_and_what_was_never_finished_goes(cache: Path, tape: Path) -> None:
    load(tape)
    (entry,) = entries(cache)
    fresh, left, other = cache / f".incoming-{'0' * 32}", cache / f".incoming-{'1' * 32}", cache / "mine.txt"
    for file in (fresh, left, other):
        file.write_text("x")
    for file in (entry, left, other):
        os.utime(file, times=(0, 1))
    descriptor = real_folder(cache)
    try:
        index_cache.prune(descriptor)
    finally:
        os.close(descriptor)
    assert not entry.exists()
    assert not left.exists()
    assert fresh.exists()
    assert other.exists()


def test_each_write_prunes_unless_one_has_lately(cache: Path, tmp_path: Path) -> None:
    load(recorded(tmp_path / "one.yaml", b"1"))
    (one,) = entries(cache)
    os.utime(one, times=(0, 1))
    load(recorded(tmp_path / "two.yaml", b"2"))
    assert one.exists()
    os.utime(cache / index_cache.PRUNED, times=(0, 1))
    load(recorded(tmp_path / "three.yaml", b"3"))
    assert not one.exists()
