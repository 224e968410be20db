"""What single answers tell: members and statuses by microversion, by operation, and by who asks."""

from typing import Any

import msgspec
import pytest

from tests.synthesis.requests import Asker, json_of

NOVA = "OpenStack-API-Version"


def told(asker: Asker, method: str, service: str, path: str, sent: Any = None, micro: str = "") -> Any:
    """The resource in an answer."""
    headers = ((NOVA, f"compute {micro}"),) if micro else ()
    response = asker.ask(method, service, path, msgspec.json.encode(sent) if sent else b"", headers)
    assert response.status < 300, response.body
    body = json_of(response)
    return next(iter(body.values())) if len(body) == 1 else body


def test_a_new_volume_does_not_tell_what_only_a_look_at_it_tells() -> None:
    asker = Asker()
    made = told(asker, "POST", "block-storage", "/v3/p/volumes", {"volume": {"size": 1}})
    seen = told(asker, "GET", "block-storage", f"/v3/p/volumes/{made['id']}")
    assert set(seen) - set(made) >= {"os-vol-host-attr:host", "os-vol-tenant-attr:tenant_id"}


@pytest.mark.parametrize(("micro", "status"), [("2.1", 200), ("2.2", 201)])
def test_the_status_of_a_new_key_is_that_of_its_microversion(micro: str, status: int) -> None:
    headers = ((NOVA, f"compute {micro}"),)
    made = Asker().ask("POST", "compute", "/v2.1/os-keypairs", b'{"keypair": {"name": "k"}}', headers)
    assert made.status == status


@pytest.mark.parametrize(("micro", "there"), [("2.1", False), ("2.54", False), ("2.55", True)])
def test_a_member_is_told_from_its_microversion_on(micro: str, there: bool) -> None:
    asker = Asker()
    assert ("description" in told(asker, "GET", "compute", "/v2.1/flavors/1", micro=micro)) is there


def test_a_rebuilt_server_tells_all_of_itself_only_since_its_microversion() -> None:
    asker = Asker()
    image = told(asker, "POST", "image", "/v2/images", {"name": "i"})
    wanted = {"name": "s", "imageRef": image["id"], "flavorRef": "1", "networks": "none"}
    server = told(asker, "POST", "compute", "/v2.1/servers", {"server": wanted}, "2.37")
    path, body = f"/v2.1/servers/{server['id']}/action", {"rebuild": {"imageRef": image["id"]}}
    assert "OS-EXT-STS:vm_state" not in told(asker, "POST", "compute", path, body, "2.74")
    assert "OS-EXT-STS:vm_state" in told(asker, "POST", "compute", path, body, "2.75")


def test_an_attachment_names_its_volume_by_id_only_when_it_is_made_since_2_89() -> None:
    asker = Asker()
    image = told(asker, "POST", "image", "/v2/images", {"name": "i"})
    wanted = {"name": "s", "imageRef": image["id"], "flavorRef": "1", "networks": "none"}
    server = told(asker, "POST", "compute", "/v2.1/servers", {"server": wanted}, "2.37")
    volume = told(asker, "POST", "block-storage", "/v3/p/volumes", {"volume": {"size": 1}})["id"]
    path = f"/v2.1/servers/{server['id']}/os-volume_attachments"
    made = told(asker, "POST", "compute", path, {"volumeAttachment": {"volumeId": volume}}, "2.89")
    seen = told(asker, "GET", "compute", f"{path}/{volume}", micro="2.89")
    assert (set(made) - set(seen), set(seen) - set(made)) == ({"id"}, {"attachment_id", "bdm_uuid"})
