"""How long another client waits while one large body goes through.

    python bench/waiting.py [record|replay|mixed|demo ...] [--mib 1 4 16 64] [--kinds json bomb-gzip ...] [--limit 200]

A small request is sent every 20 ms, the next one when the last is answered; a line for each body tells the longest of
them in ms, and how long the body itself took. Ends with 1 where one waited longer than the limit.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bodies import KINDS, Kind
from processes import BIN, Server, free_port, script

EVERY = 0.02
SILENCE = 1.0
"""Seconds of small requests alone, before and after a body."""
MODES = ("record", "replay", "mixed", "demo")
SMALL = {"demo": "/identity/v3"}
MIB = 1024 * 1024


class Figure(NamedTuple):
    worst: float
    took: float
    status: str


class Probe(threading.Thread):
    """Asks for something small again and again, until `stop`; `worst` is the longest wait in seconds."""

    def __init__(self, port: int, path: str) -> None:
        super().__init__(daemon=True)
        self.worst = 0.0
        self._port, self._path, self._stopped = port, path, threading.Event()

    def run(self) -> None:
        with socket.create_connection(("127.0.0.1", self._port)) as peer:
            while not self._stopped.wait(EVERY):
                start = time.perf_counter()
                peer.sendall(head("GET", self._path, self._port))
                answer(peer)
                self.worst = max(self.worst, time.perf_counter() - start)

    def stop(self) -> float:
        self._stopped.set()
        self.join(60)
        return self.worst


def head(method: str, path: str, port: int, more: str = "") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: */*\r\n{more}\r\n".encode()


def answer(peer: socket.socket) -> str:
    """Reads one answer with a length or in chunks; its status line."""
    file = peer.makefile("rb")
    line = file.readline().decode("latin-1").strip()
    fields: dict[str, str] = {}
    while (raw := file.readline().strip()) and b":" in raw:
        name, _, value = raw.decode("latin-1").partition(":")
        fields[name.lower()] = value.strip()
    if "chunked" in fields.get("transfer-encoding", ""):
        while size := int(file.readline().split(b";")[0] or b"0", 16):
            _drop(file, size + 2)
        file.readline()
    else:
        _drop(file, int(fields.get("content-length", "0")))
    return line


def _drop(file: object, size: int) -> None:
    while size > 0 and (got := file.read(min(size, MIB))):  # type: ignore[attr-defined]
        size -= len(got)


def measured(port: int, path: str, raw: list[bytes]) -> Figure:
    """Of one body, while small requests go to `path`."""
    probe = Probe(port, path)
    probe.start()
    time.sleep(SILENCE)
    start = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), 900) as peer:
        try:
            for piece in raw:
                peer.sendall(piece)
        except OSError:
            pass  # refused before its end
        try:
            status = answer(peer) or "closed"
        except OSError as error:
            status = str(error)
    took = time.perf_counter() - start
    time.sleep(SILENCE)
    return Figure(probe.stop(), took, status)


def requests(mode: str, kind: Kind, size: int, port: int, folder: Path) -> Iterator[tuple[str, list[bytes]]]:
    """What goes through the proxy, by its direction."""
    data = (folder / f"{kind.name}-{size}").read_bytes()
    base = "/object-store/v1/AUTH_demo/c/o" if mode == "demo" and kind.is_data else "/identity/v3/users"
    fields = f"Content-Type: {kind.type}\r\nContent-Length: {len(data)}\r\n{kind.coding_field}"
    method = "PUT" if mode == "demo" and kind.is_data else "POST"
    yield "request", [head(method, f"{base}?{kind.name}={size}", port, fields), data]
    if mode != "demo":
        yield "answer", [head("GET", f"/identity/v3/big/{kind.name}/{size}", port)]


def command(mode: str, port: int, cloud: int, folder: Path) -> list[str]:
    listen, cassette = f"127.0.0.1:{port}", folder / "big.yaml"
    live = ["--upstream", f"http://127.0.0.1:{cloud}/v3"]
    match mode:
        case "record":
            return [str(BIN / "cloudtape"), "record", *live, "--listen", listen, "--cassette", str(cassette)]
        case "replay":
            return [str(BIN / "cloudtape"), "replay", "--listen", listen, "--cassette", str(cassette)]
        case "mixed":
            return [str(BIN / "cloudtape"), "replay", "--synthesize", "--listen", listen, "--cassette", str(cassette)]
        case _:
            return [str(BIN / "cloudtape"), "demo", "--listen", listen]


def rows(mode: str, sizes: list[int], kinds: list[str], folder: Path) -> Iterator[tuple[str, Figure]]:
    cloud, port = free_port(), free_port()
    with (
        Server(script("bodies.py", cloud, folder), cloud, folder / "cloud.log"),
        Server(command(mode, port, cloud, folder), port, folder / f"{mode}.log"),
    ):
        for name in kinds:
            for size in sizes if not KINDS[name].is_bomb else [0]:
                path = folder / f"{name}-{size * MIB}"
                if not path.exists():
                    path.write_bytes(KINDS[name].made(size * MIB))
        small = SMALL.get(mode, "/identity/v3/small")
        yield "nothing", measured(port, small, [head("GET", small, port)])
        for name in kinds:
            for size in sizes if not KINDS[name].is_bomb else [0]:
                for way, raw in requests(mode, KINDS[name], size * MIB, port, folder):
                    yield f"{name} {size} MiB, {way}" if size else f"{name}, {way}", measured(port, small, raw)


def main() -> int:
    parser = argparse.ArgumentParser(description="How long another client waits while a large body goes through.")
    parser.add_argument("modes", nargs="*", choices=[*MODES, []], default=list(MODES))
    parser.add_argument("--mib", nargs="+", type=int, default=[1, 4, 16])
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--limit", type=float, default=200, help="ms")
    options = parser.parse_args()
    worst = 0.0
    with tempfile.TemporaryDirectory(prefix="cloudtape-bench-") as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        modes = options.modes or list(MODES)
        if {"replay", "mixed"} & set(modes) and "record" not in modes:
            for _ in rows("record", options.mib, options.kinds, folder):
                pass
        for mode in modes:
            for what, one in rows(mode, options.mib, options.kinds, folder):
                worst = max(worst, one.worst * 1000)
                print(
                    json.dumps(
                        {
                            "mode": mode,
                            "body": what,
                            "ms": round(one.worst * 1000),
                            "s": round(one.took, 2),
                            "status": one.status,
                        }
                    ),
                    flush=True,
                )
    print(f"the longest wait: {worst:.0f} ms")
    return int(worst > options.limit)


if __name__ == "__main__":
    sys.exit(main())
