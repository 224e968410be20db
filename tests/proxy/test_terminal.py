"""What a person is shown of a hostile cassette, on terminals and in files; pyte, a terminal of others, is the judge."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
from pathlib import Path

import pyte
import pytest

from tests.proxy.hostile import NAME, hostile_cassette, obeyed_in
from tests.proxy.raw_cloud import request, say
from tests.proxy.test_cli import CLOUDTAPE, ended, started

ENVIRONMENTS: list[dict[str, str]] = [
    {"LANG": "C.UTF-8"},
    {"PYTHONIOENCODING": "ascii"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]
IDS = [" ".join(f"{name}={value}" for name, value in one.items()) for one in ENVIRONMENTS]
COMMANDS = [
    *(("show", "{}"), ("show", "{}", "1"), ("show", "{}", "2"), ("show", "{}", "--format", "json")),
    *(("show", "{}", "1", "--format", "json"), ("scan", "{}"), ("scan", "{}", "--format", "json")),
    *(("match", "{}", "GET", "http://c:8774/v2.1/x"), ("match", "{}", "DELETE", "http://c:8774/v2.1/servers/1")),
    ("match", "{}", "POST", "http://c:8774/v2.1/\u202e\x7f", "--format", "json"),
]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile_cassette(tmp_path_factory.mktemp("hostile") / "\x1b[31mtape\u202e.yaml")


def environment(more: dict[str, str]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "TERM": "xterm-256color", **more}


def in_a_pipe(words: list[str], more: dict[str, str]) -> tuple[str, str]:
    done = subprocess.run([CLOUDTAPE, *words], capture_output=True, env=environment(more), timeout=60, check=False)
    assert done.returncode in (0, 1), done.stderr
    encoding = more.get("PYTHONIOENCODING", "utf-8")
    return done.stdout.decode(encoding), done.stderr.decode(encoding)


def on_a_terminal(words: list[str], columns: int, more: dict[str, str]) -> tuple[str, pyte.Screen]:
    """The bytes that a terminal of so many columns is sent, and what it shows then."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 500, columns, 0, 0))
    process = subprocess.Popen([CLOUDTAPE, *words], stdin=theirs, stdout=theirs, stderr=theirs, env=environment(more))
    os.close(theirs)
    said = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # all who had the terminal have ended
            break
        said += piece
    os.close(ours)
    assert process.wait(timeout=60) in (0, 1)
    screen = pyte.Screen(columns, 500)
    pyte.ByteStream(screen).feed(said)
    return said.decode("utf-8", "surrogateescape"), screen


@pytest.mark.parametrize("more", ENVIRONMENTS, ids=IDS)
def test_nothing_is_obeyed_in_whatever_a_command_prints(hostile: Path, more: dict[str, str]) -> None:
    for command in COMMANDS:
        words = [word.format(hostile) for word in command]
        printed = in_a_pipe(words, more)
        for output in printed:
            assert obeyed_in(output) == [], command
            assert "\x1b" not in output
            assert "Traceback" not in output
        if "json" in command:
            json.loads(printed[0])


def test_json_tells_the_very_characters(hostile: Path) -> None:
    for more in ENVIRONMENTS:
        rows = json.loads(in_a_pipe(["show", str(hostile), "--format", "json"], more)[0])
        assert rows[0]["service"] == NAME


@pytest.mark.parametrize("more", [ENVIRONMENTS[0], ENVIRONMENTS[1]], ids=[IDS[0], IDS[1]])
@pytest.mark.parametrize("columns", [40, 60, 80])
def test_a_terminal_shows_the_number_and_the_method_whole(hostile: Path, columns: int, more: dict[str, str]) -> None:
    said, screen = on_a_terminal(["show", str(hostile)], columns, more)
    assert obeyed_in(said) == []
    lines = [line for line in screen.display if line.strip()]
    rows = lines[next(at for at, line in enumerate(lines) if line.lstrip().startswith("#")) + 1 :]
    shown = [re.match(r"\s*(\d+)\s.*?\b(POST|DELETE)\b.*/", line) for line in rows]
    assert [(one[1], one[2]) for one in shown if one] == [("1", "POST"), ("2", "POST"), ("3", "DELETE")]
    assert len(rows) == len(shown)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_terminal_stays_as_it_was(hostile: Path, command: tuple[str, ...]) -> None:
    said, screen = on_a_terminal([word.format(hostile) for word in command], 60, ENVIRONMENTS[0])
    assert obeyed_in(said) == []
    assert (screen.title, screen.icon_name, screen.margins) == ("", "", None)
    assert screen.mode == pyte.Screen(60, 500).mode
    assert all(
        cell.fg == "default" for row in screen.buffer.values() for cell in row.values() if cell.data in "redmakup"
    )
    assert screen.cursor.attrs.fg == "default"


@pytest.mark.parametrize("more", [ENVIRONMENTS[0], ENVIRONMENTS[1]], ids=[IDS[0], IDS[1]])
def test_a_miss_is_shown_plainly_to_the_client_and_to_who_looks_on(
    hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, str]
) -> None:
    for name, value in more.items():
        monkeypatch.setenv(name, value)
    report = tmp_path / "report"
    process, url = started("replay", "--cassette", str(hostile), "-v", "--report", str(report))
    odd = "\u202e\x9b31m\u200b\u00e9".encode() + b"\xff"
    targets = [b"GET http://c:8774/v2.1/servers?a=%b", b"GET http://c:8774/v2.1/%b", b"GET /%b", b"POST /x?%b"]
    for target in targets:
        said = say(url, target % odd + b" HTTP/1.1\r\nHost: c\r\nContent-Length: 0\r\n\r\n")
        assert said.status in (400, 404, 501)
        told = said.body.decode()
        assert obeyed_in(told) == []
        assert obeyed_in(json.dumps(json.loads(told), ensure_ascii=False)) == []
        assert all(obeyed_in(f"{name}: {value}") == [] for name, value in said.fields)
    assert say(url, request("DELETE http://c:8774/v2.1/servers/1")).status == 204
    shown = ended(process)
    assert shown.count("missed") >= len(targets)
    assert obeyed_in(shown) == []
    lines = report.read_text().splitlines()
    assert obeyed_in("".join(lines)) == []
    assert [json.loads(line)["source"] for line in lines] == ["missed"] * len(targets) + ["replayed"]


def test_there_is_one_way_to_a_terminal() -> None:
    proxy = Path(__file__).parents[2] / "proxy"
    for path in proxy.rglob("*.py"):
        if path.name != "output.py":
            found = re.findall(
                r"\bclick\.(?:echo|secho|style)\b|(?<![\w.])print\(|\bfrom rich\b|\bimport rich\b|sys\.std",
                path.read_text(),
            )
            assert found == [], path
