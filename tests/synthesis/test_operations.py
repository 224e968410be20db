"""Every operation of the reference, asked for once in its own form: a documented status, and a body with the structure
of its example.

Object storage keeps bytes, and is answered and tested apart.
"""

import msgspec
import pytest

from cloudtape.reference.catalog import default_catalog
from cloudtape.reference.operations import Operation
from tests.synthesis.requests import Asker
from tests.synthesis.structure import missing

# What no answer can be both, to the same request: the reference's example, and what today's clients read.
DIFFERENT = {
    "identity.versions.list": "printed as a list; tempest and gophercloud read `values` in an object, as keystone has it",
    "identity.v2.0.versions.list": "the same document",
    "identity.credentials.list": "printed as a bare list; keystoneclient and openstacksdk read `credentials`",
    "identity.policies.list": "printed as a bare list; keystoneclient reads `policies`",
}
DIFFERENT |= {
    "image.metadefs.namespaces.tags.add": "glance answers with 201",
    "block-storage.volumes.create": "volumes are replicated in another way now, without these two members",
    "block-storage.volumes.show": "the same",
    "compute.images.metadata.show-image-metadata-item-details": "printed as all metadata; novaclient reads `meta`",
    "compute.images.metadata.create-or-update-image-metadata-item": "the same",
    "compute.services.list": "printed with a member that nova has since 2.11 only, and clients ask so, too",
    "network.security-groups.update": "printed with a member that neutron never had",
    "network.routers.create": "printed with the addresses of the gateway beside it",
    "identity.auth.tokens.check": "keystone answers a HEAD as it would a GET: with 200",
    **dict.fromkeys(
        [
            f"identity.inherit.{place}.roles.inherited-to-projects.check"
            for place in ("projects.users", "projects.groups", "domains.users", "domains.groups")
        ],
        "keystone checks these like any other grant: with 204",
    ),
}
CHAPTERS: dict[int, list[Operation]] = {}
for _one in default_catalog().operations:
    if _one.service != "object-store":
        CHAPTERS.setdefault(_one.chapter, []).append(_one)


def complaint(operation: Operation) -> str:
    """What is wrong with the answer to one operation, empty where nothing is."""
    asker = Asker()
    response = asker.operation(operation)
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
    complaints = {one.id: said for one in CHAPTERS[chapter] if one.id not in DIFFERENT and (said := complaint(one))}
    assert not complaints, complaints


@pytest.mark.parametrize("operation", DIFFERENT)
def test_what_is_answered_differently_still_is_and_succeeds(operation: str) -> None:
    one = default_catalog().get(operation)
    assert complaint(one)
    assert Asker().operation(one).status <= 300


def test_no_operation_is_left_out() -> None:
    counted = sum(len(operations) for operations in CHAPTERS.values())
    stored = sum(one.service == "object-store" for one in default_catalog().operations)
    assert counted + stored == len(default_catalog().operations) == 974
