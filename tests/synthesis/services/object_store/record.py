"""Asks a real Swift everything that the scenarios ask, and writes down its answers: `python -m tests.synthesis.services.object_store.record`.

Takes a minute. It installs Swift into `build/real-swift` if it is not there, and writes `answers.jsonl`, which the tests
compare with. To be done after a change of the scenarios, or for a new Swift.
"""

from __future__ import annotations

import json
import shutil
import socket
import time
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

from tests.synthesis.services.object_store.exchanges import Step, comparable, without_manifests
from tests.synthesis.services.object_store.real import cluster
from tests.synthesis.services.object_store.scenarios import all_steps

ANSWERS = Path(__file__).parent / "answers.jsonl"


def main() -> None:
    shutil.rmtree(cluster.HOME / "devices", ignore_errors=True)
    found: dict[str, list[dict[str, Any]]] = {}
    with cluster.running() as port:
        for name, index, step in all_steps():
            if step.settle:
                cluster.settle()
            if step.method in ("PUT", "POST", "DELETE", "COPY"):
                time.sleep(0.002)  # no two writes at the same hundredth of a millisecond
            row = {"story": name, "step": index, "asked": str(step)[:200], "digest": step.digest} | answer(port, step)
            found.setdefault(name, []).append(row)
    rows = [row for story in found.values() for row in without_manifests(story)]
    ANSWERS.write_text("".join(json.dumps(row) + "\n" for row in rows))


def answer(port: int, step: Step) -> dict[str, object]:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(message(step))
        response = HTTPResponse(connection, method=step.method)
        response.begin()
        return comparable(response.status, response.getheaders(), response.read())


def message(step: Step) -> bytes:
    """The request byte for byte: header names in their case, no header but those of the step and what HTTP needs."""
    headers = [("Host", "127.0.0.1"), ("Connection", "close"), *step.headers]
    if step.token:
        headers.append(("X-Auth-Token", step.token))
    body, names = step.body, {name.lower(): value for name, value in step.headers}
    if names.get("transfer-encoding") == "chunked":
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    elif names.get("content-length") == "none":
        headers = [one for one in headers if one[0] != "Content-Length"]
    elif "content-length" not in names and (body or step.method in ("PUT", "POST", "COPY")):
        headers.append(("Content-Length", str(len(body))))
    lines = [f"{step.method} {step.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


if __name__ == "__main__":
    main()
