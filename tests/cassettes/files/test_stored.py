"""Body files of strangers: what is a regular file of its folder with the content that its name says, and nothing else."""

import asyncio
import hashlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudtape.cassettes.errors import BodyMissing, CassetteWriteError
from cloudtape.cassettes.files.bodies import BodyFolder
from cloudtape.cassettes.files.stored import checked, content, opened, pieces, verified
from cloudtape.cassettes.messages import StoredBody
from cloudtape.http.asking import file_chunks

DATA = bytes(range(256)) * 4096  # 1 MiB


@pytest.fixture
def body(tmp_path: Path) -> StoredBody:
    digest = hashlib.sha256(DATA).hexdigest()
    folder = tmp_path / "tape.bodies"
    folder.mkdir()
    (folder / digest).write_bytes(DATA)
    return StoredBody(folder / digest, len(DATA), digest)


def test_what_is_right_is_given(body: StoredBody) -> None:
    assert content(body) == b"".join(pieces(body, 1000)) == DATA
    with verified(body) as file:
        assert file.read() == DATA


def test_an_empty_body_file_is_given(tmp_path: Path) -> None:
    digest = hashlib.sha256().hexdigest()
    (tmp_path / digest).touch()
    assert content(StoredBody(tmp_path / digest, 0, digest)) == b""


def link_to_the_same(path: Path) -> None:
    path.symlink_to(path.rename(path.with_name("elsewhere")))


def link_to_a_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_socket(path: Path) -> None:
    path.unlink()
    with socket.socket(socket.AF_UNIX) as one:
        here = Path.cwd()
        os.chdir(path.parent)  # such paths are short
        try:
            one.bind(path.name)
        finally:
            os.chdir(here)


def linked_folder(path: Path) -> None:
    path.parent.symlink_to(path.parent.rename(path.parent.with_name("elsewhere")))


def folder_that_is_a_file(path: Path) -> None:
    path.unlink()
    path.parent.rmdir()
    path.parent.touch()


def gone(path: Path) -> None:
    path.unlink()


def longer(path: Path) -> None:
    path.write_bytes(DATA + b"x")


@pytest.mark.parametrize(
    ("attack", "why"),
    [
        (link_to_the_same, "a link"),
        (link_to_a_device, "a link"),
        (pipe, "a pipe"),
        (folder, "a folder"),
        (a_socket, "no file"),
        (linked_folder, "a link, not a folder"),
        (folder_that_is_a_file, "not a folder"),
        (gone, "not there"),
        (longer, "1048577 bytes"),
    ],
)
def test_what_is_no_file_of_the_folder_is_refused_at_once(
    body: StoredBody, attack: Callable[[Path], None], why: str
) -> None:
    attack(body.path)
    reads: list[Callable[[StoredBody], object]] = [checked, opened, verified, content, lambda one: list(pieces(one))]
    for read in reads:
        with pytest.raises(BodyMissing, match=why) as refused:
            read(body)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("at", [0, len(DATA) // 2, len(DATA) - 1])
def test_other_bytes_are_never_given_whole(body: StoredBody, at: int) -> None:
    evil = DATA[:at] + bytes([DATA[at] ^ 1]) + DATA[at + 1 :]
    body.path.write_bytes(evil)
    given: list[bytes] = []
    with pytest.raises(BodyMissing, match="SHA-256"):
        given.extend(pieces(body))
    assert len(b"".join(given)) < len(DATA)
    for read in (content, verified):
        with pytest.raises(BodyMissing, match="SHA-256"):
            read(body)


def test_a_body_that_was_found_right_is_looked_at_again_when_it_was_written_to(body: StoredBody) -> None:
    assert content(body) == DATA
    before = body.path.stat()
    body.path.write_bytes(DATA[:-1] + b"x")
    os.utime(body.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(BodyMissing, match="SHA-256"):
        content(body)


def test_a_body_that_is_being_sent_when_it_turns_out_to_be_wrong_is_broken_off(body: StoredBody) -> None:
    body.path.write_bytes(DATA[:-1] + b"x")

    given: list[bytes] = []

    async def send() -> None:
        async for piece in file_chunks(body):
            given.append(piece)  # noqa: PERF401  (what came before the end counts)

    with pytest.raises(ConnectionError, match="SHA-256"):
        asyncio.run(send())
    assert 0 < len(b"".join(given)) < len(DATA)


def test_what_a_link_in_the_place_of_the_folder_leads_to_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    for name in ("file", ".incoming-x", "0" * 64):
        (precious / name).touch()
    (tmp_path / "tape.bodies").symlink_to(precious)
    bodies = BodyFolder(tmp_path / "tape.yaml", tmp_path)
    bodies.clean()
    bodies.keep_only(set())
    assert len(list(precious.iterdir())) == 3


def test_only_body_files_are_removed_from_the_folder(body: StoredBody, tmp_path: Path) -> None:
    (body.path.parent / "notes.txt").touch()
    BodyFolder(tmp_path / "tape.yaml", tmp_path).keep_only(set())
    assert [one.name for one in body.path.parent.iterdir()] == ["notes.txt"]


def test_nothing_is_written_where_a_link_leads(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "tape.bodies").symlink_to(elsewhere)
    with pytest.raises(CassetteWriteError):
        BodyFolder(tmp_path / "tape.yaml", tmp_path).settle(bytes(100_000))
    assert [one for one in elsewhere.iterdir() if not one.name.startswith(".incoming-")] == []
