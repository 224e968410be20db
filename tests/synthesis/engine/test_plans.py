"""What operations do to resources: read off templates and examples, for every operation of both catalogs."""

import pytest

from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.engine.steps import Paths, steps_of, template_segments
from cloudtape.synthesis.services.cloud import additions, default_cloud, default_folders

PLANNER = default_cloud().kinds.planner
VERBS = [
    ("compute.servers.list", Verb.LIST, "compute/servers"),
    ("compute.servers.list-details", Verb.LIST, "compute/servers"),
    ("compute.servers.create", Verb.CREATE, "compute/servers"),
    ("compute.servers.show", Verb.SHOW, "compute/servers"),
    ("compute.servers.stop", Verb.ACTION, "compute/servers"),
    ("compute.servers.metadata.list", Verb.READ, "compute/servers/metadata"),
    ("compute.flavors.flavor-extra-specs.show", Verb.READ, "compute/flavors/os-extra_specs"),
    ("identity.projects.users.roles.check", Verb.CHECK, "identity/projects/users/roles"),
    ("identity.v2.0.tenants.create", Verb.CREATE, "identity/projects"),
    ("identity.regions.create-region-with-user-defined-id", Verb.PUT, "identity/regions"),
    ("network.networks.update", Verb.UPDATE, "network/networks"),
    ("network.quotas.reset", Verb.DELETE, "network/quotas"),
    ("orchestration.stacks.show-stack-details", Verb.SHOW, "orchestration/stacks"),
    ("image.metadefs.namespaces.tags.delete", Verb.CLEAR, "image/metadefs/namespaces/tags"),
    ("block-storage.quota-sets.update", Verb.WRITE, "block-storage/os-quota-sets"),
]


@pytest.mark.parametrize(("operation", "verb", "kind"), VERBS)
def test_an_operation_does_what_its_template_says(operation: str, verb: Verb, kind: str) -> None:
    plan = PLANNER.plan(operation)
    assert (plan.verb, plan.kind) == (verb, kind)


@pytest.mark.parametrize(
    ("path", "segments"),
    [
        ("/v2/{tenant_id}/volumes/{volume_id}", ("volumes", "{volume_id}")),
        ("/v2.1/servers", ("servers",)),
        ("/v3", ()),
        ("/", ()),
    ],
)
def test_version_and_project_are_no_part_of_a_template(path: str, segments: tuple[str, ...]) -> None:
    assert template_segments(path) == segments


def test_a_name_before_an_id_is_the_same_thing() -> None:
    paths = Paths(repeated={"stack_name": "stack_id"})
    segments = ("stacks", "{stack_name}", "{stack_id}", "resources", "{resource_name}")
    steps = steps_of("orchestration", segments, paths)
    assert [(step.kind, step.variable) for step in steps] == [
        ("orchestration/stacks", "stack_id"),
        ("orchestration/stacks/resources", "resource_name"),
    ]


def test_the_additions_stand_apart_from_the_reference() -> None:
    """None has the id of an operation of the reference, and each is of a service that has a folder."""
    reference = {one.id for one in PLANNER.operations} - {one.id for one in additions().operations}
    assert len(reference) == 974
    assert {one.service for one in additions().operations} <= {folder.service.type for folder in default_folders()}


def test_every_operation_has_a_plan() -> None:
    for one in PLANNER.operations:
        assert PLANNER.plan(one.id).kind.startswith(one.service)
