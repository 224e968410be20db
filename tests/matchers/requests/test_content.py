"""What a request's body is taken for, and what makes two of them the same."""

import gzip
import hashlib
import io
import tarfile
import zlib
from pathlib import Path

import pytest

from cloudtape.cassettes.messages import Request, StoredBody
from cloudtape.matchers.requests.canonical import canonical
from cloudtape.matchers.requests.content import files_in, names_in, paths_in
from cloudtape.matchers.requests.form import form
from cloudtape.matchers.requests.naming import NameKind, Naming

SWIFT, API = "http://swift/v1/AUTH_p", "http://api/v2/things"
FORM, OCTETS = "application/x-www-form-urlencoded", "application/octet-stream"


def send(uri: str, body: object, content_type: str = "", method: str = "PUT", coding: str = "") -> Request:
    told = (("Content-Type", content_type), ("Content-Encoding", coding))
    return Request(method, uri, tuple(pair for pair in told if pair[1]), body)  # type: ignore[arg-type]


def sort_of(request: Request) -> str:
    return canonical(request).body.partition(b":")[0].decode()


def leaves(request: Request) -> list[tuple[str, NameKind, str]]:
    found = form(canonical(request), Naming()).leaves
    return [
        (leaf.place, leaf.kind, leaf.value) for leaf in found if not leaf.place.startswith(("path", "header", "query"))
    ]


def tar(*paths: str, mode: str = "w") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:  # type: ignore[call-overload]
        for path in paths:
            member = tarfile.TarInfo(path)
            member.size = len(path)
            archive.addfile(member, io.BytesIO(path.encode()))
    return file.getvalue()


def multipart(boundary: str, colour: str = "red", data: bytes = b"\x00\x01", name: str = "a.png") -> Request:
    body = (
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="colour"\r\n\r\n{colour}\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'
        ).encode()
        + data
        + f"\r\n--{boundary}--\r\n".encode()
    )
    return send(API, body, f"multipart/form-data; boundary={boundary}", "POST")


@pytest.mark.parametrize(
    ("request_", "sort"),
    [
        (send(API, b""), ""),
        (send(API, b'{"a": 1}'), "json"),
        (send(API, b'{"a": 1}', "application/json"), "json"),
        (send(API, b'{"a": ', "application/json"), "text"),
        (send(API, b"<a/>", "application/xml"), "text"),
        (send(API, b"a: 1", "application/x-yaml"), "text"),
        (send(API, b"a=1", FORM), "form"),
        (multipart("x"), "parts"),
        (send(API, b"no parts", "multipart/form-data; boundary=x"), "bytes"),
        (send(API, b"\x00", OCTETS), "bytes"),
        (send(API, b'{"a": 1}', OCTETS), "bytes"),
        (send(API, b"words", "text/plain"), "bytes"),
        (send(f"{SWIFT}/c/o", b'{"a": 1}', "application/json"), "bytes"),
        (send(f"{SWIFT}/c/o?multipart-manifest=put", b'[{"path": "c/1"}]'), "json"),
        (send(f"{SWIFT}/c/o", b'{"a": 1}', method="POST"), "json"),
        (send(f"{SWIFT}/c", b'{"a": 1}'), "json"),
        (send("http://glance/v2/images/1/stage", b'{"a": 1}'), "bytes"),
        (send(f"{SWIFT}?bulk-delete", b"c/o\n", "text/plain", "POST"), "lines"),
        (send(f"{SWIFT}?extract-archive=tar", tar("c/o")), "archive"),
    ],
)
def test_what_a_body_is(request_: Request, sort: str) -> None:
    assert sort_of(request_) == sort


@pytest.mark.parametrize(
    ("coding", "coded"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("x-gzip", gzip.compress)]
)
def test_a_content_coding_makes_no_difference(coding: str, coded: object) -> None:
    plain = b'{"name": "vm-1"}'
    assert canonical(send(API, coded(plain), coding=coding)).key == canonical(send(API, plain)).key  # type: ignore[operator]


def test_what_cannot_be_decoded_is_compared_as_bytes() -> None:
    assert sort_of(send(API, b"\x01", coding="zx")) == "bytes"
    assert sort_of(send(API, b"no gzip", coding="gzip")) == "bytes"


def test_the_boundary_of_a_form_makes_no_difference_and_its_parts_do() -> None:
    one = canonical(multipart("one"))
    assert one.key == canonical(multipart("two")).key
    for other in (multipart("one", "blue"), multipart("one", data=b"\x00"), multipart("one", name="b.png")):
        assert one.key != canonical(other).key


def test_text_in_a_form_is_compared_by_its_name_and_its_files_are_data() -> None:
    digest = hashlib.sha256(b"\x00\x01").hexdigest()
    assert leaves(multipart("x")) == [
        ("body.colour", NameKind.OTHER, "red"),
        ("body.file.filename", NameKind.NAME, "a.png"),
        ("body.file", NameKind.BYTES, f"{digest}:2"),
    ]


def test_a_url_encoded_form_is_compared_by_its_pairs() -> None:
    assert leaves(send(API, b"size=2&name=vm-1", FORM)) == [
        ("body.name", NameKind.NAME, "vm-1"),
        ("body.size", NameKind.OTHER, "2"),
    ]


@pytest.mark.parametrize(("kind", "mode"), [("tar", "w"), ("tar.gz", "w:gz"), ("tar.bz2", "w:bz2")])
def test_the_files_of_an_archive_are_names(kind: str, mode: str) -> None:
    found = leaves(send(f"{SWIFT}?extract-archive={kind}", tar("./c-1/o-1", "c-1/o-2", mode=mode)))
    assert [value for _, kind, value in found if kind is NameKind.NAME] == ["c-1", "o-1", "c-1", "o-2"]


def test_the_paths_of_a_bulk_delete_are_names() -> None:
    found = leaves(send(f"{SWIFT}?bulk-delete", b"c-1/a%20b\nc-1\n", "text/plain", "POST"))
    assert [value for _, _, value in found] == ["c-1", "a b", "c-1"]


def test_a_document_is_read_although_it_lies_in_a_file(tmp_path: Path) -> None:
    body = b'{"template": "%b"}' % (b"x" * 20_000)
    (tmp_path / "body").write_bytes(body)
    stored = StoredBody(tmp_path / "body", len(body), hashlib.sha256(body).hexdigest())
    for content_type in ("application/json", ""):
        assert canonical(send(API, stored, content_type)).key == canonical(send(API, body, content_type)).key


def test_data_in_a_file_is_not_read() -> None:
    stored = StoredBody(Path("nowhere"), 5, "a" * 64)
    assert canonical(send(f"{SWIFT}/c/o", stored, "application/json")).body == b"bytes:%b:5" % (b"a" * 64)


def test_a_coded_document_in_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "body"
    path.write_bytes(gzip.compress(b'{"a": 1}'))
    stored = StoredBody(path, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
    assert canonical(send(API, stored, "application/json", coding="gzip")) == canonical(
        send(API, b'{"a":1}', "application/json")
    )


def test_a_folder_in_an_archive_is_no_file() -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        folder = tarfile.TarInfo("box")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        archive.addfile(tarfile.TarInfo("./box/a/"))
        link = tarfile.TarInfo("box/link")
        link.type, link.linkname = tarfile.SYMTYPE, "a"
        archive.addfile(link)
    assert names_in(send(f"{SWIFT}/?extract-archive=tar", file.getvalue())) == ["box/a"]


def test_the_files_of_a_form_are_those_with_a_file_name() -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nvalue\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\ndata\r\n--x--\r\n'
    )
    request = send(f"{SWIFT}/box", body, "multipart/form-data; boundary=x", "POST")
    assert [(name, file.read()) for name, file in files_in(request)] == [("a.txt", b"data")]


def test_a_name_in_a_bulk_delete_that_is_no_utf_8_is_kept_as_it_is() -> None:
    assert paths_in(b"/box/a%20b\n\n box/\xff \nbox/%FF/\n") == ["box/a b", "box/\udcff", "box/\udcff"]
