"""Object storage of the demo cloud, with the real clients, beside the other services."""

import asyncio
import io
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import openstack
import pytest
import swiftclient
from swiftclient.utils import generate_temp_url

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.messages import Request
from cloudtape.openstack.catalog import default_catalog
from cloudtape.openstack.operations import Operation
from cloudtape.synthesis.services.object_store.access import Caller
from cloudtape.synthesis.services.object_store.endpoints import endpoints
from cloudtape.synthesis.services.object_store.store import ObjectStore
from tests.synthesis.conftest import environment

pytestmark = pytest.mark.filterwarnings("ignore")  # the clients' own


@pytest.fixture
def swift(demo: BackgroundProxy) -> swiftclient.Connection:
    settings = environment(demo, "demo")
    return swiftclient.Connection(
        authurl=settings["OS_AUTH_URL"],
        user=settings["OS_USERNAME"],
        key=settings["OS_PASSWORD"],
        auth_version="3",
        os_options={
            "project_name": settings["OS_PROJECT_NAME"],
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        },
    )


def test_what_goes_up_comes_down(swift: swiftclient.Connection) -> None:
    data = bytes(range(256)) * 2048
    swift.put_container("box-1")
    etag = swift.put_object("box-1", "a folder/a file", io.BytesIO(data), content_length=len(data))
    headers, body = swift.get_object("box-1", "a folder/a file")
    assert (body, headers["etag"]) == (data, etag)
    assert [one["name"] for one in swift.get_container("box-1")[1]] == ["a folder/a file"]
    swift.delete_object("box-1", "a folder/a file")
    swift.delete_container("box-1")
    with pytest.raises(swiftclient.ClientException, match="404"):
        swift.head_container("box-1")


def test_another_project_sees_nothing_of_it(swift: swiftclient.Connection, demo: BackgroundProxy) -> None:
    swift.put_container("mine")
    admin: dict[str, Any] = {
        name.removeprefix("OS_").lower(): value for name, value in environment(demo, "admin").items()
    }
    names = ("auth_url", "username", "password", "project_name", "user_domain_name", "project_domain_name")
    cloud = openstack.connect(load_yaml_config=False, load_envvars=False, **{name: admin[name] for name in names})
    assert [one.name for one in cloud.object_store.containers()] == []
    swift.delete_container("mine")


def test_a_token_that_is_none_is_refused(demo: BackgroundProxy) -> None:
    stranger = swiftclient.Connection(
        preauthurl=f"{demo.url}/object-store/v1/AUTH_{'a' * 32}", preauthtoken="made up", retries=0
    )
    with pytest.raises(swiftclient.ClientException, match="401"):
        stranger.get_account()


def test_the_world_begins_with_a_container(swift: swiftclient.Connection) -> None:
    assert [one["name"] for one in swift.get_account()[1]] == ["documents"]
    assert swift.get_object("documents", "welcome.txt")[1] == b"This object is there to be downloaded.\n"


# The reference's words have 204, which can have no Content-Length (RFC 9110, 8.6), the size of an object; its example
# (15.5.5) has a length, and `HTTP/1.1 200 OK`.
IN_ITS_EXAMPLE = {"object-store.objects.show-object-metadata": 200}
OPERATIONS = [one for one in default_catalog().operations if one.service == "object-store"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)
def test_every_operation_of_the_reference_has_a_documented_status(operation: Operation) -> None:
    store, caller = ObjectStore(), Caller("p", "u", ("member",))

    def ask(method: str, path: str, *headers: tuple[str, str], body: bytes = b"") -> int:
        uri = "http://swift" + path.format(account="AUTH_p", container="box", object="o", path="/info", endpoint="e")
        request = Request(method, uri, headers, body)
        return (endpoints(request) or asyncio.run(store(request, caller=caller))).status

    if operation.id != "object-store.containers.create":
        ask("PUT", "/v1/{account}/box")
    if "{object}" in operation.path:
        ask("PUT", "/v1/{account}/box/o", ("Content-Length", "4"), body=b"data")
    needed = {"Destination": "box/copy", "X-Object-Meta-name": "x"}
    headers = tuple((one.name, needed.get(one.name, "x")) for one in operation.request_headers if one.required)
    status = ask(operation.method, operation.path, *headers, ("Content-Length", "0"))
    found = IN_ITS_EXAMPLE.get(operation.id)
    expected = (found,) if found else operation.statuses or (204,)
    assert status in expected


@pytest.mark.parametrize("mount", ["", "/object-store"])
def test_a_temporary_url_is_signed_for_the_path_with_the_mount_or_without(
    swift: swiftclient.Connection, demo: BackgroundProxy, mount: str
) -> None:
    swift.put_container("signed")
    swift.put_object("signed", "page", "words")
    swift.post_account({"X-Account-Meta-Temp-URL-Key": "key"})
    path = urlsplit(swift.url).path.removeprefix("/object-store") + "/signed/page"
    signed = generate_temp_url(mount + path, 3600, "key", "GET").removeprefix(mount)
    with urlopen(f"{demo.url}/object-store{signed}") as answer:
        assert answer.read() == b"words"


def test_an_upload_in_pieces_of_which_there_are_none_makes_an_empty_object(swift: swiftclient.Connection) -> None:
    swift.put_container("box-2")
    swift.put_object("box-2", "nothing", contents=iter([]), chunk_size=10)
    assert swift.head_object("box-2", "nothing")["content-length"] == "0"
