"""Whatever is answered that was neither recorded nor made up nor forwarded is a miss, wherever it was found out."""

import re
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.messages import Request, Route
from cloudtape.probes import is_probe
from tests.proxy.raw_cloud import RawCloud, answer, request, say
from tests.proxy.test_cli import SAMPLE, cloudtape

Start = Callable[..., BackgroundProxy]


@pytest.fixture
def replay(proxy: Start) -> BackgroundProxy:
    return proxy("replay", cassettes=(Path(SAMPLE),))


def talk(url: str, *sent: bytes) -> bytes:
    """What is said to bytes that are sent one after the other."""
    host, port = url.removeprefix("http://").split(":")
    said = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        for one in sent:
            connection.sendall(one)
            time.sleep(0.1)
        while chunk := connection.recv(65536):
            said += chunk
    return said


@pytest.mark.parametrize(
    ("sent", "status", "reason"),
    [
        (request("GET /nosuch/v1/x"), 404, "/nosuch is no route of this proxy"),
        (request("GET /_session/ci-1/nosuch/x"), 404, "/nosuch is no route"),
        (request("GET /"), 404, "/ is no route"),
        (request("GET http://elsewhere.example/v2.1/servers"), 403, "http://elsewhere.example is no route"),
        (request("CONNECT elsewhere.example:443"), 405, "opens no tunnels"),
        (request("FOO /compute/v2.1/servers"), 501, "FOO of this kind was recorded"),
        (request("F(O /compute/v2.1/servers"), 400, "method"),
        (request("DELETE /compute/v2.1/servers"), 501, "no DELETE on this path was recorded"),
        (request("GET /compute/v2.1/servers", "Host: a b"), 400, "Host"),
        (request("GET /_session/a%20b/compute/v2.1/servers"), 400, "a session's name"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, ""),  # TLS
    ],
)
def test_what_has_no_answer_is_a_miss_with_its_reason(
    replay: BackgroundProxy, sent: bytes, status: int, reason: str
) -> None:
    assert say(replay.url, sent).status == status
    (miss,) = replay.misses
    assert reason in miss.reason
    assert replay.journal.counts["missed"] == 1


def test_a_miss_belongs_to_the_session_that_asked(replay: BackgroundProxy) -> None:
    say(replay.url, request("GET /_session/ci-1/nosuch/x"))
    say(replay.url, request("GET /nosuch/x", "X-Cloudtape-Session: ci-2"))
    assert [miss.session for miss in replay.misses] == ["ci-1", "ci-2"]


def test_a_body_that_breaks_is_answered_once_and_is_one_miss(replay: BackgroundProxy) -> None:
    head = request("PUT /compute/v2.1/x", "Transfer-Encoding: chunked")
    said = talk(replay.url, head, b"no-number\r\n", request("GET /compute/v2.1"))
    assert re.findall(rb"HTTP/1.1 (\d+)", said) == [b"400"]
    (miss,) = replay.misses
    assert (miss.method, miss.uri.endswith("/v2.1/x")) == ("PUT", True)
    assert "the body of the request is broken" in miss.reason


def test_a_client_that_goes_away_within_its_request_has_missed_nothing(replay: BackgroundProxy) -> None:
    host, port = replay.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request("PUT /compute/v2.1/x", "Content-Length: 10") + b"12345")
    say(replay.url, request("GET /compute/v2.1"))
    assert replay.misses == []


@pytest.mark.parametrize("mode", ["record", "passthrough"])
@pytest.mark.parametrize(
    "broken",
    [
        b"no HTTP at all\r\n\r\n",
        b"",
        answer("200 OK", body=b"x" * 10)[:-5],
        answer("200 OK", body=b"x" * 200_000)[:-5],
    ],
)
def test_what_the_cloud_breaks_is_a_miss(proxy: Start, cloud: RawCloud, tape: Path, mode: str, broken: bytes) -> None:
    def breaks(_: object, connection: socket.socket) -> None:
        connection.sendall(broken)
        connection.shutdown(socket.SHUT_RDWR)

    cloud.answers["POST /v3/x"] = breaks
    started = proxy(mode, cloud, cassettes=(tape,) if mode == "record" else ())
    try:
        said = say(started.url, request("POST /identity/v3/x", "Content-Length: 0")).status
    except ConnectionError:  # its head had gone out already
        said = 0
    assert said == (0 if len(broken) > 100_000 else 502)
    (miss,) = started.misses
    assert miss.uri == f"{cloud.url}/v3/x"
    assert not started.journal.counts["recorded"] + started.journal.counts["forwarded"]


def test_a_cloud_that_cannot_be_reached_any_more_is_a_miss(proxy: Start, tape: Path) -> None:
    from tests.proxy.raw_cloud import raw_cloud

    with raw_cloud() as cloud:
        started = proxy("record", cloud)
        cloud.answers["/v3/x"] = answer("200 OK", "Connection: close")
        say(started.url, request("GET /identity/v3/x"))
    assert say(started.url, request("GET /identity/v3/x")).status == 502
    assert [miss.uri for miss in started.misses] == [f"{cloud.url}/v3/x"]


# --- probes of versions ----------------------------------------------------------------------------------------------

ID = "d0c8b1a5d0c8b1a5d0c8b1a5d0c8b1a5"


@pytest.mark.parametrize(
    ("service", "target", "expected"),
    [
        ("compute", "", True),
        ("compute", "/", True),
        ("compute", "/v2.0", True),
        ("compute", "/v2.1/", True),
        ("block-storage", f"/v3/{ID}", True),
        ("image", "/versions", True),
        ("compute", "/versions", False),
        ("compute", "/v2.1/servers", False),
        ("compute", "/v2.1?limit=1", False),
        ("compute", "/v2.1x", False),
        ("block-storage", f"/v3/{ID}/volumes", False),
        ("object-store", "/", True),
        ("object-store", "/v1", False),
        ("object-store", f"/v1/{ID}", False),
        ("object-store", f"/v1/AUTH_{ID}", False),
    ],
)
def test_which_requests_only_probe_for_versions(service: str, target: str, expected: bool) -> None:
    route = Route(service, service, "http://cloud/base")
    assert is_probe(Request("GET", f"http://cloud/base{target}"), route) is expected
    assert not is_probe(Request("POST", f"http://cloud/base{target}"), route)
    assert not is_probe(Request("GET", f"http://cloud/base{target}"), None)


def test_probes_are_counted_apart_and_are_no_misses(replay: BackgroundProxy) -> None:
    for target in ("/network/", "/compute/v2.0", "/compute/v3/"):
        assert say(replay.url, request(f"GET {target}")).status == 501
    assert (replay.misses, replay.journal.counts["probed"]) == ([], 3)


def ask(*targets: str) -> tuple[str, ...]:
    """A command that asks for paths of the proxy, and takes any answer."""
    script = (
        "import os, sys, urllib.request as r, urllib.error\n"
        "base = os.environ['OS_AUTH_URL'].removesuffix('/identity/v3')\n"
        "for path in sys.argv[1:]:\n"
        "    try: r.urlopen(base + path)\n"
        "    except urllib.error.HTTPError as error: print(error.code)\n"
    )
    return ("--", sys.executable, "-c", script, *targets)


@pytest.mark.parametrize(
    ("targets", "code", "said"),
    [
        (("/nosuch/v1/x",), 1, "missed    404 GET /nosuch/v1/x: /nosuch is no route"),
        (("/compute/v2.0", "/network/"), 0, "probed    501 GET http"),
        (("/identity/v3",), 0, "replayed  200 GET http"),
    ],
)
def test_a_strict_run_fails_on_whatever_was_missed_and_shows_it(targets: tuple[str, ...], code: int, said: str) -> None:
    done = cloudtape("run", "--strict", "-v", "--cassette", SAMPLE, *ask(*targets))
    assert done.returncode == code
    assert said in done.stderr


def test_the_end_says_how_many_versions_were_probed_for() -> None:
    done = cloudtape("run", "--strict", "--cassette", SAMPLE, *ask("/compute/v2.0", "/identity/v3"))
    assert "1 replayed, 0 missed" in done.stderr
    assert "by rung: 1 exact" in done.stderr
    assert "1 probe of versions that were not recorded" in done.stderr


def test_a_strict_recording_fails_on_a_miss_too(cloud: RawCloud, tape: Path) -> None:
    words = ("--upstream", f"{cloud.url}/v3", "--cassette", str(tape))
    done = cloudtape("run", "--mode", "record", "--strict", *words, *ask("/identity/v3", "/nosuch/x"))
    assert (done.returncode, "1 recorded, 1 missed" in done.stderr) == (1, True)


def test_secrets_are_not_printed_with_a_miss(replay: BackgroundProxy) -> None:
    token = "gAAAAABm" + "x" * 80
    say(replay.url, request(f"GET /compute/v2.1/nosuch?X-Auth-Token={token}&password=hunter2"))
    say(replay.url, request(f"GET /nosuch/{token}?password=hunter2"))
    assert len(replay.misses) == 2
    assert not re.search("hunter2|gAAAA", str(replay.misses))
