"""Upstream TLS, with certificates of a private CA."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from cloudtape.background import BackgroundProxy
from cloudtape.config import Config, Tls, mode_named
from cloudtape.errors import ConfigError, UpstreamUnreachable
from tests.proxy.raw_cloud import VERSION, request, say


class Keystone(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(VERSION)))
        self.end_headers()
        self.wfile.write(VERSION)

    def log_message(self, *_: object) -> None:
        pass


class QuietServer(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Handshakes that fail are what some tests are about."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def cacert(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def client_cert(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "client.pem"
    authority.issue_cert("client@example.org").private_key_and_cert_chain_pem.write_to_path(str(path))
    return path


@pytest.fixture(params=[False, True], ids=["", "client certificate wanted"])
def cloud(authority: trustme.CA, request: pytest.FixtureRequest) -> Iterator[tuple[str, bool]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    if request.param:
        authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    with QuietServer(("127.0.0.1", 0), Keystone) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}/v3", request.param
        server.shutdown()


def proxy(url: str, **tls: object) -> BackgroundProxy:
    return BackgroundProxy(Config(mode_named("passthrough"), (), url, tls=Tls(**tls)))  # type: ignore[arg-type]


def test_a_private_ca_is_trusted_when_it_is_named(cloud: tuple[str, bool], cacert: Path, client_cert: Path) -> None:
    url, wants_client = cloud
    with proxy(url, cacert=cacert, cert=client_cert if wants_client else None) as started:
        assert say(started.url, request("GET /identity/v3")).body == VERSION


def test_insecure_trusts_anybody(cloud: tuple[str, bool], client_cert: Path) -> None:
    url, wants_client = cloud
    with proxy(url, insecure=True, cert=client_cert if wants_client else None) as started:
        assert say(started.url, request("GET /identity/v3")).status == 200


def test_an_unknown_ca_is_not_trusted(cloud: tuple[str, bool]) -> None:
    with pytest.raises(UpstreamUnreachable, match="certificate"), proxy(cloud[0]):
        pass


@pytest.mark.parametrize("name", ["cacert", "cert"])
def test_a_file_that_is_no_certificate_is_one_clear_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "bad.pem").write_text("no certificate")
    with pytest.raises(ConfigError, match=r"bad\.pem"), proxy("https://127.0.0.1:1/v3", **{name: tmp_path / "bad.pem"}):
        pass
