"""Ctrl-C and SIGTERM before there is anything to end in peace."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from cloudtape.cassettes.files.codec import HEADER, encode
from cloudtape.cassettes.messages import Interaction, Request, Response
from tests.proxy.raw_cloud import RawCloud, answer
from tests.proxy.test_cli import CLOUDTAPE

LARGE = 20_000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cassette that takes some seconds to be read."""
    path = tmp_path_factory.mktemp("large") / "tape.yaml"
    one = Interaction(
        Request("GET", "http://cloud/compute/v2.1/servers/x"),
        Response(200, "OK", (("Content-Type", "application/json"),), b'{"a": "b", "c": "d"}'),
    )
    path.write_bytes(HEADER + b"".join(encode(replace(one, ordinal=number)) for number in range(1, LARGE + 1)))
    return path


def catches(pid: int) -> bool:
    """Whether a process has come so far that a signal is its own to obey: Python itself takes Ctrl-C until then."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = int(status.split("SigCgt:")[1].split()[0], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("seconds", [0.0, 1.5])
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="nothing says whether a signal is caught")
@pytest.mark.parametrize("command", ["replay", "scan", "run"])
def test_reading_a_large_cassette_ends_at_once_and_in_silence(
    large: Path, tmp_path: Path, command: str, seconds: float, number: int, code: int
) -> None:
    words = {
        "replay": ["replay", "--cassette", str(large), "--listen", "127.0.0.1:0"],
        "scan": ["scan", str(large)],
        "run": ["run", "--cassette", str(large), "--", sys.executable, "-c", "open('ran', 'w')"],
    }[command]
    process = subprocess.Popen([CLOUDTAPE, *words], stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    while not catches(process.pid):
        time.sleep(0.005)
    time.sleep(seconds)
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (code, "")
    assert list(tmp_path.iterdir()) == []
    assert not [file.name for file in large.parent.iterdir() if file.name.startswith(".")]


AT_ONCE = 3.0
"""Seconds, on a machine that is busy with other tests."""
READING = {
    "fill": ["fill", "--upstream", "{cloud}", "--cassette", "{tape}", "--listen", "127.0.0.1:0"],
    "mixed": ["replay", "--synthesize", "--cassette", "{tape}", "--listen", "127.0.0.1:0"],
    "show": ["show", "{tape}"],
    "match": ["match", "{tape}", "GET", "http://cloud/compute/v2.1/servers/x"],
    "scan, whose rules are made by native code": ["scan", "{tape}"],
}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="nothing says whether a signal is caught")
@pytest.mark.parametrize("words", READING.values(), ids=READING)
def test_every_command_that_reads_a_cassette_ends_at_once(
    large: Path, cloud: RawCloud, tmp_path: Path, words: list[str], number: int, code: int
) -> None:
    words = [word.format(cloud=f"{cloud.url}/v3", tape=large) for word in words]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    process = subprocess.Popen([CLOUDTAPE, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    while not catches(process.pid):
        time.sleep(0.005)
    time.sleep(1.0)
    process.send_signal(number)
    begun = time.monotonic()
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (code, b"")
    assert time.monotonic() - begun < AT_ONCE


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_cloud_that_does_not_answer_holds_up_no_end(cloud: RawCloud, tmp_path: Path, number: int, code: int) -> None:
    def slow(*_: object) -> bytes:
        time.sleep(5)
        return answer("200 OK")

    cloud.answers["/v3"] = slow
    tape = tmp_path / "tape.yaml"
    words = ["record", "--upstream", f"{cloud.url}/v3", "--cassette", str(tape), "--listen", "127.0.0.1:0"]
    process = subprocess.Popen([CLOUDTAPE, *words], stderr=subprocess.PIPE, text=True)
    while not cloud.received:
        time.sleep(0.05)
    process.send_signal(number)
    begun = time.monotonic()
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (code, "")
    assert time.monotonic() - begun < 4
    assert not tape.exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_second_signal_does_not_wait_for_answers_under_way(
    cloud: RawCloud, tmp_path: Path, number: int, code: int
) -> None:
    def slow(_: object, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbegin")
        time.sleep(20)

    cloud.answers["/slow"] = slow
    tape = tmp_path / "tape.yaml"
    words = ["record", "--upstream", f"{cloud.url}/v3", "--cassette", str(tape), "--listen", "127.0.0.1:0"]
    process = subprocess.Popen([CLOUDTAPE, *words], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    url = next(line for line in process.stderr if "listening on" in line).split()[-1]
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(b"GET /identity/slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        client.recv(10)
        process.send_signal(number)
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(number)
        begun = time.monotonic()
        _, said = process.communicate(timeout=20)
    assert process.returncode == code
    assert "Traceback" not in said
    assert time.monotonic() - begun < 4


def test_a_large_body_that_is_being_scrubbed_holds_up_no_end(cloud: RawCloud, tmp_path: Path) -> None:
    text = b"".join(b"line %d of a text with password: secret-%d\n" % (number, number) for number in range(700_000))
    cloud.answers["/text"] = answer("200 OK", "Content-Type: text/yaml", text)
    tape = tmp_path / "tape.yaml"
    words = ["record", "--upstream", f"{cloud.url}/v3", "--cassette", str(tape), "--listen", "127.0.0.1:0"]
    process = subprocess.Popen([CLOUDTAPE, *words], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    url = next(line for line in process.stderr if "listening on" in line).split()[-1]
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as client:
        client.sendall(b"GET /identity/text HTTP/1.1\r\nHost: localhost\r\n\r\n")
        heard = 0
        while heard < len(text) // 2:  # its end is held back until it is kept
            heard += len(client.recv(1024 * 1024))
        client.settimeout(0.5)
        with suppress(TimeoutError):
            while client.recv(1024 * 1024):
                pass
        process.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        process.communicate(timeout=60)
    assert process.returncode in (0, 1)
    assert time.monotonic() - begun < 9  # of which 5 are for answers under way
    assert not tape.exists()  # nothing was kept, so there is no cassette


IN_A_CALLBACK = """
import os, sys, time, weakref
from cloudtape.signals import end_on_signals

class Thing: ...

end_on_signals()
thing = Thing()
reference = weakref.ref(thing, lambda _: os.kill(os.getpid(), int(sys.argv[1])))
del thing
time.sleep(20)
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_that_comes_within_a_callback_of_pythons_ends_the_program(number: int, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IN_A_CALLBACK, str(int(number))], capture_output=True, text=True, timeout=15, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")
