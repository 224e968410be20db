"""Connections to the cloud: how many there are, and what becomes of one that has ended."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.cassette import Cassette
from cloudtape.config import Config, mode_named
from cloudtape.errors import UpstreamUnreachable
from tests.proxy.raw_cloud import RawCloud, Received, answer, read_response, request, say

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("GET", answer("200 OK", body=b"x")),
        ("GET", answer("200 OK", body=b"x" * 200_000)),
        ("GET", answer("404 Not Found")),
        ("GET", CHUNKED),
        ("GET", b"HTTP/1.1 100 Continue\r\n\r\n" + answer("200 OK", body=b"x")),
        ("HEAD", HEAD),
        ("DELETE", b"HTTP/1.1 204 No Content\r\n\r\n"),
    ],
)
def test_a_connection_is_used_again(recorder: BackgroundProxy, cloud: RawCloud, method: str, said: bytes) -> None:
    cloud.answers[f"{method} /compute/x"] = said
    for one in (method, "GET", method, method):
        say(recorder.url, request(f"{one} /compute/x"), head=one == "HEAD")
    assert len({one.peer for one in cloud.received}) == 1


@pytest.mark.parametrize("said", [answer("200 OK", "Connection: close"), b"HTTP/1.0 200 OK\r\n\r\nto the end"])
def test_a_connection_that_the_cloud_ends_is_not(recorder: BackgroundProxy, cloud: RawCloud, said: bytes) -> None:
    def once(_: Received, connection: socket.socket) -> None:
        connection.sendall(said)
        connection.close()

    cloud.answers["/compute/x"] = once
    bodies = [say(recorder.url, request("GET /compute/x")).body for _ in range(3)]
    assert bodies == [said.partition(b"\r\n\r\n")[2]] * 3


def dropping(times: int) -> Callable[[Received, socket.socket], bytes | None]:
    """Ends the connection so many times without a word."""
    left = iter(range(times))

    def serve(_: Received, connection: socket.socket) -> bytes | None:
        if next(left, None) is None:
            return answer("200 OK", body=b"at last")
        connection.close()
        return None

    return serve


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("PUT", 200), ("POST", 502)])
def test_what_changes_nothing_is_asked_again_on_a_new_connection(
    recorder: BackgroundProxy, cloud: RawCloud, method: str, status: int
) -> None:
    cloud.answers["/compute/x"] = dropping(1)
    assert say(recorder.url, request(f"{method} /compute/x", "Content-Length: 0")).status == status


def test_it_is_asked_again_only_once(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    cloud.answers["/compute/x"] = dropping(2)
    assert say(recorder.url, request("GET /compute/x")).status == 502


def test_what_the_cloud_says_unasked_ends_the_connection_and_nothing_else(
    recorder: BackgroundProxy, cloud: RawCloud
) -> None:
    cloud.answers["/compute/x"] = answer("200 OK", body=b"x") + answer("200 OK", body=b"of another")
    cloud.answers["/compute/y"] = answer("200 OK", body=b"y")
    say(recorder.url, request("GET /compute/x"))
    assert say(recorder.url, request("GET /compute/y")).body == b"y"


@pytest.mark.parametrize(
    ("upstream", "why"),
    [
        ("http://127.0.0.1:1/v3", "Connection refused"),
        ("http://localhost:1/v3", "Connection refused"),
        ("https://127.0.0.1:1/v3", "Connection refused"),
        ("http://nowhere.invalid/v3", r"[^:\[]+"),
    ],
)
def test_a_cloud_that_cannot_be_reached_is_told_as_the_system_tells_it(tape: Path, upstream: str, why: str) -> None:
    said = f"{upstream}: the cloud cannot be reached: {why}$"
    with (
        pytest.raises(UpstreamUnreachable, match=said),
        BackgroundProxy(Config(mode_named("record"), (tape,), upstream)),
    ):
        pass


NO_CONTENT = b"HTTP/1.1 204 No Content\r\n"
# An answer, and what stands behind it.
STRAY = {
    "a chunked end": (NO_CONTENT + b"Transfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n"),
    "a body": (NO_CONTENT + b"Content-Length: 5\r\n\r\n", b"hello"),
    "an unannounced body": (NO_CONTENT + b"\r\n", b"hello"),
    "a body after an interim answer": (b"HTTP/1.1 102 Processing\r\n\r\n" + NO_CONTENT + b"\r\n", b"<html></html>"),
    "more than was announced": (answer("200 OK", body=b"hello"), b"and more"),
    "line ends": (answer("200 OK", body=b"hello"), b"\r\n\r\n\r\n"),
    "more behind the last chunk": (CHUNKED, b"5\r\nhello\r\n"),
    "a body of a 304": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", b"hello"),
}


def in_two(said: bytes, at: int) -> Callable[[Received, socket.socket], bytes]:
    def serve(_: Received, connection: socket.socket) -> bytes:
        connection.sendall(said[:at])
        time.sleep(0.05)
        return said[at:]

    return serve


@pytest.mark.parametrize("kind", STRAY)
@pytest.mark.parametrize("upload", ["", "small", "streamed"])
def test_an_answer_is_whole_whatever_stands_behind_it(
    recorder: BackgroundProxy, cloud: RawCloud, taped: Callable[[], Cassette], kind: str, upload: str
) -> None:
    cloud.answers["/compute/x"] = b"".join(STRAY[kind])
    cloud.answers["/compute/y"] = answer("200 OK", body=b"clean")
    fields, body = {
        "": ((), b""),
        "small": (("Content-Length: 2",), b"ab"),
        "streamed": (("Transfer-Encoding: chunked",), b"2\r\nab\r\n0\r\n\r\n"),
    }[upload]
    said = say(recorder.url, request("POST /compute/x", *fields, body=body), head=b" 200 " not in STRAY[kind][0])
    assert said.status in (200, 204, 304)
    assert say(recorder.url, request("POST /compute/y", "Content-Length: 0")).body == b"clean"
    assert not recorder.lost
    kept = taped().interaction(2)
    assert (kept.response.status, kept.response.body) == (said.status, said.body)
    assert kept.request.body == (b"ab" if upload else b"")


@pytest.mark.parametrize("kind", STRAY)
def test_what_comes_late_behind_an_answer_harms_no_later_one(
    recorder: BackgroundProxy, cloud: RawCloud, kind: str
) -> None:
    said, behind = STRAY[kind]
    cloud.answers["/compute/x"] = in_two(said + behind, len(said))
    cloud.answers["/compute/y"] = answer("200 OK", body=b"clean")
    for _ in range(3):
        assert say(recorder.url, request("GET /compute/x"), head=True).status in (200, 204, 304)
        assert say(recorder.url, request("GET /compute/y")).body == b"clean"


def test_a_head_that_comes_in_pieces_with_a_body_behind_it_is_whole(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    cloud.answers["/compute/x"] = in_two(b"".join(STRAY["a chunked end"]), 30)
    assert say(recorder.url, request("DELETE /compute/x"), head=True).status == 204


@pytest.mark.parametrize("said", [b"0\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"\x00\x01" * 50])
def test_what_is_no_answer_is_none(recorder: BackgroundProxy, cloud: RawCloud, said: bytes) -> None:
    cloud.answers["/compute/x"] = said
    assert say(recorder.url, request("GET /compute/x")).status == 502
    assert say(recorder.url, request("GET /identity/v3")).status == 200


@pytest.mark.parametrize(
    ("asked", "passed"),
    [
        ("gzip, deflate, br, zstd", "gzip, deflate, br, zstd"),
        ("gzip;q=1.0, compress;q=0.5, identity", "gzip;q=1.0, identity"),
        ("snappy", "identity"),
        ("*", "gzip, deflate, br, zstd"),
        ("br;q=0.1, *;q=0.5", "br;q=0.1, gzip, deflate, zstd"),
        ("identity, *;q=0", "identity"),
    ],
)
def test_the_cloud_is_asked_only_for_codings_that_can_be_undone(
    recorder: BackgroundProxy, cloud: RawCloud, asked: str, passed: str
) -> None:
    say(recorder.url, request("GET /compute/x", f"Accept-Encoding: {asked}"))
    assert cloud.received[-1].all("Accept-Encoding") == [passed]


def test_an_answer_that_comes_before_the_end_of_an_upload_is_given(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    host, port = recorder.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        cloud.early["/compute/x"] = answer("413 Too Large", "Connection: close")
        connection.sendall(request("PUT /compute/x", "Content-Length: 5000000", body=b"x" * 100_000))
        assert read_response(connection.makefile("rb")).status == 413
    assert say(recorder.url, request("GET /identity/v3")).status == 200
