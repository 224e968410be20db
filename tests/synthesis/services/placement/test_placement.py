"""Placement: what the world's hypervisors provide, what its servers use; by openstacksdk and by hand."""

from __future__ import annotations

from typing import Any

import msgspec
import openstack
import pytest

from cloudtape.background import BackgroundProxy
from cloudtape.cassettes.messages import Response
from tests.synthesis.conftest import environment
from tests.synthesis.requests import Asker, json_of

pytestmark = pytest.mark.filterwarnings("ignore")  # the clients' own
CONSUMER = "c0ffee00-0000-4000-8000-000000000001"


def ask(asker: Asker, method: str, path: str, body: Any = None, micro: str = "1.39") -> Response:
    sent = b"" if body is None else msgspec.json.encode(body)
    return asker.ask(method, "placement", path, sent, (("OpenStack-API-Version", f"placement {micro}"),))


def read(response: Response) -> Any:
    assert response.status < 300, response.body
    return json_of(response)


def node(asker: Asker) -> str:
    return str(read(ask(asker, "GET", "/resource_providers?name=compute-1"))["resource_providers"][0]["uuid"])


def claim(asker: Asker, amount: int, generation: int | None = None) -> Response:
    told = {"allocations": {node(asker): {"resources": {"VCPU": amount}}}, "project_id": "p", "user_id": "u"}
    body = {**told, "consumer_generation": generation, "consumer_type": "TEST"}
    return ask(asker, "PUT", f"/allocations/{CONSUMER}", body)


def test_the_sdk_sees_hypervisors_as_providers_and_servers_as_consumers(demo: BackgroundProxy) -> None:
    about: dict[str, Any] = {
        name.removeprefix("OS_").lower(): value for name, value in environment(demo, "admin").items()
    }
    names = ("auth_url", "username", "password", "project_name", "user_domain_name", "project_domain_name")
    cloud = openstack.connect(load_yaml_config=False, load_envvars=False, **{name: about[name] for name in names})
    providers = {one.name: one for one in cloud.placement.resource_providers()}
    assert set(providers) == {"compute-1", "compute-2"}
    found = cloud.placement.get_resource_provider_inventory("VCPU", providers["compute-1"])
    assert (found.total, found.allocation_ratio) == (32, 4.0)
    assert "VCPU" in {one.name for one in cloud.placement.resource_classes()}
    made = cloud.placement.create_resource_provider(name="shelf")
    cloud.placement.delete_resource_provider(made)
    assert cloud.placement.find_resource_provider("shelf") is None


def test_a_server_uses_what_its_flavor_says_and_no_more_when_it_is_gone() -> None:
    asker = Asker()
    sent = {"server": {"name": "x", "flavorRef": "1", "imageRef": "", "networks": "none"}}
    sent["server"]["block_device_mapping_v2"] = [{"source_type": "blank", "destination_type": "volume"}]  # type: ignore[assignment]
    made = json_of(asker.ask("POST", "compute", "/v2.1/servers", msgspec.json.encode(sent)))
    server, path = made["server"]["id"], f"/resource_providers/{node(asker)}/usages"
    assert read(ask(asker, "GET", f"/allocations/{server}"))["allocations"][node(asker)]["resources"]["VCPU"] == 1
    assert read(ask(asker, "GET", path))["usages"]["MEMORY_MB"] == 64
    asker.ask("DELETE", "compute", f"/v2.1/servers/{server}")
    assert read(ask(asker, "GET", path))["usages"]["MEMORY_MB"] == 0


def test_more_than_there_is_cannot_be_claimed() -> None:
    asker = Asker()
    assert claim(asker, 32).status == 204
    assert claim(asker, 33, 1).status == 409
    assert read(ask(asker, "GET", "/usages?project_id=p"))["usages"] == {"TEST": {"VCPU": 32, "consumer_count": 1}}
    free = read(ask(asker, "GET", "/allocation_candidates?resources=VCPU:32"))
    assert len(free["provider_summaries"]) == 2
    assert free["provider_summaries"][node(asker)]["resources"]["VCPU"] == {"capacity": 128, "used": 32}


def test_who_read_before_somebody_else_wrote_is_refused() -> None:
    asker = Asker()
    claim(asker, 1)
    assert claim(asker, 2).status == 409
    body = {"resource_provider_generation": 7, "traits": []}
    assert ask(asker, "PUT", f"/resource_providers/{node(asker)}/traits", body).status == 409


@pytest.mark.parametrize(
    ("path", "micro", "status"),
    [("/traits", "1.5", 404), ("/traits", "1.6", 200), ("/allocation_candidates?resources=VCPU:1", "1.9", 404)],
)
def test_what_a_microversion_does_not_have_is_not_there(path: str, micro: str, status: int) -> None:
    assert ask(Asker(), "GET", path, micro=micro).status == status


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/resource_providers", {}, 400),
        ("POST", "/resource_providers", {"name": "compute-1"}, 409),
        ("GET", "/resource_providers/none", None, 404),
        ("GET", "/allocation_candidates?resources=VCPU", None, 400),
        ("GET", "/allocation_candidates", None, 400),
        ("PUT", "/traits/GOLD", None, 400),
        ("DELETE", "/traits/COMPUTE_NODE", None, 400),
        ("PUT", f"/allocations/{CONSUMER}", {"allocations": 1}, 400),
        ("PUT", f"/allocations/{CONSUMER}", [1], 400),
        ("POST", "/reshaper", {"inventories": {"x": 1}}, 400),
    ],
)
def test_what_is_wrong_is_refused_in_placements_form(method: str, path: str, body: Any, status: int) -> None:
    response = ask(Asker(), method, path, body)
    assert (response.status, json_of(response)["errors"][0]["status"]) == (status, status)
