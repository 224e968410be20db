"""Nova's windows on other services: what is there, in nova's words, until 2.36."""

from typing import Any

import msgspec
import pytest

from tests.synthesis.requests import Asker, json_of


def ask(asker: Asker, method: str, service: str, path: str, sent: Any = None, micro: str = "2.1") -> tuple[int, Any]:
    body = msgspec.json.encode(sent) if sent is not None else b""
    headers = (("OpenStack-API-Version", f"compute {micro}"),) if service == "compute" else ()
    response = asker.ask(method, service, path, body, headers)
    return response.status, json_of(response) if response.body else None


def test_a_volume_of_nova_is_one_of_cinder() -> None:
    asker = Asker()
    status, made = ask(asker, "POST", "compute", "/v2.1/os-volumes", {"volume": {"size": 3, "display_name": "v"}})
    assert (status, made["volume"]["displayName"]) == (200, "v")
    _, seen = ask(asker, "GET", "block-storage", f"/v3/p/volumes/{made['volume']['id']}")
    assert (seen["volume"]["name"], seen["volume"]["size"]) == ("v", 3)


def test_an_image_of_nova_has_its_properties_as_metadata() -> None:
    asker = Asker()
    _, image = ask(asker, "POST", "image", "/v2/images", {"name": "i", "os_distro": "debian"})
    path = f"/v2.1/images/{image['id']}"
    assert ask(asker, "GET", "compute", path)[1]["image"]["metadata"] == {"os_distro": "debian"}
    assert ask(asker, "POST", "compute", f"{path}/metadata", {"metadata": {"a": "1"}})[0] == 200
    assert ask(asker, "GET", "image", f"/v2/images/{image['id']}")[1]["a"] == "1"
    assert ask(asker, "GET", "compute", f"{path}/metadata/b")[0] == 404


def test_a_rule_of_nova_is_an_ingress_rule_of_neutron() -> None:
    asker = Asker()
    group = {"security_group": {"name": "g", "description": ""}}
    _, made = ask(asker, "POST", "compute", "/v2.1/os-security-groups", group)
    rule = {"parent_group_id": made["security_group"]["id"], "ip_protocol": "tcp", "from_port": 22, "to_port": 22}
    status, answer = ask(asker, "POST", "compute", "/v2.1/os-security-group-rules", {"security_group_rule": rule})
    assert (status, answer["security_group_rule"]["ip_range"]) == (200, {"cidr": "0.0.0.0/0"})
    _, seen = ask(asker, "GET", "network", f"/v2.0/security-group-rules/{answer['security_group_rule']['id']}")
    assert (seen["security_group_rule"]["direction"], seen["security_group_rule"]["port_range_max"]) == ("ingress", 22)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ip_protocol": "nonsense"},
        {"from_port": -1},
        {"to_port": 70000},
        {"parent_group_id": "no-uuid"},
        {"cidr": "300.0.0.0/8"},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    asker = Asker()
    _, made = ask(
        asker, "POST", "compute", "/v2.1/os-security-groups", {"security_group": {"name": "g", "description": ""}}
    )
    right = {"parent_group_id": made["security_group"]["id"], "ip_protocol": "tcp", "from_port": 22, "to_port": 22}
    sent = {"security_group_rule": {**right, **wrong}}
    assert ask(asker, "POST", "compute", "/v2.1/os-security-group-rules", sent)[0] == 400


@pytest.mark.parametrize("path", ["os-volumes", "images", "os-networks", "os-floating-ips", "os-security-groups"])
def test_the_windows_are_gone_since_2_36(path: str) -> None:
    assert ask(Asker(), "GET", "compute", f"/v2.1/{path}", micro="2.35")[0] == 200
    assert ask(Asker(), "GET", "compute", f"/v2.1/{path}", micro="2.36")[0] == 404
