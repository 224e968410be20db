"""Backups and quotas: trove's `backup/service.py`, `backup/models.py`, `extensions/mgmt/quota/service.py`."""

from __future__ import annotations

from typing import Any

import pytest

from cloudtape.synthesis.worlds.clock import Pace
from tests.synthesis.services.database.asker import Trove
from tests.synthesis.services.teller import NONE


def backup(trove: Trove, instance: str, **members: Any) -> str:
    return str(trove.make("backups", **{"name": "b", "instance": instance, **members})["id"])


def test_a_backup_is_made_of_an_instance_and_completes() -> None:
    trove = Trove()
    one = trove.instance()
    trove.show(f"/instances/{one}")
    trove.world.pace = Pace(2)
    status, told = trove.say("POST", "/backups", {"backup": {"name": "b", "instance": one, "description": "d"}})
    made = told["backup"]
    assert (status, made["status"], made["instance_id"], made["description"]) == (202, "NEW", one, "d")
    path = f"/backups/{made['id']}"
    assert trove.refused("DELETE", path) == (422, f"Backup {made['id']} cannot be deleted because it is running.")
    assert [trove.show(path)["status"] for _ in range(2)] == ["NEW", "COMPLETED"]
    assert trove.names("/backups") == trove.names(f"/instances/{one}/backups") == ["b"]
    assert trove.show(path)["datastore"]["type"] == "mysql"
    assert trove.status("DELETE", path) == 202


@pytest.mark.parametrize(
    ("sent", "status", "why"),
    [
        ({"instance": NONE}, 400, "Validation error: backup 'name' is a required property"),
        ({"name": "", "instance": NONE}, 400, "Validation error: backup['name'] '' is too short"),
        ({"name": "x" * 256, "instance": NONE}, 400, f"Validation error: backup['name'] '{'x' * 256}' is too long"),
        ({"name": "b"}, 400, "instance is missing."),
        ({"name": "b", "instance": NONE}, 404, f"Resource {NONE} cannot be found."),
    ],
)
def test_a_backup_is_not_made_of_this(sent: dict[str, Any], status: int, why: str) -> None:
    trove = Trove()
    assert trove.refused("POST", "/backups", {"backup": sent}) == (status, why)
    assert trove.show("/backups") == []


def test_no_backup_is_made_of_an_instance_that_is_busy() -> None:
    trove = Trove(polls=9)
    one = trove.instance()
    status, why = trove.refused("POST", "/backups", {"backup": {"name": "b", "instance": one}})
    assert (status, why) == (
        422,
        f"Instance {one} is not currently available for an action to be performed (instance status was BUILD).",
    )


def test_a_backup_takes_those_with_it_that_build_on_it() -> None:
    trove = Trove()
    one = trove.instance()
    first = backup(trove, one)
    second = backup(trove, one, parent_id=first)
    third, other = backup(trove, one, parent_id=second), backup(trove, one, name="other")
    assert trove.refused("POST", "/backups", {"backup": {"name": "b", "instance": one, "parent_id": NONE}})[0] == 404
    trove.show(f"/backups/{first}")
    assert trove.status("DELETE", f"/backups/{first}") == 202
    assert [trove.status("GET", f"/backups/{gone}") for gone in (first, second, third)] == [404] * 3
    assert trove.show(f"/backups/{other}")["name"] == "other"


def test_backups_are_listed_by_instance() -> None:
    trove = Trove()
    first, second = trove.instance(), trove.instance()
    backup(trove, first, name="a")
    backup(trove, second, name="b")
    assert trove.names(f"/backups?instance_id={first}") == ["a"]
    assert trove.names(f"/instances/{second}/backups") == ["b"]


# --- quotas -------------------------------------------------------------------------------------------------------


def allow(trove: Trove, **limits: int) -> None:
    path = f"/mgmt/quotas/{trove.project}"
    assert trove.say("PUT", path, {"quotas": limits}) == (200, {"quotas": limits})


def test_more_instances_than_a_project_may_have_are_refused() -> None:
    trove = Trove()
    allow(trove, instances=1)
    one = trove.instance()
    assert trove.unmade() == (413, "Quota exceeded for resources: ['instances'].")
    assert len(trove.show("/instances")) == 1
    trove.status("DELETE", f"/instances/{one}")
    trove.instance()


def test_more_gigabytes_than_a_project_may_have_are_refused() -> None:
    trove = Trove()
    allow(trove, volumes=5)
    one = trove.instance(volume={"size": 3})
    why = "Quota exceeded for resources: ['volumes']."
    assert trove.unmade(volume={"size": 3}) == (413, why)
    assert trove.refusal(one, "resize", {"volume": {"size": 6}}) == (413, why)
    assert trove.act(one, "resize", {"volume": {"size": 5}}) == 202


def test_more_backups_than_a_project_may_have_are_refused() -> None:
    trove = Trove()
    allow(trove, backups=1)
    one = trove.instance()
    backup(trove, one)
    sent = {"backup": {"name": "b", "instance": one}}
    assert trove.refused("POST", "/backups", sent) == (413, "Quota exceeded for resources: ['backups'].")


def test_quotas_say_what_is_used() -> None:
    trove = Trove()
    allow(trove, instances=7)
    trove.instance()
    told = {one["resource"]: one for one in trove.show(f"/mgmt/quotas/{trove.project}")}
    assert told["instances"] == {"resource": "instances", "in_use": 1, "reserved": 0, "limit": 7}
    assert told["volumes"]["in_use"] == 2
    (limits,) = trove.show("/limits")
    assert (limits["verb"], limits["max_instances"]) == ("ABSOLUTE", 7)


@pytest.mark.parametrize(
    ("sent", "status", "why"),
    [
        ({"instances": -2}, 400, "Quota limit '-2' for 'instances' is too small - must be at least '-1'."),
        ({"nope": 1}, 404, "Unknown quota resources nope."),
    ],
)
def test_a_limit_is_refused_that_is_none(sent: dict[str, int], status: int, why: str) -> None:
    trove = Trove()
    assert trove.refused("PUT", f"/mgmt/quotas/{trove.project}", {"quotas": sent}) == (status, why)


def test_only_an_administrator_sets_quotas_and_sees_those_of_others() -> None:
    trove = Trove()
    theirs = trove.project
    trove.become("guest")
    assert trove.status("PUT", f"/mgmt/quotas/{trove.project}", {"quotas": {"instances": 1}}) == 401
    why = f"Operation not allowed for tenant {trove.project}."
    assert trove.refused("GET", f"/mgmt/quotas/{theirs}") == (403, why)
    assert trove.status("GET", f"/mgmt/quotas/{trove.project}") == 200
