"""Every operation of the reference, asked for once in its own form: a documented status, and a body with the structure
of its example.

Object storage keeps bytes, and is answered and tested apart.
"""

from typing import Any

import msgspec
import pytest

from cloudtape.cassettes.messages import Headers
from cloudtape.openstack.catalog import default_catalog
from cloudtape.openstack.operations import Operation
from tests.synthesis.requests import Asker
from tests.synthesis.structure import missing

# What the reference prints, and what clients read instead: no answer can be both.
OF_CLIENTS: dict[str, tuple[int, Any]] = {
    "compute.images.metadata.show-image-metadata-item-details": (200, {"meta": {}}),
    "compute.images.metadata.create-or-update-image-metadata-item": (200, {"meta": {}}),
    "identity.auth.tokens.check": (200, None),
    "identity.credentials.create": (201, {"credential": {"id": "", "type": ""}}),
    "identity.credentials.list": (200, {"credentials": [{"id": "", "type": ""}]}),
    "identity.credentials.show": (200, {"credential": {"id": "", "type": ""}}),
    "identity.credentials.update": (200, {"credential": {"id": "", "type": ""}}),
    "identity.policies.list": (200, {"policies": [{"id": "", "type": ""}]}),
    "identity.policies.show": (200, {"policy": {"id": "", "type": ""}}),
    "identity.policies.update": (200, {"policy": {"id": "", "type": ""}}),
    "identity.roles.show": (200, {"role": {"id": "", "name": ""}}),
    "identity.roles.update": (200, {"role": {"id": "", "name": ""}}),
    "identity.versions.list": (300, {"versions": {"values": [{"id": ""}]}}),
    "identity.v2.0.versions.list": (300, {"versions": {"values": [{"id": ""}]}}),
    "image.metadefs.namespaces.tags.add": (201, {"name": ""}),
    **{
        f"identity.inherit.{place}.roles.inherited-to-projects.check": (204, None)
        for place in ("projects.users", "projects.groups", "domains.users", "domains.groups")
    },
}
# Members that are printed, and that the services' own schemas forbid.
FORBIDDEN = {
    "compute.services.list": "$.services[0].forced_down",
    "identity.regions.list": "$.regions[0].links.child_regions",
    "identity.regions.create": "$.region.links.child_regions",
    "identity.regions.create-region-with-user-defined-id": "$.region.links.child_regions",
    "identity.regions.show": "$.region.links.child_regions",
    "identity.regions.update": "$.region.links.child_regions",
    "network.routers.create": "$.router.external_fixed_ips",
    "network.security-groups.update": "$.security_group.rules",
}
CLIENT = (("User-Agent", "openstacksdk/4.9.0 keystoneauth1/5.13.1 python-requests/2.32.5 CPython/3.13.7"),)
CHAPTERS: dict[int, list[Operation]] = {}
for _one in default_catalog().operations:
    if _one.service != "object-store":
        CHAPTERS.setdefault(_one.chapter, []).append(_one)


def complaint(operation: Operation, headers: Headers = ()) -> str:
    """What is wrong with the answer to one operation, empty where nothing is."""
    asker = Asker()
    response = asker.operation(operation, headers)
    documented = response.status in operation.statuses if operation.statuses else response.status < 300
    if not documented:
        return f"{response.status}, not {operation.statuses}: {response.body!r:.300}"
    sample = asker.plan(operation).sample
    if sample is None or operation.method == "HEAD" or response.status == 204:
        return ""
    assert isinstance(response.body, bytes)
    lacks = missing(sample, msgspec.json.decode(response.body) if response.body else None)
    return f"lacks {', '.join(lacks)}" if lacks else ""


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_operation_of_a_chapter_is_answered_as_it_is_documented(chapter: int) -> None:
    complaints = {one.id: said for one in CHAPTERS[chapter] if (said := complaint(one))}
    assert not complaints, complaints


@pytest.mark.parametrize("operation", OF_CLIENTS)
def test_clients_are_answered_as_they_read_it(operation: str) -> None:
    one, (status, wanted) = default_catalog().get(operation), OF_CLIENTS[operation]
    response = Asker().operation(one, CLIENT)
    assert response.status == status
    if wanted is not None:
        assert isinstance(response.body, bytes)
        assert not missing(wanted, msgspec.json.decode(response.body))


@pytest.mark.parametrize("operation", FORBIDDEN)
def test_clients_are_not_told_what_the_service_never_tells(operation: str) -> None:
    assert complaint(default_catalog().get(operation), CLIENT) == f"lacks {FORBIDDEN[operation]}"


def test_no_operation_is_left_out() -> None:
    counted = sum(len(operations) for operations in CHAPTERS.values())
    stored = sum(one.service == "object-store" for one in default_catalog().operations)
    assert counted + stored == len(default_catalog().operations) == 974
