"""Types of volumes: their names, who may use them, what is kept from going, their quality of service."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis.services.block_storage.asker import Cinder
from tests.synthesis.services.teller import NONE


@pytest.fixture
def cinder() -> Cinder:
    return Cinder()


@pytest.mark.parametrize("kind", ["types", "group_types"])
def test_a_name_is_taken_once(cinder: Cinder, kind: str) -> None:
    wrapper = "volume_type" if kind == "types" else "group_type"
    cinder.make(kind, name="fast")
    other = cinder.make(kind, name="slow")["id"]
    assert cinder.refused("POST", f"/{kind}", {wrapper: {"name": "fast"}})[0] == 409
    assert cinder.refused("PUT", f"/{kind}/{other}", {wrapper: {"name": "fast"}})[0] == 409
    assert cinder.status("PUT", f"/{kind}/{other}", {wrapper: {"name": "slow"}}) == 200
    assert cinder.refused("POST", f"/{kind}", {wrapper: {"name": ""}})[0] == 400
    assert cinder.refused("POST", f"/{kind}", {wrapper: {}})[0] == 400


def test_a_type_that_volumes_have_stays(cinder: Cinder) -> None:
    kind = cinder.make("types", name="fast")["id"]
    volume = cinder.volume(volume_type="fast")
    assert cinder.refused("DELETE", f"/types/{kind}") == (400, "Target volume type is still in use.")
    cinder.status("DELETE", f"/volumes/{volume}")
    assert [cinder.status("DELETE", f"/types/{kind}") for _ in range(2)] == [202, 404]


def test_the_default_type_is_always_there(cinder: Cinder) -> None:
    default = cinder.show("/types/default")
    assert default["name"] == "__DEFAULT__"
    why = f"The volume type {default['id']} is a default volume type and cannot be deleted."
    assert cinder.refused("DELETE", f"/types/{default['id']}") == (400, why)
    assert cinder.names("/types") == ["__DEFAULT__"]
    assert cinder.show(f"/volumes/{cinder.volume()}")["volume_type"] == "__DEFAULT__"


def test_a_volume_has_a_type_by_its_name_or_id(cinder: Cinder) -> None:
    kind = cinder.make("types", name="fast")["id"]
    told = [cinder.show(f"/volumes/{cinder.volume(volume_type=one)}") for one in ("fast", kind)]
    assert [(one["volume_type"], one["volume_type_id"]) for one in told] == [("fast", kind)] * 2


def test_extra_specs_are_set_one_by_one(cinder: Cinder) -> None:
    path = f"/types/{cinder.make('types', name='fast', extra_specs={'a': '1'})['id']}/extra_specs"
    assert cinder.say("POST", path, {"extra_specs": {"b": "2"}}) == (200, {"extra_specs": {"b": "2"}})
    assert cinder.show(path) == {"a": "1", "b": "2"}
    assert cinder.say("PUT", f"{path}/b", {"b": "3"}) == (200, {"b": "3"})
    assert cinder.say("GET", f"{path}/b") == (200, {"b": "3"})
    assert [cinder.status("DELETE", f"{path}/a") for _ in range(2)] == [202, 404]
    assert cinder.status("POST", path, {"extra_specs": {"c": "x" * 256}}) == 400
    assert cinder.show(path) == {"b": "3"}


def test_a_private_type_is_for_projects_with_access(cinder: Cinder) -> None:
    kind = cinder.make("types", name="mine", **{"os-volume-type-access:is_public": False})["id"]
    admin, token, path = cinder.project, cinder.token, f"/types/{kind}"
    cinder.become("guest")
    guest, theirs = cinder.project, cinder.token
    assert (cinder.status("GET", path), "mine" in cinder.names("/types")) == (404, False)
    assert cinder.status("POST", "/volumes", {"volume": {"size": 1, "volume_type": "mine"}}) == 404
    cinder.project, cinder.token = admin, token
    assert cinder.act(path, "addProjectAccess", {"project": guest}) == 202
    access = {"volume_type_access": [{"volume_type_id": kind, "project_id": guest}]}
    assert cinder.say("GET", f"{path}/os-volume-type-access") == (200, access)
    why = f"Volume type access for {kind} / {guest} combination already exists."
    assert cinder.refusal(path, "addProjectAccess", {"project": guest}) == (409, why)
    cinder.project, cinder.token = guest, theirs
    assert (cinder.status("GET", path), "mine" in cinder.names("/types")) == (200, True)
    cinder.project, cinder.token = admin, token
    assert cinder.act(path, "removeProjectAccess", {"project": guest}) == 202
    why = f"Volume type access not found for {kind} / {guest} combination."
    assert cinder.refusal(path, "removeProjectAccess", {"project": guest}) == (404, why)


def test_nobody_is_given_access_to_what_is_everybodys(cinder: Cinder) -> None:
    path = f"/types/{cinder.make('types', name='all')['id']}"
    why = "Invalid volume type: Type access modification is not applicable to public volume type."
    for action in ("addProjectAccess", "removeProjectAccess"):
        assert cinder.refusal(path, action, {"project": "p"}) == (400, why)
    why = "Access list not available for public volume types."
    assert cinder.refused("GET", f"{path}/os-volume-type-access") == (404, why)


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("POST", "/types", {"volume_type": {"name": "x"}}),
        ("PUT", "/types/{type}", {"volume_type": {"name": "x"}}),
        ("DELETE", "/types/{type}", None),
        ("POST", "/types/{type}/extra_specs", {"extra_specs": {"a": "b"}}),
        ("POST", "/group_types", {"group_type": {"name": "x"}}),
    ],
)
def test_only_an_administrator_changes_types(cinder: Cinder, method: str, path: str, sent: Any) -> None:
    kind = cinder.make("types", name="fast")["id"]
    cinder.become("guest")
    assert cinder.refused(method, path.format(type=kind), sent)[0] == 403
    assert set(cinder.names("/types")) == {"fast", "__DEFAULT__"}


# --- quality of service -------------------------------------------------------------------------------------------


def test_specs_are_set_and_unset(cinder: Cinder) -> None:
    made = cinder.make("qos-specs", name="q", consumer="both", iops="1")
    path = f"/qos-specs/{made['id']}"
    assert (made["consumer"], made["specs"]) == ("both", {"iops": "1"})
    assert cinder.status("PUT", path, {"qos_specs": {"bytes": "2", "consumer": "front-end"}}) == 200
    assert cinder.show(path)["specs"] == {"iops": "1", "bytes": "2"}
    assert cinder.status("PUT", f"{path}/delete_keys", {"keys": ["iops"]}) == 202
    why = f"QoS spec {made['id']} has no spec with key iops."
    assert cinder.refused("PUT", f"{path}/delete_keys", {"keys": ["iops"]}) == (404, why)
    assert (cinder.show(path)["specs"], cinder.show(path)["consumer"]) == ({"bytes": "2"}, "front-end")


def test_specs_that_types_have_go_by_force(cinder: Cinder) -> None:
    one, other = (cinder.make("qos-specs", name=name)["id"] for name in ("q", "r"))
    kind = cinder.make("types", name="fast")["id"]
    associate = f"associate?vol_type_id={kind}"
    assert cinder.status("GET", f"/qos-specs/{one}/{associate}") == 202
    told = [{"association_type": "volume_type", "name": "fast", "id": kind}]
    assert cinder.show(f"/qos-specs/{one}/associations") == told
    status, why = cinder.refused("GET", f"/qos-specs/{other}/{associate}")
    assert (status, why) == (
        400,
        f"Invalid volume type: Type {kind} is already associated with another qos specs: {one}",
    )
    assert cinder.refused("GET", f"/qos-specs/{one}/associate?vol_type_id={NONE}")[0] == 404
    assert cinder.refused("DELETE", f"/qos-specs/{one}") == (400, "Qos specs still in use.")
    assert cinder.status("DELETE", f"/qos-specs/{one}?force=True") == 202
    assert cinder.show(f"/types/{kind}")["qos_specs_id"] is None


def test_a_name_of_specs_is_taken_once(cinder: Cinder) -> None:
    cinder.make("qos-specs", name="q")
    assert cinder.refused("POST", "/qos-specs", {"qos_specs": {"name": "q"}})[0] == 409


# --- encryption ---------------------------------------------------------------------------------------------------


def test_a_type_is_encrypted_once_and_not_while_volumes_have_it(cinder: Cinder) -> None:
    kind = cinder.make("types", name="safe")["id"]
    path, sent = f"/types/{kind}/encryption", {"encryption": {"provider": "luks", "control_location": "front-end"}}
    assert cinder.say("GET", path) == (200, {})
    assert cinder.say("POST", path, sent)[1]["encryption"]["volume_type_id"] == kind
    why = f"Volume type encryption for type {kind} already exists."
    assert cinder.refused("POST", path, sent) == (400, why)
    assert cinder.status("PUT", f"{path}/provider", {"encryption": {"key_size": 64}}) == 200
    volume = cinder.volume(volume_type="safe")
    why = "Cannot {} encryption specs. Volume type in use."
    assert cinder.refused("DELETE", f"{path}/provider") == (400, why.format("delete"))
    assert cinder.refused("PUT", f"{path}/provider", sent) == (400, why.format("update"))
    cinder.status("DELETE", f"/volumes/{volume}")
    assert [cinder.status("DELETE", f"{path}/provider") for _ in range(2)] == [202, 404]
    cinder.volume(volume_type="safe")
    assert cinder.refused("POST", path, sent) == (400, why.format("create"))
