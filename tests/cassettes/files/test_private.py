import errno
import gc
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cloudtape.cassettes.files import private
from cloudtape.cassettes.files.bodies import Spool
from cloudtape.cassettes.files.private import HeldFile, PrivateFolder, place, spool_base, write_all
from cloudtape.cassettes.messages import StoredBody

KILLED = """
import os, signal, sys
from pathlib import Path
from cloudtape.cassettes.files.private import PrivateFolder
folder = PrivateFolder(Path(sys.argv[1]))
(folder.path / "clouds.yaml").write_text("secret")
os.kill(os.getpid(), signal.SIGKILL)
"""


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def nameless(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """What the system knows of files without a name: all, only those that had one, or nothing."""
    if request.param != "nameless":
        monkeypatch.setattr(private, "TMPFILE", 0)
    if request.param == "named":
        monkeypatch.setattr(private, "OPEN_FILES", Path("/nowhere"))


SYSTEMS = pytest.mark.parametrize("nameless", ["nameless", "unlinked", "named"], indirect=True)


def test_only_this_user_reads_what_is_under_way(tmp_path: Path) -> None:
    with PrivateFolder(tmp_path) as folder:
        assert mode_of(folder.path) == 0o700
        assert folder.path.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_by_the_next_and_nothing_else(tmp_path: Path) -> None:
    with PrivateFolder(tmp_path) as alive:
        subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
        assert len(list(tmp_path.iterdir())) == 2
        (other := tmp_path / f"{private.PREFIX}readable").mkdir()
        other.chmod(0o755)
        (tmp_path / f"{private.PREFIX}link").symlink_to(other)
        with PrivateFolder(tmp_path) as fresh:
            assert set(tmp_path.iterdir()) == {alive.path, fresh.path, other, tmp_path / f"{private.PREFIX}link"}


def test_folders_are_made_while_others_clean_up(tmp_path: Path) -> None:
    cleaner = "import sys\nfrom pathlib import Path\nfrom cloudtape.cassettes.files.private import remove_abandoned\n"
    cleaner += "print(flush=True)\nwhile True:\n    remove_abandoned(Path(sys.argv[1]))\n"
    with subprocess.Popen([sys.executable, "-c", cleaner, tmp_path], stdout=subprocess.PIPE) as other:
        try:
            assert other.stdout
            other.stdout.readline()
            for _ in range(300):
                with PrivateFolder(tmp_path) as folder:
                    assert folder.path.is_dir()
        finally:
            other.kill()


def test_a_folder_is_removed_by_the_process_that_made_it_and_no_fork_of_it(tmp_path: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from cloudtape.cassettes.files.private import PrivateFolder
folder = PrivateFolder(Path(sys.argv[1]))
if not os.fork():
    sys.exit(0)
os.wait()
print(folder.path.exists())
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, capture_output=True, text=True)
    assert done.stdout == "True\n"
    assert list(tmp_path.iterdir()) == []


def test_large_temporary_files_go_where_the_user_says_else_not_into_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    assert spool_base() == Path("/var/tmp")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert spool_base() == tmp_path


@SYSTEMS
def test_a_spooled_body_can_be_read_again_and_again_and_goes_with_the_last_who_knows_it(
    tmp_path: Path, nameless: None
) -> None:
    spool = Spool(tmp_path, limit=0)
    spool.write(b"some")
    spool.write(b"thing")
    body = spool.finish()
    spool.discard()
    assert isinstance(body, StoredBody)
    assert [body.path.read_bytes() for _ in range(2)] == [b"something"] * 2
    assert (body.size, body.path.stat().st_size) == (9, 9)
    path = body.path
    del body, spool
    gc.collect()
    assert path.read_bytes() == b"something"
    opened = path.fd if isinstance(path, HeldFile) else -1
    del path
    gc.collect()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
        os.fstat(opened)


def test_a_body_under_way_has_no_name(tmp_path: Path) -> None:
    spool = Spool(tmp_path, limit=0)
    spool.write(b"secret")
    assert list(tmp_path.iterdir()) == []


@SYSTEMS
@pytest.mark.parametrize("durable", [False, True])
def test_a_file_gets_its_name_when_it_is_whole(tmp_path: Path, nameless: None, durable: bool) -> None:
    (there := tmp_path / "there").mkdir()
    held = HeldFile.make(tmp_path)
    write_all(held.fd, b"whole")
    for _ in range(2):  # in place of what is there, too
        place(held, there / "target", 0o666, durable)
        assert (there / "target").read_bytes() == b"whole"
    with pytest.raises(FileExistsError):
        place(held, there / "target", 0o666, durable, may_replace=False)
    assert [file.name for file in there.iterdir()] == ["target"]


@SYSTEMS
@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="there is no other file system")
def test_a_file_gets_its_name_on_another_file_system_too(tmp_path: Path, nameless: None) -> None:
    with PrivateFolder(Path("/dev/shm")) as other:
        held = HeldFile.make(other.path)
        write_all(held.fd, b"whole" * 100_000)
        place(held, tmp_path / "target", 0o600, durable=True)
    assert (tmp_path / "target").read_bytes() == b"whole" * 100_000
    assert mode_of(tmp_path / "target") == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["target"]


def test_a_file_system_without_links_is_written_to_by_renames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refused)
    held = HeldFile.make(tmp_path)
    write_all(held.fd, b"whole")
    for may_replace in (False, True):
        place(held, tmp_path / "target", 0o600, durable=True, may_replace=may_replace)
    with pytest.raises(FileExistsError):
        place(held, tmp_path / "target", 0o600, durable=True, may_replace=False)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"whole"]
