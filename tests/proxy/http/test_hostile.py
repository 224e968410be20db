"""Requests that two servers could read differently, and heads that have no end: refused, on real sockets."""

import itertools
import re
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from cloudtape.background import BackgroundProxy
from tests.proxy.raw_cloud import RawCloud, request, say

HOST = b"Host: localhost\r\n"
SECOND = b"GET /compute/smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
CHUNKED, LENGTH = b"Transfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n"


def post(fields: bytes, body: bytes = b"", line: bytes = b"POST /compute/x HTTP/1.1\r\n") -> bytes:
    return line + HOST + fields + b"\r\n" + body


# --- where the body ends ---------------------------------------------------------------------------------------------

# What would hide the coding from one of two servers, around the name, the colon and the value.
HIDDEN = [
    b"Transfer-Encoding : chunked\r\n",
    b"Transfer-Encoding\t: chunked\r\n",
    b" Transfer-Encoding: chunked\r\n",
    b"\tTransfer-Encoding: chunked\r\n",
    b"X: y\nTransfer-Encoding: chunked\r\n",
    b"X: y\rTransfer-Encoding: chunked\r\n",
    b"X: y\r\r\nTransfer-Encoding: chunked\r\n",
    b"X: y\r\n Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding:\r\n chunked\r\n",
    b"Transfer-Encoding: chun\r\n ked\r\n",
    b"Transfer-Encoding: chunked\x00\r\n",
    b"Transfer-Encoding: \x00chunked\r\n",
    b"Transfer-Encoding: \x0bchunked\r\n",
    b"Transfer-Encoding: chunked\x0b\r\n",
    b"Transfer-Encoding: chunked\x0c\r\n",
    b"Transfer\x00-Encoding: chunked\r\n",
    b"Transfer-Encoding\x00: chunked\r\n",
    b"Transfer Encoding: chunked\r\n",
    b"Transfer-Encoding\xa0: chunked\r\n",
    b"Transfer-Encoding chunked\r\n",
    b": chunked\r\n",
    b"\x00: chunked\r\n",
]
CODINGS = [
    *(b"gzip", b"deflate", b"identity", b"xchunked", b"x-chunked", b"chunkedx", b"chunk", b"cow", b"*"),
    *(b"gzip, chunked", b"identity, chunked", b"chunked, chunked", b"chunked, identity", b"chunked, gzip"),
    *(b",chunked", b"chunked,", b"chunked;q=1", b'"chunked"', b"'chunked'", b"chunked chunked", b"\\chunked"),
    *(b"[chunked]", b"chunked/1", b"c hunked", b"chun\tked", b"\xef\xbb\xbfchunked", b"chunked\xc2\xa0", b""),
]
LENGTHS = [
    *(b"5, 5", b"5,5", b"5, 6", b"+5", b"-5", b"-0", b"0x5", b"5.0", b"5e0", b"5_0", b"0b1", b"5;", b"5 5", b'"5"'),
    *(b"\xd9\xa5", b"\xef\xbc\x95", b"", b"five", b"5\x00", b"\x005", b"5\x0b", b"99999999999999999999999", b"0 5"),
    *(b"18446744073709551616", b"18446744073709551621", b"NaN", b"Infinity", b"5\xa0", b"(5)", b"$5", b"05h", b"5,"),
]
SIZES = [
    *(b"0x1", b"-1", b"+1", b" 1", b"1 ", b"1\t", b"1 ;x", b"g", b"", b"1,1", b"1_0", b"1.0", b"\xd9\xa1", b"\x001"),
    *(
        b"1\x00",
        b"fffffffffffffffff",
        b"10000000000000000",
        b"0x",
        b"1h",
        b"'1'",
        b"1\n;x",
        b"1\r;x",
        b"1;x\n",
        b"1;\x00",
    ),
]
CHUNK_ENDS = [b"\n", b"\r", b"", b"\r\r\n", b"\n\r", b"a\r\n", b" \r\n", b"\x00\r\n", b"\r\n\r\n1"]
TRAILERS = [
    b"Content-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b" folded\r\n",
    b"no colon\r\n",
    b"X : y\r\n",
    b"X: y\n",
    b"X: \x00\r\n",
    b"\x00: y\r\n",
]


def both() -> Iterator[bytes]:
    """A length and a coding, in both orders and all spellings."""
    lengths = (
        b"Content-Length: 0\r\n",
        LENGTH,
        b"content-length: 5\r\n",
        b"CONTENT-LENGTH: 55\r\n",
        b"Content-Length: -1\r\n",
    )
    codings = (
        CHUNKED,
        b"transfer-encoding: CHUNKED\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"TRANSFER-ENCODING:chunked\r\n",
    )
    for length, coding in itertools.product(lengths, codings):
        yield post(length + coding, b"0\r\n\r\n")
        yield post(coding + length, b"0\r\n\r\n")
        yield post(coding + b"X: y\r\n" + length, b"0\r\n\r\n")


def lengths() -> Iterator[bytes]:
    for value in LENGTHS:
        yield post(b"Content-Length: " + value + b"\r\n", b"hello")
        yield post(b"Content-Length:" + value + b"\r\nContent-Length: 5\r\n", b"hello")
        yield post(b"Content-Length: 5\r\nX: y\r\nContent-Length: " + value + b"\r\n", b"hello")
    for one, other in itertools.product((b"5", b"05", b"6", b"0"), repeat=2):
        yield post(b"Content-Length: " + one + b"\r\ncontent-length: " + other + b"\r\n", b"hello")


def hidden() -> Iterator[bytes]:
    for field in HIDDEN:
        yield post(field + LENGTH, b"0\r\n\r\n")
        yield post(LENGTH + field, b"0\r\n\r\n")
        yield post(field, b"0\r\n\r\n")


def codings() -> Iterator[bytes]:
    for value in CODINGS:
        for name in (b"Transfer-Encoding: ", b"transfer-encoding:"):
            yield post(name + value + b"\r\n", b"1\r\na\r\n0\r\n\r\n")
        yield post(CHUNKED + b"Transfer-Encoding: " + value + b"\r\n", b"1\r\na\r\n0\r\n\r\n")
        yield post(b"Transfer-Encoding: " + value + b"\r\n" + CHUNKED, b"1\r\na\r\n0\r\n\r\n")
    yield post(CHUNKED, b"0\r\n\r\n", b"POST /compute/x HTTP/1.0\r\n")


def chunks() -> Iterator[bytes]:
    for size in SIZES:
        yield post(CHUNKED, size + b"\r\na\r\n0\r\n\r\n")
        yield post(CHUNKED, b"1\r\nb\r\n" + size + b"\r\na\r\n0\r\n\r\n")
    for end in CHUNK_ENDS:
        yield post(CHUNKED, b"1\r\na" + end + b"0\r\n\r\n")
    for end in CHUNK_ENDS[:5] + CHUNK_ENDS[6:8]:
        yield post(CHUNKED, b"1" + end + b"a\r\n0\r\n\r\n")
    for trailer in TRAILERS:
        yield post(CHUNKED, b"0\r\n" + trailer + b"\r\n")


# --- the head --------------------------------------------------------------------------------------------------------


def request_lines() -> Iterator[bytes]:
    for line in (
        *(
            b"GET /compute/x",
            b"GET",
            b"",
            b"/compute/x HTTP/1.1",
            b"GET /compute/x HTTP/1.1 ",
            b"GET  /compute/x HTTP/1.1",
        ),
        *(
            b" GET /compute/x HTTP/1.1",
            b"GET\t/compute/x HTTP/1.1",
            b"GET /compute/x\tHTTP/1.1",
            b"GET /compute/x  HTTP/1.1",
        ),
        *(
            b"GET /compute/a b HTTP/1.1",
            b"GET /compute/x HTTP/1.2",
            b"GET /compute/x HTTP/0.9",
            b"GET /compute/x HTTP/2.0",
        ),
        *(
            b"GET /compute/x HTTP/11",
            b"GET /compute/x http/1.1",
            b"GET /compute/x HTTP/1.10",
            b"GET /compute/x HTTP/01.1",
        ),
        *(
            b"GET /compute/x HTTP /1.1",
            b"GET /compute/x HTTP/1,1",
            b"GET /compute/x RTSP/1.0",
            b"GET /compute/x ICE/1.0",
        ),
        *(
            b"GET /compute/\x00 HTTP/1.1",
            b"GET /compute/\x7f HTTP/1.1",
            b"GET /compute/\x0b HTTP/1.1",
            b"G\x00T /compute/x HTTP/1.1",
        ),
        *(
            b"GET\x0b/compute/x HTTP/1.1",
            b"(GET) /compute/x HTTP/1.1",
            b"G@T /compute/x HTTP/1.1",
            b"G:T /compute/x HTTP/1.1",
        ),
        *(
            b"\xff /compute/x HTTP/1.1",
            b"GET compute/x HTTP/1.1",
            b"GET ?compute HTTP/1.1",
            b"GET http:/compute/x HTTP/1.1",
        ),
        *(
            b"GET ftp://h/ HTTP/1.1",
            b"GET http:// HTTP/1.1",
            b"GET http://user@h/ HTTP/1.1",
            b"GET http://h:x/ HTTP/1.1",
        ),
        *(
            b"GET * HTTP/1.1",
            b"PRI * HTTP/2.0",
            b"GET /compute/x HTTP/1.1\rX: y",
            b"GET /compute/x\rHTTP/1.1",
            b"\x16\x03\x01\x02",
        ),
    ):
        yield line + b"\r\n" + HOST + b"\r\n"
    yield b"GET /compute/x HTTP/1.1\n" + HOST + b"\r\n"
    yield b"GET /compute/x HTTP/1.1\nHost: localhost\n\n"
    yield b"GET /compute/x HTTP/1.1\r\nHost: localhost\n\r\n"


def fields() -> Iterator[bytes]:
    for field in (
        *(
            b"X : y",
            b"X\t: y",
            b" X: y",
            b"X",
            b": y",
            b"X y: z",
            b"X(: y",
            b"X/: y",
            b"X\x00: y",
            b"X\xc3\xa9: y",
            b"X\x7f: y",
        ),
        *(
            b"X: a\x00b",
            b"X: a\x01b",
            b"X: a\x7fb",
            b"X: a\rb",
            b"X: a\r",
            b"X: a\n",
            b"X: a\r\n b",
            b"X: a\r\n\tb",
            b"X:\r\n y",
        ),
        *(
            b"X: \x0b",
            b"X: \x08",
            b"X: \x1b[0m",
            b"\nX: y",
            b"\rX: y",
            b"@: y",
            b"[X]: y",
            b'"X": y',
            b"X,Y: z",
            b"{X}: y",
        ),
    ):
        yield b"GET /compute/x HTTP/1.1\r\n" + field + b"\r\n" + HOST + b"\r\n"
        yield b"GET /compute/x HTTP/1.1\r\n" + HOST + field + b"\r\n\r\n"
    yield b"GET /compute/x HTTP/1.1\r\n" + HOST + HOST + b"\r\n"
    yield b"GET /compute/x HTTP/1.1\r\n" + HOST + b"host: other\r\n\r\n"


BAD_HOSTS = [
    *(None, b"", b"a b", b"a,b", b"a/b", b"localhost@evil.example", b"localhost\\evil", b"http://localhost"),
    *(
        b"localhost:80:80",
        b"localhost:x",
        b"[::1",
        b"evil.example",
        b"localhost.evil.example",
        b"127.0.0.1.evil.example",
    ),
    *(b"10.0.0.1", b"169.254.169.254:80", b"[fe80::1]", b"evil-localhost", b"0.0.0.0", b"128.0.0.1", b"localhost#"),
]


KINDS = {
    "a length and a coding": both,
    "lengths": lengths,
    "hidden codings": hidden,
    "codings": codings,
    "chunks": chunks,
    "request lines": request_lines,
    "fields": fields,
}


def test_there_are_many() -> None:
    assert sum(len(list(kind())) for kind in KINDS.values()) > 450


def heard(url: str, raw: bytes, pieces: int = 1, patience: float = 5) -> bytes:
    """All that a proxy says to some bytes, sent in so many pieces, until it ends the connection or has no more to say."""
    host, port = url.removeprefix("http://").split(":")
    said = b""
    with socket.create_connection((host, int(port)), timeout=patience) as connection:
        try:
            size = -(-len(raw) // pieces)
            for at in range(0, len(raw), size):
                connection.sendall(raw[at : at + size])
            while piece := connection.recv(65536):
                said += piece
        except TimeoutError:
            return said + b"<open>"
        except ConnectionError:
            pass
    return said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pieces", [1, 7])
def test_what_could_be_read_in_two_ways_is_refused_and_nothing_behind_it_is_asked(
    recorder: BackgroundProxy, cloud: RawCloud, kind: str, pieces: int
) -> None:
    for raw in KINDS[kind]():
        said = heard(recorder.url, raw + SECOND, pieces)
        assert not said.endswith(b"<open>"), raw
        assert said[:10] in (b"", b"HTTP/1.1 4", b"HTTP/1.1 5"), raw
        assert len(re.findall(rb"HTTP/1.1 \d", said)) <= 1, raw
        asked = [one.line.split()[1] for one in cloud.received]
        assert "/compute/smuggled" not in asked, raw
    assert say(recorder.url, request("GET /identity/v3")).status == 200


@pytest.mark.parametrize("host", BAD_HOSTS)
def test_a_name_that_is_not_ours_is_refused(recorder: BackgroundProxy, cloud: RawCloud, host: bytes | None) -> None:
    before = len(cloud.received)
    field = b"" if host is None else b"Host: " + host + b"\r\n"
    said = heard(recorder.url, b"GET /compute/x HTTP/1.1\r\nConnection: close\r\n" + field + b"\r\n")
    assert said[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 403")
    assert len(cloud.received) == before


@pytest.mark.parametrize(
    "host", [b"localhost", b"LOCALHOST:1", b"a.localhost", b"localhost.", b"127.9.9.9:80", b"[::1]:1"]
)
def test_the_names_of_this_machine_are_ours(recorder: BackgroundProxy, host: bytes) -> None:
    raw = b"GET /identity/v3 HTTP/1.1\r\nConnection: close\r\nHost: " + host + b"\r\n\r\n"
    assert heard(recorder.url, raw).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("coding", [b"gzip", b"identity", b"gzip, chunked", b"br", b"x"])
def test_a_coding_that_nobody_here_knows_is_501(recorder: BackgroundProxy, coding: bytes) -> None:
    said = heard(recorder.url, post(b"Transfer-Encoding: " + coding + b"\r\n", b"1\r\na\r\n0\r\n\r\n"))
    assert said.startswith(b"HTTP/1.1 501 ")
    assert coding in said


# --- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        b"GET /compute/x HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 1_000_000,
        b"GET /" + b"x" * 1_000_000,
        b"GET /compute/x HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 100_000,
        b"GET /compute/x HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 2_000 + b"\r\n",
    ],
)
def test_a_head_has_limits(recorder: BackgroundProxy, head: bytes) -> None:
    assert b"HTTP/1.1 431 " in heard(recorder.url, head)


@pytest.mark.parametrize(
    "behind", [b"1;" + b"x" * 1_000_000, b"0\r\n" + b"X: y\r\n" * 100_000, b"1;x\r\na\r\n0;" + b"y" * 500_000]
)
def test_what_stands_beside_chunks_has_a_limit(recorder: BackgroundProxy, behind: bytes) -> None:
    said = heard(recorder.url, post(CHUNKED, behind))
    assert not said.endswith(b"<open>")
    assert b" 200 " not in said


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits of time are those of seconds."""
    monkeypatch.setattr("cloudtape.http.connection.HEAD_SECONDS", 0.5)
    monkeypatch.setattr("cloudtape.http.connection.BODY_SECONDS", 0.5)
    monkeypatch.setattr("cloudtape.http.server.LOOK_SECONDS", 0.1)


@pytest.mark.parametrize(
    "begun", [b"G", b"GET /x HTTP/1.1\r\nX-A: ", b"GET /x HTTP/1.1\r\nHost: h\r\n", SECOND + b"GET /"]
)
@pytest.mark.usefixtures("soon")
def test_a_head_that_takes_its_time_is_408(recorder: BackgroundProxy, begun: bytes) -> None:
    host, port = recorder.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(begun)
        said, began = b"", time.monotonic()
        while piece := connection.recv(65536):
            said += piece
    assert b"HTTP/1.1 408 " in said
    assert time.monotonic() - began < 5


@pytest.mark.usefixtures("soon")
def test_a_body_that_does_not_come_is_408_and_an_idle_connection_stays(recorder: BackgroundProxy) -> None:
    host, port = recorder.url.removeprefix("http://").split(":")
    with (
        socket.create_connection((host, int(port)), timeout=10) as idle,
        socket.create_connection((host, int(port)), timeout=10) as slow,
    ):
        slow.sendall(post(LENGTH, b"12"))
        assert slow.recv(65536).startswith(b"HTTP/1.1 408 ")
        idle.sendall(request("GET /identity/v3"))
        assert idle.recv(65536).startswith(b"HTTP/1.1 200 ")


# --- what must go on working -----------------------------------------------------------------------------------------


def test_empty_lines_before_a_request_may_come_alone(recorder: BackgroundProxy) -> None:
    host, port = recorder.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as client:
        for piece in (b"\r\n", b"\r", b"\n", request("GET /identity/v3")):
            client.sendall(piece)
            time.sleep(0.1)  # each comes by itself
        assert client.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_requests_in_pieces_of_any_size_are_the_same(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    raw = (
        "GET /compute/a?n=é HTTP/1.1\r\nHost: localhost\r\nX-Empty:\r\n\r\n\r\n".encode()
        + post(CHUNKED, b"3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n")
        + post(LENGTH, b"\r\n\r\n\n", b"PUT /compute/y HTTP/1.1\r\n")
        + "DELETE /compute/ü HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    )
    for pieces in (1, 2, 3, 5, 11, 50, len(raw)):
        cloud.received.clear()
        assert heard(recorder.url, raw, pieces).count(b"HTTP/1.1 404 ") == 4
        lines = [one.line.encode("latin-1").decode() for one in cloud.received]
        assert lines == [
            "GET /compute/a?n=é HTTP/1.1",
            "POST /compute/x HTTP/1.1",
            "PUT /compute/y HTTP/1.1",
            "DELETE /compute/ü HTTP/1.1",
        ]
        assert [one.body for one in cloud.received] == [b"", b"abc", b"\r\n\r\n\n", b""]


Ask = Callable[[str], bytes]


@pytest.mark.parametrize("offer", ["h2c", "TLS/1.3", "h2c, foo"])
def test_an_offer_of_another_protocol_is_declined_and_the_request_answered(
    recorder: BackgroundProxy, cloud: RawCloud, offer: str
) -> None:
    fields = b"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nUpgrade: " + offer.encode()
    raw = post(fields + b"\r\n" + LENGTH, b"hello") + SECOND.replace(b"smuggled", b"next")
    said = heard(recorder.url, raw, patience=1)
    assert said.count(b"HTTP/1.1 404 ") == 2
    first, second = cloud.received[-2:]
    assert (first.body, second.line) == (b"hello", "GET /compute/next HTTP/1.1")
    assert not first.all("upgrade") + first.all("http2-settings") + first.all("connection")


def test_a_websocket_is_declined_in_words(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    before = len(cloud.received)
    fields = b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    said = heard(recorder.url, post(fields, b"\x81\x05hello", b"GET /compute/x HTTP/1.1\r\n"))
    assert said.startswith(b"HTTP/1.1 501 ")
    assert b"websocket" in said
    assert not said.endswith(b"<open>")
    assert len(cloud.received) == before
