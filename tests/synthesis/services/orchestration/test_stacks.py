"""Stacks: what their templates make, change and take away; what heat says of wrong ones."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from cloudtape.synthesis.services.orchestration.stacks import MOST_STACKS
from tests.synthesis.requests import Asker, json_of

NET: dict[str, Any] = {"type": "OS::Neutron::Net", "properties": {"name": "inside"}}
SUBNET = {"type": "OS::Neutron::Subnet", "properties": {"network": {"get_resource": "net"}, "cidr": "10.8.0.0/24"}}
VOLUME: dict[str, Any] = {"type": "OS::Cinder::Volume", "properties": {"name": "disk", "size": 1}}
FIRST = {"net": NET, "sub": SUBNET, "disk": VOLUME}


def hot(resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"heat_template_version": "2018-08-31", "resources": resources, **more}


def send(asker: Asker, template: Any, **more: Any) -> Any:
    body = msgspec.json.encode({"stack_name": "made", "template": template, **more})
    return asker.ask("POST", "orchestration", f"/v1/{asker.project}/stacks", body)


def stack_of(asker: Asker) -> Any:
    one = next(asker.world.where("orchestration/stacks", stack_name="made"))
    path = f"/v1/{asker.project}/stacks/made/{one.id}"
    return path, json_of(asker.ask("GET", "orchestration", path))["stack"]


def names(asker: Asker, kind: str) -> set[str]:
    return {str(one.members["name"]) for one in asker.world.all(kind)}


def test_a_stack_makes_what_it_holds_and_takes_it_away() -> None:
    asker = Asker()
    assert send(asker, hot(FIRST)).status == 201
    path, stack = stack_of(asker)
    assert stack["stack_status"] == "CREATE_COMPLETE"
    network = next(asker.world.where("network/networks", name="inside"))
    assert [one.members["cidr"] for one in asker.world.where("network/subnets", network_id=network.id)] == [
        "10.8.0.0/24"
    ]
    listed = json_of(asker.ask("GET", "orchestration", path + "/resources"))["resources"]
    assert {one["resource_name"]: one["physical_resource_id"] for one in listed}["net"] == network.id
    assert asker.ask("DELETE", "orchestration", path).status == 204
    assert not {"inside", "disk"} & (names(asker, "network/networks") | names(asker, "block-storage/volumes"))


def test_an_update_changes_replaces_adds_and_removes() -> None:
    asker = Asker()
    send(asker, hot(FIRST))
    path, _ = stack_of(asker)
    before = {one.id: one.members["physical_resource_id"] for one in asker.world.all("orchestration/stacks/resources")}
    net = {**NET, "properties": {"name": "renamed"}}
    sub = {**SUBNET, "properties": {**SUBNET["properties"], "cidr": "10.7.0.0/24"}}  # type: ignore[dict-item]
    template = hot({"net": net, "sub": sub, "more": {"type": "OS::Heat::Value", "properties": {"value": 1}}})
    assert asker.ask("PUT", "orchestration", path, msgspec.json.encode({"template": template})).status == 202
    assert stack_of(asker)[1]["stack_status"] == "UPDATE_COMPLETE"
    shelf = asker.world.shelf("orchestration/stacks/resources", "", (path.rpartition("/")[2],))
    after = {one.id: one.members["physical_resource_id"] for one in shelf}
    assert after["net"] == before["net"]
    assert after["sub"] != before["sub"]
    assert set(after) == {"net", "sub", "more"}
    assert "renamed" in names(asker, "network/networks")
    assert "disk" not in names(asker, "block-storage/volumes")
    assert [one.members["cidr"] for one in asker.world.where("network/subnets", network_id=after["net"])] == [
        "10.7.0.0/24"
    ]


def test_what_cannot_be_made_fails_the_stack_with_the_reason() -> None:
    asker = Asker()
    bad = {"type": "OS::Nova::Server", "properties": {"image": "nothing", "flavor": "tiny"}, "depends_on": "net"}
    assert send(asker, hot({"net": NET, "web": bad})).status == 201
    _, stack = stack_of(asker)
    assert stack["stack_status"] == "CREATE_FAILED"
    assert stack["stack_status_reason"].startswith("Resource CREATE failed: ValueError: resources.web:")
    assert "inside" in names(asker, "network/networks")


def test_a_failed_stack_is_rolled_back_where_that_is_asked_for() -> None:
    asker = Asker()
    fails = {"type": "OS::Heat::TestResource", "properties": {"fail": True}, "depends_on": "net"}
    send(asker, hot({"net": NET, "bad": fails}), disable_rollback=False)
    assert stack_of(asker)[1]["stack_status"] == "ROLLBACK_COMPLETE"
    assert "inside" not in names(asker, "network/networks")


def test_what_is_in_use_elsewhere_keeps_a_stack_from_going() -> None:
    asker = Asker()
    send(asker, hot(FIRST))
    path, _ = stack_of(asker)
    network = next(asker.world.where("network/networks", name="inside"))
    asker.ask("POST", "network", "/v2.0/ports", msgspec.json.encode({"port": {"network_id": network.id}}))
    assert asker.ask("DELETE", "orchestration", path).status == 204
    assert stack_of(asker)[1]["stack_status"] == "DELETE_FAILED"


def test_a_type_that_is_not_known_is_only_shown() -> None:
    asker = Asker()
    send(asker, hot({"one": {"type": "OS::Nobody::Knows", "properties": {"a": "b"}}}))
    path, stack = stack_of(asker)
    assert stack["stack_status"] == "CREATE_COMPLETE"
    shown = json_of(asker.ask("GET", "orchestration", path + "/resources/one"))["resource"]
    assert shown["attributes"]["a"] == "b"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ({"resources": {}}, "The template version is invalid: Template version was not provided"),
        (
            {"heat_template_version": "1999-01-01"},
            'The template version is invalid: "heat_template_version: 1999-01-01".',
        ),
        (hot({}, things={}), "The template section is invalid: things"),
        (hot({"a": {"properties": {}}}), "Each resource must contain a type key."),
        (hot({"a": {"type": "OS::Neutron::Net", "properties": {"colour": 1}}}), "Unknown Property colour"),
        (hot({"a": {"type": "OS::Nova::Server"}}), "resources.a.properties: Property flavor not assigned"),
        (hot({"a": {**NET, "depends_on": "b"}}), 'The specified reference "b" (in a) is incorrect.'),
        (hot({"a": NET}, outputs={"o": {"value": {"get_attr": ["a", "x"]}}}), "The Referenced Attribute (a x)"),
        (hot({"a": {**NET, "depends_on": "b"}, "b": {**NET, "depends_on": "a"}}), "Circular Dependency Found"),
        (hot({}, parameters={"p": {"type": "string"}}), "The Parameter (p) was not provided."),
        ("a: [", "Template not in valid format"),
        ("- a", "The template is not a JSON object or YAML mapping."),
        ("a: b", "Template format version not found."),
    ],
)
def test_a_wrong_template_is_refused_in_heats_words(template: Any, message: str) -> None:
    response = send(Asker(), template)
    assert response.status == 400
    assert message in json_of(response)["error"]["message"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"q": 1}, "The Parameter (q) was not defined in template."),
        ({"p": 9}, "Parameter 'p' is invalid: 9 is out of range (min: 1, max: 5)"),
        ({"p": "many"}, "Parameter 'p' is invalid: could not convert string to float: 'many'"),
    ],
)
def test_a_wrong_parameter_is_refused_in_heats_words(given: Any, message: str) -> None:
    about = {"type": "number", "default": 2, "constraints": [{"range": {"min": 1, "max": 5}}]}
    response = send(Asker(), hot({}, parameters={"p": about}), parameters=given)
    assert (response.status, message) == (400, json_of(response)["error"]["message"])


def test_a_container_of_a_stack_is_one_of_the_object_store() -> None:
    asker = Asker()
    box = {"type": "OS::Swift::Container", "properties": {"name": "box"}}
    send(asker, hot({"box": box}))
    # There is no object store beside this one.
    assert stack_of(asker)[1]["stack_status"] == "CREATE_FAILED"


DEEP: Any = 1
for _ in range(100):
    DEEP = [DEEP]
ODD = [
    hot({"a": {**NET, "depends_on": 5}}),
    hot({"a": {**NET, "depends_on": [["b"]]}}),
    hot({"a": {"type": "OS::Heat::Value", "properties": {"value": DEEP}}}),
    hot({"a": {"type": "OS::Heat::Value", "properties": {"value": {"filter": [1, 2]}}}}),
    hot({}, parameters={"p": {"type": "number", "default": 1, "constraints": [{"modulo": {"step": 0}}]}}),
    hot({}, parameters={"p": {"type": [], "default": 1}}),
    hot({}, parameters={"p": {"default": "x", "constraints": [{"length": 5}]}}),
    hot({}, parameters={"p": 5}),
    hot([1]),  # type: ignore[arg-type]
    hot({"a": {"type": {}, "properties": {}}}),
    hot({"a": {"type": "OS::Neutron::Net", "properties": [1]}}),
    hot({}, outputs={"o": 1}),
    hot({}, conditions=5),
]


@pytest.mark.parametrize("template", ODD)
def test_a_template_of_other_types_than_any_is_refused_and_leaves_no_stack(template: Any) -> None:
    asker = Asker()
    assert send(asker, template).status == 400
    assert not list(asker.world.where("orchestration/stacks", stack_name="made"))


STRANGE = [
    {"type": "OS::Nova::Server", "properties": {"flavor": {"a": 1}, "networks": 5, "metadata": [1]}},
    {"type": "OS::Neutron::Subnet", "properties": {"network": "public", "cidr": {"a": 1}}},
    {"type": "OS::Neutron::SecurityGroup", "properties": {"rules": [5, "x"]}},
    {"type": "OS::Heat::RandomString", "properties": {"length": "many"}},
    {"type": "OS::Heat::RandomString", "properties": {"length": 1e999}},
    {"type": "OS::Cinder::Volume", "properties": {"size": [1]}},
    {"type": "OS::Keystone::User", "properties": {"roles": 5, "groups": "x"}},
    {"type": "OS::Glance::WebImage", "properties": {"location": 1, "disk_format": 1, "container_format": {}}},
]


@pytest.mark.parametrize("resource", STRANGE)
def test_a_property_of_another_type_fails_the_stack_or_is_taken(resource: Any) -> None:
    asker = Asker()
    assert send(asker, hot({"a": resource})).status in (201, 400)
    for _ in asker.world.where("orchestration/stacks", stack_name="made"):
        path, stack = stack_of(asker)
        assert stack["stack_status"] in ("CREATE_FAILED", "CREATE_COMPLETE")
        assert asker.ask("DELETE", "orchestration", path).status == 204


def test_a_project_has_as_many_stacks_as_heat_takes_and_an_admin_any_number() -> None:
    asker, empty = Asker(), hot({})
    assert send(asker, empty).status == 201
    for number in range(MOST_STACKS):
        members = {"id": f"{number:032x}", "stack_name": f"s{number}"}
        asker.world.add("orchestration/stacks", members, project=asker.project)
    assert send(asker, empty, stack_name="by-admin").status == 201
    member = replace(asker.token, roles=frozenset({"member"}))
    asker.token = asker.world.tokens.issue(member, asker.world.clock.now())
    refused = send(asker, empty, stack_name="one-more")
    assert refused.status == 400
    assert b"You have reached the maximum stacks per tenant, 512. Please delete some stacks." in refused.body


def test_limits_are_those_of_heat_in_its_words() -> None:
    asker = Asker()
    many = send(asker, hot({f"r{number}": {"type": "OS::Heat::None"} for number in range(1001)}))
    assert (many.status, b"Request limit exceeded: Maximum resources per stack exceeded." in many.body) == (400, True)
    long = send(asker, msgspec.json.encode(hot({}, description="x" * 524_288)).decode())
    assert (long.status, b"exceeds maximum allowed size (524288 bytes)" in long.body) == (400, True)
    large = send(asker, hot({}), files={"a": "x" * 1_048_576})
    assert large.status == 400
    assert b"Request limit exceeded: JSON body size (" in large.body
    assert b"bytes) exceeds maximum allowed size (1048576 bytes)." in large.body
