"""The table of `cloudtape show`, in a pipe and on terminals of several widths."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.output import Screen
from cloudtape.show import LONGEST_PATH, print_table
from tests.proxy.test_cli import SAMPLE, cloudtape

SERVERS = "/v2.1/servers/6cf1d3a0-0000-4000-8000-000000000001"


def shown(path: Path, width: int) -> list[str]:
    said = io.StringIO()
    print_table(Screen(Console(file=said, width=width)), load(path))
    return _table(said.getvalue())


def _table(said: str) -> list[str]:
    """The lines without the title, which a long name of the file may fold."""
    lines = said.splitlines()
    return lines[next(at for at, line in enumerate(lines) if line.lstrip().startswith("#")) :]


def recorded(path: Path, *paths: str) -> Path:
    writer = CassetteWriter.create(path)
    for one in paths:
        writer.append(Interaction(Request("GET", f"http://cloud{one}"), Response(200, "OK", (), b"")))
    writer.close()
    return path


def test_in_a_pipe_every_path_is_whole_whatever_the_terminal() -> None:
    lines = _table(cloudtape("show", SAMPLE, COLUMNS="80").stdout)
    paths = [one.request.uri.split("/", 3)[3] for one in load(Path(SAMPLE))]
    assert all(path in line for path, line in zip(paths, lines[1:], strict=True))


@pytest.mark.parametrize("width", [80, 100, 140, 200])
def test_an_interaction_takes_one_line_that_the_terminal_holds(width: int) -> None:
    lines = shown(Path(SAMPLE), width)
    assert len(lines) == 1 + len(load(Path(SAMPLE)))
    assert max(map(len, lines)) <= width


def test_what_was_scrubbed_gives_way_to_the_paths() -> None:
    assert "scrubbed" not in shown(Path(SAMPLE), 80)[0]
    assert "scrubbed" in shown(Path(SAMPLE), 160)[0]


def test_a_path_without_room_keeps_its_begin_and_its_end(tape: Path) -> None:
    line = shown(recorded(tape, f"{SERVERS}/os-volume_attachments"), 80)[1]
    assert "/v2.1/servers/" in line
    assert "…" in line
    assert "attachments " in line


def test_a_path_that_nobody_would_read_is_cut_everywhere(tape: Path) -> None:
    line = shown(recorded(tape, "/" + "a" * 5000), 10_000)[1]
    assert line.count("a") == LONGEST_PATH - 2


@pytest.mark.parametrize("depth", [100, 1_500, 30_000])
def test_a_body_is_shown_however_deep_it_nests(tape: Path, depth: int) -> None:
    writer = CassetteWriter.create(tape)
    body = b"[" * depth + b"]" * depth
    writer.append(Interaction(Request("GET", "http://c/x"), Response(200, "OK", (), body)))
    writer.close()
    run = cloudtape("show", str(tape), "1")
    assert (run.returncode, run.stderr) == (0, "")
    assert "[" in run.stdout
