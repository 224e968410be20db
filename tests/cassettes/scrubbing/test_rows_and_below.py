"""Secrets whose name stands in another member, around the whole, or nowhere: what no single row of the names tells."""

import base64
import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable

import msgspec
import pytest

from cloudtape.cassettes.messages import Interaction, Request, Response
from cloudtape.cassettes.scrubbing.masking import Mask
from cloudtape.cassettes.scrubbing.scrub import Scrubber
from tests.cassettes.scrubbing.test_quick_look import exchange

SECRET = "Pl4nted-V4lue-77"
TEXT = f"[db]\npassword = {SECRET}\n"


@pytest.mark.parametrize(
    "document",
    [
        {"key": "db_password", "value": SECRET},
        {"value": SECRET, "key": "db_password"},
        {"output_key": "admin password", "output_value": SECRET},
        {"op": "add", "path": "/driver_info/ipmi_password", "value": SECRET},
        {"rows": [["password", SECRET], ["name", "web"]]},
        {"password": {"value": SECRET}},
        {"password": [{"current": SECRET}]},
        {"passwords": {"root": SECRET}},
        {"kind": "Secret", "data": {"anything": SECRET}},
        {"resource_id": "db_password", "attributes": {"value": SECRET}},
        {"attributes": {"value": SECRET}, "resource_id": "db_password"},
        {"log": f'set s3_store_secret_key to "{SECRET}" on request'},
        {"log": f"Set the following 'random' passwords\n# ubuntu:{SECRET}\n"},
        {"args": ["--user", "admin", "--password", SECRET]},
        {"Magic": {"Type": "String", "NoEcho": True, "Default": SECRET}},
        {"message": f"Unexpected: {json.dumps({'name': 'token', 'value': SECRET})} was refused"},
        {"message": f"Value: { ({'name': 'token', 'value': SECRET})!r}."},
        {"template": f"config:\n  secret: >-\n    {SECRET}\n  user: admin\n"},
        {"note": f"Endpoint=sb://a.example.org/;SharedAccessKeyName=Root;SharedAccessKey=U+{SECRET}"},
        {"url": "https://h.example.org/done?signing_key=%2F" + SECRET},
        {"url": f"http://novnc.example.org/vnc_lite.html?path=%3Ftoken%3D{SECRET}"},
        {"page": f'see <input type="hidden" value="{SECRET}" name="csrf_token"> there'},
    ],
    ids=lambda document: json.dumps(document)[:50],
)
def test_a_secret_is_found_whatever_was_seen_before(document: object) -> None:
    scrubber = Scrubber()
    for _ in range(3):
        scrubber.scrub(
            exchange(b'{"key": "colour", "value": "red", "methods": ["password"], "password": {"type": "x"}}')
        )
        kept = scrubber.scrub(exchange(json.dumps(document).encode())).request.body
        assert isinstance(kept, bytes)
        assert SECRET not in kept.decode()


@pytest.mark.parametrize(
    "document",
    [
        {"key": "key_name", "value": SECRET},
        {"name": "pagination_key", "value": SECRET},
        {"password": {"user": {"name": SECRET, "domain": {"name": SECRET}}}},
        {"token": {"methods": ["password", "totp"], "user": {"name": SECRET}, "catalog": [{"name": SECRET}]}},
        {"parameters": {"db_password": {"type": "string", "description": SECRET, "label": SECRET}}},
        {"token_endpoint": SECRET, "password_expires_at": SECRET, "secret_ref": SECRET},
        {"error": {"code": 404, "message": SECRET}},
    ],
    ids=lambda document: json.dumps(document)[:50],
)
def test_what_only_stands_near_such_a_name_stays(document: object) -> None:
    body = json.dumps(document).encode()
    assert Scrubber().scrub(exchange(body)).request.body == body


def _zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("README", "nothing")
        archive.writestr("app.ini", data)
    return file.getvalue()


def _tarred(data: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        info = tarfile.TarInfo("app.ini")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def _member(data: bytes) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        file = archive.extractfile("app.ini")
        assert file
        return file.read()


PACKED: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    "gzip": (gzip.compress, gzip.decompress),
    "bzip2": (bz2.compress, bz2.decompress),
    "xz": (lzma.compress, lzma.decompress),
    "zip": (_zipped, lambda data: zipfile.ZipFile(io.BytesIO(data)).read("app.ini")),
    "tar": (_tarred, _member),
    "tar in gzip": (lambda data: gzip.compress(_tarred(data)), lambda data: _member(gzip.decompress(data))),
    "msgpack": (
        lambda data: msgspec.msgpack.encode({"raw": b"\0\xff", "text": data.decode()}),
        lambda data: msgspec.msgpack.decode(data)["text"].encode(),
    ),
    "amid bytes": (lambda data: b"\0\xff\x01" * 50 + data + b"\0\xfe" * 50, lambda data: data),
    "utf-16": (lambda data: data.decode().encode("utf-16"), lambda data: data.decode("utf-16").encode()),
}


@pytest.mark.parametrize("name", PACKED)
def test_a_secret_is_found_in_what_is_packed_and_all_else_stays(name: str) -> None:
    pack, unpack = PACKED[name]
    fields = (("Content-Type", "application/octet-stream"),)

    def kept(data: bytes) -> bytes:
        interaction = Interaction(Request("PUT", "http://c/v1/a/c/o", fields, data), Response(201, "Created"))
        body = Scrubber().scrub(interaction).request.body
        assert isinstance(body, bytes)
        return body

    inner = unpack(kept(pack(TEXT.encode())))
    assert SECRET.encode() not in inner
    assert b"[db]\npassword = scrubbed-password-1\n" in inner
    harmless = pack(b"[db]\nuser = nova\n")
    assert kept(harmless) == harmless


def test_base64_in_lines_is_looked_into() -> None:
    wrapped = base64.encodebytes(b"#" * 60 + b"\n" + TEXT.encode()).decode()
    kept = Scrubber().scrub(exchange(f"MIME-Version: 1.0\n\n{wrapped}\n".encode())).request.body
    assert isinstance(kept, bytes)
    body = kept.decode().partition("\n\n")[2]
    assert SECRET.encode() not in base64.b64decode(body)
    assert b"scrubbed-password-1" in base64.b64decode(body)


def test_what_python_printed_is_masked_whole_where_it_cannot_be_walked() -> None:
    printed = repr({"a": "\ud800", "name": [" password=Pl4nted", '\n":\'][} "b,']})
    assert "Pl4nted" not in Mask().text(f"refused: {printed} is no server")
