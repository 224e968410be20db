"""One request to an object store and its answer, in a form in which two stores' answers can be compared.

What differs by nature (times, ids, the boundary of a multipart body, the order of sets) is given one form.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

Headers = tuple[tuple[str, str], ...]
HOUR_AFTER_HOUR = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?")
HTTP_DATE = re.compile(rb"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 20[12]\d \d\d:\d\d:\d\d GMT")
STAMP = re.compile(rb"\b1\d{9}\.\d{5}\b")
BOUNDARY = re.compile(rb"(?<=--)[0-9a-f]{32}|(?<=boundary=)[0-9a-f]{32}")
SETS = {
    "allow",
    "access-control-allow-methods",
    "access-control-expose-headers",
    "access-control-allow-headers",
    "vary",
}
CONNECTION = {"connection", "transfer-encoding", "keep-alive"}
GZIP = b"\x1f\x8b"
NAMES_ONLY = {"x-trans-id", "x-openstack-request-id"}


@dataclass(frozen=True)
class Step:
    """`token` is `USER/ROLE/PROJECT`, or nothing; `settle` lets accounts learn first what their containers hold."""

    method: str
    path: str
    headers: Headers = ()
    body: bytes = b""
    token: str = ""
    settle: bool = False
    differs: str = ""
    """Why we answer this otherwise than Swift does."""

    @property
    def digest(self) -> str:
        """By which a recorded answer is found. What is packed counts as what it holds: each Python packs its own way."""
        body = gzip.decompress(self.body) if self.body.startswith(GZIP) else self.body
        said = repr((self.method, self.path, self.headers, body, self.token))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def comparable(status: int, headers: list[tuple[str, str]], body: bytes) -> dict[str, Any]:
    """An answer without what is different each time."""
    is_chunked = any(name.lower() == "transfer-encoding" for name, _ in headers)
    kept = {
        name.title(): header_value(name.lower(), value)
        for name, value in headers
        if name.lower() not in CONNECTION and not (is_chunked and name.lower() == "content-length")
    }
    return {"status": status, "headers": dict(sorted(kept.items())), "body": plain(body).decode("latin-1")}


def header_value(name: str, value: str) -> str:
    if name in NAMES_ONLY:
        return re.sub(r"^tx[0-9a-f]{21}-[0-9a-f]{10}(?=-|$)", "ID", value)
    if name in SETS:
        return ", ".join(sorted(one.strip() for one in value.split(",")))
    return plain(value.encode("latin-1", "replace")).decode("latin-1")


def plain(text: bytes) -> bytes:
    text = HTTP_DATE.sub(b"DATE", text)
    return BOUNDARY.sub(b"BOUNDARY", STAMP.sub(b"STAMP", HOUR_AFTER_HOUR.sub(b"TIME", text)))


def without_manifests(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A story's answers without the MD5s of manifests, in which times stand."""
    known = {one["headers"]["X-Manifest-Etag"] for one in answers if "X-Manifest-Etag" in one["headers"]}
    text = json.dumps(answers)
    for etag in known:
        text = text.replace(etag, "MANIFEST")
    plain: list[dict[str, Any]] = json.loads(text)
    return plain


def differences(real: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """In words, what our answer has different."""
    found = []
    if real["status"] != ours["status"]:
        found.append(f"status {ours['status']}, not {real['status']}")
    ours_headers = ours["headers"]
    if "Content-Length" not in real["headers"]:
        ours_headers = {name: value for name, value in ours_headers.items() if name != "Content-Length"}
    for name in sorted(real["headers"].keys() | ours_headers.keys()):
        one, other = real["headers"].get(name), ours_headers.get(name)
        if one != other:
            found.append(f"{name}: {other!r}, not {one!r}")
    if real["body"] != ours["body"]:
        found.append(f"body {ours['body'][:600]!r}, not {real['body'][:600]!r}")
    return found
