import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtape.matchers.requests.operations import OperationFinder
from cloudtape.openstack.catalog import default_catalog
from cloudtape.openstack.operations import Operation

CATALOG = default_catalog()
FINDER = OperationFinder(CATALOG.operations)
VARIABLE = re.compile(r"\{[^}]*\}")
PROJECTS = ("{tenant_id}", "{project_id}", "{accountId}")
IDS = st.one_of(st.uuids().map(str), st.uuids().map(lambda one: one.hex), st.from_regex(r"\A[a-z][a-z0-9_.~-]{0,20}\Z"))
HEX = "8f3a2b1c4d5e6f708192a3b4c5d6e7f8"


def forms(one: Operation, path: str) -> Iterator[str]:
    """The path as documented, without its project, with one, and mounted under a prefix."""
    yield path
    version, slash, rest = path[1:].partition("/")
    if slash and re.fullmatch(r"v[\d.]+", version):
        yield f"/somewhere/{version}/{rest}"
        if one.path.split("/")[2] in PROJECTS:
            yield f"/{version}/{rest.partition('/')[2]}"
        elif one.service in ("compute", "block-storage"):
            yield f"/{version}/{HEX}/{rest}"


def told_apart(one: Operation) -> tuple[str, str, str, str]:
    """What a request shows of its operation: those that the document lists twice are the same."""
    template = (
        VARIABLE.sub("{}", one.path).replace("/{}/", "/", 1)
        if one.path.split("/")[2:3] in [[p] for p in PROJECTS]
        else VARIABLE.sub("{}", one.path)
    )
    return one.service, one.method, template.rstrip("/"), one.action


@pytest.mark.parametrize("one", CATALOG.operations, ids=lambda one: one.section)
def test_every_operation_is_found_back_among_all_others_in_each_form_of_its_path(one: Operation) -> None:
    body = f'{{"{one.action}": {{}}}}'.encode() if one.action else b""
    for path in forms(one, VARIABLE.sub(HEX, one.path)):
        found = FINDER.find(one.method, path, one.service, body)
        assert found is not None, path
        assert told_apart(found) == told_apart(one), path


@given(st.sampled_from(CATALOG.operations), st.data())
def test_whatever_the_values_are_the_operation_is_found(one: Operation, data: st.DataObject) -> None:
    """Names that are literals of other templates (`detail`) are for those templates."""
    path = VARIABLE.sub(lambda _: data.draw(IDS), one.path)
    found = FINDER.find(one.method, path, one.service)
    assert found is not None


@pytest.mark.parametrize(
    ("service", "method", "path", "operation"),
    [
        ("block-storage", "GET", f"/v2/{HEX}/volumes", "block-storage.volumes.list"),
        ("block-storage", "GET", f"/v3/{HEX}/volumes", "block-storage.volumes.list"),
        ("block-storage", "GET", "/volume/v3/volumes", "block-storage.volumes.list"),
        ("block-storage", "GET", f"/v1/{HEX}/volumes", "block-storage.v1.volumes.list"),
        ("compute", "GET", "/v2.1/servers", "compute.servers.list"),
        ("compute", "GET", "/v2/servers", "compute.servers.list"),
        ("compute", "GET", f"/compute/v2.1/{HEX}/servers", "compute.servers.list"),
        ("compute", "GET", "/v2.1/servers/detail", "compute.servers.list-details"),
        ("compute", "GET", "/v2.1/servers/", "compute.servers.list"),
        ("compute", "GET", "/", "compute.versions.list"),
        ("block-storage", "GET", "/v2/", "block-storage.versions.show"),
        ("identity", "GET", "/v3/users", "identity.users.list"),
        ("identity", "GET", "/identity/v3/users", "identity.users.list"),
        ("identity", "GET", "/v2.0/users", "identity.v2.0.users.list"),
        (
            "identity",
            "GET",
            f"/v2.0/users/{HEX}/OS-KSADM/credentials/OS-KSEC2%3Aec2Credentials",
            "identity.v2.0.users.ksadm.credentials.ksec2-ec2-credentials.show",
        ),
        ("image", "GET", "/v2/images", "image.images.list"),
        ("image", "GET", "/v2.9/images", "image.images.list"),
        ("network", "GET", "/networking/v2.0/networks", "network.networks.list"),
        ("object-store", "GET", f"/v1/AUTH_{HEX}/container/v2/a/b.txt", "object-store.objects.show"),
        ("orchestration", "GET", f"/v1/{HEX}/stacks", "orchestration.stacks.list"),
    ],
)
def test_clients_paths_find_their_operation(service: str, method: str, path: str, operation: str) -> None:
    found = FINDER.find(method, path, service)
    assert found is not None
    assert found.id == operation


@pytest.mark.parametrize(
    ("body", "operation"),
    [
        (b'{"os-stop": null}', "compute.servers.stop"),
        (b' {"reboot": {"type": "HARD"}}', "compute.servers.reboot"),
    ],
)
def test_the_key_in_the_body_decides_an_action(body: bytes, operation: str) -> None:
    found = FINDER.find("POST", f"/v2.1/servers/{HEX}/action", "compute", body)
    assert found is not None
    assert found.id == operation


def test_all_that_share_a_template_are_candidates() -> None:
    assert len(FINDER.candidates("POST", f"/v2.1/servers/{HEX}/action", "compute")) == 37


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff{", b'{"no-such-action": 1}', b"[" * 100_000])
def test_a_body_that_decides_nothing_still_finds_the_template(body: bytes) -> None:
    found = FINDER.find("POST", f"/v2.1/servers/{HEX}/action", "compute", body)
    assert found is not None
    assert found.path.endswith("/action")


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("compute", "/v2.1/no-such-thing"),
        ("load-balancer", "/v2/lbaas/loadbalancers"),
        ("", "/v9/nothing/of/ours"),
        ("compute", "/v2.1//"),
        ("block-storage", "/v2/no-such-thing"),
    ],
)
def test_what_the_reference_does_not_know_is_not_found(service: str, path: str) -> None:
    assert FINDER.find("GET", path, service) is None


def test_without_a_service_the_most_literal_template_is_taken() -> None:
    found = FINDER.find("GET", f"/v2.1/{HEX}/servers/detail")
    assert found is not None
    assert found.id == "compute.servers.list-details"


@given(st.text(), st.text(), st.binary())
def test_any_request_may_be_asked_for(method: str, path: str, body: bytes) -> None:
    FINDER.find(method, path, "compute", body)
    FINDER.find(method, path, "", body)
