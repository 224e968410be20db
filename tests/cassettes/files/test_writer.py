import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.errors import CassetteExists, CassetteWriteError
from cloudtape.cassettes.files.bodies import INLINE_BINARY, INLINE_TEXT, folder_of
from cloudtape.cassettes.files.codec import HEADER, encode
from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Interaction, Request, Response, StoredBody

BINARY = bytes(range(256)) * 100


def interaction(body: bytes = b'{"a": "1", "b": "2"}', number: int = 0) -> Interaction:
    return Interaction(
        Request("GET", f"http://cloud/{number}"), Response(200, "OK", (), body), recorded_at="t", elapsed=0.5
    )


def bodies(path: Path) -> list[bytes]:
    return [one.response.body for one in load(path) if isinstance(one.response.body, bytes)]


def test_what_was_appended_is_loaded(tmp_path: Path) -> None:
    writer = CassetteWriter.create(tmp_path / "new" / "tape.yaml")
    kept = [writer.append(interaction(number=number)) for number in range(3)]
    assert list(load(writer.path)) == kept
    assert [one.ordinal for one in kept] == [1, 2, 3]


def test_an_existing_cassette_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "tape.yaml"
    path.write_text("mine")
    with pytest.raises(CassetteExists):
        CassetteWriter.create(path)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("left", [b"", HEADER[:20], HEADER, HEADER + encode(interaction())[:-30]])
def test_a_file_without_an_interaction_does_not_block_a_new_recording(tmp_path: Path, left: bytes) -> None:
    path = tmp_path / "tape.yaml"
    path.write_bytes(left)
    writer = CassetteWriter.create(path)
    assert writer.append(interaction(b"new")).ordinal == 1
    writer.close()
    assert bodies(path) == [b"new"]
    assert load(path).notes == ()


def test_a_file_without_an_interaction_into_which_nothing_is_recorded_is_removed(tmp_path: Path) -> None:
    (tmp_path / "tape.yaml").write_bytes(HEADER)
    CassetteWriter.create(tmp_path / "tape.yaml").close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("left", [HEADER + encode(interaction()), HEADER + b"- mine\n", HEADER + b"[mine"])
def test_a_file_that_may_hold_something_is_not_recorded_over(tmp_path: Path, left: bytes) -> None:
    path = tmp_path / "tape.yaml"
    path.write_bytes(left)
    with pytest.raises(CassetteExists):
        CassetteWriter.create(path)
    assert path.read_bytes() == left
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_no_file_is_refused_without_being_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    for path, kind in ((tmp_path / "fifo", "a pipe"), (tmp_path / "loop", "a link"), (tmp_path, "a folder")):
        with pytest.raises(CassetteWriteError, match=f"it is no file but .*{kind}"):
            CassetteWriter.create(path)


def test_a_recording_that_has_only_begun_is_not_taken_over(tmp_path: Path) -> None:
    first = CassetteWriter.create(tmp_path / "tape.yaml")
    with pytest.raises(CassetteWriteError, match="another recorder is writing it"):
        CassetteWriter.create(first.path)
    first.append(interaction(b"first"))
    with pytest.raises(CassetteWriteError, match="another recorder is writing it"):
        CassetteWriter.create(first.path)
    assert bodies(first.path) == [b"first"]


def test_a_folder_that_cannot_be_written_is_an_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CassetteWriteError) as refused:
        CassetteWriter.create(tmp_path / "file" / "tape.yaml")
    assert "\n" not in str(refused.value)


def test_two_recorders_never_write_one_cassette(tmp_path: Path) -> None:
    first = CassetteWriter.create(tmp_path / "tape.yaml")
    with pytest.raises(CassetteWriteError, match="another recorder"):
        CassetteWriter.reopen(first.path)
    first.append(interaction())
    first.close()
    CassetteWriter.reopen(first.path).close()


@pytest.mark.parametrize("first", [CassetteWriter.create, CassetteWriter.take])
@pytest.mark.parametrize("second", [CassetteWriter.reopen, CassetteWriter.take])
def test_a_take_and_another_recorder_never_hold_one_cassette(
    tmp_path: Path, first: Callable[[Path], CassetteWriter], second: Callable[[Path], CassetteWriter]
) -> None:
    path = tmp_path / "tape.yaml"
    writer = first(path)
    with pytest.raises(CassetteWriteError, match="another recorder is writing it"):
        second(path)
    writer.append(interaction(b"kept"))
    if first == CassetteWriter.take:
        writer.commit()
    assert bodies(path) == [b"kept"]


def test_what_is_added_while_takes_are_swapped_in_is_in_the_cassette(tmp_path: Path) -> None:
    """And not in a file that a take has replaced between its opening and its lock."""
    path = tmp_path / "tape.yaml"
    first = CassetteWriter.create(path)
    first.append(interaction(b"first"))
    first.close()
    ended = threading.Event()

    def swap() -> None:
        while not ended.is_set():
            with suppress(CassetteWriteError):
                take = CassetteWriter.take(path)
                take.append(interaction(b"take"))
                take.commit()

    swapping = threading.Thread(target=swap)
    swapping.start()
    added = 0
    try:
        while added < 100:
            with suppress(CassetteWriteError):
                writer = CassetteWriter.reopen(path)
                writer.append(interaction(b"added"))
                assert b"added" in path.read_bytes()
                writer.close()
                added += 1
    finally:
        ended.set()
        swapping.join()


def test_a_folder_is_refused_before_anything_is_recorded(tmp_path: Path) -> None:
    for start in (CassetteWriter.reopen, CassetteWriter.take):
        with pytest.raises(CassetteWriteError, match="directory"):
            start(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (CassetteWriter.create, CassetteWriter.close),
        (CassetteWriter.take, CassetteWriter.commit),
        (CassetteWriter.take, CassetteWriter.abandon),
    ],
)
def test_an_attempt_that_kept_nothing_leaves_nothing(
    tmp_path: Path, start: Callable[[Path], CassetteWriter], end: Callable[[CassetteWriter], None]
) -> None:
    end(start(tmp_path / "no" / "such" / "tape.yaml"))
    assert list(tmp_path.iterdir()) == []


def test_an_attempt_that_kept_nothing_leaves_what_others_put_into_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "no" / "such" / "tape.yaml"
    writer = CassetteWriter.create(path)
    (tmp_path / "no" / "mine").touch()
    writer.close()
    assert [file.name for file in (tmp_path / "no").iterdir()] == ["mine"]


def test_a_first_take_that_is_abandoned_leaves_no_cassette(tmp_path: Path) -> None:
    take = CassetteWriter.take(tmp_path / "tape.yaml")
    take.append(interaction(b"new"))
    take.abandon()
    assert list(tmp_path.iterdir()) == []


def test_reopening_goes_on_where_it_ended(tmp_path: Path) -> None:
    first = CassetteWriter.create(tmp_path / "tape.yaml")
    first.append(interaction())
    first.close()
    second = CassetteWriter.reopen(first.path)
    assert second.append(interaction()).ordinal == 2
    assert len(load(first.path)) == 2


@pytest.mark.parametrize("lost", range(1, 60))
def test_what_is_added_behind_a_lost_end_can_be_read(tmp_path: Path, lost: int) -> None:
    path = tmp_path / "tape.yaml"
    path.write_bytes((HEADER + b"".join(encode(replace(interaction(), ordinal=n)) for n in range(1, 13)))[:-lost])
    there = len(load(path))
    assert there >= 11
    writer = CassetteWriter.reopen(path)
    writer.append(interaction(b"new"))
    writer.close()
    assert len(load(path)) == there + 1
    assert bodies(path)[-1] == b"new"


def test_reopening_cuts_off_what_a_kill_tore(tmp_path: Path) -> None:
    path = tmp_path / "tape.yaml"
    writer = CassetteWriter.create(path)
    writer.append(interaction(b"first"))
    writer.append(interaction(b"second"))
    writer.close()
    path.write_bytes(path.read_bytes()[:-30])
    writer = CassetteWriter.reopen(path)
    assert writer.append(interaction(b"third")).ordinal == 2
    assert bodies(path) == [b"first", b"third"]


def test_a_take_replaces_the_cassette_only_when_it_is_committed(tmp_path: Path) -> None:
    path = tmp_path / "tape.yaml"
    old = CassetteWriter.create(path)
    old.append(interaction(b"old"))
    old.append(interaction(BINARY))
    old.close()
    take = CassetteWriter.take(path)
    take.append(interaction(b"new"))
    assert bodies(path) == [b"old"]
    take.commit()
    assert bodies(path) == [b"new"]
    assert not folder_of(path).exists()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["tape.yaml"]


@pytest.mark.parametrize("empty", [True, False])
def test_a_take_that_is_empty_or_abandoned_leaves_the_cassette(tmp_path: Path, empty: bool) -> None:
    path = tmp_path / "tape.yaml"
    old = CassetteWriter.create(path)
    old.append(interaction(b"old"))
    old.close()
    take = CassetteWriter.take(path)
    if empty:
        take.commit()
    else:
        take.append(interaction(b"new"))
        take.abandon()
    assert bodies(path) == [b"old"]
    assert not (tmp_path / "tape.yaml.take").exists()


@pytest.mark.parametrize("body", [BINARY, b"x" * (INLINE_TEXT + 1)])
def test_large_bodies_go_to_files_once(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "tape.yaml"
    writer = CassetteWriter.create(path)
    first, second = writer.append(interaction(body)), writer.append(interaction(body))
    stored = first.response.body
    assert isinstance(stored, StoredBody)
    assert stored == second.response.body == load(path).interaction(1).response.body
    assert [file.name for file in folder_of(path).iterdir()] == [stored.sha256]
    assert stored.path.read_bytes() == body


def test_small_binary_bodies_stay_in_the_yaml(tmp_path: Path) -> None:
    writer = CassetteWriter.create(tmp_path / "tape.yaml")
    assert writer.append(interaction(BINARY[:INLINE_BINARY])).response.body == BINARY[:INLINE_BINARY]


def test_a_spooled_body_becomes_a_body_file_by_a_rename(tmp_path: Path) -> None:
    writer = CassetteWriter.create(tmp_path / "tape.yaml")
    spool = writer.spool()
    for _ in range(10):
        spool.write(BINARY)
    body = spool.finish()
    assert isinstance(body, StoredBody)
    kept = writer.append(Interaction(Request("PUT", "http://cloud/", (), body), Response(201, "Created")))
    assert isinstance(kept.request.body, StoredBody)
    assert kept.request.body.path.read_bytes() == BINARY * 10
    assert [file.name for file in folder_of(writer.path).iterdir()] == [body.sha256]


def test_what_an_earlier_version_left_half_written_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "tape.yaml"
    writer = CassetteWriter.create(path)
    writer.append(interaction())
    writer.close()
    folder_of(path).mkdir()
    (folder_of(path) / ".incoming-half").write_bytes(BINARY)
    CassetteWriter.reopen(path).close()
    assert not folder_of(path).exists()


@pytest.mark.parametrize("start", ["create", "take"])
def test_a_disk_that_refuses_the_very_first_write_is_left_as_it_was(tmp_path: Path, start: str) -> None:
    script = f"""
import resource, signal
from pathlib import Path
from cloudtape.cassettes.errors import CassetteWriteError
from cloudtape.cassettes.files.writer import CassetteWriter
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
try:
    CassetteWriter.{start}(Path({str(tmp_path / "no" / "such" / "tape.yaml")!r}))
except CassetteWriteError as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert "tape.yaml: cannot be written: File too large" in said.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", [True, False])
def test_a_take_that_cannot_be_begun_leaves_all_as_it_was(tmp_path: Path, there: bool) -> None:
    path = tmp_path / "tape.yaml"
    if there:
        path.write_bytes(HEADER + encode(interaction()))
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    (tmp_path / "tape.yaml.take").mkdir()
    (tmp_path / "tape.yaml.take" / "mine").touch()
    with pytest.raises(CassetteWriteError):
        CassetteWriter.take(path)
    (tmp_path / "tape.yaml.take" / "mine").unlink()
    (tmp_path / "tape.yaml.take").rmdir()
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_take_that_cannot_be_swapped_in_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "tape.yaml"
    take = CassetteWriter.take(path)
    take.append(interaction(b"new"))
    path.unlink()
    path.mkdir()
    with pytest.raises(CassetteWriteError, match=r"the new take is in .*tape\.yaml\.take"):
        take.commit()
    assert bodies(tmp_path / "tape.yaml.take") == [b"new"]


def test_a_body_that_was_never_kept_leaves_no_folder(tmp_path: Path) -> None:
    writer = CassetteWriter.create(tmp_path / "tape.yaml")
    spool = writer.spool()
    spool.write(BINARY)
    spool.discard()
    writer.close()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_loses_one_interaction_and_no_other(tmp_path: Path) -> None:
    """Under a limit of the file size, which the kernel enforces as it does a full disk."""
    script = f"""
import resource, signal
from pathlib import Path
from cloudtape.cassettes.errors import CassetteWriteError
from tests.cassettes.files.test_writer import interaction
from cloudtape.cassettes.files.writer import CassetteWriter
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
writer = CassetteWriter.create(Path({str(tmp_path / "tape.yaml")!r}))
writer.append(interaction(b"first"))
try:
    writer.append(interaction(b"word " * 2000))
except CassetteWriteError:
    writer.append(interaction(b"third"))
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[3])
    assert bodies(tmp_path / "tape.yaml") == [b"first", b"third"]


RECORD_FOREVER = """
import sys
from pathlib import Path
from tests.cassettes.files.test_writer import BINARY, interaction
from cloudtape.cassettes.files.writer import CassetteWriter
writer = CassetteWriter.create(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    body = BINARY + str(number).encode() if number % 5 == 0 else b'{"n": "%d", "x": "%s"}' % (number, b"y" * 20000)
    writer.append(interaction(body, number))
    print(number, flush=True)
"""


def test_a_kill_at_any_moment_loses_at_most_the_interaction_under_way(tmp_path: Path) -> None:
    moments = random.Random(5)
    for attempt in range(25):
        path = tmp_path / f"{attempt}.yaml"
        child = subprocess.Popen(
            [sys.executable, "-c", RECORD_FOREVER, str(path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(moments.random() * 0.02)
        os.kill(child.pid, signal.SIGKILL)
        said = child.stdout.read().split()
        child.stdout.close()
        child.wait()
        whole = int(said[-1]) if said else 1
        loaded = load(path)
        assert whole <= len(loaded) <= whole + 1
        assert all("not written to its end" in note for note in loaded.notes)
        for one in loaded:
            if isinstance(one.response.body, StoredBody):
                assert one.response.body.path.stat().st_size == one.response.body.size


def test_a_cassette_cut_at_any_byte_loads_what_is_left(tmp_path: Path) -> None:
    path = tmp_path / "tape.yaml"
    writer = CassetteWriter.create(path)
    for number in range(3):
        writer.append(interaction(b'{"name": "a", "x": "y"}', number))
    data = path.read_bytes()
    ends = [at + 1 for at in range(len(data)) if data[at : at + 1] == b"\n" and b"\n  ordinal:" in data[at - 20 : at]]
    for length in range(1, len(data) + 1):
        path.write_bytes(data[:length])
        cassette = load(path)
        whole = sum(end <= length + 1 for end in ends)
        assert len(cassette) == whole, length
        assert [one.request.uri for one in cassette] == [f"http://cloud/{number}" for number in range(whole)]
        at_a_seam = length + 1 in ends or length in ends or data[:length].endswith(b"interactions:\n")
        assert bool(cassette.notes) != at_a_seam
