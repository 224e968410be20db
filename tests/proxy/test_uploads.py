"""What a client uploads to a replay comes back to it, wherever the recording has the bytes of another run."""

import asyncio
import gzip
import hashlib
import json
import os
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Headers, Interaction, Request, Response, Route, StoredBody, Stream, header
from cloudtape.config import Config, mode_named
from cloudtape.http.ready import in_parts
from cloudtape.matchers.sessions.rungs import DEFAULT
from cloudtape.operation_names import OperationNames
from cloudtape.replayer import Replayer, load_for_replay
from cloudtape.routes import Routes
from tests.matchers.player import JSON, get, post, said
from tests.matchers.requests.test_content import multipart, tar

SWIFT, GLANCE = "http://swift/v1/AUTH_p", "http://glance/v2/images"
IMAGE = "5d3983d4-6d41-478b-8238-8f0f8fc90b9c"
OCTETS = (("Content-Type", "application/octet-stream"),)
Life = list[tuple[Request, Response]]


def md5(*data: bytes) -> str:
    return hashlib.md5(b"".join(data)).hexdigest()


def joined(*data: bytes) -> str:
    """The ETag of a large object."""
    etag = md5(*(md5(one).encode() for one in data))
    return f'"{etag}"'


def put(path: str, data: bytes = b"", *headers: tuple[str, str]) -> Request:
    return Request("PUT", path if "://" in path else f"{SWIFT}/{path}", (*OCTETS, *headers), data)


def answer(status: int, body: bytes = b"", **fields: str) -> Response:
    headers: Headers = tuple((name.replace("_", "-"), value) for name, value in fields.items())
    return Response(status, "", headers, body)


def kept(data: bytes, status: int = 201, body: bytes = b"") -> Response:
    return answer(status, body, Etag=md5(data), Content_Length=str(len(body or data)))


class Client:
    """Asks a replayer, and tells what it is given."""

    def __init__(self, folder: Path, life: Life) -> None:
        writer = CassetteWriter.create(folder / "tape.yaml")
        for request, response in life:
            writer.append(Interaction(request, response))
        writer.close()
        self.replayer = Replayer([load_for_replay(writer.path, DEFAULT.naming)], OperationNames(Routes()))

    def ask(self, request: Request) -> Response:
        found = asyncio.run(self._asked(request))
        assert found is not None, self.replayer.explain(request)
        return found

    async def _asked(self, request: Request) -> Response | None:
        found = await self.replayer(request)
        response = None if found is None else in_parts(found)
        if response and isinstance(response.body, Stream):
            chunks = [chunk async for chunk in response.body.chunks]
            return Response(response.status, response.reason, response.headers, b"".join(chunks))
        return response

    def data(self, path: str, *headers: tuple[str, str]) -> bytes:
        body = self.ask(get(path if "://" in path else f"{SWIFT}/{path}", *headers)).body
        assert isinstance(body, bytes)
        return body

    def told(self, request: Request, name: str) -> str | None:
        return header(self.ask(request).headers, name)


OBJECT: Life = [
    (put("c-1a2b"), answer(201)),
    (put("c-1a2b/o-1a2b", b"\x00recorded"), kept(b"\x00recorded")),
    (get(f"{SWIFT}/c-1a2b/o-1a2b"), kept(b"\x00recorded", 200, b"\x00recorded")),
    (Request("HEAD", f"{SWIFT}/c-1a2b/o-1a2b"), kept(b"\x00recorded", 200)),
    (
        get(f"{SWIFT}/c-1a2b/o-1a2b", ("Range", "bytes=1-3")),
        answer(206, b"rec", Etag=md5(b"\x00recorded"), Content_Range="bytes 1-3/9"),
    ),
    (get(f"{SWIFT}/c-1a2b?format=json"), said([{"name": "o-1a2b", "hash": md5(b"\x00recorded"), "bytes": 9}])),
    (Request("HEAD", f"{SWIFT}/c-1a2b"), answer(204, X_Container_Bytes_Used="9")),
]


def test_an_object_comes_back_as_it_was_uploaded(tmp_path: Path) -> None:
    client, data = Client(tmp_path, OBJECT), b"\x00 o-1a2b and other words"
    client.ask(put("c-9f"))
    assert client.told(put("c-9f/o-9f", data), "etag") == md5(data)
    assert client.data("c-9f/o-9f") == data
    head = client.ask(Request("HEAD", f"{SWIFT}/c-9f/o-9f"))
    assert (header(head.headers, "etag"), header(head.headers, "content-length")) == (md5(data), str(len(data)))
    assert json.loads(client.data("c-9f?format=json")) == [{"name": "o-9f", "hash": md5(data), "bytes": len(data)}]
    assert client.told(Request("HEAD", f"{SWIFT}/c-9f"), "x-container-bytes-used") == str(len(data))


@pytest.mark.parametrize("part", ["bytes=1-3", "bytes=2-9", "bytes=-4"])
def test_any_part_of_an_upload_can_be_asked_for(tmp_path: Path, part: str) -> None:
    client, data = Client(tmp_path, OBJECT), os.urandom(100)
    client.ask(put("c-9f"))
    client.ask(put("c-9f/o-9f", data))
    first, last = part.removeprefix("bytes=").split("-")
    expected = data[int(first) : int(last) + 1] if first else data[-int(last) :]
    assert client.data("c-9f/o-9f", ("Range", part)) == expected


def test_another_part_of_what_was_not_uploaded_is_a_miss(tmp_path: Path) -> None:
    client = Client(tmp_path, OBJECT[2:])
    asked = get(f"{SWIFT}/c-1a2b/o-1a2b", ("Range", "bytes=2-4"))
    assert asyncio.run(client.replayer(asked)) is None
    assert "another part" in str(client.replayer.explain(asked))
    assert client.data("c-1a2b/o-1a2b", ("Range", "bytes=1-3")) == b"rec"


def test_what_was_not_uploaded_in_this_session_is_given_as_recorded(tmp_path: Path) -> None:
    client = Client(tmp_path, OBJECT)
    client.ask(put("c-9f"))
    client.ask(put("c-9f/o-9f", b"\x00 other"))
    other = client.replayer
    found = asyncio.run(other(Request("GET", f"{SWIFT}/c-1a2b/o-1a2b", session="another")))
    assert found is not None
    assert found.body == b"\x00recorded"


def test_a_copy_has_what_its_source_has(tmp_path: Path) -> None:
    copied = [
        (put("c-1a2b/a-1a2b", b"\x00A"), kept(b"\x00A")),
        (put("c-1a2b/b-1a2b", b"\x00A"), kept(b"\x00A")),
        (Request("COPY", f"{SWIFT}/c-1a2b/b-1a2b", (("Destination", "c-1a2b/d-1a2b"),)), kept(b"\x00A")),
        (put("c-1a2b/e-1a2b", b"", ("X-Copy-From", "c-1a2b/a-1a2b")), kept(b"\x00A")),
        (get(f"{SWIFT}/c-1a2b/d-1a2b"), kept(b"\x00A", 200, b"\x00A")),
        (get(f"{SWIFT}/c-1a2b/e-1a2b"), kept(b"\x00A", 200, b"\x00A")),
    ]
    client = Client(tmp_path, [OBJECT[0], *copied])
    client.ask(put("c-9f"))
    client.ask(put("c-9f/a-9f", b"\x00one"))
    client.ask(put("c-9f/b-9f", b"\x00two"))
    client.ask(Request("COPY", f"{SWIFT}/c-9f/b-9f", (("Destination", "c-9f/d-9f"),)))
    client.ask(put("c-9f/e-9f", b"", ("X-Copy-From", "c-9f/a-9f")))
    assert (client.data("c-9f/d-9f"), client.data("c-9f/e-9f")) == (b"\x00two", b"\x00one")


def manifest(container: str, *segments: tuple[str, bytes]) -> bytes:
    rows = [{"path": f"/{container}/{name}", "etag": md5(data), "size_bytes": len(data)} for name, data in segments]
    return json.dumps(rows).encode()


def test_a_static_large_object_is_its_live_segments(tmp_path: Path) -> None:
    old = (("s-1a2b_1", b"\x00A"), ("s-1a2b_2", b"\x00B"))
    life = [
        OBJECT[0],
        *((put(f"c-1a2b/{name}", data), kept(data)) for name, data in old),
        (
            put("c-1a2b/big-1a2b?multipart-manifest=put", manifest("c-1a2b", *old)),
            answer(201, Etag=joined(b"\x00A", b"\x00B")),
        ),
        (get(f"{SWIFT}/c-1a2b/big-1a2b"), answer(200, b"\x00A\x00B", Etag=joined(b"\x00A", b"\x00B"))),
    ]
    client, new = Client(tmp_path, life), (("s-9f_1", b"\x00one"), ("s-9f_2", b"\x00three"))
    client.ask(put("c-9f"))
    for name, data in new:
        client.ask(put(f"c-9f/{name}", data))
    etag = client.told(put("c-9f/big-9f?multipart-manifest=put", manifest("c-9f", *new)), "etag")
    assert etag == joined(b"\x00one", b"\x00three")
    found = client.ask(get(f"{SWIFT}/c-9f/big-9f"))
    assert (found.body, header(found.headers, "etag")) == (b"\x00one\x00three", etag)


def test_a_dynamic_large_object_is_its_live_segments(tmp_path: Path) -> None:
    etag = joined(b"\x00A", b"\x00B")
    life = [
        OBJECT[0],
        (put("c-1a2b/big-1a2b/1", b"\x00A"), kept(b"\x00A")),
        (put("c-1a2b/big-1a2b/2", b"\x00B"), kept(b"\x00B")),
        (put("c-1a2b/big-1a2b", b"", ("X-Object-Manifest", "c-1a2b/big-1a2b/")), kept(b"")),
        (
            get(f"{SWIFT}/c-1a2b/big-1a2b"),
            answer(200, b"\x00A\x00B", Etag=etag, X_Object_Manifest="c-1a2b/big-1a2b/"),
        ),
    ]
    client = Client(tmp_path, life)
    client.ask(put("c-9f"))
    client.ask(put("c-9f/big-9f/1", b"\x00one"))
    client.ask(put("c-9f/big-9f/2", b"\x00three"))
    client.ask(put("c-9f/big-9f", b"", ("X-Object-Manifest", "c-9f/big-9f/")))
    found = client.ask(get(f"{SWIFT}/c-9f/big-9f"))
    assert (found.body, header(found.headers, "etag")) == (b"\x00one\x00three", joined(b"\x00one", b"\x00three"))
    assert header(found.headers, "x-object-manifest") == "c-9f/big-9f/"


@pytest.mark.parametrize(("kind", "mode"), [("tar", "w"), ("tar.gz", "w:gz")])
def test_the_files_of_an_archive_come_back_under_their_live_names(tmp_path: Path, kind: str, mode: str) -> None:
    bulk = f"{SWIFT}/?extract-archive={kind}"
    life = [
        (put(bulk, tar("c-1a2b/o-1a2b", mode=mode)), said({"Number Files Created": 1})),
        (get(f"{SWIFT}/c-1a2b?format=json"), said([{"name": "o-1a2b", "hash": md5(b"c-1a2b/o-1a2b"), "bytes": 13}])),
        (get(f"{SWIFT}/c-1a2b/o-1a2b"), kept(b"c-1a2b/o-1a2b", 200, b"c-1a2b/o-1a2b")),
    ]
    client = Client(tmp_path, life)
    client.ask(put(bulk, tar("c-9f/o-9f", mode=mode)))
    assert client.data("c-9f/o-9f") == b"c-9f/o-9f"
    assert json.loads(client.data("c-9f?format=json")) == [{"name": "o-9f", "hash": md5(b"c-9f/o-9f"), "bytes": 9}]


def test_a_file_that_a_form_has_brought_comes_back(tmp_path: Path) -> None:
    def form(path: str, boundary: str, data: bytes) -> Request:
        sent = multipart(boundary, data=data, name="x.png")
        return Request("POST", f"{SWIFT}/{path}", sent.headers, sent.body)

    life = [
        OBJECT[0],
        (form("c-1a2b/up-1a2b-", "one", b"\x00A"), answer(201)),
        (get(f"{SWIFT}/c-1a2b/up-1a2b-x.png"), kept(b"\x00A", 200, b"\x00A")),
    ]
    client = Client(tmp_path, life)
    client.ask(put("c-9f"))
    client.ask(form("c-9f/up-1a2b-", "two", b"\x00live"))
    assert client.data("c-9f/up-1a2b-x.png") == b"\x00live"


def image(status: str, data: bytes | None = None) -> dict[str, Any]:
    hashes = {"checksum": None, "os_hash_value": None, "size": None}
    if data is not None:
        hashes = {"checksum": md5(data), "os_hash_value": hashlib.sha512(data).hexdigest(), "size": len(data)}  # type: ignore[dict-item]
    return {"id": IMAGE, "name": "i", "status": status, **hashes}


@pytest.mark.parametrize("place", ["file", "stage"])
def test_an_image_comes_back_with_its_checksums(tmp_path: Path, place: str) -> None:
    show, old, new = get(f"{GLANCE}/{IMAGE}"), b"\x00old image", b"\x00the new image"
    life = [
        (post(GLANCE, {"name": "i"}), said(image("queued"), 201)),
        (put(f"{GLANCE}/{IMAGE}/{place}", old), answer(204)),
        *(
            [(post(f"{GLANCE}/{IMAGE}/import", {"method": {"name": "glance-direct"}}), answer(202))]
            * (place == "stage")
        ),
        (show, said(image("active", old))),
        (get(GLANCE), said({"images": [image("active", old)]})),
        (get(f"{GLANCE}/{IMAGE}/file"), answer(200, old, Content_MD5=md5(old))),
        (get(f"{GLANCE}?os_hash_value={hashlib.sha512(old).hexdigest()}"), said({"images": [image("active", old)]})),
    ]
    client = Client(tmp_path, life)
    for request, _ in life[: len(life) - 4]:
        client.ask(put(f"{GLANCE}/{IMAGE}/{place}", new) if request.method == "PUT" else request)
    assert json.loads(client.data(show.uri)) == image("active", new)
    assert json.loads(client.data(GLANCE)) == {"images": [image("active", new)]}
    found = client.ask(get(f"{GLANCE}/{IMAGE}/file"))
    assert (found.body, header(found.headers, "content-md5")) == (new, md5(new))
    listed = client.data(f"{GLANCE}?os_hash_value={hashlib.sha512(new).hexdigest()}")
    assert json.loads(listed) == {"images": [image("active", new)]}


def test_uploads_move_along_when_twins_change_places(tmp_path: Path) -> None:
    life = [OBJECT[0]]
    for name in ("o-1a2b", "o-3c4d"):
        data = name.encode()
        life += [
            (put(f"c-1a2b/{name}", data), kept(data)),
            (
                put(
                    f"c-1a2b/{name}",
                    b"",
                    ("X-Copy-From", f"c-1a2b/{name}"),
                    ("X-Fresh-Metadata", str(name == "o-1a2b")),
                ),
                kept(data),
            ),
            (get(f"{SWIFT}/c-1a2b/{name}"), kept(data, 200, data)),
        ]
    client = Client(tmp_path, life)
    client.ask(put("c-9f"))
    client.ask(put("c-9f/o-7f", b"first"))
    client.ask(put("c-9f/o-8f", b"other"))
    for name, data, fresh in (("o-7f", b"first", "False"), ("o-8f", b"other", "True")):
        copy = put(f"c-9f/{name}", b"", ("X-Copy-From", f"c-9f/{name}"), ("X-Fresh-Metadata", fresh))
        assert client.told(copy, "etag") == md5(data)
    assert (client.data("c-9f/o-7f"), client.data("c-9f/o-8f")) == (b"first", b"other")


def test_the_file_of_an_upload_is_let_go_with_its_session(tmp_path: Path) -> None:
    client = Client(tmp_path, OBJECT)
    client.ask(put("c-9f"))
    spooled = tmp_path / "spooled"
    spooled.write_bytes(data := os.urandom(100_000))
    stored = StoredBody(spooled, len(data), hashlib.sha256(data).hexdigest())
    client.ask(Request("PUT", f"{SWIFT}/c-9f/o-9f", OCTETS, stored))
    spooled.unlink()
    assert client.data("c-9f/o-9f") == data
    store = client.replayer._shelf._store
    assert store.used == len(data)
    sessions = client.replayer._sessions
    sessions._default = sessions._make()
    assert store.used == 0


def test_a_large_upload_comes_back_over_the_wire(tmp_path: Path) -> None:
    writer = CassetteWriter.create(tmp_path / "tape.yaml")
    routes = (Route("object-store", "object-store", "http://swift"),)
    for request, response in OBJECT:
        writer.append(Interaction(request, response, routes=routes))
    writer.close()
    data = os.urandom(8 * 1024 * 1024)
    with (
        BackgroundProxy(Config(mode_named("replay"), cassettes=(writer.path,))) as proxy,
        closing(HTTPConnection(urlsplit(proxy.url).netloc)) as at,
    ):

        def asked(method: str, path: str, body: bytes = b"", **headers: str) -> HTTPResponse:
            at.request(method, f"/object-store/v1/AUTH_p/{path}", body, headers)
            return at.getresponse()

        asked("PUT", "c-9f").read()
        answered = asked("PUT", "c-9f/o-9f", data)
        answered.read()
        assert answered.headers["Etag"] == md5(data)
        assert asked("GET", "c-9f/o-9f").read() == data
        answered = asked("GET", "c-9f/o-9f", Range="bytes=5000000-6000000")
        assert (answered.status, answered.read()) == (206, data[5_000_000:6_000_001])
        answered = asked("HEAD", "c-9f/o-9f")
        assert (answered.headers["Content-Length"], answered.read()) == (str(len(data)), b"")


def test_what_was_recorded_without_a_secret_or_a_coding_is_told_by_its_etag(tmp_path: Path) -> None:
    sent, hidden = b"password=hunter2", b"password=scrubbed-password-1"
    coded, plain = gzip.compress(b"\x00recorded"), b"\x00recorded"
    life = [
        (put("c-1a2b/o-1a2b", hidden, ("X-Object-Meta-Kind", "text")), kept(sent)),
        (get(f"{SWIFT}/c-1a2b/o-1a2b"), kept(sent, 200, hidden)),
        (put("c-1a2b/z-1a2b", plain), kept(coded)),
        (get(f"{SWIFT}/c-1a2b/z-1a2b"), kept(coded, 200, coded)),
    ]
    client, text, other = Client(tmp_path, [OBJECT[0], *life]), b"password=another", gzip.compress(b"\x00live")
    client.ask(put("c-9f"))
    assert client.told(put("c-9f/o-9f", text, ("X-Object-Meta-Kind", "text")), "etag") == md5(text)
    assert client.told(put("c-9f/z-9f", other, ("Content-Encoding", "gzip")), "etag") == md5(other)
    assert (client.data("c-9f/o-9f"), client.data("c-9f/z-9f")) == (text, other)


PROJECT = "a" * 32
LOGIN = {"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "demo", "password": "x"}}}}}
LOGGED_IN = {
    "token": {
        "methods": ["password"],
        "user": {"id": "b" * 32, "name": "demo", "domain": {"id": "default", "name": "Default"}},
        "project": {"id": PROJECT, "name": "demo", "domain": {"id": "default", "name": "Default"}},
        "roles": [{"id": "c" * 32, "name": "admin"}],
        "catalog": [],
        "expires_at": "2026-01-01T01:00:00.000000Z",
        "issued_at": "2026-01-01T00:00:00.000000Z",
    }
}


@pytest.mark.parametrize("size", [100, 100_000])
def test_the_made_up_cloud_has_what_was_uploaded_to_the_recorded_one(tmp_path: Path, size: int) -> None:
    login, account = post("http://keystone/v3/auth/tokens", LOGIN), f"http://swift/v1/AUTH_{PROJECT}"
    life = [
        (login, said(LOGGED_IN, 201, *JSON, ("X-Subject-Token", "scrubbed-token-1"))),
        (put(f"{account}/c-1a2b"), answer(201)),
        (put(f"{account}/c-1a2b/o-1a2b", b"\x00recorded"), kept(b"\x00recorded")),
        (post(GLANCE, {"name": "i-1a2b"}), said(image("queued"), 201, *JSON)),
        (put(f"{GLANCE}/{IMAGE}/file", b"\x00recorded"), answer(204)),
    ]
    writer = CassetteWriter.create(tmp_path / "tape.yaml")
    hosts = {"identity": "keystone", "object-store": "swift", "image": "glance"}
    routes = tuple(Route(name, name, f"http://{host}") for name, host in hosts.items())
    for request, response in life:
        token = (("X-Auth-Token", "scrubbed-token-1"),) if request is not login else ()
        request = replace(request, headers=(*request.headers, *token))
        writer.append(Interaction(request, response, routes=routes))
    writer.close()
    data = b"\x00" + os.urandom(size)
    with (
        BackgroundProxy(Config(mode_named("replay").synthesizing(), cassettes=(writer.path,))) as proxy,
        closing(HTTPConnection(urlsplit(proxy.url).netloc)) as at,
    ):

        def asked(method: str, path: str, body: bytes = b"", content_type: str = OCTETS[0][1]) -> tuple[str, bytes]:
            at.request(method, path, body, {"X-Auth-Token": "scrubbed-token-1", "Content-Type": content_type})
            response = at.getresponse()
            return response.headers["X-Cloudtape-Source"], response.read()

        objects, images = f"/object-store/v1/AUTH_{PROJECT}", "/image/v2/images"
        asked("POST", "/identity/v3/auth/tokens", json.dumps(LOGIN).encode(), "application/json")
        asked("PUT", f"{objects}/c-9f")
        assert asked("PUT", f"{objects}/c-9f/o-9f", data)[0] == "replayed"
        assert asked("GET", f"{objects}/c-9f/o-9f") == ("synthesized", data)
        source, listed = asked("GET", f"{objects}/c-9f?format=json")
        assert (source, json.loads(listed)[0]["hash"]) == ("synthesized", md5(data))
        asked("POST", images, b'{"name": "i-1a2b"}', "application/json")
        assert asked("PUT", f"{images}/{IMAGE}/file", data)[0] == "replayed"
        assert asked("GET", f"{images}/{IMAGE}/file") == ("synthesized", data)
        source, shown = asked("GET", f"{images}/{IMAGE}")
        assert (source, json.loads(shown)["checksum"]) == ("synthesized", md5(data))
