"""What wraps content of any sort: archives, compression, binary formats, multipart messages, mail."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from random import Random

import msgspec

from tests.planter.exchange import Exchange
from tests.planter.kinds import Fragment
from tests.planter.positions.carriers import ANY, STRUCTURED, TEXTUAL, as_object, carry, carry_cut, dump, noise

OCTETS = "application/octet-stream"
Wrap = Callable[[bytes], bytes]


def content(fragment: Fragment) -> bytes:
    """A file's content: JSON of what is an object, the text of what is one."""
    return (dump(fragment.object()) if fragment.kind.shape in STRUCTURED - TEXTUAL else fragment.text()).encode()


def zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README", "nothing to see\n" * 20)
        archive.writestr("conf/app.txt", data)
    return file.getvalue()


def stored(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("conf/app.txt", data)
    return file.getvalue()


def tarred(data: bytes, mode: str = "w") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:  # type: ignore[call-overload]
        info = tarfile.TarInfo("conf/app.txt")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def packed(fragment: Fragment, _: Random) -> list[Exchange]:
    return carry(fragment, msgspec.msgpack.encode({"id": 7, "data": fragment.object()}), "application/x-msgpack")


def packed_octets(fragment: Fragment, _: Random) -> list[Exchange]:
    return carry(fragment, msgspec.msgpack.encode([1, fragment.object()]), OCTETS)


def posted(wrap: Wrap, media: str = OCTETS) -> Callable[[Fragment, Random], list[Exchange]]:
    return lambda fragment, _: carry(fragment, wrap(content(fragment)), media)


def uploaded(wrap: Wrap, media: str | None = OCTETS) -> Callable[[Fragment, Random], list[Exchange]]:
    return lambda fragment, _: as_object(fragment, wrap(content(fragment)), media)


def amid_binary(fragment: Fragment, dice: Random) -> list[Exchange]:
    data = noise(dice, 900) + b"\n" + content(fragment) + b"\n" + noise(dice, 900)
    return as_object(fragment, data, OCTETS)


def amid_large_binary(fragment: Fragment, dice: Random) -> list[Exchange]:
    data = noise(dice, 500) * 60 + b"\n" + content(fragment) + b"\n" + noise(dice, 500) * 10
    return as_object(fragment, data, OCTETS)


def behind_text(fragment: Fragment, dice: Random) -> list[Exchange]:
    """Far behind in a large text."""
    lines = b"".join(b"line %d of a log that goes on and on\n" % n for n in range(3000))
    return as_object(fragment, lines + content(fragment) + b"\n" + lines[:400], "text/plain")


def gzip_in_json(fragment: Fragment, _: Random) -> list[Exchange]:
    """As cloud-init says of a file: gz+b64."""
    data = base64.b64encode(gzip.compress(content(fragment))).decode()
    return carry(fragment, dump({"file": {"path": "/etc/app", "encoding": "gz+b64", "content": data}}))


def base64_in_json(fragment: Fragment, _: Random) -> list[Exchange]:
    data = base64.b64encode(content(fragment)).decode()
    return carry(fragment, dump({"file": {"path": "/etc/app", "encoding": "base64", "content": data}}))


def base64_in_lines(fragment: Fragment, _: Random) -> list[Exchange]:
    data = base64.encodebytes(content(fragment)).decode()
    return carry(fragment, dump({"file": {"path": "/etc/app", "encoding": "base64", "content": data}}))


def base64_text(fragment: Fragment, _: Random) -> list[Exchange]:
    return carry(fragment, base64.encodebytes(content(fragment)), "text/plain")


def data_url(fragment: Fragment, _: Random) -> list[Exchange]:
    return carry(fragment, dump({"source": "data:text/plain;base64," + base64.b64encode(content(fragment)).decode()}))


def multipart_file(fragment: Fragment, _: Random) -> list[Exchange]:
    head = b'--XyZ\r\nContent-Disposition: form-data; name="upload"; filename="notes.txt"\r\nContent-Type: text/plain\r\n\r\n'
    return carry(fragment, head + content(fragment) + b"\r\n--XyZ--\r\n", "multipart/form-data; boundary=XyZ")


def multipart_mixed(fragment: Fragment, _: Random) -> list[Exchange]:
    text = b"--XyZ\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
    return carry(fragment, text + content(fragment) + b"\r\n--XyZ--\r\n", "multipart/mixed; boundary=XyZ")


def mail(fragment: Fragment, _: Random) -> list[Exchange]:
    """A part in base64, as cloud-init's multipart user data has it."""
    part = base64.encodebytes(content(fragment))
    head = b'Content-Type: multipart/mixed; boundary="=="\nMIME-Version: 1.0\n\n--==\nContent-Type: text/cloud-config\n'
    return carry(fragment, head + b"Content-Transfer-Encoding: base64\n\n" + part + b"\n--==--\n", "text/plain")


def utf16_text(fragment: Fragment, _: Random) -> list[Exchange]:
    return carry(fragment, content(fragment).decode().encode("utf-16"), "text/plain; charset=utf-16")


def utf16_object(fragment: Fragment, _: Random) -> list[Exchange]:
    return as_object(fragment, content(fragment).decode().encode("utf-16-le"), OCTETS)


def chunked_object(fragment: Fragment, dice: Random) -> list[Exchange]:
    return carry_cut(fragment, b"first\n" + content(fragment) + b"\nlast\n", "text/plain", dice)


def partial(fragment: Fragment, _: Random) -> list[Exchange]:
    """A range of an object, as a text."""
    data = content(fragment)
    headers = (("Content-Range", f"bytes 100-{99 + len(data)}/9000"),)
    exchange = carry(fragment, data, "text/plain", headers)[0]
    if fragment.direction == "response":
        return [exchange.carrying("response", exchange.response, 206)]
    return [exchange]


POSITIONS = (
    ("msgpack", packed, ANY),
    ("msgpack-octets", packed_octets, STRUCTURED),
    ("gzip-octets", posted(gzip.compress), ANY),
    ("gzip-object", uploaded(gzip.compress, "application/gzip"), ANY),
    ("gzip-twice", uploaded(lambda data: gzip.compress(gzip.compress(data))), STRUCTURED),
    ("bzip2-object", uploaded(bz2.compress, "application/x-bzip2"), STRUCTURED),
    ("xz-object", uploaded(lzma.compress, "application/x-xz"), STRUCTURED),
    ("zip-object", uploaded(zipped, "application/zip"), ANY),
    ("zip-stored", uploaded(stored), STRUCTURED),
    ("tar-object", uploaded(tarred, "application/x-tar"), ANY),
    ("tar-gzip-object", uploaded(lambda data: tarred(data, "w:gz"), "application/gzip"), ANY),
    ("amid-binary", amid_binary, ANY),
    ("amid-large-binary", amid_large_binary, STRUCTURED),
    ("behind-text", behind_text, STRUCTURED),
    ("base64-in-json", base64_in_json, ANY),
    ("base64-in-lines", base64_in_lines, ANY),
    ("base64-text", base64_text, ANY),
    ("gzip-base64-in-json", gzip_in_json, ANY),
    ("data-url", data_url, ANY),
    ("multipart-file", multipart_file, ANY),
    ("multipart-mixed", multipart_mixed, ANY),
    ("mail-base64", mail, ANY),
    ("utf16-text", utf16_text, ANY),
    ("utf16-object", utf16_object, ANY),
    ("chunked-text", chunked_object, ANY),
    ("partial-content", partial, ANY),
)
