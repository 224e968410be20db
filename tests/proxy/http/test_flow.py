"""Bodies are taken only as fast as the slower side takes them, and what nobody takes does not pile up."""

import asyncio
import socket
import threading
import time
from contextlib import suppress

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.http.flow import MOST_WAITING, Arriving
from tests.proxy.raw_cloud import RawCloud, Received, request, say

SIZE = 64 << 20


def connected(recorder: BackgroundProxy) -> socket.socket:
    host, port = recorder.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def test_a_client_that_does_not_read_stops_the_cloud(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    sent = []

    def large(_: Received, connection: socket.socket) -> None:
        connection.settimeout(1)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE)
        try:
            while True:
                sent.append(connection.send(b"x" * 65536))
        except TimeoutError:
            connection.close()

    cloud.answers["/compute/x"] = large
    with connected(recorder) as client:
        client.sendall(request("GET /compute/x"))
        began = time.monotonic()
        while (not sent or time.monotonic() - began < 3) and time.monotonic() - began < 10:
            time.sleep(0.1)
    assert 0 < sum(sent) < SIZE // 2
    assert say(recorder.url, request("GET /identity/v3")).status == 200


def test_a_cloud_that_does_not_read_stops_the_client(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        accepted: list[socket.socket] = []
        threading.Thread(target=lambda: accepted.append(deaf.accept()[0]), daemon=True).start()
        cloud.answers["/v3/auth/tokens"] = cloud.login(deaf=f"http://127.0.0.1:{deaf.getsockname()[1]}/d")
        say(recorder.url, request("POST /identity/v3/auth/tokens", "Content-Length: 2", body=b"{}"))
        with connected(recorder) as client:
            client.settimeout(2)
            client.sendall(request("PUT /deaf/x", f"Content-Length: {SIZE}"))
            sent = 0
            with suppress(TimeoutError):
                while sent < SIZE:
                    sent += client.send(b"x" * 65536)
        assert sent < SIZE // 2
        for one in accepted:
            one.close()
    assert say(recorder.url, request("GET /identity/v3")).status == 200


def test_a_client_that_goes_within_its_upload_ends_it_at_the_cloud(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    with connected(recorder) as client:
        client.sendall(request("PUT /compute/x", "Transfer-Encoding: chunked", body=b"3\r\nabc\r\n"))
        time.sleep(0.2)
    assert say(recorder.url, request("GET /identity/v3")).status == 200
    assert not [one for one in cloud.received if one.line.startswith("PUT")]


def test_pieces_wait_until_there_are_too_many() -> None:
    async def run() -> list[bool]:
        held: list[bool] = []
        body = Arriving(held.append)
        for _ in range(5):
            body.add(b"x" * (MOST_WAITING // 4))
        assert held == [True]
        assert len(await body.some()) == MOST_WAITING // 4
        assert len(await body.some()) == MOST_WAITING // 4
        assert held == [True]
        await body.some()
        body.fail(ConnectionResetError("gone"))
        await body.some()
        await body.some()
        with pytest.raises(ConnectionResetError):
            await body.some()
        return held

    assert asyncio.run(run()) == [True, False]
