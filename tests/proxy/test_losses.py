"""What a recording says and does that cannot keep: real commands, and disks that really refuse.

Where the tests run as root, a file system in memory is the disk, else the kernel's limit of a file's size stands for it.
"""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.files.bodies import folder_of
from tests.proxy.raw_cloud import RawCloud, Said, answer, document, request, say
from tests.proxy.test_cli import CLOUDTAPE

LARGE = b"word " * 400_000
ASK_TWICE = """
import os, signal, sys, time, urllib.request as r
base = os.environ["OS_AUTH_URL"].rsplit("/", 1)[0]
for number in range(100):
    print(len(r.urlopen(f"{base}/small").read()), flush=True)
    if number == 0:
        os.rename(sys.argv[1], sys.argv[1] + ".away")
    time.sleep(0.1)
"""


@dataclass
class Recording:
    """A `record` that runs, and what it has said so far."""

    process: subprocess.Popen[bytes]
    log: Path
    url: str = ""

    def says(self, words: str, seconds: float = 20.0) -> bool:
        """At once, not only at the end."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if words in self.log.read_text():
                return True
            time.sleep(0.05)
        return False

    def get(self, path: str) -> Said:
        return say(self.url, request(f"GET /identity/{path}"))

    def end(self) -> tuple[int, str]:
        """Its exit code, and what the end says (and nothing before)."""
        before = len(self.log.read_text())
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(30), self.log.read_text()[before:]


@pytest.fixture
def recording(tmp_path: Path, cloud: RawCloud) -> Iterator[Callable[..., Recording]]:
    """Starts `cloudtape record` into a file, with the cloud's answers /small, /large and /text in place."""
    cloud.answers["/small"] = document({"a": "small answer"})
    cloud.answers["/large"] = answer("200 OK", "Content-Type: application/octet-stream", LARGE)
    cloud.answers["/text"] = answer("200 OK", "Content-Type: text/plain", b"word " * 100_000)
    running: list[subprocess.Popen[bytes]] = []

    def start(tape: Path, *words: str, limit: int = 0, mode: str = "record") -> Recording:
        log = tmp_path / f"log-{len(running)}"
        command = [CLOUDTAPE, mode, "--upstream", f"{cloud.url}/v3", "--cassette", str(tape), "--listen", "127.0.0.1:0"]
        if limit:
            command = [sys.executable, "-c", LIMITED.format(limit=limit), *command]
        with log.open("wb") as file:
            process = subprocess.Popen([*command, *words], stderr=file, cwd=tmp_path)
        running.append(process)
        started = Recording(process, log)
        assert started.says("listening on"), log.read_text()
        started.url = log.read_text().split("listening on ")[1].split()[0]
        return started

    yield start
    for process in running:
        process.kill()
        process.wait()


LIMITED = """
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
os.execv(sys.argv[1], sys.argv[1:])
"""


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A file system in memory."""
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=False).returncode:
        pytest.skip("mounting is for root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="mounting is for root")


def test_a_limit_of_size_costs_what_is_beyond_it_and_no_client(
    recording: Callable[..., Recording], tmp_path: Path
) -> None:
    tape = tmp_path / "tape.yaml"
    running = recording(tape, limit=40_000)
    assert running.get("small").status == 200
    assert running.get("text").body == b"word " * 100_000
    assert running.says("not kept: GET http://127.0.0.1")
    assert "File too large" in running.log.read_text()
    assert running.get("small").one("X-Cloudtape-Source") == "recorded"
    code, said = running.end()
    assert code == 1
    assert "1 lost" in said
    assert "not kept: GET" in said
    assert [bool(one.lost) for one in load(tape)] == [False, True, False]


@AS_ROOT
@pytest.mark.parametrize(
    ("options", "path"), [("size=256k", "text"), ("size=256k", "large"), ("size=9m,nr_inodes=3", "large")]
)
def test_a_full_disk_is_told_of_at_once_and_in_the_end(
    recording: Callable[..., Recording], tmp_path: Path, options: str, path: str
) -> None:
    with mounted(tmp_path / "disk", options) as disk:
        running = recording(disk / "tape.yaml")
        assert running.get("small").status == 200
        assert len(running.get(path).body) in (len(LARGE), 500_000)
        assert running.says("not kept: GET")
        assert os.strerror(errno.ENOSPC) in running.log.read_text()
        code, said = running.end()
        assert (code, "not kept: GET" in said) == (1, True)
        assert next(iter(load(disk / "tape.yaml"))).response.status == 200


@AS_ROOT
def test_a_spool_that_is_full_is_named(recording: Callable[..., Recording], tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=256k") as disk:
        running = recording(tmp_path / "tape.yaml", "--spool", str(disk))
        assert running.get("large").body == LARGE
        assert running.says(f"{disk}/cloudtape-private-")
        assert running.end()[0] == 1


@AS_ROOT
def test_a_folder_that_became_read_only_costs_the_bodies_in_it(
    recording: Callable[..., Recording], tmp_path: Path
) -> None:
    """The kernel makes no file system read-only while somebody writes in it; that of the body files may be another."""
    running = recording(tape := tmp_path / "tape.yaml")
    folder_of(tape).mkdir()
    subprocess.run(["mount", "--bind", str(folder_of(tape)), str(folder_of(tape))], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder_of(tape))], check=True)
        assert running.get("large").body == LARGE
        assert running.says(os.strerror(errno.EROFS))
        assert running.get("small").one("X-Cloudtape-Source") == "recorded"
        code, said = running.end()
    finally:
        subprocess.run(["umount", "-l", str(folder_of(tape))], check=True)
    assert (code, "Traceback" in said) == (1, False)
    assert [bool(one.lost) for one in load(tape)] == [True, False]


def removed(tape: Path) -> None:
    tape.unlink()


def replaced(tape: Path) -> None:
    other = tape.with_name("other.yaml")
    other.write_text("mine")
    other.replace(tape)


def moved(tape: Path) -> None:
    tape.parent.rename(tape.parent.with_name("moved"))


def gone(tape: Path) -> None:
    shutil.rmtree(tape.parent)


LOST_CASSETTES = [
    (removed, "removed or moved"),
    (replaced, "another file"),
    (moved, "removed or moved"),
    (gone, "removed or moved"),
]


@pytest.mark.parametrize(("lose", "why"), LOST_CASSETTES)
@pytest.mark.parametrize("durable", [(), ("--durable",)])
def test_a_cassette_that_is_lost_is_told_of_at_once_and_in_the_end(
    recording: Callable[..., Recording],
    tmp_path: Path,
    lose: Callable[[Path], None],
    why: str,
    durable: tuple[str, ...],
) -> None:
    tape = tmp_path / "tapes" / "tape.yaml"
    running = recording(tape, *durable)
    assert running.get("small").one("X-Cloudtape-Source") == "recorded"
    lose(tape)
    answer = running.get("small")
    assert (answer.status, answer.one("X-Cloudtape-Source")) == (200, "forwarded")
    assert running.get("large").body == LARGE
    assert running.says("not kept: GET http://127.0.0.1")
    assert why in running.log.read_text()
    code, said = running.end()
    assert code == 1
    assert why in said
    assert f"cassette: {tape}" not in said
    if lose is replaced:
        assert tape.read_text() == "mine"


@pytest.mark.parametrize(("lose", "why"), LOST_CASSETTES)
def test_the_end_tells_of_a_cassette_that_was_lost_after_the_last_request(
    recording: Callable[..., Recording], tmp_path: Path, lose: Callable[[Path], None], why: str
) -> None:
    tape = tmp_path / "tapes" / "tape.yaml"
    running = recording(tape)
    running.get("small")
    lose(tape)
    code, said = running.end()
    assert (code, why in said) == (1, True)


def test_a_recording_into_which_nothing_came_removes_no_file_of_another(
    recording: Callable[..., Recording], tmp_path: Path
) -> None:
    running = recording(tape := tmp_path / "tapes" / "tape.yaml")
    replaced(tape)
    assert running.end()[0] == 0
    assert tape.read_text() == "mine"


@pytest.mark.parametrize(("lose", "why"), [(replaced, "another file"), (removed, "")])
def test_a_take_replaces_nothing_but_what_it_was_begun_for(
    recording: Callable[..., Recording], tmp_path: Path, lose: Callable[[Path], None], why: str
) -> None:
    first = recording(tape := tmp_path / "tapes" / "tape.yaml")
    first.get("small")
    assert first.end()[0] == 0
    take = recording(tape, mode="refresh")
    take.get("small")
    lose(tape)
    code, said = take.end()
    assert (code, why in said) == (1 if why else 0, True)
    kept = tape.with_name("tape.yaml.take") if why else tape
    shutil.copy(kept, tmp_path / "copy.yaml")
    assert len(load(tmp_path / "copy.yaml")) == 1


@pytest.mark.parametrize("durable", [(), ("--durable",)])
def test_on_error_stop_ends_a_recording_at_the_first_loss(
    recording: Callable[..., Recording], tmp_path: Path, durable: tuple[str, ...]
) -> None:
    running = recording(tape := tmp_path / "tapes" / "tape.yaml", "--on-error", "stop", *durable)
    running.get("small")
    removed(tape)
    assert running.get("small").status == 200
    assert running.process.wait(20) == 1
    assert "not kept: GET" in running.log.read_text()


def test_on_error_stop_ends_the_command_of_run(cloud: RawCloud, tmp_path: Path) -> None:
    cloud.answers["/small"] = document({"a": 1})
    tape = tmp_path / "tapes" / "tape.yaml"
    words = ["run", "--mode", "record", "--upstream", f"{cloud.url}/v3", "--cassette", str(tape), "--on-error", "stop"]
    done = subprocess.run(
        [CLOUDTAPE, *words, "--", sys.executable, "-c", ASK_TWICE, str(tape)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "was stopped" in done.stderr
    assert done.stdout.count("\n") < 100
