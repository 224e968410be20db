"""What clients upload and services unpack: archives, manifests, forms, templates; right ones, and damaged."""

from __future__ import annotations

import gzip
import io
import json
import random
import tarfile
import zipfile
from functools import cache

from tests.fuzz.damage import damage
from tests.fuzz.odd_heads import PIECES

FORM = (
    b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n/v1/AUTH_a/c\r\n'
    b'--x\r\nContent-Disposition: form-data; name="max_file_size"\r\n\r\n99999\r\n'
    b'--x\r\nContent-Disposition: form-data; name="signature"\r\n\r\nabc\r\n'
    b'--x\r\nContent-Disposition: form-data; name="f"; filename="a/../%s"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x--\r\n'
)
TEMPLATE = b"""heat_template_version: 2021-04-16
parameters: {p: {type: string, hidden: true, default: x, constraints: [{allowed_pattern: "(a+)+$"}]}}
resources:
  a: {type: OS::Heat::RandomString, properties: {length: 5}}
  b:
    type: OS::Nova::Server
    properties: {name: {str_replace: {template: "$x$x", params: {$x: {get_param: p}}}}, image: x, flavor: m1.small}
outputs: {o: {value: {get_attr: [a, value]}}, q: {value: {list_join: [",", [{get_resource: b}, {get_param: p}]]}}}
"""
MANIFEST = json.dumps(
    [{"path": "/c/o", "etag": None, "size_bytes": 5, "range": "0-1"}, {"data": "YQ=="}, {"path": "/c"}]
).encode()
DELETIONS = b"/c/o\n/c/%zz\n\xff\n/c\n" + b"/c/x\n" * 50
Upload = tuple[str, str, str, str, bytes]
"""Service, method, path, Content-Type, and body."""


@cache
def tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in ("a/b", "../evil", "/etc/passwd", "c/" + "d" * 300, "x\u202ey", ""):
            info = tarfile.TarInfo(name)
            info.size = 3
            info.pax_headers = {"SCHILY.xattr.user.meta.x": "\u00e9", "mtime": "1e9"}
            archive.addfile(info, io.BytesIO(b"abc"))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE, tarfile.GNUTYPE_SPARSE):
            info = tarfile.TarInfo("l")
            info.type, info.linkname = kind, "/etc"
            archive.addfile(info)
    return file.getvalue()


@cache
def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a", "../b", "c\u202e", "d" * 300):
            archive.writestr(name, b"password: hunter2\n" * 20)
    return file.getvalue()


WHOLE: tuple[Upload, ...] = (
    ("object-store", "PUT", "/v1/AUTH_a/c?extract-archive=tar", "application/x-tar", tar()),
    ("object-store", "PUT", "/v1/AUTH_a/?extract-archive=tar.gz", "", gzip.compress(tar(), 1, mtime=0)),
    ("object-store", "PUT", "/v1/AUTH_a/c/p?extract-archive=tar.bz2", "", b"BZh9" + tar()[:600]),
    ("object-store", "PUT", "/v1/AUTH_a/c/o?multipart-manifest=put", "application/json", MANIFEST),
    ("object-store", "PUT", "/v1/AUTH_a/c/o", "application/octet-stream", zipped()),
    ("object-store", "POST", "/v1/AUTH_a?bulk-delete", "text/plain", DELETIONS),
    ("object-store", "POST", "/v1/AUTH_a/c/pre", "multipart/form-data; boundary=x", FORM % (b"redirect", b"x")),
    ("image", "PUT", "/v2/images/x/file", "application/octet-stream", zipped()),
    ("orchestration", "POST", "/v1/p/stacks", "application/json", json.dumps({"stack_name": "s", "template": TEMPLATE.decode()}).encode()),
    ("orchestration", "POST", "/v1/p/validate", "application/json", json.dumps({"template": TEMPLATE.decode()}).encode()),
)  # fmt: skip


def some_upload(chance: random.Random) -> Upload:
    service, method, path, kind, body = chance.choice(WHOLE)
    if chance.random() < 0.8:
        body = damage(
            body,
            chance,
            (*PIECES, b"str_replace", b"{get_file: x}", b"repeat: {for_each: {", b"\x1f\x8b\x08", b"9" * 12),
        )
    return service, method, path, kind, body
