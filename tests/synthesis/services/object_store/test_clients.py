"""The real python-swiftclient, its library and its command, against the store behind a socket."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from swiftclient import Connection
from swiftclient.client import get_container
from swiftclient.exceptions import ClientException
from swiftclient.service import SwiftService, SwiftUploadObject
from swiftclient.utils import generate_temp_url

from cloudtape.cassettes.blob_store import BlobStore
from cloudtape.synthesis.services.object_store.store import ObjectStore
from tests.synthesis.services.object_store.server import served

DATA = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(40_000))  # 1.28 MB
Run = Callable[..., str]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    blobs = BlobStore(in_memory=100_000, parent=tmp_path)
    with served(ObjectStore(blobs)) as base:
        yield base
    blobs.close()


@pytest.fixture
def client(url: str) -> Connection:
    return Connection(authurl=f"{url}/auth/v1.0", user="demo", key="x", retries=0)


@pytest.fixture
def service(url: str) -> Iterator[SwiftService]:
    with SwiftService(
        {"auth": f"{url}/auth/v1.0", "user": "demo", "key": "x", "auth_version": "1.0", "retries": 0}
    ) as one:
        yield one


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "data.bin"
    path.write_bytes(DATA)
    return path


@pytest.fixture
def run(url: str, tmp_path: Path) -> Run:
    """The command `swift`."""
    environment = os.environ | {
        "ST_AUTH": f"{url}/auth/v1.0",
        "ST_USER": "demo",
        "ST_KEY": "x",
        "PYTHONWARNINGS": "ignore",
    }

    def say(*arguments: str) -> str:
        command = [str(Path(sys.executable).parent / "swift"), *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return say


def test_an_object_comes_back_as_it_went(client: Connection) -> None:
    client.put_container("c")
    etag = client.put_object("c", "été/o", DATA, headers={"X-Object-Meta-Colour": "red"})
    headers, body = client.get_object("c", "été/o")
    assert body == DATA
    assert etag == hashlib.md5(DATA).hexdigest() == headers["etag"]
    assert headers["x-object-meta-colour"] == "red"


def test_a_body_of_unknown_length_comes_back(client: Connection) -> None:
    client.put_container("c")
    client.put_object("c", "o", (DATA[start : start + 7777] for start in range(0, len(DATA), 7777)))
    assert client.get_object("c", "o")[1] == DATA


def test_a_range_of_a_large_object_in_a_file(client: Connection) -> None:
    client.put_container("c")
    client.put_object("c", "o", DATA)
    assert client.get_object("c", "o", headers={"Range": "bytes=500000-999999"})[1] == DATA[500000:1000000]


@pytest.mark.parametrize("options", [{"use_slo": True}, {"use_slo": False}], ids=["static", "dynamic"])
def test_a_segmented_upload_downloads_whole(
    service: SwiftService, client: Connection, file: Path, options: dict[str, bool]
) -> None:
    upload = [SwiftUploadObject(str(file), object_name="big")]
    results = list(service.upload("c", upload, options | {"segment_size": 200_000}))
    assert all(one["success"] for one in results), results
    assert len(client.get_container("c_segments")[1]) == 7
    headers, body = client.get_object("c", "big")
    assert body == DATA
    assert "x-static-large-object" in headers if options["use_slo"] else "x-object-manifest" in headers


def test_deleting_a_segmented_object_deletes_its_segments(
    service: SwiftService, client: Connection, file: Path
) -> None:
    upload = [SwiftUploadObject(str(file), object_name="big")]
    list(service.upload("c", upload, {"segment_size": 200_000, "use_slo": True}))
    assert all(one["success"] for one in service.delete("c", ["big"]))
    assert client.get_container("c_segments")[1] == []


def test_stat_list_copy_post_delete(client: Connection) -> None:
    client.put_container("c", headers={"X-Container-Meta-A": "b"})
    client.put_object("c", "a/1", b"one", content_type="text/plain")
    client.copy_object("c", "a/1", destination="/c/a/2")
    client.post_object("c", "a/2", headers={"X-Object-Meta-New": "x"})
    assert client.head_object("c", "a/2")["x-object-meta-new"] == "x"
    assert [one["name"] for one in client.get_container("c")[1]] == ["a/1", "a/2"]
    assert client.get_container("c", delimiter="/")[1] == [{"subdir": "a/"}]
    assert client.get_account()[1][0]["count"] == 2
    client.delete_object("c", "a/1")
    with pytest.raises(ClientException) as caught:
        client.get_object("c", "a/1")
    assert caught.value.http_status == 404


def test_a_full_listing_is_paged(client: Connection) -> None:
    client.put_container("c")
    for number in range(25):
        client.put_object("c", f"{number:02}", b"")
    assert len(client.get_container("c", limit=10, full_listing=True)[1]) == 25


def test_a_temporary_url_of_the_client_opens(client: Connection, url: str) -> None:
    client.put_container("c")
    client.put_object("c", "o", b"secret")
    client.post_account({"X-Account-Meta-Temp-URL-Key": "key"})
    path = generate_temp_url("/v1/AUTH_demo/c/o", int(time.time()) + 60, "key", "GET")
    with urllib.request.urlopen(url + path) as response:
        assert response.read() == b"secret"


def test_without_a_token_nothing_is_shown(url: str, client: Connection) -> None:
    client.put_container("c")
    with pytest.raises(ClientException) as caught:
        get_container(f"{url}/v1/AUTH_demo", "", "c")
    assert caught.value.http_status == 401


def test_what_the_command_does(run: Run, file: Path) -> None:
    run("post", "c", "-m", "Colour:red", "-r", ".r:*")
    run("upload", "c", "data.bin", "--object-name", "one", "-H", "X-Object-Meta-A: b")
    run("upload", "c", "data.bin", "--object-name", "big", "--segment-size", "300000", "--use-slo")
    assert "Meta Colour: red" in run("stat", "c")
    assert "Read ACL: .r:*" in run("stat", "c")
    assert "Meta A: b" in run("stat", "c", "one")
    assert run("list", "c").split() == ["big", "one"]
    run("copy", "c", "one", "--destination", "/d/two")
    run("download", "c", "big", "-o", "back.bin")
    assert (file.parent / "back.bin").read_bytes() == DATA
    run("delete", "c", "--prefix", "big")
    run("delete", "d")
    assert run("list").split() == ["c", "c_segments"]
    assert run("list", "c_segments") == ""


def test_what_the_command_is_told_about_the_store(run: Run) -> None:
    told = json.loads(run("capabilities", "--json"))
    assert told["slo"]["max_manifest_segments"] == 1000
    assert told["swift"]["max_object_name_length"] == 1024


def test_the_command_uploads_a_folder_and_deletes_all(run: Run, tmp_path: Path) -> None:
    (tmp_path / "tree" / "sub").mkdir(parents=True)
    for name in ("a", "sub/b c", "sub/é"):
        (tmp_path / "tree" / name).write_text(name)
    run("upload", "c", "tree", "--skip-identical")
    assert run("list", "c").splitlines() == ["tree/a", "tree/sub/b c", "tree/sub/é"]
    run("upload", "c", "tree", "--skip-identical")
    run("delete", "--all")
    assert run("list") == ""


def test_versions_are_listed_downloaded_and_deleted(run: Run, client: Connection) -> None:
    client.put_container("c", headers={"X-Versions-Enabled": "true"})
    for text in (b"one", b"two"):
        client.put_object("c", "o", text)
    newest, oldest = [row["version_id"] for row in client.get_container("c", query_string="versions")[1]]
    assert client.get_object("c", "o")[0]["x-object-version-id"] == newest
    assert run("download", "c", "o", "-o", "-", "--version-id", oldest) == "one"
    assert len(run("list", "c", "--versions").splitlines()) == 2
    run("delete", "c", "--versions")
    assert run("list") == ""
