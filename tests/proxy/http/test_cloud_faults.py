"""Clouds that say what HTTP does not allow, too much of it, or not all of it: an error that says so, never half an answer."""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.cassette import Cassette
from tests.proxy.raw_cloud import RawCloud, Received, answer, request, say

Taped = Callable[[], Cassette]
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LINGER_NOT = struct.pack("ii", 1, 0)


def cutting(said: bytes, with_reset: bool) -> Callable[[Received, socket.socket], None]:
    """Says something and ends the connection, with a FIN or with a RST."""

    def serve(_: Received, connection: socket.socket) -> None:
        connection.sendall(said)
        if with_reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        else:
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    return serve


def why(recorder: BackgroundProxy, target: str = "/compute/x") -> str:
    said = say(recorder.url, request(f"GET {target}"))
    assert said.status == 502, said
    assert say(recorder.url, request("GET /identity/v3")).status == 200
    return said.body.decode()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000 + answer("200 OK"), "100 times"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 10_000 + answer("200 OK"), "100 times"),
        (b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nabc", "another protocol"),
        (OK + b"X: y\r\n" * 100_000 + b"Content-Length: 0\r\n\r\n", "1024 fields"),
        (OK + b"X: " + b"y" * 1_000_000, "longer than"),
        (OK + b"X" * 1_000_000, "longer than"),
        (b"HTTP/1.1 200 " + b"O" * 1_000_000, "longer than"),
        (OK + b"Content-Length: -1\r\n\r\n", "Content-Length"),
        (OK + b"Content-Length: 99999999999999999999999\r\n\r\nabc", "Content-Length"),
        (OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "Content-Length"),
        (OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "Transfer-Encoding"),
        (OK + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", "Content-Length"),
        (OK + b"Transfer-Encoding: gzip\r\n\r\nabc", "transfer coding 'gzip', which cannot be undone"),
        (OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", "transfer coding 'gzip, chunked'"),
        (OK + b"X : y\r\nContent-Length: 1\r\n\r\na", ""),
        (OK + b"X: a\x00b\r\nContent-Length: 1\r\n\r\na", ""),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", ""),
        (b"HTTP/1.1 099 Said\r\nContent-Length: 0\r\n\r\n", "its status is 099, which is none"),
        (b"HTTP/1.1 000 Said\r\nContent-Length: 0\r\n\r\n", "its status is 000, which is none"),
        (b"\x15\x03\x01\x00\x02\x02\x50", ""),
    ],
)
def test_what_is_no_answer_is_told_as_that(
    recorder: BackgroundProxy, cloud: RawCloud, said: bytes, reason: str
) -> None:
    cloud.answers["/compute/x"] = cutting(said, with_reset=False)
    body = why(recorder)
    assert "the cloud's answer is broken" in body
    assert reason in body


@pytest.mark.parametrize("with_reset", [True, False])
@pytest.mark.parametrize(
    "said",
    [
        OK + b"Content-Length: 10\r\n\r\nhalf",
        CHUNKED + b"a\r\nhalf",
        CHUNKED + b"4\r\nhalf\r\n",
        CHUNKED + b"4\r\nhalf\r\n0\r\n",
        CHUNKED + b"xyz\r\n",
        OK + b"Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{",
        b"HTTP/1.1 200",
    ],
)
def test_half_an_answer_is_none(
    recorder: BackgroundProxy, cloud: RawCloud, taped: Taped, said: bytes, with_reset: bool
) -> None:
    cloud.answers["/compute/x"] = cutting(said, with_reset)
    with suppress(ConnectionError):  # where it was begun to be passed on, it is cut short for the client, too
        assert say(recorder.url, request("GET /compute/x")).status == 502
    assert say(recorder.url, request("GET /identity/v3")).status == 200
    assert [one.request.uri.rpartition("/")[2] for one in taped()] == ["tokens", "v3"]


@pytest.mark.parametrize("size", [4, 100_000, 5_000_000])
@pytest.mark.parametrize("kind", ["text/plain", "application/json"])
def test_a_reset_in_an_answer_without_length_is_an_error_and_never_its_end(
    recorder: BackgroundProxy, cloud: RawCloud, taped: Taped, kind: str, size: int
) -> None:
    head = OK + f"Content-Type: {kind}\r\n\r\n".encode()
    cloud.answers["/compute/x"] = cutting(head + b"x" * size, with_reset=True)
    with suppress(
        ConnectionError, ValueError
    ):  # it had begun to be passed on: then it is cut short for the client, too
        assert say(recorder.url, request("GET /compute/x")).status == 502
    assert len(taped()) == 1


@pytest.mark.parametrize("size", [0, 4, 100_000, 5_000_000])
def test_the_end_of_the_connection_is_that_of_an_answer_without_length(
    recorder: BackgroundProxy, cloud: RawCloud, taped: Taped, size: int
) -> None:
    cloud.answers["/compute/x"] = cutting(OK + b"\r\n" + b"x" * size, with_reset=False)
    said = say(recorder.url, request("GET /compute/x"))
    assert (said.status, len(said.body)) == (200, size)
    assert len(taped()) == 2


@pytest.mark.parametrize("trailer", [b"", b"X-Checksum: abc\r\n", b"X: y\r\n" * 500])
def test_trailers_end_at_the_proxy(recorder: BackgroundProxy, cloud: RawCloud, trailer: bytes) -> None:
    cloud.answers["/compute/x"] = CHUNKED + b"3;ext=1\r\nabc\r\n0\r\n" + trailer + b"\r\n"
    said = say(recorder.url, request("GET /compute/x"))
    assert (said.status, said.body, said.all("X-Checksum")) == (200, b"abc", [])


def test_trailers_have_a_limit(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    cloud.answers["/compute/x"] = cutting(CHUNKED + b"3\r\nabc\r\n0\r\n" + b"X: y\r\n" * 100_000, with_reset=False)
    with pytest.raises((ConnectionError, AssertionError)):
        assert say(recorder.url, request("GET /compute/x")).status == 200


@pytest.mark.parametrize(
    "interim", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"]
)
def test_a_few_interim_answers_are_passed_over(recorder: BackgroundProxy, cloud: RawCloud, interim: bytes) -> None:
    cloud.answers["/compute/x"] = interim * 50 + answer("200 OK", body=b"at last")
    assert say(recorder.url, request("GET /compute/x")).body == b"at last"


def test_a_head_of_the_clouds_that_takes_its_time_is_a_timeout(
    recorder: BackgroundProxy, cloud: RawCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cloudtape.http.wire.HEAD_SECONDS", 0.5)

    def slow(_: Received, connection: socket.socket) -> None:
        connection.sendall(OK)
        connection.settimeout(10)
        connection.recv(1)

    cloud.answers["/compute/x"] = slow
    assert say(recorder.url, request("GET /compute/x")).status == 504


def test_every_connection_field_is_heeded_but_for_what_is_for_all(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    cloud.answers["/compute/x"] = answer(
        "200 OK",
        "Connection: keep-alive\nX-A: 1\nConnection: X-A , x-b\nX-B: 2\nConnection: Content-Type\nContent-Type: a/b\nX-C: 3",
        b"abc",
    )
    sent = ["Connection: keep-alive", "X-A: 1", "Connection: X-A , x-b", "X-B: 2", "X-C: 3"]
    sent += ["Connection: Content-Length, Host, close", "Content-Length: 3"]
    said = say(recorder.url, request("POST /compute/x", *sent, body=b"xyz"))
    assert (said.all("X-A"), said.all("X-B"), said.all("X-C"), said.all("Content-Type")) == ([], [], ["3"], ["a/b"])
    received = cloud.received[-1]
    assert (received.all("X-A"), received.all("X-B"), received.all("X-C")) == ([], [], ["3"])
    assert (received.all("Content-Length"), received.body) == (["3"], b"xyz")


def test_http_1_0_without_host_is_answered_with_the_address_that_was_reached(
    recorder: BackgroundProxy, cloud: RawCloud
) -> None:
    cloud.answers["/compute/x"] = answer(
        "200 OK", "Content-Type: application/json", f'{{"a": "{cloud.url}/v3"}}'.encode()
    )
    said = say(recorder.url, b"GET /compute/x HTTP/1.0\r\n\r\n")
    assert (said.status, said.body.decode()) == (200, f'{{"a": "{recorder.url}/identity/v3"}}')


@pytest.mark.parametrize("target", ["127.0.0.1:1", "{cloud}", "/identity/v3", "http://{cloud}/v3", "localhost", "*"])
def test_connect_is_refused_in_every_form(recorder: BackgroundProxy, cloud: RawCloud, target: str) -> None:
    before = len(cloud.received)
    target = target.format(cloud=f"127.0.0.1:{cloud.port}")
    assert say(recorder.url, request(f"CONNECT {target}")).status == 405
    assert len(cloud.received) == before


def test_head_says_the_length_of_get_or_none(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    body = f'{{"href": "{cloud.url}/compute/v2.1"}}'.encode()
    for kind in ("application/json", "application/octet-stream"):
        cloud.answers["GET /compute/x"] = answer("200 OK", f"Content-Type: {kind}", body)
        cloud.answers["HEAD /compute/x"] = answer("200 OK", f"Content-Type: {kind}", body).partition(b"{")[0]
        got = say(recorder.url, request("GET /compute/x")).one("Content-Length")
        assert say(recorder.url, request("HEAD /compute/x"), head=True).all("Content-Length") in ([], [got])
    assert got == str(len(body))


@pytest.mark.parametrize("reason", [b"\xff", b"a\xe9b", b"a\tb"])
def test_a_reason_that_is_no_text_is_passed_on_as_one_and_kept(
    recorder: BackgroundProxy, cloud: RawCloud, taped: Taped, reason: bytes
) -> None:
    cloud.answers["/compute/x"] = b"HTTP/1.1 200 " + reason + b"\r\nContent-Length: 2\r\n\r\nok"
    assert say(recorder.url, request("GET /compute/x")).body == b"ok"
    kept = list(taped())[-1]
    assert (kept.response.status, kept.response.body) == (200, b"ok")
    assert kept.response.reason.isprintable() or kept.response.reason == "a\tb"


def test_a_field_with_a_name_longer_than_a_key_of_yaml_is_kept(
    recorder: BackgroundProxy, cloud: RawCloud, taped: Taped
) -> None:
    name = "X-" + "y" * 3000
    cloud.answers["/compute/x"] = answer("200 OK", f"{name}: z", b"ok")
    say(recorder.url, request("GET /compute/x", f"{name}: z"))
    kept = list(taped())[-1]
    assert (name, "z") in kept.request.headers
    assert (name, "z") in kept.response.headers
