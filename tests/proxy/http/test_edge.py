"""What HTTP asks of a proxy, on real sockets, byte for byte."""

import gzip
import hashlib
import json
import socket
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.cassette import Cassette
from tests.proxy.raw_cloud import RawCloud, Received, answer, document, read_response, request, say

PUBLIC = "http://proxy.localhost:8780"
Start = Callable[..., BackgroundProxy]
Taped = Callable[[], Cassette]


@pytest.mark.parametrize(
    "target",
    [
        "/compute/v2.1/a%2Fb%20c/%7Ed/%c3%a9",
        "/compute/v2.1//x/../y/.",
        "/compute/v2.1/servers/",
        "/compute/v2.1/?a=b&a=c&d",
    ],
)
def test_a_path_reaches_the_cloud_byte_for_byte(recorder: BackgroundProxy, cloud: RawCloud, target: str) -> None:
    say(recorder.url, request(f"GET {target}"))
    assert cloud.received[-1].line == f"GET {target} HTTP/1.1"


def test_hop_by_hop_fields_end_at_the_proxy(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    cloud.answers["/compute/x"] = answer("200 OK", "Connection: X-Inner\nX-Inner: 1\nKeep-Alive: timeout=5\nX-Outer: 2")
    sent = [
        "Connection: X-Mine, keep-alive",
        "X-Mine: 1",
        "TE: trailers",
        "Proxy-Authorization: Basic eDp5",
        "X-Yours: 2",
    ]
    said = say(recorder.url, request("GET /compute/x", *sent))
    assert not said.all("x-inner") + said.all("keep-alive")
    assert said.one("X-Outer") == "2"
    received = cloud.received[-1]
    assert not received.all("x-mine") + received.all("te") + received.all("proxy-authorization")
    assert received.all("X-Yours") == ["2"]


def test_nothing_is_added_to_a_request(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    say(recorder.url, request("GET /compute/x"))
    assert {name.lower() for name, _ in cloud.received[-1].fields} == {"host"}


def test_repeated_fields_stay_apart_and_in_order(recorder: BackgroundProxy, cloud: RawCloud, taped: Taped) -> None:
    cloud.answers["/compute/x"] = answer("200 OK", "Vary: A\nX-B: 1\nVary: C")
    said = say(recorder.url, request("GET /compute/x", "Accept: a/b", "X-C: 1", "Accept: c/d"))
    assert said.all("Vary") == ["A", "C"]
    assert cloud.received[-1].all("Accept") == ["a/b", "c/d"]
    kept = taped().interaction(2)
    assert [name for name, _ in kept.response.headers][:3] == ["Vary", "X-B", "Vary"]
    assert [value for name, value in kept.request.headers if name == "Accept"] == ["a/b", "c/d"]


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found"])
def test_head_has_the_length_and_no_body(recorder: BackgroundProxy, cloud: RawCloud, status: str) -> None:
    cloud.answers["HEAD /compute/x"] = f"HTTP/1.1 {status}\r\nContent-Length: 1234\r\nX-Meta: m\r\n\r\n".encode()
    said = say(recorder.url, request("HEAD /compute/x"), head=True)
    assert (said.one("Content-Length"), said.one("X-Meta")) == ("1234", "m")


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_a_status_without_body_leaves_the_connection_usable(
    recorder: BackgroundProxy, cloud: RawCloud, status: str
) -> None:
    cloud.answers["/compute/x"] = f'HTTP/1.1 {status}\r\nETag: "e"\r\n\r\n'.encode()
    cloud.answers["/compute/y"] = answer("200 OK", body=b"second")
    host, port = recorder.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        reader = connection.makefile("rb")
        connection.sendall(request("GET /compute/x"))
        first = read_response(reader, head=True)
        connection.sendall(request("GET /compute/y"))
        second = read_response(reader)
    assert (first.status, first.all("transfer-encoding"), second.body) == (int(status[:3]), [], b"second")


def test_chunks_pass_in_both_directions(recorder: BackgroundProxy, cloud: RawCloud, taped: Taped) -> None:
    cloud.answers["/compute/x"] = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    chunks = b"4\r\nwxyz\r\n1\r\n!\r\n0\r\n\r\n"
    said = say(recorder.url, request("PUT /compute/x", "Transfer-Encoding: chunked", body=chunks))
    assert (said.body, cloud.received[-1].body) == (b"abcde", b"wxyz!")
    kept = taped().interaction(2)
    assert (kept.request.body, kept.response.body) == (b"wxyz!", b"abcde")


def test_a_length_that_was_announced_reaches_the_cloud(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    say(recorder.url, request("PUT /compute/x", "Content-Length: 200000", body=b"x" * 200000))
    received = cloud.received[-1]
    assert (received.all("Content-Length"), received.all("Transfer-Encoding")) == (["200000"], [])
    assert received.body == b"x" * 200000


def test_100_continue_is_said_before_the_body_is_sent(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    host, port = recorder.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        reader = connection.makefile("rb")
        connection.sendall(request("PUT /compute/x", "Content-Length: 5", "Expect: 100-continue"))
        interim = reader.readline() + reader.readline()
        connection.sendall(b"12345")
        final = read_response(reader)
    assert (interim, final.status) == (b"HTTP/1.1 100 Continue\r\n\r\n", 404)
    assert cloud.received[-1].body == b"12345"


def test_100_continue_is_not_said_for_a_request_that_is_refused(recorder: BackgroundProxy) -> None:
    raw = request("PUT /nowhere/x", "Content-Length: 5", "Expect: 100-continue")
    host, port = recorder.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(raw)
        assert connection.makefile("rb").readline().startswith(b"HTTP/1.1 404")


def test_copy_is_a_method_like_any_other(recorder: BackgroundProxy, cloud: RawCloud, taped: Taped) -> None:
    cloud.answers["COPY /compute/v1/AUTH_p/c/o"] = answer("201 Created")
    said = say(recorder.url, request("COPY /compute/v1/AUTH_p/c/o", "Destination: c/other"))
    assert said.status == 201
    assert taped().interaction(2).request.method == "COPY"


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_coded_document_is_rewritten_for_the_client_and_kept_in_plain(
    recorder: BackgroundProxy, cloud: RawCloud, taped: Taped, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    body = json.dumps({"href": f"{cloud.url}/compute/v2.1/servers"}).encode()
    cloud.answers["/compute/x"] = answer(
        "200 OK", f"Content-Type: application/json\nContent-Encoding: {coding}", pack(body)
    )
    said = say(recorder.url, request("GET /compute/x", f"Accept-Encoding: {coding}"))
    assert json.loads(said.body) == {"href": f"{PUBLIC}/compute/v2.1/servers"}
    assert taped().interaction(2).response.body == body


def test_a_coded_body_without_links_passes_untouched(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    packed = gzip.compress(b'{"a": 1}')
    cloud.answers["/compute/x"] = answer("200 OK", "Content-Type: application/json\nContent-Encoding: gzip", packed)
    said = say(recorder.url, request("GET /compute/x"))
    assert (said.body, said.one("Content-Encoding")) == (packed, "gzip")


def test_catalog_links_and_location_lead_to_the_proxy(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    cloud.answers["/compute/x"] = document(
        {"next": f"{cloud.url}/compute/v2.1/servers?marker=1", "other": "http://elsewhere/"},
        "300 Multiple Choices",
        f"Location: {cloud.url}/compute/v2.1/y\nLink: <{cloud.url}/v3>; rel=self\nContent-Location: /compute/z",
    )
    said = say(recorder.url, request("GET /compute/x"))
    assert json.loads(said.body) == {"next": f"{PUBLIC}/compute/v2.1/servers?marker=1", "other": "http://elsewhere/"}
    assert said.one("Location") == f"{PUBLIC}/compute/v2.1/y"
    assert said.one("Link") == f"<{PUBLIC}/identity/v3>; rel=self"
    assert said.one("Content-Location") == "/compute/z"


def test_the_proxys_own_address_is_the_clouds_for_the_cloud(
    recorder: BackgroundProxy, cloud: RawCloud, taped: Taped
) -> None:
    body = json.dumps({"imageRef": f"{PUBLIC}/compute/v2/images/1"}).encode()
    fields = ("Content-Type: application/json", f"Content-Length: {len(body)}", f"X-Ref: {PUBLIC}/identity/v3")
    say(recorder.url, request("POST /compute/servers", *fields, body=body))
    received = cloud.received[-1]
    assert json.loads(received.body) == {"imageRef": f"{cloud.url}/compute/v2/images/1"}
    assert received.all("X-Ref") == [f"{cloud.url}/v3"]
    assert received.all("Content-Length") == [str(len(received.body))]
    assert taped().interaction(2).request.body == received.body


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("{proxy}/compute/images/1", "{cloud}/compute/images/1"),
        ("http%3A%2F%2Fproxy.localhost%3A8780%2Fcompute%2Fx", "http%3A%2F%2F127.0.0.1%3A{port}%2Fcompute%2Fx"),
        ("http%3a//proxy.localhost%3a8780/compute/x", "http%3a//127.0.0.1%3a{port}/compute/x"),
        ("http%3A%2F%2Fproxy.localhost%3A8780%2Fnosuch", "http%3A%2F%2Fproxy.localhost%3A8780%2Fnosuch"),
        ("http%3A%2F%2Fproxy.localhost%3A87801%2Fcompute", "http%3A%2F%2Fproxy.localhost%3A87801%2Fcompute"),
    ],
)
def test_the_proxys_address_is_the_clouds_in_queries_and_forms(
    recorder: BackgroundProxy, cloud: RawCloud, taped: Taped, ours: str, theirs: str
) -> None:
    ours, theirs = (one.format(proxy=PUBLIC, cloud=cloud.url, port=cloud.port) for one in (ours, theirs))
    form = f"a=1&ref={ours}".encode()
    fields = ("Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(form)}")
    say(recorder.url, request(f"POST /compute/x?ref={ours}&b=2", *fields, body=form))
    received = cloud.received[-1]
    assert received.line == f"POST /compute/x?ref={theirs}&b=2 HTTP/1.1"
    assert received.body == f"a=1&ref={theirs}".encode()
    assert received.all("Content-Length") == [str(len(received.body))]
    assert taped().interaction(2).request.uri == f"{cloud.url}/compute/x?ref={theirs}&b=2"


def test_a_replay_at_another_address_exchanges_its_own(
    recorder: BackgroundProxy, cloud: RawCloud, proxy: Start
) -> None:
    def asked(host: str) -> bytes:
        url = f"http://{host}/compute/images/1"
        body = json.dumps({"endpoint": {"url": url, "other": f"{cloud.url}/v3"}}).encode()
        fields = ("Content-Type: application/json", f"Content-Length: {len(body)}", f"Host: {host}")
        return request(f"POST /compute/endpoints?ref={quote(url, safe='')}", *fields, body=body)

    def made(received: Received, _: socket.socket) -> bytes:
        return document({"endpoint": {"id": "e1-of-mine", **json.loads(received.body)["endpoint"]}}, "201 Created")

    cloud.answers[f"/compute/endpoints?ref={quote(f'{cloud.url}/compute/images/1', safe='')}"] = made
    told = [say(recorder.url, asked("proxy.localhost:8780")), say(proxy("replay").url, asked("other.localhost"))]
    assert [json.loads(each.body)["endpoint"] for each in told] == [
        {"id": "e1-of-mine", "url": f"http://{host}/compute/images/1", "other": f"{cloud.url}/v3"}
        for host in ("proxy.localhost:8780", "other.localhost")
    ]


def test_a_path_and_its_names_are_left_alone(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    target = "/compute/x/http%3A%2F%2Fproxy.localhost%3A8780%2Fcompute"
    say(recorder.url, request(f"GET {target}"))
    assert cloud.received[-1].line == f"GET {target} HTTP/1.1"


@pytest.mark.parametrize("url", ["{proxy}/compute/v2.1/mine", "{cloud}/compute/v2.1/mine", "http://else.example/x"])
def test_an_address_that_a_client_wrote_as_data_comes_back_as_it_wrote_it(
    recorder: BackgroundProxy, cloud: RawCloud, url: str
) -> None:
    def stored(received: Received, _: socket.socket) -> bytes:
        body = {"endpoint": {"url": json.loads(received.body)["endpoint"]["url"], "id": "e1-of-mine", **links}}
        cloud.answers["/v3/endpoints/e1-of-mine"] = document(body)
        other = {"id": "e2-of-others", "url": f"{cloud.url}/compute/v2.1/mine"}
        cloud.answers["GET /v3/endpoints"] = document({"endpoints": [body["endpoint"], other]})
        return document(body, "201 Created")

    links = {"links": {"self": f"{cloud.url}/v3/endpoints/e1-of-mine"}}
    url = url.format(proxy=PUBLIC, cloud=cloud.url)
    cloud.answers["POST /v3/endpoints"] = stored
    sent = json.dumps({"endpoint": {"url": url}}).encode()
    fields = ("Content-Type: application/json", f"Content-Length: {len(sent)}")
    made = say(recorder.url, request("POST /identity/v3/endpoints", *fields, body=sent))
    shown = say(recorder.url, request("GET /identity/v3/endpoints/e1-of-mine"))
    listed = say(recorder.url, request("GET /identity/v3/endpoints"))
    endpoint = {"url": url, "id": "e1-of-mine", "links": {"self": f"{PUBLIC}/identity/v3/endpoints/e1-of-mine"}}
    assert json.loads(made.body) == json.loads(shown.body) == {"endpoint": endpoint}
    other = {"id": "e2-of-others", "url": f"{PUBLIC}/compute/v2.1/mine"}
    assert json.loads(listed.body) == {"endpoints": [endpoint, other]}


def test_a_catalog_leads_to_the_proxy_whatever_was_written(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    url = f"{cloud.url}/compute/v2.1"
    cloud.answers["POST /v3/endpoints"] = document({"endpoint": {"url": url, "id": "e1-of-mine"}}, "201 Created")
    cloud.answers["/v3/auth/catalog"] = document({"catalog": [{"endpoints": [{"url": url, "id": "e1-of-mine"}]}]})
    sent = json.dumps({"endpoint": {"url": url}}).encode()
    fields = ("Content-Type: application/json", f"Content-Length: {len(sent)}")
    assert url in say(recorder.url, request("POST /identity/v3/endpoints", *fields, body=sent)).body.decode()
    assert url not in say(recorder.url, request("GET /identity/v3/auth/catalog")).body.decode()


def test_what_is_uploaded_is_not_rewritten_in_either_direction(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    place, data = "/compute/v1/AUTH_p/c/o", json.dumps({"ours": f"{PUBLIC}/compute", "theirs": f"{cloud.url}/compute"})
    cloud.answers[f"PUT {place}"] = answer("201 Created")
    cloud.answers[f"GET {place}"] = answer("200 OK", "Content-Type: application/json", data.encode())
    fields = ("Content-Type: application/json", f"Content-Length: {len(data)}", f"X-Object-Meta-From: {PUBLIC}/compute")
    say(recorder.url, request(f"PUT {place}", *fields, body=data.encode()))
    assert cloud.received[-1].body.decode() == data
    assert cloud.received[-1].all("X-Object-Meta-From") == [f"{PUBLIC}/compute"]
    assert say(recorder.url, request(f"GET {place}")).body.decode() == data


def test_somebodys_file_is_not_rewritten(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    data = json.dumps({"href": f"{cloud.url}/compute/v2.1"}).encode()
    etag = hashlib.md5(data).hexdigest()
    cloud.answers["/compute/x"] = answer("200 OK", f"Content-Type: application/json\nETag: {etag}", data)
    assert say(recorder.url, request("GET /compute/x")).body == data


def test_forwarded_addresses_are_believed(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    cloud.answers["/compute/x"] = document({"href": f"{cloud.url}/v3"})
    fields = ("X-Forwarded-Proto: https", "X-Forwarded-Host: tape.example")
    said = say(recorder.url, request("GET /compute/x", *fields))
    assert json.loads(said.body) == {"href": "https://tape.example/identity/v3"}
    assert not cloud.received[-1].all("X-Forwarded-Host")


def test_the_absolute_form_is_served_for_known_routes_with_links_untouched(
    recorder: BackgroundProxy, cloud: RawCloud
) -> None:
    cloud.answers["/compute/x"] = document({"href": f"{cloud.url}/v3"})
    said = say(recorder.url, request(f"GET {cloud.url}/compute/x", f"Host: 127.0.0.1:{cloud.port}"))
    assert json.loads(said.body) == {"href": f"{cloud.url}/v3"}


@pytest.mark.parametrize("target", ["http://127.0.0.1:1/", "https://example.org/x"])
def test_it_is_no_open_proxy(recorder: BackgroundProxy, cloud: RawCloud, target: str) -> None:
    before = len(cloud.received)
    assert say(recorder.url, request(f"GET {target}")).status == 403
    assert len(cloud.received) == before


def test_connect_is_refused(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    assert 400 <= say(recorder.url, request(f"CONNECT 127.0.0.1:{cloud.port}")).status < 500


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /compute/\x01x HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GARBAGE\r\n\r\n",
        b"GET /compute/x HTTP/1.1\r\nHost: h\r\nX: " + b"x" * 300_000 + b"\r\n\r\n",
        b"POST /compute/x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        b"POST /compute/x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /compute/x HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        b"GET /compute/x HTTP/1.1\r\nHost: a\r\nHost: b c\r\n\r\n",
        b'GET /compute/x HTTP/1.1\r\nHost: "><script>\r\n\r\n',
    ],
)
def test_what_is_no_http_gets_a_4xx_and_the_proxy_lives_on(recorder: BackgroundProxy, raw: bytes) -> None:
    assert 400 <= say(recorder.url, raw).status < 500
    assert say(recorder.url, request("GET /identity/v3")).status == 200


def test_a_broken_answer_is_cut_short_for_the_client_and_not_recorded(
    recorder: BackgroundProxy, cloud: RawCloud, taped: Taped
) -> None:
    def cut(_: Received, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n" + b"x" * 100_000)
        connection.close()

    cloud.answers["/compute/x"] = cut
    with pytest.raises(ConnectionError):
        say(recorder.url, request("GET /compute/x"))
    assert len(taped()) == 1
    assert say(recorder.url, request("GET /identity/v3")).status == 200


def test_a_client_that_goes_away_leaves_nothing_behind(
    recorder: BackgroundProxy, cloud: RawCloud, taped: Taped
) -> None:
    host, port = recorder.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(request("PUT /compute/x", "Content-Length: 500000", body=b"x" * 100_000))
    assert say(recorder.url, request("GET /identity/v3")).status == 200
    assert [one.request.method for one in taped()] == ["POST", "GET"]


def test_a_body_that_is_not_in_its_coding_passes_as_it_is(recorder: BackgroundProxy, cloud: RawCloud) -> None:
    cloud.answers["/compute/x"] = answer(
        "200 OK", "Content-Type: application/json\nContent-Encoding: gzip", b'{"a": 1}'
    )
    assert say(recorder.url, request("GET /compute/x")).body == b'{"a": 1}'
    assert not recorder.lost
