import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.errors import CassetteWriteError
from cloudtape.cassettes.files.bodies import folder_of
from cloudtape.cassettes.files.codec import HEADER
from cloudtape.cassettes.files.writer import CassetteWriter, Keeping
from tests.cassettes.files.test_writer import BINARY, bodies, interaction

PRIVATE = Keeping(private=True)
DURABLE = Keeping(durable=True)


@pytest.fixture(params=[0o022, 0o077, 0o002])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(path: Path) -> list[int]:
    """Of the cassette, its folder, and its body files."""
    folder = folder_of(path)
    return [stat.S_IMODE(one.stat().st_mode) for one in (path, folder, *folder.iterdir())]


def recorded(writer: CassetteWriter) -> CassetteWriter:
    writer.append(interaction(BINARY))
    return writer


def test_files_follow_the_umask(tmp_path: Path, umask: int) -> None:
    recorded(CassetteWriter.create(tmp_path / "tape.yaml")).close()
    assert modes(tmp_path / "tape.yaml") == [0o666 & ~umask, 0o777 & ~umask, 0o666 & ~umask]
    take = recorded(CassetteWriter.take(tmp_path / "tape.yaml"))
    take.commit()
    assert modes(tmp_path / "tape.yaml") == [0o666 & ~umask, 0o777 & ~umask, 0o666 & ~umask]


def test_what_holds_secrets_is_the_users_alone(tmp_path: Path, umask: int) -> None:
    recorded(CassetteWriter.create(tmp_path / "tape.yaml", PRIVATE)).close()
    assert modes(tmp_path / "tape.yaml") == [0o600, 0o700, 0o600]
    recorded(CassetteWriter.take(tmp_path / "new.yaml", PRIVATE)).commit()
    assert modes(tmp_path / "new.yaml") == [0o600, 0o700, 0o600]


def test_a_cassette_that_others_read_is_closed_to_them_before_secrets_go_into_it(tmp_path: Path) -> None:
    path = tmp_path / "tape.yaml"
    recorded(CassetteWriter.create(path)).close()
    writer = CassetteWriter.reopen(path, PRIVATE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    writer.append(interaction(BINARY + b"more"))
    writer.close()
    assert modes(path)[:2] == [0o600, 0o700]


@pytest.mark.parametrize("start", [CassetteWriter.reopen, CassetteWriter.take])
def test_what_the_user_has_closed_to_others_stays_closed(
    tmp_path: Path, start: Callable[[Path], CassetteWriter]
) -> None:
    path = tmp_path / "tape.yaml"
    first = CassetteWriter.create(path)
    first.append(interaction())
    first.close()
    path.chmod(0o600)
    writer = recorded(start(path))
    writer.commit() if start == CassetteWriter.take else writer.close()
    assert modes(path) == [0o600, 0o700, 0o600]


def test_a_file_that_is_not_at_its_path_takes_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "tape.yaml"
    writer = recorded(CassetteWriter.create(path))
    path.rename(tmp_path / "elsewhere.yaml")
    with pytest.raises(CassetteWriteError, match="removed or moved away"):
        writer.append(interaction())
    path.write_text("mine")
    with pytest.raises(CassetteWriteError, match="another file"):
        writer.append(interaction())
    path.unlink()
    (tmp_path / "elsewhere.yaml").rename(path)
    assert writer.append(interaction()).ordinal == 2
    writer.close()
    assert len(load(path)) == 2


def test_what_a_disk_refused_to_take_back_is_taken_back_before_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = CassetteWriter.create(tmp_path / "tape.yaml")
    writer.append(interaction(b"first"))
    write, calls = os.write, []

    def refused(*_: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    def half(descriptor: int, data: bytes) -> int:
        calls.append(descriptor)
        return write(descriptor, data[: len(data) // 2]) if len(calls) == 1 else refused()

    with monkeypatch.context() as disk:
        disk.setattr(os, "write", half)
        disk.setattr(os, "ftruncate", refused)
        with pytest.raises(CassetteWriteError, match="Read-only"):
            writer.append(interaction(b"second"))
    writer.append(interaction(b"third"))
    assert bodies(tmp_path / "tape.yaml") == [b"first", b"third"]


def test_a_disk_that_is_full_only_at_the_end_is_an_error_of_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As network file systems are."""
    writer = recorded(CassetteWriter.create(tmp_path / "tape.yaml"))
    close = os.close

    def full(descriptor: int) -> None:
        is_tape = os.fstat(descriptor).st_ino == (tmp_path / "tape.yaml").stat().st_ino
        close(descriptor)
        if is_tape:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "close", full)
    with pytest.raises(CassetteWriteError, match="may not be in it: No space left"):
        writer.close()


@pytest.mark.parametrize(("keeping", "synced"), [(Keeping(), False), (DURABLE, True)])
def test_what_is_durable_is_synced_with_the_folders_that_name_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keeping: Keeping, synced: bool
) -> None:
    seen: list[int] = []
    sync = os.fsync

    def noted(descriptor: int) -> None:
        seen.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    path = tmp_path / "new" / "tape.yaml"
    writer = recorded(CassetteWriter.create(path, keeping))
    (stored,) = folder_of(path).iterdir()
    wanted = {one.stat().st_ino for one in (tmp_path, path.parent, path, folder_of(path), stored)}
    assert set(seen) == (wanted if synced else set())
    assert seen.count(path.stat().st_ino) == (2 if synced else 0)  # made, and appended to
    writer.close()
    seen.clear()
    take = recorded(CassetteWriter.take(path, keeping))
    seen.clear()
    take.commit()
    assert seen == ([path.parent.stat().st_ino] if synced else [])


def test_a_body_file_is_taken_for_the_body_only_when_it_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "tape.yaml"
    recorded(CassetteWriter.create(path)).close()
    (stored,) = folder_of(path).iterdir()
    for broken in (b"x" * len(BINARY), b"short"):
        stored.write_bytes(broken)
        recorded(CassetteWriter.reopen(path)).close()
        assert stored.read_bytes() == BINARY
    stored.unlink()
    (other := tmp_path / "other").write_bytes(BINARY)
    stored.symlink_to(other)
    recorded(CassetteWriter.reopen(path)).close()
    assert not stored.is_symlink()
    assert path.read_bytes().startswith(HEADER)
