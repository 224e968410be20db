"""Instances of databases: trove's `instance/service.py`, `instance/models.py`, `instance/views.py`, `common/exception.py`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.database.asker import Trove
from tests.synthesis.services.teller import NONE

# --- making -------------------------------------------------------------------------------------------------------


def test_an_instance_is_built_and_shown() -> None:
    trove = Trove(polls=1)
    made = trove.make("instances", name="i", flavorRef=trove.flavor, volume={"size": 2})
    path = f"/instances/{made['id']}"
    assert (made["name"], made["status"], made["volume"], made["flavor"]["id"]) == (
        "i",
        "BUILD",
        {"size": 2},
        trove.flavor,
    )
    assert [trove.show(path)["status"] for _ in range(2)] == ["BUILD", "ACTIVE"]
    shown = trove.show(path)
    assert shown["operating_status"] == "HEALTHY"
    assert (shown["region"], shown["datastore"]["type"], shown["tenant_id"]) == ("RegionOne", "mysql", trove.project)
    assert [link["rel"] for link in shown["links"]] == ["self", "bookmark"]
    assert not {"users", "databases", "flavorRef", "password", "configuration", "replica_of"} & shown.keys()


def test_a_flavor_may_be_an_address() -> None:
    trove = Trove()
    shown = trove.show(f"/instances/{trove.instance(flavorRef=f'http://trove/v1.0/x/flavors/{trove.flavor}')}")
    assert shown["flavor"]["id"] == trove.flavor


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"name": ""}, 400, "Validation error: instance['name'] '' is too short"),
    ({"name": 1}, 400, "Validation error: instance['name'] 1 is not of type 'string'"),
    ({"name": "x" * 256}, 400, f"Validation error: instance['name'] '{'x' * 256}' is too long"),
    ({"volume": 2}, 400, "Validation error: instance['volume'] 2 is not of type 'object'"),
    ({"databases": {}}, 400, "Validation error: instance['databases'] {} is not of type 'array'"),
    ({"name": "--"}, 400, "Validation error: instance['name'] '--' does not match '^.*[0-9a-zA-Z]+.*$'"),
    ({"flavorRef": "nope"}, 400, "Resource nope cannot be found."),
    ({"volume": None}, 400, "Volume size was not specified."),
    ({"volume": {}}, 400, "Validation error: instance['volume'] 'size' is a required property"),
    (
        {"volume": {"size": 0}},
        400,
        "Validation error: instance['volume']['size'] 0 is not valid under any of the given",
    ),
    ({"volume": {"size": "x"}}, 400, "Validation error: instance['volume']['size'] 'x' is not valid under any of the"),
    ({"datastore": {"type": "nope"}}, 404, "Datastore 'nope' cannot be found."),
    ({"datastore": {"version": "nope"}}, 400, "Datastore version 'nope' cannot be found."),
    ({"configuration": NONE}, 404, f"Configuration group id: {NONE} could not be found."),
    ({"replica_count": 2}, 400, "Replica count only valid when creating replicas. Cannot create 2 instances."),
    ({"databases": [{}]}, 400, "Validation error: instance['databases'][0] 'name' is a required property"),
    ({"databases": [{"name": "a"}, {"name": "a"}]}, 400, "Two or more databases share the same name in the initial"),
    ({"users": [{"name": "a"}]}, 400, "Validation error: instance['users'][0] 'password' is a required property"),
    ({"users": [{"name": "a", "password": "p"}] * 2}, 400, "Two or more users share the same name and host in the"),
    (
        {"users": [{"name": "a", "password": "p", "databases": [{"name": "b"}]}]},
        400,
        "The request indicates that user a should have access to database b, but database b is not included",
    ),
]


@pytest.mark.parametrize(("sent", "status", "why"), WRONG)
def test_an_instance_is_not_made_of_this(sent: dict[str, Any], status: int, why: str) -> None:
    trove = Trove()
    found, told = trove.unmade(**sent)
    assert (found, told[: len(why)]) == (status, why)
    assert trove.show("/instances") == []


def test_an_instance_needs_a_name_and_a_body() -> None:
    trove = Trove()
    names: list[Any] = ["x" * 256, 1, None, []]
    for name in names:
        assert trove.unmade(name=name)[0] == 400
    why = "Validation error: instance 'name' is a required property"
    assert trove.refused("POST", "/instances", {"instance": {"flavorRef": trove.flavor}}) == (400, why)
    bodies: list[Any] = [{}, {"server": {}}, {"instance": []}]
    for body in bodies:
        assert trove.refused("POST", "/instances", body)[0] == 400


def test_an_instance_begins_with_its_databases_and_users() -> None:
    trove = Trove()
    users = [{"name": "eve", "password": "p", "databases": [{"name": "db"}]}]
    path = f"/instances/{trove.instance(databases=[{'name': 'db'}], users=users)}"
    assert trove.names(f"{path}/databases") == ["db"]
    assert trove.show(f"{path}/users") == [{"name": "eve", "host": "%", "databases": [{"name": "db"}]}]


# --- states -------------------------------------------------------------------------------------------------------

BUSY = [
    ("BUILD", "instance status was BUILD"),
    ("REBOOT", "task status was REBOOTING"),
    ("RESIZE", "task status was RESIZING"),
]


def busy(state: str) -> tuple[Trove, str]:
    """An instance that is on its way."""
    trove = Trove(polls=9)
    one = trove.instance()
    found = trove.world.find("database/instances", one)
    assert found is not None
    if state != "BUILD":
        found.pending = None
        found.set(status="ACTIVE")
        action, sent = {"REBOOT": ("restart", {}), "RESIZE": ("resize", {"volume": {"size": 3}})}[state]
        assert trove.act(one, action, sent) == 202
    return trove, one


@pytest.mark.parametrize(("state", "told"), BUSY)
def test_nothing_is_done_to_an_instance_that_is_busy(state: str, told: str) -> None:
    trove, one = busy(state)
    why = f"Instance {one} is not currently available for an action to be performed ({told})."
    actions: list[tuple[str, Any]] = [("restart", {}), ("resize", {"volume": {"size": 9}})]
    for action, sent in actions:
        assert trove.refusal(one, action, sent) == (422, why)
    assert trove.show(f"/instances/{one}")["status"] == state


@pytest.mark.parametrize("state", ["BUILD", "REBOOT", "RESIZE"])
def test_the_databases_of_an_instance_that_is_busy_stay(state: str) -> None:
    trove, one = busy(state)
    why = f"Instance {one} is not ready, status: {state}."
    assert trove.refused("POST", f"/instances/{one}/databases", {"databases": [{"name": "db"}]}) == (422, why)
    assert trove.refused("POST", f"/instances/{one}/users", {"users": [{"name": "a", "password": "p"}]}) == (422, why)


def test_an_instance_that_is_built_is_not_deleted() -> None:
    trove, one = busy("BUILD")
    assert trove.refused("DELETE", f"/instances/{one}") == (422, f"Instance {one} is not ready. (Status is BUILD).")
    trove, one = busy("REBOOT")
    assert trove.status("DELETE", f"/instances/{one}") == 202


def test_an_instance_goes() -> None:
    trove = Trove()
    path = f"/instances/{trove.instance()}"
    assert trove.status("DELETE", path) == 202
    assert trove.refused("GET", path) == (404, f"Resource {path.rpartition('/')[2]} cannot be found.")
    assert trove.status("DELETE", path) == 404


# --- actions ------------------------------------------------------------------------------------------------------


def test_a_volume_grows_and_does_not_shrink() -> None:
    trove = Trove()
    one = trove.instance()
    for size in (1, 2):
        why = "The new volume 'size' must be larger than the current volume size of '2'."
        assert trove.refusal(one, "resize", {"volume": {"size": size}}) == (400, why)
    why = "Validation error: resize['volume'] 'size' is a required property"
    assert trove.refusal(one, "resize", {"volume": {}}) == (400, why)
    for wrong in ({"size": 0}, {"size": "x"}):
        assert trove.refusal(one, "resize", {"volume": wrong})[0] == 400
    assert trove.act(one, "resize", {"volume": {"size": "3"}}) == 202
    assert trove.show(f"/instances/{one}")["volume"] == {"size": 3}


def test_a_flavor_becomes_another_one_that_there_is() -> None:
    trove = Trove()
    one = trove.instance()
    why = f"The new flavor id must be different than the current flavor id of '{trove.flavor}'."
    assert trove.refusal(one, "resize", {"flavorRef": trove.flavor}) == (400, why)
    assert trove.refusal(one, "resize", {"flavorRef": "nope"}) == (400, "Resource nope cannot be found.")
    assert trove.refusal(one, "resize", {})[0] == 400
    sent = b'{"flavor": {"name": "big", "ram": 1024, "disk": 1, "vcpus": 1, "id": "big"}}'
    assert trove.ask("POST", "compute", "/v2.1/flavors", sent).status == 200
    assert trove.act(one, "resize", {"flavorRef": "big"}) == 202
    assert trove.show(f"/instances/{one}")["flavor"]["id"] == "big"


def test_root_is_enabled_with_a_password_that_is_told_once() -> None:
    trove = Trove()
    path = f"/instances/{trove.instance()}/root"
    assert trove.say("GET", path) == (200, {"rootEnabled": False})
    assert trove.refused("DELETE", path) == (404, "Root user has never been enabled on the instance.")
    status, told = trove.say("POST", path)
    assert (status, told["user"]["name"], bool(told["user"]["password"])) == (200, "root", True)
    assert trove.say("POST", path, {"password": "mine"})[1]["user"]["password"] == "mine"
    assert trove.say("GET", path) == (200, {"rootEnabled": True})
    assert trove.status("DELETE", path) == 204
    assert trove.say("GET", path) == (200, {"rootEnabled": False})


def test_an_instance_that_is_not_there_does_nothing() -> None:
    trove = Trove()
    why = (404, f"Resource {NONE} cannot be found.")
    for method, path, body in (
        ("GET", "", None),
        ("DELETE", "", None),
        ("PUT", "", {"instance": {"name": "x"}}),
        ("POST", "/action", {"restart": {}}),
        ("GET", "/root", None),
        ("GET", "/databases", None),
        ("GET", "/users", None),
        ("GET", "/backups", None),
    ):
        assert trove.refused(method, f"/instances/{NONE}{path}", body) == why


# --- changes ------------------------------------------------------------------------------------------------------


def test_an_instance_is_renamed_with_one_other_change() -> None:
    trove = Trove()
    one = trove.instance()
    group = trove.make("configurations", name="c", values={})["id"]
    assert trove.change(one, name="new", configuration=group) == 202
    assert trove.show(f"/instances/{one}")["name"] == "new"
    assert trove.status("PATCH", f"/instances/{one}", {"instance": {"name": "newer"}}) == 202
    assert trove.show(f"/instances/{one}")["name"] == "newer"
    sent = {"instance": {"name": "x", "configuration": None, "access": {"is_public": True}}}
    assert trove.refused("PUT", f"/instances/{one}", sent) == (
        400,
        "Only one attribute (except 'name') is allowed to update.",
    )
    why = "Validation error: instance Additional properties are not allowed ('colour' was unexpected)"
    assert trove.refused("PUT", f"/instances/{one}", {"instance": {"colour": "red"}}) == (400, why)
    assert trove.show(f"/instances/{one}")["name"] == "newer"


def test_an_instance_that_is_busy_takes_no_configuration() -> None:
    trove, one = busy("REBOOT")
    group = trove.make("configurations", name="c", values={})["id"]
    why = "The operation you have requested cannot be executed because the instance status is currently: REBOOT."
    assert trove.refused("PUT", f"/instances/{one}", {"instance": {"configuration": group}}) == (400, why)


def test_an_instance_has_one_configuration_at_a_time() -> None:
    trove = Trove()
    one = trove.instance()
    first, second = (trove.make("configurations", name=name, values={})["id"] for name in "ab")
    assert trove.change(one, configuration=first) == 202
    shown = trove.show(f"/instances/{one}")["configuration"]
    assert (shown["id"], shown["name"]) == (first, "a")
    why = f"Instance {one} already has a Configuration Group attached: {first}."
    assert trove.refused("PUT", f"/instances/{one}", {"instance": {"configuration": second}}) == (400, why)
    assert trove.change(one) == 202  # an empty change takes it away
    assert "configuration" not in trove.show(f"/instances/{one}")
    assert trove.refused("PUT", f"/instances/{one}", {"instance": {"configuration": NONE}}) == (
        404,
        f"Configuration group id: {NONE} could not be found.",
    )


def test_access_is_what_was_said_last() -> None:
    trove = Trove()
    one = trove.instance()
    access = {"is_public": True, "allowed_cidrs": ["192.0.2.0/24"]}
    assert trove.change(one, access=access) == 202
    assert trove.show(f"/instances/{one}")["access"] == access


# --- replicas -----------------------------------------------------------------------------------------------------


def test_a_replica_is_as_its_source_until_it_is_detached() -> None:
    trove = Trove()
    source = trove.instance(databases=[{"name": "db"}])
    trove.show(f"/instances/{source}")
    replica = trove.replica(source)
    shown, of = trove.show(f"/instances/{replica}"), trove.show(f"/instances/{source}")
    assert (shown["flavor"], shown["volume"], shown["replica_of"]["id"]) == (of["flavor"], of["volume"], source)
    assert [one["id"] for one in of["replicas"]] == [replica]
    assert trove.refused("DELETE", f"/instances/{source}") == (403, "Detach replicas before deleting replica source.")
    assert trove.change(replica, replica_of="") == 202
    assert "replica_of" not in trove.show(f"/instances/{replica}")
    assert trove.refused("PUT", f"/instances/{replica}", {"instance": {"replica_of": ""}}) == (
        400,
        f"Instance {replica} is not a replica.",
    )
    assert trove.status("DELETE", f"/instances/{source}") == 202


def test_a_source_whose_replica_went_goes() -> None:
    trove = Trove()
    source = trove.instance()
    replica = trove.replica(source)
    assert trove.status("DELETE", f"/instances/{replica}") == 202
    assert "replicas" not in trove.show(f"/instances/{source}")
    assert trove.status("DELETE", f"/instances/{source}") == 202


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        ({"flavorRef": "1"}, "flavor"),
        ({"datastore": {"type": "mysql"}}, "datastore"),
        ({"volume": {"size": 1}}, "volume"),
        ({"locality": "affinity"}, "locality"),
    ],
)
def test_a_replica_has_nothing_of_its_own(sent: dict[str, Any], word: str) -> None:
    trove = Trove()
    body = {"instance": {"name": "r", "replica_of": trove.instance(), **sent}}
    assert trove.refused("POST", "/instances", body) == (400, f"Cannot specify {word} when creating replicas.")


def test_a_replica_is_of_an_instance_that_is_none() -> None:
    trove = Trove()
    source = trove.instance()
    replica = trove.replica(source)
    for of, status, why in (
        (NONE, 404, f"Resource {NONE} cannot be found."),
        (replica, 401, f"Cannot create a replica of a replica {replica}"),
    ):
        assert trove.refused("POST", "/instances", {"instance": {"name": "r", "replica_of": of}}) == (status, why)
    body = {"instance": {"name": "r", "replica_of": source, "databases": [{"name": "a"}]}}
    assert trove.refused("POST", "/instances", body) == (400, "Cannot create a replica with users or databases.")
    trove, one = busy("BUILD")
    status, why = trove.refused("POST", "/instances", {"instance": {"name": "r", "replica_of": one}})
    assert (status, "(instance status was BUILD)" in why) == (422, True)


# --- lists --------------------------------------------------------------------------------------------------------


def test_the_newest_instance_is_first_and_pages_end() -> None:
    trove = Trove()
    for name in "abcde":
        trove.instance(name=name)
    path, found = "/instances?limit=2", []
    for _ in range(3):
        told = trove.say("GET", path)[1]
        found += [one["name"] for one in told["instances"]]
        if not (links := told.get("links")):
            break
        assert links[0]["rel"] == "next"
        path = links[0]["href"].partition(trove.project)[2]
    assert "".join(found) == "edcba"
    assert not told.get("links")
    assert trove.names("/instances/detail") == ["e", "d", "c", "b", "a"]


def test_a_page_has_twenty_instances_where_nobody_says_how_many() -> None:
    trove = Trove()
    for at in range(21):
        trove.instance(name=f"i{at}")
    told = trove.say("GET", "/instances")[1]
    assert (len(told["instances"]), len(told["links"])) == (20, 1)


def test_instances_of_another_project_are_not_there() -> None:
    trove = Trove()
    one = trove.instance()
    trove.become("guest")
    assert trove.names("/instances") == []
    for path in ("", "/databases", "/users", "/root"):
        assert trove.status("GET", f"/instances/{one}{path}") == 404
    assert trove.status("DELETE", f"/instances/{one}") == 404
    assert "tenant_id" not in trove.show(f"/instances/{trove.instance()}")
