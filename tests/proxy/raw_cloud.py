"""A cloud that says exactly the bytes a test wants, and keeps the bytes it was sent.

Only what HTTP itself demands is tested against it; what OpenStack says is tested with recordings of the real one.
"""

import json
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

VERSION = json.dumps({"version": {"id": "v3.14", "status": "stable", "links": []}}).encode()


@dataclass
class Received:
    """One request as it came over the wire; `body` with chunks joined, `peer` whose connection it came on."""

    line: str
    fields: list[tuple[str, str]]
    body: bytes
    peer: object = None

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key.lower() == name.lower()]


def answer(status: str, headers: str = "", body: bytes = b"") -> bytes:
    """A response with a Content-Length; `headers` a line each."""
    lines = [f"HTTP/1.1 {status}", *headers.splitlines(), f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def document(value: Any, status: str = "200 OK", headers: str = "") -> bytes:
    return answer(status, "Content-Type: application/json\n" + headers, json.dumps(value).encode())


@dataclass
class RawCloud:
    port: int
    answers: dict[str, bytes | Callable[[Received, socket.socket], bytes | None]] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    early: dict[str, bytes] = field(default_factory=dict)
    """Said at the sight of a request's head; its body is not read."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def login(self, **urls: str) -> bytes:
        """The answer to a login, whose service catalog holds these services."""
        catalog = [
            {"type": kind.replace("_", "-"), "endpoints": [{"interface": "public", "region_id": "R", "url": url}]}
            for kind, url in {"identity": f"{self.url}/v3", **urls}.items()
        ]
        token = {"token": {"catalog": catalog, "expires_at": "2026-01-01T00:00:00.000000Z"}}
        return document(token, "201 Created", "X-Subject-Token: a-token-of-the-cloud")


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        cloud: RawCloud = self.server.cloud  # type: ignore[attr-defined]
        while request := self._read():
            cloud.received.append(request)
            method, target, _ = request.line.split(" ", 2)
            found = cloud.answers.get(f"{method} {target}", cloud.answers.get(target))
            said = found(request, self.connection) if callable(found) else found
            if said is None:
                if found is None:
                    said = answer("404 Not Found")
                else:
                    return
            self.wfile.write(said)
            if b"\r\nconnection: close" in said.split(b"\r\n\r\n")[0].lower():
                return

    def _read(self) -> Received | None:
        line = self.rfile.readline().decode("latin-1").strip()
        if not line:
            return None
        fields = []
        while row := self.rfile.readline().decode("latin-1").strip("\r\n"):
            name, _, value = row.partition(":")
            fields.append((name, value.strip()))
        if said := self.server.cloud.early.get(line.split(" ")[1]):  # type: ignore[attr-defined]
            self.wfile.write(said)
            return None
        body = self._body({name.lower(): value for name, value in fields})
        return Received(line, fields, body, self.client_address)

    def _body(self, fields: dict[str, str]) -> bytes:
        if fields.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(fields.get("content-length", 0)))


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Connections that the other side breaks are what some tests are about."""


@contextmanager
def raw_cloud() -> Iterator[RawCloud]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        cloud = RawCloud(server.server_address[1])
        cloud.answers["/v3"] = answer("200 OK", "Content-Type: application/json", VERSION)
        cloud.answers["/v3/auth/tokens"] = cloud.login(compute=f"{cloud.url}/compute/v2.1")
        server.cloud = cloud  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield cloud
        server.shutdown()


@dataclass
class Said:
    """One response as it came over the wire; `body` with chunks joined."""

    status: int
    reason: str
    fields: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def one(self, name: str) -> str:
        (value,) = self.all(name)
        return value


def say(url: str, raw: bytes, head: bool = False) -> Said:
    """Send bytes to a proxy's address and read one response (interim ones are skipped)."""
    host, port = url.removeprefix("http://").split("/")[0].rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(raw)
        reader = connection.makefile("rb")
        return read_response(reader, head)


def read_response(reader: Any, head: bool = False) -> Said:
    line = reader.readline().decode("latin-1").strip()
    if not line:
        raise ConnectionError("the connection was closed without a response")
    _, status, *reason = line.split(" ", 2)
    fields = []
    while row := reader.readline().decode("latin-1").strip("\r\n"):
        name, _, value = row.partition(":")
        fields.append((name, value.strip()))
    if status == "100":
        return read_response(reader, head)
    lower = {name.lower(): value for name, value in fields}
    body = b""
    if not head and lower.get("transfer-encoding") == "chunked":
        while size := int(reader.readline() or b"-1", 16):
            if size < 0:
                raise ConnectionError("the body was cut short")
            body += reader.read(size)
            reader.readline()
    elif not head:
        body = reader.read(int(lower.get("content-length", 0)))
        if len(body) < int(lower.get("content-length", 0)):
            raise ConnectionError("the body was cut short")
    return Said(int(status), " ".join(reason), fields, body)


def request(line: str, *fields: str, body: bytes = b"") -> bytes:
    lines = [f"{line} HTTP/1.1", *fields]
    if not any(row.lower().startswith("host:") for row in fields):
        lines.insert(1, "Host: proxy.localhost:8780")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
