"""Octavia: the port and the addresses of a load balancer, which it asks neutron for.

Source: octavia's `_validate_vip_request_object` and its driver for neutron.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from cloudtape.synthesis.engine.inner import ask
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.load_balancer.tree import invalid
from cloudtape.synthesis.worlds.shelves import Members, Resource

OWNER = "Octavia"
OWNED = "owns_port"
"""Whether the port was made for the load balancer, and goes with it."""

# By what a request names, the operation that shows it, and what it is called.
SHOWS = {
    "port": ("network.ports.show", "Port"),
    "network": ("network.networks.show", "Network"),
    "subnet": ("network.subnets.show", "Subnet"),
    "policy": ("network.qos.policies.show", "QoS Policy"),
    "security_group": ("network.security-groups.show", "Security Group"),
}


def shown(scene: Scene, what: str, id_: str) -> Members:
    """Something of neutron's that a request names. Raises Refused."""
    operation, label = SHOWS[what]
    try:
        found: Members = ask(scene, operation, (id_,)).body[what]
    except Refused as refused:
        raise Refused(400, f"{label} {id_} not found.") if refused.status == 404 else refused from refused
    return found


def give_address(scene: Scene, one: Resource) -> None:
    """Give a load balancer the address that was asked for, on the port that was, or on one of its own. Raises
    Refused."""
    wanted = one.members
    kind = next((kind for kind in PLACES if wanted[f"vip_{kind}_id"]), "")
    if not kind:
        names = ", ".join(f"vip_{name}_id" for name in PLACES)
        raise invalid(f"VIP must contain one of: {names}.")
    one.update(PLACES[kind](scene, wanted))
    check_guards(scene, wanted)
    _check_others(scene, wanted)
    if not wanted["vip_port_id"]:
        _make_port(scene, one)


def _on_port(scene: Scene, wanted: Members) -> Members:
    port = shown(scene, "port", wanted["vip_port_id"])
    if port["device_id"]:
        raise invalid(f"port {port['id']} is already used by device {port['device_id']}")
    ips, subnet, address = port["fixed_ips"], wanted["vip_subnet_id"], wanted["vip_address"]
    if subnet:
        shown(scene, "subnet", subnet)
        found = [ip for ip in ips if ip["subnet_id"] == subnet]
        why = "No VIP address found on the specified VIP port within the specified subnet."
    elif address:
        found = [ip for ip in ips if ipaddress.ip_address(ip["ip_address"]) == ipaddress.ip_address(address)]
        why = "Specified VIP address not found on the specified VIP port."
    else:
        found = ips if len(ips) == 1 else []
        why = "VIP port's subnet could not be determined. Please specify either a VIP subnet or address."
    if not found:
        raise invalid(why)
    policy = wanted["vip_qos_policy_id"] or port["qos_policy_id"]
    place = {"vip_subnet_id": found[0]["subnet_id"], "vip_address": found[0]["ip_address"]}
    return {"vip_network_id": port["network_id"], "vip_qos_policy_id": policy, **place}


def _on_network(scene: Scene, wanted: Members) -> Members:
    network, subnet = shown(scene, "network", wanted["vip_network_id"]), wanted["vip_subnet_id"]
    if subnet:
        if shown(scene, "subnet", subnet)["network_id"] != network["id"]:
            raise Refused(400, f"Subnet {subnet} not found.")
        return {}
    subnets = [shown(scene, "subnet", id_) for id_ in network["subnets"]]
    if address := wanted["vip_address"]:
        subnets = [one for one in subnets if ipaddress.ip_address(address) in ipaddress.ip_network(one["cidr"])]
        if not subnets:
            raise invalid("Supplied network does not contain a subnet for VIP address specified.")
    if not subnets:
        raise invalid("Supplied network does not contain a subnet.")
    return {"vip_subnet_id": min(subnets, key=lambda one: one["ip_version"] != 4)["id"]}


def _on_subnet(scene: Scene, wanted: Members) -> Members:
    return {"vip_network_id": shown(scene, "subnet", wanted["vip_subnet_id"])["network_id"]}


# What is meant where a request names several places: the first of these.
PLACES: dict[str, Callable[[Scene, Members], Members]] = {
    "port": _on_port,
    "network": _on_network,
    "subnet": _on_subnet,
}


def check_guards(scene: Scene, wanted: Members) -> None:
    """Raises Refused for a policy or a security group that is not there."""
    if wanted.get("vip_qos_policy_id"):
        shown(scene, "policy", wanted["vip_qos_policy_id"])
    for group in wanted.get("vip_sg_ids") or ():
        shown(scene, "security_group", group)


def _check_others(scene: Scene, wanted: Members) -> None:
    """Raises Refused for more addresses in subnets that are named twice, or of another network."""
    subnets = [wanted["vip_subnet_id"], *(vip.get("subnet_id") for vip in wanted["additional_vips"])]
    if len(set(subnets)) < len(subnets):
        raise invalid("Duplicate VIP subnet(s) specified. Only one IP can be bound per subnet.")
    if len({shown(scene, "subnet", str(one))["network_id"] for one in subnets}) > 1:
        raise invalid("All VIP subnets must belong to the same network.")


def _make_port(scene: Scene, one: Resource) -> None:
    members = one.members
    first = {"subnet_id": members["vip_subnet_id"], "ip_address": members["vip_address"]}
    wanted = [first, *members["additional_vips"]]
    ips = [{name: ip[name] for name in ("subnet_id", "ip_address") if ip.get(name)} for ip in wanted]
    port = {
        "name": f"octavia-lb-{one.id}",
        "network_id": members["vip_network_id"],
        "fixed_ips": ips,
        "admin_state_up": False,
        "device_id": f"lb-{one.id}",
        "device_owner": OWNER,
        "tenant_id": one.project,
        **_guards(members),
    }
    made = ask(scene, "network.ports.create", (), {"port": port}).body["port"]
    given = {ip["subnet_id"]: ip["ip_address"] for ip in made["fixed_ips"]}
    more = [
        {"subnet_id": ip["subnet_id"], "ip_address": given[ip["subnet_id"]], "port_id": made["id"]} for ip in wanted[1:]
    ]
    one.set(vip_port_id=made["id"], vip_address=given[members["vip_subnet_id"]], additional_vips=more)
    one.private[OWNED] = True


def _guards(members: Members) -> Members:
    """What a port is told of the policy and the security groups of its load balancer."""
    policy = {"qos_policy_id": members["vip_qos_policy_id"]} if members.get("vip_qos_policy_id") else {}
    return {**policy, **({"security_groups": members["vip_sg_ids"]} if members.get("vip_sg_ids") else {})}


def guard(scene: Scene, one: Resource, sent: Members) -> None:
    """Have the port follow a change of its load balancer. Raises Refused."""
    names = {"vip_qos_policy_id": "qos_policy_id", "vip_sg_ids": "security_groups"}
    changes: dict[str, Any] = {names[name]: one.members[name] for name in names if name in sent}
    if changes:
        check_guards(scene, one.members)
        ask(scene, "network.ports.update", (one.members["vip_port_id"],), {"port": changes})


def release(scene: Scene, one: Resource) -> None:
    """Give back the port that was made for a load balancer, wherever it may have gone meanwhile."""
    if one.private.pop(OWNED, False):
        try:
            ask(scene, "network.ports.delete", (one.members["vip_port_id"],))
        except Refused as refused:
            if refused.status != 404:
                raise
