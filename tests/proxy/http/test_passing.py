"""Answers that take their time: what of them has come reaches the client, and they are kept when they are whole."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.cassette import Cassette
from tests.proxy.raw_cloud import RawCloud, Received, request, say

Taped = Callable[[], Cassette]


class Slow:
    """An answer of a cloud, of which a piece is said when the test says so."""

    def __init__(self, head: str, chunked: bool = True) -> None:
        self._head, self._chunked = head, chunked
        self._pieces: list[bytes | None] = []
        self._more = threading.Semaphore(0)

    def say(self, *pieces: bytes | None) -> None:
        """None ends the answer."""
        for piece in pieces:
            self._pieces.append(piece)
            self._more.release()

    def __call__(self, _: Received, connection: socket.socket) -> bytes | None:
        lines = ["HTTP/1.1 200 OK", *self._head.splitlines()]
        lines += ["Transfer-Encoding: chunked"] if self._chunked else []
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        while self._more.acquire(timeout=10):
            piece = self._pieces.pop(0)
            if piece is None:
                return b"0\r\n\r\n" if self._chunked else b""
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if self._chunked else piece)
        return None


@pytest.fixture
def asking(recorder: BackgroundProxy) -> Iterator[Callable[[str], socket.socket]]:
    """Sends a request and reads what has come of the answer."""
    opened = []

    def ask(line: str) -> socket.socket:
        host, port = recorder.url.removeprefix("http://").split(":")
        opened.append(socket.create_connection((host, int(port)), timeout=5))
        opened[-1].sendall(request(line))
        return opened[-1]

    yield ask
    for one in opened:
        one.close()


def heard(connection: socket.socket, end: bytes) -> bytes:
    """All that comes until `end` has come."""
    found = b""
    while end not in found:
        piece = connection.recv(65536)
        assert piece, f"it ended behind {found!r}"
        found += piece
    return found


@pytest.mark.parametrize("kind", ["text/event-stream", "text/plain", "application/octet-stream", "application/json"])
def test_each_piece_is_passed_on_before_the_next_one_comes(
    cloud: RawCloud, asking: Callable[[str], socket.socket], taped: Taped, kind: str
) -> None:
    cloud.answers["/compute/events"] = slow = Slow(f"Content-Type: {kind}")
    client = asking("GET /compute/events")
    for number in range(4):
        slow.say(b"data: %d\n\n" % number)
        heard(client, b"data: %d\n\n" % number)
    assert len(taped()) == 1
    slow.say(None)
    heard(client, b"0\r\n\r\n")
    assert taped().interaction(2).response.body == b"".join(b"data: %d\n\n" % number for number in range(4))


def test_blanks_of_a_bulk_operation_keep_the_client_waiting_and_its_document_is_rewritten(
    cloud: RawCloud, recorder: BackgroundProxy, asking: Callable[[str], socket.socket], taped: Taped
) -> None:
    cloud.answers["/compute/bulk"] = slow = Slow("Content-Type: application/json")
    client = asking("POST /compute/bulk")
    slow.say(b" ")
    heard(client, b"1\r\n \r\n")
    slow.say(b"\r\n")
    heard(client, b"2\r\n\r\n\r\n")
    url = f"{cloud.url}/compute/v2.1/x".encode()
    slow.say(b'{"Response Status": "200 OK", "href": "' + url[:20])
    heard(client, b'"href": "')
    slow.say(url[20:] + b'"}', None)
    assert b'http://proxy.localhost:8780/compute/v2.1/x"}' in heard(client, b"0\r\n\r\n").replace(b"\r\n", b"")
    body = taped().interaction(2).response.body
    assert body == b' \r\n{"Response Status": "200 OK", "href": "' + url + b'"}'


def test_a_body_of_known_length_is_whole_only_when_it_is_kept(
    cloud: RawCloud, asking: Callable[[str], socket.socket], taped: Taped
) -> None:
    cloud.answers["/compute/log"] = slow = Slow("Content-Type: text/plain\nContent-Length: 9", chunked=False)
    client = asking("GET /compute/log")
    slow.say(b"one")
    heard(client, b"one")
    slow.say(b"two")
    heard(client, b"two")
    assert len(taped()) == 1
    slow.say(b"end")
    heard(client, b"end")
    assert taped().interaction(2).response.body == b"onetwoend"


def test_a_log_that_grows_until_the_connection_ends(
    cloud: RawCloud, asking: Callable[[str], socket.socket], taped: Taped
) -> None:
    cloud.answers["/compute/log"] = slow = Slow("Content-Type: text/plain\nConnection: close", chunked=False)

    def serve(received: Received, connection: socket.socket) -> None:
        slow(received, connection)
        connection.shutdown(socket.SHUT_RDWR)

    cloud.answers["/compute/log"] = serve
    client = asking("GET /compute/log")
    slow.say(b"line 1\n")
    heard(client, b"line 1\n")
    slow.say(b"line 2\n", None)
    heard(client, b"0\r\n\r\n")
    assert taped().interaction(2).response.body == b"line 1\nline 2\n"


def test_a_slow_catalog_teaches_its_routes_all_the_same(
    cloud: RawCloud, recorder: BackgroundProxy, asking: Callable[[str], socket.socket]
) -> None:
    document = cloud.login(volume=f"{cloud.url}/volume/v3").partition(b"\r\n\r\n")[2]
    cloud.answers["GET /v3/auth/catalog"] = slow = Slow("Content-Type: application/json")
    client = asking("GET /identity/v3/auth/catalog")
    slow.say(b'{"catalog": ')
    client.settimeout(1.5)
    with pytest.raises(TimeoutError):
        client.recv(1)
    client.settimeout(5)
    slow.say(document.partition(b'"catalog": ')[2].partition(b', "expires_at"')[0] + b"}", None)
    heard(client, b"/block-storage/v3")
    assert say(recorder.url, request("GET /block-storage/v3")).status == 404


def test_a_document_that_comes_at_once_keeps_its_length(
    cloud: RawCloud, asking: Callable[[str], socket.socket]
) -> None:
    cloud.answers["/compute/x"] = slow = Slow("Content-Type: application/json\nContent-Length: 8", chunked=False)
    client = asking("GET /compute/x")
    slow.say(b'{"a": ', b"1}")
    assert b"Content-Length: 8\r\n" in heard(client, b'{"a": 1}')
