"""HTTP/1.1 on the listening side, byte for byte, with a handler of a few lines."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable

import pytest

from cloudtape.cassettes.faults import fault
from cloudtape.cassettes.messages import Response, Stream
from cloudtape.http.connection import MAX_QUEUED
from cloudtape.http.hosts import Door
from cloudtape.http.incoming import Incoming
from cloudtape.http.server import Server

GET = b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n"
OLD = b"GET /x HTTP/1.0\r\n\r\n"


async def pieces(*some: bytes) -> AsyncIterator[bytes]:
    for one in some:
        yield one


async def echo(incoming: Incoming) -> Response:
    body = await incoming.read() if incoming.has_body else b""
    return Response(200, "OK", (("X-Target", incoming.target),), incoming.method.encode() + b" " + body)


async def streaming(_: Incoming) -> Response:
    return Response(200, "OK", (), Stream(pieces(b"abc", b"", b"de")))


async def early(_: Incoming) -> Response:
    return Response(413, "Too Large", (), b"")


async def gone(_: Incoming) -> None:
    return None


def answering(response: Response) -> Callable[[Incoming], object]:
    async def handle(_: Incoming) -> Response:
        return response

    return handle


def talk(handler: object, sent: bytes) -> bytes:
    """All that a server says to some bytes on one connection, until it ends it or we have no more to say."""

    async def conversation() -> bytes:
        server = Server(handler, lambda status, why: fault("", status, why), Door(0))  # type: ignore[arg-type]
        listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*listener.sockets[0].getsockname())
        writer.write(sent)
        said = b""
        try:
            async with asyncio.timeout(0.3):
                while chunk := await reader.read(65536):
                    said += chunk
        except (TimeoutError, ConnectionError):
            said += b"<open>" if not reader.at_eof() else b""
        writer.close()
        listener.close()
        await server.shutdown(1)
        await asyncio.sleep(0.01)
        assert not server.connections
        return re.sub(rb"Date: [^\r]*\r\n", b"", said)

    return asyncio.run(conversation())


def test_an_answer_is_framed_by_its_length_and_the_connection_stays() -> None:
    assert talk(echo, GET) == b"HTTP/1.1 200 OK\r\nX-Target: /x\r\nContent-Length: 4\r\n\r\nGET <open>"


def test_an_answer_has_a_date() -> None:
    answer = Response(200, "OK", (("date", "then"),))
    assert b"date: then\r\n" in talk(answering(answer), GET)


def test_requests_that_came_at_once_are_answered_in_their_order() -> None:
    sent = b"".join(b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % n for n in range(3 * MAX_QUEUED))
    targets = re.findall(rb"X-Target: /(\d+)", talk(echo, sent))
    assert list(map(int, targets)) == list(range(3 * MAX_QUEUED))


def test_a_body_in_chunks_is_read_whole() -> None:
    sent = b"PUT /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    assert talk(echo, sent + GET).count(b"PUT abc") == 1


def test_a_stream_of_unknown_length_is_chunked() -> None:
    said = talk(streaming, GET + GET)
    assert said.count(b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n") == 2


def test_an_old_client_gets_no_chunks_but_the_end_of_the_connection() -> None:
    assert talk(streaming, OLD) == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde"


@pytest.mark.parametrize(
    ("sent", "connection", "stays"),
    [
        (GET, None, True),
        (GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), b"close", False),
        (OLD, b"close", False),
        (OLD.replace(b"\r\n\r\n", b"\r\nConnection: keep-alive\r\n\r\n"), b"keep-alive", True),
    ],
)
def test_the_client_decides_whether_the_connection_stays(sent: bytes, connection: bytes | None, stays: bool) -> None:
    said = talk(echo, sent)
    found = re.search(rb"\r\nConnection: ([^\r]*)", said)
    assert (found[1] if found else None, said.endswith(b"<open>")) == (connection, stays)


@pytest.mark.parametrize(("status", "length"), [(204, b""), (304, b"Content-Length: 7\r\n")])
def test_a_status_without_body_has_none(status: int, length: bytes) -> None:
    said = talk(answering(Response(status, "No", (("Content-Length", "7"),), b"nothing")), GET)
    assert said == b"HTTP/1.1 %d No\r\n%b\r\n<open>" % (status, length)


def test_what_is_no_http_is_answered_once_and_the_connection_ends() -> None:
    said = talk(echo, b"GARBAGE\r\n\r\n" + GET)
    assert (said.count(b"HTTP/1.1"), said.count(b"HTTP/1.1 400"), said.endswith(b"<open>")) == (1, 1, False)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"GET http://[::1/ HTTP/1.1", b"the request target is not a URL: http://[::1/"),
        (b"GET http://a:99999/ HTTP/1.1", b"the request target is not a URL: http://a:99999/"),
        (b"GET /\x01 HTTP/1.1", b"Invalid char in url path"),
    ],
)
def test_a_refusal_says_in_one_line_what_is_wrong(line: bytes, reason: bytes) -> None:
    said = talk(echo, line + b"\r\nHost: h\r\n\r\n")
    assert b'"message":"%b"' % reason in said


def test_a_body_that_is_framed_wrongly_ends_the_connection() -> None:
    sent = b"PUT /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"
    assert b"HTTP/1.1 200" not in talk(early_reader, sent)


async def early_reader(incoming: Incoming) -> Response | None:
    try:
        return Response(200, "OK", (), await incoming.read())
    except Exception:
        return None


def test_what_is_left_of_a_request_that_was_answered_early_is_thrown_away() -> None:
    sent = b"PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n12345"
    assert talk(early, sent + GET).count(b"HTTP/1.1 413") == 2


def test_a_handler_that_has_nothing_to_say_ends_the_connection() -> None:
    assert talk(gone, GET) == b""


def test_another_protocol_is_not_spoken_after_an_upgrade() -> None:
    upgrade = b"GET /x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    said = talk(echo, upgrade + b"\x81\x05hello")
    assert (said.count(b"HTTP/1.1"), said.endswith(b"<open>")) == (1, False)


@pytest.mark.parametrize(("seconds", "said"), [(60, b"late"), (0.05, b"")])
def test_a_shutdown_waits_so_many_seconds_for_an_answer_that_is_under_way(seconds: float, said: bytes) -> None:
    async def conversation() -> bytes:
        asked, may_answer = asyncio.Event(), asyncio.Event()

        async def slow(_: Incoming) -> Response:
            asked.set()
            await may_answer.wait()
            return Response(200, "OK", (), b"late")

        server = Server(slow, lambda status, why: fault("", status, why), Door(0))
        listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*listener.sockets[0].getsockname())
        writer.write(GET)
        await asked.wait()
        shutdown = asyncio.create_task(server.shutdown(seconds))
        await asyncio.sleep(0.1)
        may_answer.set()
        heard = b""
        with contextlib.suppress(ConnectionError):
            heard = await reader.read()
        await shutdown
        writer.close()
        listener.close()
        return heard.rpartition(b"\r\n\r\n")[2]

    assert asyncio.run(conversation()) == said


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b=1", "a\nb", "a\0b"])
@pytest.mark.parametrize("body", [b"x", Stream(pieces(b"x"))])
def test_what_no_field_may_hold_is_never_written(value: str, body: bytes | Stream) -> None:
    said = talk(answering(Response(200, "OK", (("X-Name", value),), body)), GET + GET)
    assert said.count(b"HTTP/1.1 500 ") == 2
    assert b"Set-Cookie" not in said
    assert b"\0" not in said
