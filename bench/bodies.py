"""Large bodies of each kind, and a cloud that gives them and takes them.

python bench/bodies.py PORT FOLDER       where the bodies lie, made before: NAME-BYTES
"""

from __future__ import annotations

import gzip
import json
import os
import random
import sys
import zlib
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import brotlicffi

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MIB = 1024 * 1024
WORDS = ["server", "volume", "network", "image", "status", "ACTIVE", "error", "password", "token", "host", "admin"]


class Kind(NamedTuple):
    """`unit`: what is repeated, or what makes so many bytes; `coding`: the Content-Encoding of a bomb."""

    name: str
    type: str
    coding: str = ""
    plain: int = 0
    is_data: bool = False

    @property
    def is_bomb(self) -> bool:
        return bool(self.coding)

    @property
    def coding_field(self) -> str:
        return f"Content-Encoding: {self.coding}\r\n" if self.coding else ""

    def made(self, size: int) -> bytes:
        return _made(self, size)


KINDS = {
    kind.name: kind
    for kind in (
        Kind("json", "application/json"),
        Kind("yaml", "application/yaml"),
        Kind("xml", "application/xml"),
        Kind("text", "text/plain"),
        Kind("long-line", "text/plain"),
        Kind("short-lines", "text/plain"),
        Kind("form", "application/x-www-form-urlencoded"),
        Kind("multipart", "multipart/form-data; boundary=b0undary"),
        Kind("binary", "application/octet-stream", is_data=True),
        Kind("object-text", "text/plain", is_data=True),
        Kind("bomb-gzip", "application/json", "gzip", 100 * MIB),
        Kind("bomb-deflate", "application/json", "deflate", 100 * MIB),
        Kind("bomb-br", "application/json", "br", 900 * MIB),
        Kind("bomb-zstd", "application/json", "zstd", 900 * MIB),
        Kind("bomb-nested", "application/json", "gzip, gzip", 900 * MIB),
        Kind("bomb-within", "application/json", "gzip", 12 * MIB),
    )
}


@cache
def _made(kind: Kind, size: int) -> bytes:
    if kind.is_bomb:
        return bomb(kind)
    chance = random.Random(kind.name)
    out, total = [], 0
    number = 0
    while total < size:
        number += 1
        piece = _piece(kind.name, number, chance)
        out.append(piece)
        total += len(piece)
    body = b"".join(out)[:size] if kind.name in ("long-line", "binary") else b"".join(out)
    match kind.name:
        case "json":
            return b'{"servers": [' + body.rstrip(b", ") + b"]}"
        case "xml":
            return b"<servers>" + body + b"</servers>"
        case "form":
            return body.rstrip(b"&")
        case "multipart":
            start = b'--b0undary\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
            return start + body + b"\r\n--b0undary--\r\n"
    return body


def _piece(kind: str, number: int, chance: random.Random) -> bytes:
    def word() -> str:
        return chance.choice(WORDS)

    ident = f"{chance.getrandbits(128):032x}"
    match kind:
        case "json":
            one = {
                "id": ident,
                "name": f"{word()}-{number}",
                "metadata": {word(): word(), "n": number},
                "adminPass": ident[:9],
            }
            return json.dumps(one).encode() + b", "
        case "yaml":
            return f"- id: {ident}\n  name: {word()}-{number}\n  adminPass: {ident[:9]}\n  text: {word()}\n".encode()
        case "xml":
            return f'<server id="{ident}" name="{word()}"><note>{word()} {word()}</note></server>'.encode()
        case "text" | "multipart" | "object-text":
            return f"2026-01-01 10:00:{number % 60:02} {word()}: {word()} {word()} {ident} {word()}={number}\n".encode()
        case "long-line":
            return f"{word()} {word()} {ident} ".encode()
        case "short-lines":
            return f"{word()[0]}={number % 10}\n".encode()
        case "form":
            return f"{word()}{number}={word()}+{ident}&".encode()
        case _:
            return chance.randbytes(4096)


def bomb(kind: Kind) -> bytes:
    """A little that becomes much."""
    body = b"[" + b" " * (kind.plain - 2) + b"]"
    if kind.name == "bomb-within":  # less than a ratio of 100 would forbid
        body = b"[" + b'"a b", ' * (kind.plain // 7) + b"1]"
    match kind.coding:
        case "gzip":
            return gzip.compress(body)
        case "deflate":
            return zlib.compress(body)
        case "br":
            return bytes(brotlicffi.compress(body, quality=5))
        case "zstd":
            return bytes(zstd.compress(body))
    return gzip.compress(gzip.compress(body))


FOLDER = Path(sys.argv[2] if len(sys.argv) > 2 else ".")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = self.path.split("/")
        if len(parts) > 3 and parts[2] == "big":
            kind = KINDS[parts[3]]
            return self._say((FOLDER / f"{kind.name}-{parts[4]}").read_bytes(), kind.type, kind.coding)
        version = {"id": "v3.14", "status": "stable", "links": []}
        return self._say(json.dumps({"version": version}).encode(), "application/json")

    def do_POST(self) -> None:
        left = int(self.headers.get("Content-Length") or 0)
        while left > 0 and (got := self.rfile.read(min(left, MIB))):
            left -= len(got)
        self._say(b'{"ok": true}', "application/json")

    def _say(self, body: bytes, kind: str, coding: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if coding:
            self.send_header("Content-Encoding", coding)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
