"""Connections to the cloud: how many there are, and what becomes of one that has ended."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.config import Config, mode_named
from cloudtape.errors import UpstreamUnreachable
from tests.proxy.raw_cloud import RawCloud, Received, answer, request, say

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
