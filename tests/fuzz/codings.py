"""Bodies that are packed: in codings, archives, forms of several parts, msgpack, and in each other; damaged inside and out."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import brotlicffi
import msgspec
from hypothesis import strategies as st

from cloudtape.cassettes.content import ContentError, beginnings, codings, decoded, decoded_with_tail
from cloudtape.cassettes.messages import Response, StoredBody
from tests.fuzz import exchanges
from tests.fuzz.damage import damaged
from tests.fuzz.engine import in_one_line
from tests.fuzz.exchanges import exchange, keep_and_look
from tests.fuzz.odd_uploads import FORM, MANIFEST, tar, zipped
from tests.fuzz.texts import WHOLE as TEXTS

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

prepare = exchanges.prepare
LIMIT = 1 << 20
"""Bytes that a body may unpack to here."""
WHOLE = [
    *TEXTS[:8], bytes(200_000), zipped(), tar(), MANIFEST, FORM % (b"a", b"b"), msgspec.msgpack.encode({"password": "S3cret99", "b": [1, b"x"]}),
    b"\x89PNG\r\n\x1a\n" + bytes(40) + b"password=S3cret99\0", b"\xca\xfe\xba\xbe" + bytes(30), b"7z\xbc\xaf\x27\x1c\0\x04", b"Rar!\x1a\x07\0",
    b"\x30\x82\x01\x0a\x02\x01\x03\x30\x82", b"QFI\xfb\0\0\0\x03", b"%PDF-1.4\n1 0 obj\n<< /Filter /FlateDecode >>\nstream\n",
]  # fmt: skip
PIECES = [
    *(b"\x1f\x8b\x08\0", b"\x1f\x8b\x08\xff", b"BZh9", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"\x78\x9c", b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"),
    *(b"ustar\x0000", b"\0" * 512, b"\xff" * 8, b"\0", b"\xff", b"\xff\xff\xff\x7f", b"\x80", b"--x\r\n", b"--x--", b"\r\n\r\n", b"\r\n"),
    *(b'Content-Disposition: form-data; name="a"; filename="\xff"', b"Content-Type: multipart/mixed; boundary=x\r\n", b"\xdd\xff\xff\xff\xff"),
    *(b"\xdf\x10\0\0\0", b"\xc9\xff\xff\xff\xff", b"\x91" * 3000, b"7777777\0", b"password=S3cret99\n", b"30 mtime=1e99\n", b"9" * 11 + b"\0"),
]  # fmt: skip
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": lambda data: gzip.compress(data, 1, mtime=0),
    "deflate": lambda data: zlib.compress(data, 1),
    "raw deflate": lambda data: zlib.compressobj(1, zlib.DEFLATED, -15).compress(data),
    "br": lambda data: brotlicffi.compress(data, quality=1),
    "zstd": lambda data: zstd.compress(data),
    "bzip2": lambda data: bz2.compress(data, 1),
    "xz": lambda data: lzma.compress(data, preset=0),
    "two": lambda data: gzip.compress(data, 1, mtime=0) + gzip.compress(b"behind", 1, mtime=0),
}
SAID = [
    "gzip",
    "deflate",
    "br",
    "zstd",
    "identity",
    "x-gzip",
    "gzip, gzip",
    "gzip, br, zstd",
    "",
    "x",
    "gzip;q=1",
    ",",
    "\udcff",
    "gzip," * 40,
]
TYPES = [
    *("application/octet-stream", "application/json", "application/x-tar", "application/gzip", "text/plain", "application/zip"),
    *("multipart/form-data; boundary=x", "multipart/form-data", "multipart/mixed; boundary=" + "y" * 300, "application/msgpack", ""),
]  # fmt: skip


class Packed(NamedTuple):
    body: bytes
    coding: str
    kind: str


def _packed() -> st.SearchStrategy[bytes]:
    inner = damaged(st.sampled_from(WHOLE), PIECES, most=2)
    packer = st.sampled_from(sorted(PACKERS))
    once = st.builds(lambda name, data: PACKERS[name](data), packer, inner)
    twice = st.builds(lambda name, data: PACKERS[name](data), packer, once)
    return damaged(once | twice, PIECES, most=2)


INPUTS = st.builds(Packed, _packed(), st.sampled_from(SAID), st.sampled_from(TYPES))


def attempt(one: Packed, folder: Path) -> None:
    headers = (("Content-Type", one.kind), ("Content-Encoding", one.coding), ("Content-Length", str(len(one.body))))
    response = Response(200, "OK", headers, one.body)
    codings(headers)
    for undo in (decoded, decoded_with_tail):
        try:
            undo(response, folder, LIMIT)
        except ContentError as error:
            in_one_line(error)
    for piece in beginnings(response, 4096):
        assert len(piece) <= 4096 + (1 << 20)
    keep_and_look(exchange(one.body, b"{}", headers))
    keep_and_look(exchange(b"", one.body, headers[:1], "http://controller:8774/v2.1/AUTH_a?extract-archive=tar"))
    path = folder / ("0" * 64)
    path.write_bytes(one.body)
    stored = StoredBody(path, len(one.body), path.name)
    for each in (headers, headers[:1]):
        keep_and_look(msgspec.structs.replace(exchange(b"", b"", each), response=Response(200, "OK", each, stored)))
