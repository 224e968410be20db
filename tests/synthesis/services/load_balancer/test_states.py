"""The states of load balancers and of what stands under them, and where their addresses come from."""

from __future__ import annotations

from typing import Any

import pytest

from cloudtape.synthesis.worlds.clock import Pace
from tests.synthesis.services.load_balancer.asker import NONE, Octavia, filled, fully, ids

STATES = ("provisioning_status", "operating_status")


def states(one: Any) -> tuple[str, ...]:
    return tuple(one[name] for name in STATES)


def test_a_load_balancer_comes_to_be_in_as_many_looks_as_asked() -> None:
    octavia = Octavia(polls=2)
    made = octavia.balancer()
    looks = [states(octavia.show(f"/loadbalancers/{made['id']}")) for _ in range(3)]
    assert states(made) == ("PENDING_CREATE", "OFFLINE")
    assert looks == [("PENDING_CREATE", "OFFLINE"), ("PENDING_CREATE", "OFFLINE"), ("ACTIVE", "ONLINE")]


def settled(octavia: Octavia, balancer: Any) -> str:
    path = f"/loadbalancers/{balancer['id']}"
    while octavia.show(path)["provisioning_status"] != "ACTIVE":
        pass
    return path


def test_what_is_above_changes_along_and_all_are_there_at_once() -> None:
    octavia = Octavia(polls=3)
    path = settled(octavia, balancer := octavia.balancer())
    listener = octavia.listener(balancer)
    settled(octavia, balancer)
    pool = octavia.make("/pools", listener_id=listener["id"], protocol="HTTP", lb_algorithm="ROUND_ROBIN")
    assert octavia.show(f"/listeners/{listener['id']}")["provisioning_status"] == "PENDING_UPDATE"
    settled(octavia, balancer)
    member = octavia.make(f"/pools/{pool['id']}/members", address="10.0.0.5", protocol_port=80)
    assert states(member) == ("PENDING_CREATE", "NO_MONITOR")
    tree = octavia.show(f"{path}/status")["loadbalancer"]
    assert tree["provisioning_status"] == tree["listeners"][0]["provisioning_status"] == "PENDING_UPDATE"
    assert tree["listeners"][0]["pools"][0]["provisioning_status"] == "PENDING_UPDATE"
    settled(octavia, balancer)
    tree = octavia.show(f"{path}/status")["loadbalancer"]
    (below,) = tree["listeners"]
    (under,) = below["pools"]
    assert [states(one) for one in (tree, below, under)] == [("ACTIVE", "ONLINE")] * 3
    assert states(under["members"][0]) == ("ACTIVE", "NO_MONITOR")


CHANGES = [
    ("POST", "/listeners", {"listener": {"loadbalancer_id": "{lb}", "protocol": "HTTP", "protocol_port": 81}}),
    ("PUT", "/listeners/{listener}", {"listener": {"name": "x"}}),
    ("DELETE", "/listeners/{listener}", None),
    ("POST", "/pools", {"pool": {"loadbalancer_id": "{lb}", "protocol": "HTTP", "lb_algorithm": "SOURCE_IP"}}),
    ("PUT", "/pools/{pool}", {"pool": {"name": "x"}}),
    ("DELETE", "/pools/{pool}", None),
    ("POST", "/pools/{pool}/members", {"member": {"address": "10.0.0.8", "protocol_port": 1}}),
    ("PUT", "/pools/{pool}/members/{member}", {"member": {"weight": 2}}),
    ("DELETE", "/pools/{pool}/members/{member}", None),
    ("PUT", "/pools/{pool}/members", {"members": []}),
    ("PUT", "/healthmonitors/{monitor}", {"healthmonitor": {"delay": 9}}),
    ("DELETE", "/healthmonitors/{monitor}", None),
    ("POST", "/l7policies", {"l7policy": {"listener_id": "{listener}", "action": "REJECT"}}),
    ("PUT", "/l7policies/{policy}", {"l7policy": {"name": "x"}}),
    ("DELETE", "/l7policies/{policy}", None),
    ("POST", "/l7policies/{policy}/rules", {"rule": {"type": "PATH", "compare_type": "EQUAL_TO", "value": "/x"}}),
    ("PUT", "/l7policies/{policy}/rules/{rule}", {"rule": {"value": "/y"}}),
    ("DELETE", "/l7policies/{policy}/rules/{rule}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES, ids=[f"{row[0]} {row[1]}" for row in CHANGES])
def test_nothing_changes_under_a_load_balancer_that_changes(method: str, path: str, body: Any) -> None:
    octavia = Octavia(polls=50)
    _, names = fully(octavia)
    status, why = octavia.refused(method, path.format(**names), filled(body, names))
    assert status == 409
    assert "is immutable and cannot be updated" in why


@pytest.mark.parametrize(("method", "path", "body"), CHANGES, ids=[f"{row[0]} {row[1]}" for row in CHANGES])
def test_a_change_takes_its_load_balancer_along(method: str, path: str, body: Any) -> None:
    octavia = Octavia()
    made, names = fully(octavia)
    assert octavia.show(f"/loadbalancers/{made['id']}")["provisioning_status"] == "ACTIVE"
    octavia.world.pace = Pace(2)
    assert octavia.status(method, path.format(**names), filled(body, names)) in (200, 201, 202, 204)
    assert octavia.show(f"/loadbalancers/{made['id']}")["provisioning_status"] == "PENDING_UPDATE"


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_load_balancer_that_changes_is_left_alone(method: str) -> None:
    octavia = Octavia(polls=9)
    path = f"/loadbalancers/{octavia.balancer(name='before')['id']}"
    body = {"loadbalancer": {"name": "after"}} if method == "PUT" else None
    assert octavia.refused(method, path, body)[0] == 409
    assert octavia.show(path)["name"] == "before"


def test_only_with_cascade_children_go_along() -> None:
    octavia = Octavia(polls=2)
    made, _ = fully(octavia)
    path = settled(octavia, made)
    assert octavia.refused("DELETE", path)[0] == 400
    assert octavia.status("DELETE", f"{path}?cascade=true") == 204
    assert states(octavia.show(path))[0] == "PENDING_DELETE"
    while octavia.status("GET", path) != 404:
        pass
    for many in ("listeners", "pools", "healthmonitors", "l7policies"):
        assert octavia.show(f"/{many}") == []


def test_what_is_made_at_once_comes_to_be_at_once() -> None:
    octavia = Octavia(polls=1)
    made, names = fully(octavia)
    (listener,), (pool,) = made["listeners"], made["pools"]
    everything = [made, listener, pool, *pool["members"], pool["healthmonitor"], *listener["l7policies"]]
    assert {one["provisioning_status"] for one in everything} == {"PENDING_CREATE"}
    settled(octavia, made)
    assert states(octavia.show(f"/pools/{names['pool']}/members/{names['member']}")) == ("ACTIVE", "ONLINE")
    assert ids(octavia.show(f"/listeners/{names['listener']}")["l7policies"]) == [names["policy"]]


def test_what_cannot_be_made_whole_leaves_nothing_behind() -> None:
    octavia = Octavia()
    pool = {"name": "p", "protocol": "UDP", "lb_algorithm": "ROUND_ROBIN"}
    listener = {"protocol": "HTTP", "protocol_port": 80, "default_pool": pool}
    body = {"loadbalancer": {"vip_subnet_id": octavia.subnet, "listeners": [listener]}}
    assert octavia.refused("POST", "/loadbalancers", body)[0] == 400
    assert [octavia.show(f"/{many}") for many in ("loadbalancers", "listeners", "pools")] == [[], [], []]
    assert octavia.say("GET", "/v2.0/ports?device_owner=Octavia", service="network")[1]["ports"] == []


# --- addresses ----------------------------------------------------------------------------------------------------


def port_of(octavia: Octavia, balancer: Any) -> Any:
    return octavia.say("GET", f"/v2.0/ports/{balancer['vip_port_id']}", service="network")[1].get("port")


def test_a_load_balancer_has_a_port_that_comes_and_goes_with_it() -> None:
    octavia = Octavia()
    made = octavia.balancer()
    port = port_of(octavia, made)
    assert port["fixed_ips"] == [{"subnet_id": octavia.subnet, "ip_address": made["vip_address"]}]
    assert (port["device_owner"], port["device_id"]) == ("Octavia", f"lb-{made['id']}")
    assert octavia.status("DELETE", f"/loadbalancers/{made['id']}") == 204
    assert port_of(octavia, made) is None


def test_a_port_that_was_given_stays() -> None:
    octavia = Octavia()
    network = octavia.world.find("network/subnets", octavia.subnet)
    assert network is not None
    body = {"port": {"network_id": network.members["network_id"]}}
    port = octavia.say("POST", "/v2.0/ports", body, service="network")[1]["port"]
    made = octavia.balancer(vip_subnet_id=None, vip_port_id=port["id"])
    assert made["vip_address"] == port["fixed_ips"][0]["ip_address"]
    assert octavia.status("DELETE", f"/loadbalancers/{made['id']}") == 204
    assert port_of(octavia, made)["id"] == port["id"]


@pytest.mark.parametrize(
    ("members", "status", "why"),
    [
        ({"vip_subnet_id": None}, 400, "VIP must contain one of"),
        ({"vip_subnet_id": NONE}, 400, f"Subnet {NONE} not found."),
        ({"vip_network_id": NONE}, 400, f"Network {NONE} not found."),
        ({"vip_port_id": NONE}, 400, f"Port {NONE} not found."),
        ({"vip_subnet_id": "here"}, 400, "Value should be UUID format"),
        ({"vip_address": "nowhere"}, 400, "Value should be IPv4 or IPv6 format"),
        ({"vip_sg_ids": [NONE]}, 400, f"Security Group {NONE} not found."),
        ({"vip_qos_policy_id": NONE}, 400, f"QoS Policy {NONE} not found."),
        ({"additional_vips": [{"subnet_id": "{subnet}"}]}, 400, "Duplicate VIP subnet(s) specified"),
        ({"flavor_id": NONE}, 400, "Invalid flavor_id."),
        ({"availability_zone": "mars"}, 400, "Invalid availability zone."),
        ({"provider": "acme"}, 400, "Provider 'acme' is not enabled."),
        ({"colour": "red"}, 400, "Unknown attribute: colour"),
        ({"name": "x" * 256}, 400, "name"),
        ({"admin_state_up": "perhaps"}, 400, "admin_state_up"),
        ({"tags": "green"}, 400, "tags"),
    ],
)
def test_what_no_load_balancer_is_made_of(members: dict[str, Any], status: int, why: str) -> None:
    octavia = Octavia()
    sent = filled({"vip_subnet_id": "{subnet}", **members}, {"subnet": octavia.subnet})
    found = octavia.refused("POST", "/loadbalancers", {"loadbalancer": sent})
    assert found[0] == status
    assert why in found[1]
    assert octavia.show("/loadbalancers") == []
