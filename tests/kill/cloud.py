"""A cloud that answers what `asking` asks, slowly enough in the middle of large answers to be interrupted there."""

import http.server
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.kill.asking import said

VERSION = b'{"version": {"id": "v3.14", "status": "stable", "links": []}}'


class Cloud(http.server.ThreadingHTTPServer):
    """`middle` hears of each answer of which only a part was sent."""

    daemon_threads = True
    middle: Callable[[], None] = staticmethod(lambda: None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v3"

    def handle_error(self, *_: Any) -> None:
        """Whoever asked was killed."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Cloud

    def do_GET(self) -> None:
        _, _, *rest = self.path.split("/")
        kind, number = (rest[-2], int(rest[-1])) if rest and rest[-1].isdigit() else ("", 0)
        content_type, body = said(kind, number) if kind else ("application/json", VERSION)
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header(
            *(("Transfer-Encoding", "chunked") if kind == "chunked" else ("Content-Length", str(len(body))))
        )
        self.end_headers()
        half = len(body) // 2
        self._send(body[:half], kind)
        if half > 10_000:
            self.server.middle()
            time.sleep(random.random() * 0.004)
        self._send(body[half:], kind)
        if kind == "chunked":
            self.wfile.write(b"0\r\n\r\n")

    def _send(self, piece: bytes, kind: str) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if kind == "chunked" else piece)

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def cloud() -> Iterator[Cloud]:
    with Cloud(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
