"""What a volume is attached to: attachments since 3.27, and the actions from before."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.synthesis.requests import json_of
from tests.synthesis.services.block_storage.asker import Cinder
from tests.synthesis.services.teller import NONE

SERVER, OTHER = "b1b2c3d4-0000-4000-8000-000000000000", "b1b2c3d4-0000-4000-8000-000000000001"
ATTACH = {"instance_uuid": SERVER, "mountpoint": "/dev/vdb"}


@pytest.fixture
def cinder() -> Cinder:
    return Cinder()


def attach(cinder: Cinder, volume: str, server: str = SERVER) -> str:
    return str(cinder.make("attachments", volume_uuid=volume, instance_uuid=server)["id"])


def test_a_volume_is_reserved_attached_and_let_go(cinder: Cinder) -> None:
    volume = cinder.volume()
    path = f"/volumes/{volume}"
    one = attach(cinder, volume)
    assert (cinder.state(path), cinder.state(f"/attachments/{one}")) == ("reserved", "reserved")
    sent = {"attachment": {"connector": {"host": "h", "initiator": "i"}}}
    assert cinder.status("PUT", f"/attachments/{one}", sent) == 200
    assert cinder.act(f"/attachments/{one}", "os-complete") == 204
    assert (cinder.state(path), cinder.state(f"/attachments/{one}")) == ("in-use", "attached")
    (entry,) = cinder.show(path)["attachments"]
    assert (entry["server_id"], entry["attachment_id"], entry["volume_id"]) == (SERVER, one, volume)
    assert cinder.status("DELETE", f"/attachments/{one}") == 200
    assert (cinder.state(path), cinder.show(path)["attachments"]) == ("available", [])
    assert cinder.refused("DELETE", f"/attachments/{one}")[0] == 404


def test_a_volume_that_is_not_free_is_not_attached_to_another_server(cinder: Cinder) -> None:
    volume = cinder.volume()
    one = attach(cinder, volume)
    sent = {"attachment": {"volume_uuid": volume, "instance_uuid": OTHER}}
    why = f"Volume {volume} status must be available or downloading to reserve, but the current status is"
    assert cinder.refused("POST", "/attachments", sent) == (400, f"Invalid volume: {why} reserved.")
    cinder.act(f"/attachments/{one}", "os-complete")
    assert cinder.refused("POST", "/attachments", sent) == (400, f"Invalid volume: {why} in-use.")
    assert len(cinder.show("/attachments")) == 1


def test_a_server_that_moves_has_two_attachments(cinder: Cinder) -> None:
    volume = cinder.volume()
    first = attach(cinder, volume)
    cinder.act(f"/attachments/{first}", "os-complete")
    second = attach(cinder, volume)
    assert {one["id"] for one in cinder.show("/attachments")} == {first, second}
    assert cinder.status("DELETE", f"/attachments/{first}") == 200
    assert cinder.state(f"/volumes/{volume}") == "reserved"


def test_a_volume_with_an_error_is_not_attached(cinder: Cinder) -> None:
    volume = cinder.volume()
    cinder.act(f"/volumes/{volume}", "os-reset_status", {"status": "error_extending"})
    status, why = cinder.refused("POST", "/attachments", {"attachment": {"volume_uuid": volume}})
    assert (status, "can not be created if the volume is in an error state" in why) == (400, True)


def test_a_type_for_many_lets_several_servers_have_a_volume(cinder: Cinder) -> None:
    cinder.make("types", name="many", extra_specs={"multiattach": "<is> True"})
    volume = cinder.volume(volume_type="many")
    ones = []
    for server in (SERVER, OTHER):
        ones.append(attach(cinder, volume, server))
        assert cinder.act(f"/attachments/{ones[-1]}", "os-complete") == 204
    assert [entry["server_id"] for entry in cinder.show(f"/volumes/{volume}")["attachments"]] == [SERVER, OTHER]
    assert cinder.status("DELETE", f"/attachments/{ones[0]}") == 200
    assert cinder.state(f"/volumes/{volume}") == "in-use"


@pytest.mark.parametrize(("sent", "status"), [({"volume_uuid": NONE}, 404), ({"instance_uuid": SERVER}, 400)])
def test_what_is_attached_must_be_there(cinder: Cinder, sent: dict[str, Any], status: int) -> None:
    assert cinder.refused("POST", "/attachments", {"attachment": sent})[0] == status
    assert cinder.show("/attachments") == []


def test_a_list_of_attachments_is_of_one_volume(cinder: Cinder) -> None:
    first, second = cinder.volume(), cinder.volume()
    one, _ = attach(cinder, first), attach(cinder, second)
    assert [found["id"] for found in cinder.show(f"/attachments?volume_id={first}")] == [one]


def test_an_attached_volume_stays(cinder: Cinder) -> None:
    volume = cinder.volume()
    path = f"/volumes/{volume}"
    assert cinder.act(path, "os-attach", ATTACH) == 202
    assert cinder.refused("DELETE", path)[0] == 400
    cinder.act(path, "os-reset_status", {"status": "available"})
    assert cinder.refused("DELETE", path)[0] == 400
    assert cinder.refused("POST", f"{path}/action", {"os-force_delete": None})[0] == 400
    assert cinder.act(path, "os-detach", {}) == 202
    assert cinder.status("DELETE", path) == 202


NOVA = (("OpenStack-API-Version", "compute 2.60"),)


def server_of(cinder: Cinder) -> str:
    """A server of nova."""
    image = next(cinder.world.all("image/images")).id
    wanted = {"name": "s", "imageRef": image, "flavorRef": "1", "networks": "none"}
    made = cinder.ask("POST", "compute", "/v2.1/servers", msgspec.json.encode({"server": wanted}), NOVA)
    return str(json_of(made)["server"]["id"])


def test_what_a_server_of_nova_has_is_attached_on_both_sides(cinder: Cinder) -> None:
    volume, server = cinder.volume(), server_of(cinder)
    path, body = f"/v2.1/servers/{server}/os-volume_attachments", {"volumeAttachment": {"volumeId": volume}}
    sent = msgspec.json.encode(body)
    assert [cinder.ask("POST", "compute", path, sent).status for _ in range(2)] == [200, 400]
    (entry,) = cinder.show(f"/volumes/{volume}")["attachments"]
    (found,) = cinder.show("/attachments")
    assert (entry["server_id"], entry["attachment_id"]) == (server, found["id"])
    assert cinder.ask("DELETE", "compute", f"{path}/{volume}").status == 202
    assert (cinder.state(f"/volumes/{volume}"), cinder.show("/attachments")) == ("available", [])


@pytest.mark.parametrize("state", ["error", "awaiting-transfer", "uploading"])
def test_nova_does_not_attach_what_cinder_keeps(cinder: Cinder, state: str) -> None:
    volume, server = cinder.volume(), server_of(cinder)
    cinder.act(f"/volumes/{volume}", "os-reset_status", {"status": state})
    body = msgspec.json.encode({"volumeAttachment": {"volumeId": volume}})
    assert cinder.ask("POST", "compute", f"/v2.1/servers/{server}/os-volume_attachments", body).status == 400
    assert cinder.state(f"/volumes/{volume}") == state
