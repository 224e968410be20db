"""Templates, clusters, plugins and images: sahara's `service/validations`, word for word."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.data_processing.asker import OF_VANILLA, Sahara
from tests.synthesis.services.teller import NONE

INVALID, REFERENCE, DATA, MISSING = "VALIDATION_ERROR", "INVALID_REFERENCE", "INVALID_DATA", "NOT_FOUND"

# --- schemas ------------------------------------------------------------------------------------------------------

SCHEMAS: list[tuple[str, dict[str, Any], str]] = [
    ("node-group-templates", {}, "'name' is a required property"),
    ("node-group-templates", {"name": "a"}, "'flavor_id' is a required property"),
    ("cluster-templates", {"name": "a"}, "'plugin_name' is a required property"),
    ("clusters", {"name": "a", "plugin_name": "vanilla"}, "'hadoop_version' is a required property"),
    ("cluster-templates", {"name": "", **OF_VANILLA}, "name: '' is too short"),
    ("cluster-templates", {"name": 1, **OF_VANILLA}, "name: 1 is not of type 'string'"),
    ("cluster-templates", {"name": "x" * 51, **OF_VANILLA}, f"name: '{'x' * 51}' is too long"),
    ("cluster-templates", {"name": "a b", **OF_VANILLA}, "name: 'a b' is not a 'valid_name_hostname'"),
    ("cluster-templates", {"name": "1a", **OF_VANILLA}, "name: '1a' is not a 'valid_name_hostname'"),
    (
        "cluster-templates",
        {"name": "a", **OF_VANILLA, "colour": 1},
        "Additional properties are not allowed ('colour' was unexpected)",
    ),
    (
        "cluster-templates",
        {"name": "a", **OF_VANILLA, "is_public": "x"},
        "is_public: 'x' is not of type 'boolean', 'null'",
    ),
]


@pytest.mark.parametrize(("kind", "sent", "why"), SCHEMAS)
def test_a_request_has_the_form_of_its_schema(kind: str, sent: dict[str, Any], why: str) -> None:
    sahara = Sahara()
    assert sahara.unmade(kind, **sent) == (400, INVALID, why)
    assert sahara.show(f"/{kind}") == []


@pytest.mark.parametrize("kind", ["clusters", "cluster-templates"])
def test_a_plugin_and_its_version_must_be_there(kind: str) -> None:
    sahara = Sahara()
    nope = {"name": "a", "plugin_name": "nope", "hadoop_version": "1"}
    assert sahara.unmade(kind, **nope) == (400, REFERENCE, "Sahara doesn't contain plugin with name 'nope'")
    old = {"name": "a", "plugin_name": "vanilla", "hadoop_version": "0.1"}
    why = "Requested plugin 'vanilla' doesn't support version '0.1'"
    assert sahara.unmade(kind, **old) == (400, REFERENCE, why)


def test_plugins_are_listed_and_shown_with_their_versions() -> None:
    sahara = Sahara()
    plugins = {one["name"]: one for one in sahara.show("/plugins")}
    assert {"vanilla", "spark", "cdh", "ambari"} <= plugins.keys()
    assert sahara.show("/plugins/vanilla") == plugins["vanilla"]
    for version in plugins["vanilla"]["versions"]:
        assert sahara.show(f"/plugins/vanilla/{version}")["name"] == "vanilla"
    for path in ("/plugins/nope", "/plugins/nope/1"):
        assert sahara.refused("GET", path) == (404, MISSING, "Object with {'name': 'nope'} not found")
    assert sahara.status("GET", "/plugins/vanilla/0.1") == 404


# --- templates ----------------------------------------------------------------------------------------------------


def test_a_template_of_nodes_is_made_changed_and_deleted() -> None:
    sahara = Sahara()
    made = sahara.make("node-group-templates", **sahara.nodes())
    path = f"/node-group-templates/{made['id']}"
    assert (made["name"], made["node_processes"], made["tenant_id"]) == ("workers", ["datanode"], sahara.project)
    assert sahara.show(path) == made
    status, told = sahara.say("PUT", path, {"name": "new", "description": "d"})
    assert (status, told["node_group_template"]["name"]) == (202, "new")
    assert sahara.status("DELETE", path) == 204
    assert sahara.refused("GET", path) == (404, MISSING, f"Object with {{'id': '{made['id']}'}} not found")
    assert [sahara.status(method, path) for method in ("PUT", "DELETE")] == [404, 404]


WRONG_NODES: list[tuple[dict[str, Any], str, str]] = [
    ({"flavor_id": "nope"}, MISSING, "Requested flavor 'nope' not found"),
    ({"image_id": NONE}, REFERENCE, f"Requested image '{NONE}' is not registered"),
    ({"floating_ip_pool": NONE}, MISSING, f"Floating IP pool {NONE} not found"),
    ({"node_processes": ["a", "a"]}, DATA, "Duplicates in node processes have been detected: ['a']"),
    ({"volumes_per_node": 1}, REFERENCE, "You must specify a volumes_size parameter"),
]


@pytest.mark.parametrize(("sent", "name", "why"), WRONG_NODES)
def test_nodes_are_of_what_there_is(sent: dict[str, Any], name: str, why: str) -> None:
    sahara = Sahara()
    assert sahara.unmade("node-group-templates", **sahara.nodes(**sent)) == (400, name, why)


def test_a_template_that_is_used_stays() -> None:
    sahara = Sahara()
    nodes = sahara.make("node-group-templates", **sahara.nodes())["id"]
    groups = [{"name": "w", "count": 1, "node_group_template_id": nodes}]
    template = sahara.template(node_groups=groups)
    of_nodes, of_template = f"/node-group-templates/{nodes}", f"/cluster-templates/{template}"
    why = f"Node group template {nodes} is in use by cluster templates: pile; and clusters: N/A"
    assert sahara.refused("DELETE", of_nodes) == (400, REFERENCE, why)
    cluster = sahara.cluster(cluster_template_id=template)
    assert sahara.show(f"/clusters/{cluster}")["node_groups"][0]["name"] == "w"
    why = f"Cluster template {template} in use by c"
    assert sahara.refused("DELETE", of_template) == (400, REFERENCE, why)
    why = f"Node group template {nodes} is in use by cluster templates: pile; and clusters: c"
    assert sahara.refused("DELETE", of_nodes) == (400, REFERENCE, why)
    for path in (f"/clusters/{cluster}", of_template, of_nodes):
        assert sahara.status("DELETE", path) == 204


def test_a_template_is_of_nodes_that_there_are() -> None:
    sahara = Sahara()
    group = {"name": "w", "count": 1, "node_group_template_id": NONE}
    why = f"NodeGroup template with id '{NONE}' not found"
    assert sahara.unmade("cluster-templates", name="a", **OF_VANILLA, node_groups=[group]) == (400, MISSING, why)
    twice = [{"name": "w", "count": 1, "flavor_id": sahara.flavor, "node_processes": ["x"]}] * 2
    why = "Duplicates in node group names are detected: ['w']"
    assert sahara.unmade("cluster-templates", name="a", **OF_VANILLA, node_groups=twice) == (400, DATA, why)


def test_a_new_plugin_comes_with_its_version() -> None:
    sahara = Sahara()
    path = f"/cluster-templates/{sahara.template()}"
    why = "You must specify a hadoop_version value for your plugin_name"
    assert sahara.refused("PUT", path, {"plugin_name": "spark"}) == (400, REFERENCE, why)
    assert sahara.show(path)["plugin_name"] == "vanilla"
    assert sahara.status("PUT", path, {"plugin_name": "spark", "hadoop_version": "2.3"}) == 202


TAKEN = {
    "clusters": "Cluster with name 'same' already exists",
    "cluster-templates": "Cluster template with name 'same' already exists",
    "node-group-templates": "NodeGroup template with name 'same' already exists",
    "data-sources": "Data source with name 'same' already exists",
}


@pytest.mark.parametrize("kind", TAKEN)
def test_a_name_is_taken_once_in_a_project(kind: str) -> None:
    sahara = Sahara()
    image = {"default_image_id": sahara.registered(), "neutron_management_network": sahara.network}
    bodies: dict[str, dict[str, Any]] = {
        "clusters": {**OF_VANILLA, **image},
        "cluster-templates": OF_VANILLA,
        "node-group-templates": sahara.nodes(),
        "data-sources": {"type": "swift", "url": "swift://box/thing"},
    }
    sent = {**bodies[kind], "name": "same"}
    sahara.make(kind, **sent)
    assert sahara.unmade(kind, **sent) == (400, "NAME_ALREADY_EXISTS", TAKEN[kind])
    other = sahara.make(kind, **{**sent, "name": "other"})["id"]
    method = "PATCH" if kind == "clusters" else "PUT"
    assert sahara.refused(method, f"/{kind}/{other}", {"name": "same"})[0] == 400
    assert sahara.show(f"/{kind}/{other}")["name"] == "other"
    sahara.become("guest")
    sahara.make(kind, **sent)


# --- clusters -----------------------------------------------------------------------------------------------------


def test_a_cluster_is_validated_and_becomes_active() -> None:
    sahara = Sahara(polls=1)
    path = f"/clusters/{sahara.cluster()}"
    assert [sahara.show(path)["status"] for _ in range(2)] == ["Validating", "Active"]
    assert sahara.status("DELETE", path) == 204
    assert [sahara.status("GET", path) for _ in range(2)] == [200, 404]


@pytest.mark.parametrize("lacks", ["default_image_id", "neutron_management_network"])
def test_a_cluster_has_an_image_and_a_network_of_its_own_or_of_its_template(lacks: str) -> None:
    sahara = Sahara()
    whole = {"default_image_id": sahara.registered(), "neutron_management_network": sahara.network}
    sent = {name: value for name, value in whole.items() if name != lacks}
    why = f"'{lacks}' field is not found"
    assert sahara.unmade("clusters", name="c", **OF_VANILLA, **sent) == (400, MISSING, why)
    template = sahara.template(**whole)
    made = sahara.make("clusters", name="c", **OF_VANILLA, cluster_template_id=template)
    assert {name: made[name] for name in whole} == whole


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"default_image_id": NONE}, REFERENCE, f"Requested image '{NONE}' is not registered"),
    ({"neutron_management_network": NONE}, MISSING, f"Network {NONE} not found"),
    ({"cluster_template_id": NONE}, MISSING, f"Cluster template with id '{NONE}' not found"),
]


@pytest.mark.parametrize(("sent", "name", "why"), WRONG)
def test_a_cluster_is_of_what_there_is(sent: dict[str, Any], name: str, why: str) -> None:
    sahara = Sahara()
    whole = {"default_image_id": sahara.registered(), "neutron_management_network": sahara.network}
    assert sahara.unmade("clusters", name="c", **OF_VANILLA, **{**whole, **sent}) == (400, name, why)
    assert sahara.show("/clusters") == []


def test_a_cluster_is_scaled_when_it_is_active() -> None:
    sahara = Sahara(polls=1)
    group = {"name": "w", "count": 1, "flavor_id": sahara.flavor, "node_processes": ["datanode"]}
    path = f"/clusters/{sahara.cluster(node_groups=[group])}"
    why = "Cluster cannot be scaled not in 'Active' status. Cluster status: Validating"
    sent: dict[str, Any] = {"resize_node_groups": [{"name": "w", "count": 3}]}
    assert sahara.refused("PUT", path, sent) == (400, REFERENCE, why)
    while sahara.show(path)["status"] != "Active":
        pass
    status, told = sahara.say("PUT", path, sent | {"add_node_groups": [{**group, "name": "x", "count": 2}]})
    assert (status, told["cluster"]["status"]) == (202, "Scaling")
    assert [(one["name"], one["count"]) for one in told["cluster"]["node_groups"]] == [("w", 3), ("x", 2)]
    assert [sahara.show(path)["status"] for _ in range(2)] == ["Scaling", "Active"]
    for wrong, why in (
        ({"resize_node_groups": [{"name": "y", "count": 1}]}, "Cluster doesn't contain node group with name 'y'"),
        ({"add_node_groups": [group]}, "Can't add new nodegroup. Cluster already has nodegroup with name 'w'"),
    ):
        assert sahara.refused("PUT", path, wrong) == (400, REFERENCE, why)
    assert sahara.status("PUT", f"/clusters/{NONE}", sent) == 404


def test_a_cluster_that_is_renamed_stays_active() -> None:
    sahara = Sahara(polls=2)
    path = f"/clusters/{sahara.cluster()}"
    while sahara.show(path)["status"] != "Active":
        pass
    status, told = sahara.say("PATCH", path, {"name": "new", "is_public": True})
    assert (status, told["cluster"]["name"], told["cluster"]["status"]) == (202, "new", "Active")
    why = "Additional properties are not allowed ('plugin_name' was unexpected)"
    assert sahara.refused("PATCH", path, {"plugin_name": "spark"}) == (400, INVALID, why)


def test_what_is_protected_stays_as_it_is_until_it_is_not() -> None:
    sahara = Sahara()
    cluster, template = sahara.cluster(is_protected=True), sahara.template(is_protected=True)
    for path, word, method in (
        (f"/clusters/{cluster}", "Cluster", "PATCH"),
        (f"/cluster-templates/{template}", "ClusterTemplate", "PUT"),
    ):
        of = f"{word} with id '{path.rpartition('/')[2]}' could not be"
        why = f"{of} deleted because it's marked as protected"
        assert sahara.refused("DELETE", path) == (400, "DELETION_FAILED", why)
        why = f"{of} updated because it's marked as protected"
        for sent in ({"name": "new"}, {"name": "new", "is_protected": True}):
            assert sahara.refused(method, path, sent) == (400, "UPDATE_FAILED", why)
        assert sahara.status(method, path, {"is_public": True}) == 202
        assert sahara.status(method, path, {"name": "new", "is_protected": False}) == 202
        assert sahara.status("DELETE", path) == 204


def test_what_is_public_is_seen_by_all_and_changed_by_its_own_project() -> None:
    sahara = Sahara()
    private, public = sahara.template("private"), sahara.template("public", is_public=True)
    sahara.become("guest")
    assert sahara.names("/cluster-templates") == ["public"]
    assert sahara.status("GET", f"/cluster-templates/{private}") == 404
    of = f"ClusterTemplate with id '{public}' could not be"
    why = f"{of} deleted because it wasn't created in this tenant"
    assert sahara.refused("DELETE", f"/cluster-templates/{public}") == (400, "DELETION_FAILED", why)
    why = f"{of} updated because it wasn't created in this tenant"
    assert sahara.refused("PUT", f"/cluster-templates/{public}", {"name": "x"}) == (400, "UPDATE_FAILED", why)


# --- lists --------------------------------------------------------------------------------------------------------


def test_pages_end() -> None:
    sahara = Sahara()
    for name in "abcde":
        sahara.template(name)
    query, found = "limit=2", []
    for _ in range(4):
        told = sahara.say("GET", f"/cluster-templates?{query}")[1]
        found += [one["name"] for one in told["cluster_templates"]]
        if not (marker := (told.get("markers") or {}).get("next")):
            break
        query = f"limit=2&marker={marker}"
    assert found == list("abcde")


@pytest.mark.parametrize("limit", ["0", "-1", "x"])
def test_a_limit_is_a_positive_number(limit: str) -> None:
    assert Sahara().refused("GET", f"/clusters?limit={limit}")[0] == 400


def test_a_marker_is_one_of_the_list() -> None:
    assert Sahara().refused("GET", f"/clusters?marker={NONE}")[:2] == (404, MISSING)


def test_a_list_is_filtered_and_sorted() -> None:
    sahara = Sahara()
    for name in "bca":
        sahara.template(name)
    assert sahara.names("/cluster-templates?name=b") == ["b"]
    assert sahara.names("/cluster-templates?sort_by=name") == ["a", "b", "c"]
    assert sahara.names("/cluster-templates?sort_by=-name") == ["c", "b", "a"]
    assert sahara.status("GET", "/cluster-templates?sort_by=colour") == 400


# --- images -------------------------------------------------------------------------------------------------------


def test_an_image_of_glance_is_registered_and_tagged() -> None:
    sahara = Sahara()
    path = f"/images/{sahara.image}"
    assert sahara.show("/images") == []
    assert sahara.refused("GET", path)[0] == 404
    status, told = sahara.say("POST", path, {"username": "ubuntu", "description": "d"})
    assert (status, told["image"]["username"], told["image"]["description"]) == (202, "ubuntu", "d")
    assert told["image"]["metadata"] == {"_sahara_username": "ubuntu", "_sahara_description": "d"}
    assert sahara.say("POST", f"{path}/tag", {"tags": ["vanilla", "2.7.1", "x"]})[0] == 202
    status, told = sahara.say("POST", f"{path}/untag", {"tags": ["x", "y"]})
    assert (status, told["image"]["tags"]) == (202, ["vanilla", "2.7.1"])
    assert told["image"]["metadata"]["_sahara_tag_vanilla"] == "True"
    assert sahara.show("/images") == [sahara.show(path)]
    assert sahara.status("DELETE", path) == 204
    assert sahara.show("/images") == []


def test_an_image_is_not_registered_so() -> None:
    sahara = Sahara()
    path = f"/images/{sahara.image}"
    assert sahara.refused("POST", path, {}) == (400, INVALID, "'username' is a required property")
    assert sahara.refused("POST", path, {"username": 1}) == (400, INVALID, "username: 1 is not of type 'string'")
    why = "Additional properties are not allowed ('colour' was unexpected)"
    assert sahara.refused("POST", path, {"username": "u", "colour": "red"}) == (400, INVALID, why)
    assert sahara.refused("POST", f"/images/{NONE}", {"username": "u"})[:2] == (404, MISSING)
    assert sahara.refused("POST", f"{path}/tag", {"tags": ["x"]})[:2] == (404, MISSING)
    sahara.registered()
    assert sahara.refused("POST", f"{path}/tag", {"tags": ["a b"]}) == (
        400,
        INVALID,
        "tags[0]: 'a b' is not a 'valid_tag'",
    )
    assert sahara.refused("POST", f"{path}/tag", {"tags": "x"}) == (400, INVALID, "tags: 'x' is not of type 'array'")
