"""openstacksdk against the store behind a socket."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import openstack
import pytest
from keystoneauth1.session import Session
from keystoneauth1.token_endpoint import Token
from openstack.connection import Connection

from cloudtape.synthesis.services.object_store.store import ObjectStore
from tests.synthesis.services.object_store.server import served

pytestmark = pytest.mark.filterwarnings("ignore::openstack.warnings.RemovedInSDK50Warning")  # of its own ways
DATA = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(20_000))


@pytest.fixture
def cloud() -> Iterator[Connection]:
    with served(ObjectStore()) as base:
        session = Session(Token(f"{base}/v1/AUTH_demo", "token-of-demo"))
        cloud = openstack.connection.Connection(
            session=session, object_store_endpoint_override=f"{base}/v1/AUTH_demo", region_name="here"
        )
        yield cloud
        cloud.close()


def test_containers_and_their_metadata(cloud: Connection) -> None:
    container = cloud.object_store.create_container("c")
    cloud.object_store.set_container_metadata(container, colour="red")
    found = cloud.object_store.get_container_metadata("c")
    assert found.metadata["colour"] == "red"
    assert [one.name for one in cloud.object_store.containers()] == ["c"]
    cloud.object_store.delete_container("c")
    assert list(cloud.object_store.containers()) == []


def test_objects_come_back(cloud: Connection) -> None:
    cloud.object_store.create_container("c")
    cloud.object_store.create_object("c", "a/b", data=DATA)
    assert cloud.object_store.download_object("a/b", "c") == DATA
    assert [one.name for one in cloud.object_store.objects("c", prefix="a/")] == ["a/b"]
    assert cloud.object_store.get_object_metadata("a/b", "c").etag == hashlib.md5(DATA).hexdigest()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it leaves the file open
@pytest.mark.parametrize("use_slo", [True, False], ids=["static", "dynamic"])
def test_a_file_in_segments_comes_back(cloud: Connection, tmp_path: Path, use_slo: bool) -> None:
    (tmp_path / "file").write_bytes(DATA)
    cloud.create_container("c")
    cloud.create_object("c", "big", filename=str(tmp_path / "file"), segment_size=100_000, use_slo=use_slo)
    assert cloud.object_store.download_object("big", "c") == DATA
    assert cloud.is_object_stale("c", "big", str(tmp_path / "file")) is False


def test_a_temporary_url_opens(cloud: Connection) -> None:
    cloud.object_store.create_container("c")
    cloud.object_store.create_object("c", "o", data=b"secret")
    cloud.object_store.set_account_temp_url_key("key")
    path = cloud.object_store.generate_temp_url("/v1/AUTH_demo/c/o", 60, "GET", temp_url_key="key")
    base = str(cloud.object_store.get_endpoint()).split("/v1/")[0]
    assert cloud.session.get(base + str(path), authenticated=False).content == b"secret"


def test_quotas_and_limits_of_the_account(cloud: Connection) -> None:
    cloud.object_store.create_container("c")
    cloud.object_store.create_object("c", "o", data=b"12345")
    account = cloud.object_store.get_account_metadata()
    assert (account.account_container_count, account.account_object_count, account.account_bytes_used) == (1, 1, 5)
    assert cloud.object_store.get_info().slo["max_manifest_segments"] == 1000
