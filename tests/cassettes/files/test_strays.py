from pathlib import Path

import pytest

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.files.bodies import folder_of
from cloudtape.cassettes.files.strays import HALF, MOST_TOLD, OF_A_TAKE, TAKE, UNNAMED, strays_of, told
from cloudtape.cassettes.files.writer import CassetteWriter
from tests.cassettes.files.test_writer import BINARY, interaction
from tests.proxy.test_cli import cloudtape


@pytest.fixture
def taped(tmp_path: Path) -> Path:
    writer = CassetteWriter.create(tmp_path / "tape.yaml")
    writer.append(interaction(BINARY))
    writer.close()
    return writer.path


def found(path: Path) -> list[tuple[str, str]]:
    return [(stray.path.name, stray.why) for stray in strays_of(path, load(path).body_names)]


def test_a_cassette_with_its_bodies_has_no_strays(taped: Path) -> None:
    assert found(taped) == []


def test_what_no_interaction_names_is_a_stray(taped: Path) -> None:
    (folder_of(taped) / ("0" * 64)).touch()
    (folder_of(taped) / ".incoming-x").touch()
    assert found(taped) == [(".incoming-x", HALF), ("0" * 64, UNNAMED)]


def test_a_take_that_was_killed_is_a_stray_with_its_bodies(taped: Path) -> None:
    take = CassetteWriter.take(taped)
    kept = take.append(interaction(BINARY + b"new")).response.body
    assert found(taped) == [("tape.yaml.take", TAKE), (kept.sha256, OF_A_TAKE)]  # type: ignore[union-attr]
    take.abandon()
    assert found(taped) == []


def test_of_many_strays_the_first_are_told(taped: Path) -> None:
    for number in range(MOST_TOLD + 3):
        (folder_of(taped) / f"{number}").touch()
    lines = list(told(strays_of(taped, load(taped).body_names)))
    assert len(lines) == MOST_TOLD + 1
    assert "and 3 more" in lines[-1]


def test_scan_looks_into_what_lies_beside_the_cassette(taped: Path) -> None:
    assert cloudtape("scan", str(taped)).returncode == 0
    stray = folder_of(taped) / ".incoming-x"
    stray.write_text("nothing of note")
    done = cloudtape("scan", str(taped))
    assert (done.returncode, f"{stray}: lies beside the cassette" in done.stderr) == (0, True)
    stray.write_text("password: Zq8-hunter2x")
    assert cloudtape("scan", str(taped)).returncode == 1
    stray.unlink()
    stray.symlink_to("/etc/hostname")
    assert cloudtape("scan", str(taped)).returncode == 2


def test_replay_and_run_say_what_lies_beside_the_cassette(taped: Path) -> None:
    (folder_of(taped) / "0").touch()
    done = cloudtape("run", "--cassette", str(taped), "--", "true")
    assert (done.returncode, UNNAMED in done.stderr) == (0, True)
