"""A forward proxy between us and the cloud: whether there is one, and requests through it."""

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from cloudtape.background import BackgroundProxy
from cloudtape.config import Config, Tls, mode_named
from cloudtape.errors import ConfigError, UpstreamUnreachable
from cloudtape.http.proxies import Proxies, is_exempt, parse_proxy
from tests.proxy.http import test_tls
from tests.proxy.raw_cloud import RawCloud, raw_cloud, request, say

authority, cacert, client_cert, secure = test_tls.authority, test_tls.cacert, test_tls.client_cert, test_tls.cloud


@pytest.mark.parametrize(
    ("exempt", "host", "port", "is_so"),
    [
        ("", "a.example", 80, False),
        ("*", "a.example", 80, True),
        ("a.example", "a.example", 80, True),
        ("A.Example.", "a.EXAMPLE", 80, True),
        ("example", "a.example", 80, True),
        (".example", "a.example", 80, True),
        ("*.example", "a.example", 80, True),
        ("example", "notexample", 80, False),
        ("b.example, a.example", "a.example", 80, True),
        ("a.example:81", "a.example", 80, False),
        ("a.example:80", "a.example", 80, True),
        ("10.0.0.0/8", "10.1.2.3", 80, True),
        ("10.0.0.0/8", "11.1.2.3", 80, False),
        ("10.1.2.3", "10.1.2.3", 80, True),
        ("10.1.2.3:80", "10.1.2.3", 80, True),
        ("10.1.2.3:81", "10.1.2.3", 80, False),
        ("::1", "::1", 80, True),
        ("[::1]", "::1", 80, True),
        ("fd00::/8", "fd00::1", 80, True),
        ("fd00::/8", "10.1.2.3", 80, False),
        (",, ,", "a.example", 80, False),
    ],
)
def test_no_proxy_names_hosts_domains_and_networks(exempt: str, host: str, port: int, is_so: bool) -> None:
    assert is_exempt(host, port, exempt) == is_so


@pytest.mark.parametrize(
    ("environment", "url", "proxy"),
    [
        ({}, "http://c", None),
        ({"http_proxy": "http://p:1"}, "http://c", "http://p:1"),
        ({"HTTP_PROXY": "p:1"}, "http://c", "http://p:1"),
        ({"http_proxy": "http://low", "HTTP_PROXY": "http://up"}, "http://c", "http://low:80"),
        ({"http_proxy": "", "HTTP_PROXY": "http://up"}, "http://c", None),
        ({"http_proxy": "http://p:1"}, "https://c", None),
        ({"HTTPS_PROXY": "https://p"}, "https://c", "https://p:443"),
        ({"ALL_PROXY": "http://[::1]:3128"}, "https://c", "http://[::1]:3128"),
        ({"HTTP_PROXY": "http://p:1", "NO_PROXY": "c"}, "http://c", None),
        ({"HTTP_PROXY": "http://p:1", "no_proxy": "c"}, "http://d", "http://p:1"),
        ({"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, "http://c", None),
    ],
)
def test_the_environment_says_which_proxy_leads_where(environment: dict[str, str], url: str, proxy: str | None) -> None:
    found = Proxies(None, environment).leading_to(urlsplit(url))
    assert (str(found) if found else None) == proxy


def test_a_proxy_that_is_given_goes_before_the_environment() -> None:
    environment = {"HTTP_PROXY": "http://p:1", "NO_PROXY": "*"}
    assert str(Proxies("http://q:2", environment).leading_to(urlsplit("http://c"))) == "http://q:2"
    assert Proxies("", {"HTTP_PROXY": "http://p:1"}).leading_to(urlsplit("http://c")) is None


@pytest.mark.parametrize(
    "url", ["socks5://p:1", "http://", "http://u:secret@:1", "http://p:x", "ftp://u:secret@p", "http://p/x"]
)
def test_what_is_no_proxy_is_one_line_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_proxy(url)
    assert "secret" not in str(refused.value)


def test_credentials_are_sent_and_not_shown() -> None:
    proxy = parse_proxy("http://me:p%40ss@proxy:3128")
    assert base64.b64decode(proxy.authorization.removeprefix("Basic ")) == b"me:p@ss"
    assert str(proxy) == "http://proxy:3128"


# --- through one -----------------------------------------------------------------------------------------------------


class Forward:
    """A forward proxy that wants a password: absolute URLs, and CONNECT."""

    def __init__(self, listening: socket.socket, wanted: str = "") -> None:
        self.lines: list[str] = []
        self._listening, self._wanted = listening, wanted
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=self._pass, args=[self._listening.accept()[0]], daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                if not (piece := client.recv(65536)):
                    return
                head += piece
            line = head.split(b"\r\n")[0].decode()
            self.lines.append(line)
            method, target, _ = line.split(" ")
            if self._wanted and self._wanted.encode() not in head:
                client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
            name, port = target.removeprefix("http://").split("/")[0].split(":")
            with socket.create_connection((name, int(port))) as server:
                if method == "CONNECT":
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    server.sendall(head)
                back = threading.Thread(target=self._copy, args=[server, client], daemon=True)
                back.start()
                self._copy(client, server)
                back.join(5)

    @staticmethod
    def _copy(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(65536):
                other.sendall(piece)
            other.shutdown(socket.SHUT_WR)


@contextmanager
def forward(wanted: str = "") -> Iterator[Forward]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        one = Forward(listening, wanted)
        threading.Thread(target=one.serve, daemon=True).start()
        yield one


@pytest.fixture
def plain() -> Iterator[RawCloud]:
    with raw_cloud() as found:
        found.answers[f"{found.url}/v3"] = found.answers["/v3"]  # a proxy may pass the whole URL on
        yield found


ME = base64.b64encode(b"me:secret").decode()


def passing(upstream: str, proxy: str | None, **tls: object) -> BackgroundProxy:
    return BackgroundProxy(Config(mode_named("passthrough"), (), upstream, proxy=proxy, tls=Tls(**tls)))  # type: ignore[arg-type]


def test_plain_http_goes_through_with_whole_urls_and_credentials_for_the_proxy(plain: RawCloud) -> None:
    with forward(ME) as between:
        with passing(f"{plain.url}/v3", between.url.replace("//", "//me:secret@")) as started:
            assert say(started.url, request("GET /identity/v3")).status == 200
        assert between.lines[-1] == f"GET {plain.url}/v3 HTTP/1.1"


def test_https_goes_through_a_tunnel_and_is_checked(
    secure: tuple[str, bool],
    cacert: Path,
    client_cert: Path,
) -> None:
    url, wants_client = secure
    with forward(ME) as between:
        proxy = between.url.replace("//", "//me:secret@")
        with passing(url, proxy, cacert=cacert, cert=client_cert if wants_client else None) as started:
            assert say(started.url, request("GET /identity/v3")).status == 200
        assert between.lines[-1] == f"CONNECT {urlsplit(url).netloc} HTTP/1.1"
        with pytest.raises(UpstreamUnreachable, match="certificate"), passing(url, proxy):
            pass


def test_a_proxy_that_refuses_is_told_without_its_password(secure: tuple[str, bool]) -> None:
    with (
        forward(ME) as between,
        pytest.raises(UpstreamUnreachable, match="407 Proxy Authentication Required") as refused,
        passing(secure[0], between.url.replace("//", "//me:wrong@")),
    ):
        pass
    assert "wrong" not in str(refused.value)


def test_a_proxy_that_is_not_there_is_named(plain: RawCloud) -> None:
    with (
        pytest.raises(UpstreamUnreachable, match=r"Connection refused \(through the proxy http://127.0.0.1:1\)"),
        passing(f"{plain.url}/v3", "http://127.0.0.1:1"),
    ):
        pass


def test_the_environment_is_heeded(plain: RawCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    with forward() as between:
        monkeypatch.setenv("HTTP_PROXY", between.url)
        with passing(f"{plain.url}/v3", None) as started:
            assert say(started.url, request("GET /identity/v3")).status == 200
        assert len(between.lines) >= 1
        monkeypatch.setenv("NO_PROXY", "127.0.0.0/8")
        seen = len(between.lines)
        with passing(f"{plain.url}/v3", None) as started:
            assert say(started.url, request("GET /identity/v3")).status == 200
        assert len(between.lines) == seen


def test_a_proxy_may_be_reached_by_tls(plain: RawCloud, authority: trustme.CA, cacert: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        context.wrap_socket(listening, server_side=True) as secure,
    ):
        one = Forward(secure)
        threading.Thread(target=one.serve, daemon=True).start()
        with passing(f"{plain.url}/v3", one.url.replace("http", "https"), cacert=cacert) as started:
            assert say(started.url, request("GET /identity/v3")).status == 200
        assert one.lines[-1] == f"GET {plain.url}/v3 HTTP/1.1"
