"""A cloud on loopback that answers each request as planned.

Which answer is meant, a request says in its X-OpenStack-Request-ID, as OpenStack's own clients name theirs; the answer names
it again. A token answer with a service catalog teaches the recorder its routes.
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.planter.exchange import Exchange

ID = "X-OpenStack-Request-ID"
PROJECT = "0342b7fe4aa24e009e12a22e490cacdb"
# The service type of the catalog, and the base of its endpoint.
SERVICES = {
    "identity": "/identity/v3",
    "compute": "/compute/v2.1",
    "object-store": f"/object-store/v1/AUTH_{PROJECT}",
    "key-manager": "/key-manager",
    "orchestration": f"/orchestration/v1/{PROJECT}",
    "block-storage": f"/volume/v3/{PROJECT}",
    "network": "/network",
    "image": "/image",
    "baremetal": "/baremetal",
    "database": f"/database/v1.0/{PROJECT}",
    "load-balancer": "/load-balancer",
    "container-infrastructure-management": "/container-infra/v1",
    "shared-file-system": f"/share/v2/{PROJECT}",
    "messaging": "/messaging",
    "workflow": "/workflow/v2",
    "clustering": "/clustering",
    "data-processing": "/data-processing/v2",
    "dns": "/dns",
    "alarm": "/alarm",
    "s3": "/s3",
    "dashboard": "/dashboard",
}

# Where an endpoint of the catalog is without a version, as most clouds have it, clients put one behind it.
VERSIONS = {
    "key-manager": "/v1",
    "network": "/v2.0",
    "image": "/v2",
    "baremetal": "/v1",
    "load-balancer": "/v2.0",
    "messaging": "/v2",
    "clustering": "/v1",
    "dns": "/v2",
    "alarm": "/v2",
}


class Cloud(ThreadingHTTPServer):
    """Serves while the `with` lasts; `plans` maps a request's id to the exchange whose answer it gets."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.plans: dict[str, Exchange] = {}
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Cloud:
        Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def catalog(self) -> list[dict[str, Any]]:
        return [
            {"type": kind, "name": kind, "id": f"{n:032x}", "endpoints": [self._endpoint(n, base)]}
            for n, (kind, base) in enumerate(SERVICES.items(), 1)
        ]

    def _endpoint(self, n: int, base: str) -> dict[str, str]:
        return {
            "id": f"{n + 4096:032x}",
            "interface": "public",
            "region": "RegionOne",
            "region_id": "RegionOne",
            "url": self.url + base,
        }


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Cloud
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_: object) -> None:
        pass

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(1 << 20)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        self._read()
        plan = self.server.plans.get(self.headers.get(ID, ""))
        if plan is None:
            self._introduce()
        else:
            self._send(plan)
        self.wfile.flush()

    def _read(self) -> None:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            return
        while size := int(self.rfile.readline().split(b";")[0], 16):
            self.rfile.read(size + 2)
        while self.rfile.readline().strip():
            pass

    def _introduce(self) -> None:
        """What is not planned: the recorder asks for the version, the client for a token."""
        version = {"version": {"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": self.path}]}}
        token = {"token": {"methods": ["password"], "project": {"id": PROJECT}, "catalog": self.server.catalog()}}
        content = json.dumps(version if self.command == "GET" else token).encode()
        self.send_response(200 if self.command == "GET" else 201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _send(self, plan: Exchange) -> None:
        self.send_response(plan.status)
        self.send_header(ID, self.headers[ID])
        for name, value in plan.response.all_headers():
            self.send_header(name, value)
        if plan.method == "HEAD" or plan.response.pieces is None:
            self.send_header("Content-Length", str(len(plan.response.content)))
            self.end_headers()
            self.wfile.write(b"" if plan.method == "HEAD" else plan.response.content)
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in plan.response.chunks():
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")
