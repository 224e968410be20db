"""Groups of configuration values, datastores and flavors: trove's `configuration/service.py`, `datastore/views.py`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.database.asker import Trove
from tests.synthesis.services.teller import NONE


def test_a_group_is_shown_with_its_values() -> None:
    trove = Trove()
    made = trove.make("configurations", name="c", description="d", values={"max_connections": 10})
    assert (made["name"], made["description"], made["values"]) == ("c", "d", {"max_connections": 10})
    assert (made["datastore_name"], made["instance_count"]) == ("mysql", 0)
    assert trove.show(f"/configurations/{made['id']}") == made
    assert trove.names("/configurations") == ["c"]


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"name": "c"}, "Validation error: configuration 'values' is a required property"),
        ({"values": {}}, "Validation error: configuration 'name' is a required property"),
        ({"name": "", "values": {}}, "Validation error: configuration['name'] '' is too short"),
        ({"name": 1, "values": {}}, "Validation error: configuration['name'] 1 is not of type 'string'"),
        (
            {"name": "c", "description": 1, "values": {}},
            "Validation error: configuration['description'] 1 is not of type 'string'",
        ),
        ({"name": "c", "values": "x"}, "Validation error: configuration['values'] 'x' is not of type 'object'"),
    ],
)
def test_a_group_is_not_made_of_this(sent: dict[str, Any], why: str) -> None:
    trove = Trove()
    assert trove.refused("POST", "/configurations", {"configuration": sent}) == (400, why)
    assert trove.show("/configurations") == []


def test_a_patch_adds_values_and_a_put_replaces_them() -> None:
    trove = Trove()
    path = f"/configurations/{trove.make('configurations', name='c', values={'a': 1, 'b': 2})['id']}"
    assert trove.status("PATCH", path, {"configuration": {"values": {"b": 3, "c": 4}}}) == 200
    assert trove.show(path)["values"] == {"a": 1, "b": 3, "c": 4}
    assert trove.status("PUT", path, {"configuration": {"name": "n", "values": {"z": 9}}}) == 202
    shown = trove.show(path)
    assert (shown["name"], shown["values"]) == ("n", {"z": 9})
    for method in ("PUT", "PATCH"):
        assert trove.refused(method, path, {"configuration": {"values": 1}})[0] == 400
        assert trove.refused(method, path, {"other": {}})[0] == 400


def test_a_group_that_instances_have_stays() -> None:
    trove = Trove()
    group = trove.make("configurations", name="c", values={})["id"]
    one = trove.instance(name="i", configuration=group)
    path = f"/configurations/{group}"
    assert trove.show(path)["instance_count"] == 1
    assert trove.show(f"{path}/instances") == [{"id": one, "name": "i"}]
    status, why = trove.refused("DELETE", path)
    assert (status, why.startswith("A configuration group cannot be deleted if it is associated")) == (400, True)
    assert trove.change(one, configuration=None) == 202
    assert trove.status("DELETE", path) == 202
    assert trove.refused("GET", path) == (404, f"Resource {group} cannot be found.")


def test_a_group_that_is_not_there_is_not_changed() -> None:
    trove = Trove()
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/instances", None),
        ("PUT", "", {"configuration": {"values": {}}}),
        ("PATCH", "", {"configuration": {"values": {}}}),
        ("DELETE", "", None),
    ):
        why = f"Resource {NONE} cannot be found."
        assert trove.refused(method, f"/configurations/{NONE}{path}", body) == (404, why)


def test_groups_of_another_project_are_not_there() -> None:
    trove = Trove()
    group = trove.make("configurations", name="c", values={})["id"]
    trove.become("guest")
    assert trove.show("/configurations") == []
    for method in ("GET", "DELETE"):
        assert trove.status(method, f"/configurations/{group}") == 404


# --- datastores and flavors ---------------------------------------------------------------------------------------


def test_a_datastore_and_its_versions_are_found_by_id_and_by_name() -> None:
    trove = Trove()
    (store,) = trove.show("/datastores")
    assert store["name"] == "mysql"
    (version,) = trove.show("/datastores/mysql/versions")
    assert version["id"] == store["default_version"]
    for named in (store["id"], "mysql"):
        assert trove.show(f"/datastores/{named}")["id"] == store["id"]
        assert trove.show(f"/datastores/{named}/versions") == [version]
        for of in (version["id"], version["name"]):
            assert trove.show(f"/datastores/{named}/versions/{of}") == version


def test_a_datastore_that_is_not_there_has_no_versions() -> None:
    trove = Trove()
    for path in ("", "/versions", "/versions/8.0"):
        assert trove.refused("GET", f"/datastores/nope{path}") == (404, "Datastore 'nope' cannot be found.")
    why = "Datastore version 'nope' cannot be found."
    assert trove.refused("GET", "/datastores/mysql/versions/nope") == (400, why)


def test_flavors_are_those_of_nova() -> None:
    trove = Trove()
    flavor = trove.show(f"/flavors/{trove.flavor}")
    assert flavor == trove.show("/flavors")[0]
    assert flavor.keys() == {"id", "name", "ram", "links"}
    assert trove.status("GET", "/flavors/nope") == 404
