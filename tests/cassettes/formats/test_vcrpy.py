"""Cassettes and the real vcrpy, both ways."""

import gzip
import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import vcr
from vcr.persisters.filesystem import FilesystemPersister
from vcr.serializers import yamlserializer

from cloudtape.cassettes.cassette import load
from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Interaction, Request, Response

BODY = json.dumps({"servers": [{"id": "1", "name": "ä, \"b'"}, {"id": "2"}], "next": None}).encode()
BINARY = bytes(range(256))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    writer = CassetteWriter.create(tmp_path / "tape.yaml")
    for number, body in enumerate((BODY, BINARY, b"")):
        headers = (("Content-Type", "application/json"), ("X-Two", "a"), ("X-Two", "b"))
        request = Request("POST", f"http://cloud.example/{number}", (("Accept", "*/*"),), b'{"x": "1"}')
        writer.append(Interaction(request, Response(200, "OK", headers, body)))
    writer.close()
    return writer.path


def test_vcrpy_loads_what_was_recorded(path: Path) -> None:
    requests, responses = FilesystemPersister.load_cassette(path, yamlserializer)
    assert [(one.method, one.uri, one.body) for one in requests] == [
        ("POST", f"http://cloud.example/{number}", b'{"x": "1"}') for number in range(3)
    ]
    assert [one["body"]["string"] for one in responses] == [BODY, BINARY, b""]
    assert responses[0]["headers"]["X-Two"] == ["a", "b"]


def test_vcrpy_replays_what_was_recorded(path: Path) -> None:
    with vcr.use_cassette(path, record_mode="none", match_on=["method", "uri", "body"]):
        for number, body in enumerate((BODY, BINARY, b"")):
            connection = http.client.HTTPConnection("cloud.example")
            connection.request("POST", f"/{number}", body=b'{"x": "1"}')
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (200, body)


class Service(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = gzip.compress(BODY, mtime=0)
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_what_vcrpy_recorded_is_loaded(service: int, tmp_path: Path) -> None:
    path = tmp_path / "vcr.yaml"
    with vcr.use_cassette(path):
        for _ in range(2):
            connection = http.client.HTTPConnection("127.0.0.1", service)
            connection.request("GET", "/x?a=b")
            assert gzip.decompress(connection.getresponse().read()) == BODY
            connection.close()
    only, again = load(path)
    assert again.request == only.request
    assert (only.request.method, only.request.uri) == ("GET", f"http://127.0.0.1:{service}/x?a=b")
    assert only.response.body == gzip.compress(BODY, mtime=0)
