"""Neutron: the kinds of its resources, the owners of ports, and how it says that something is in use."""

from __future__ import annotations

from cloudtape.synthesis.errors import Refused

NETWORKS, SUBNETS, PORTS, ROUTERS = "network/networks", "network/subnets", "network/ports", "network/routers"
FLOATING, GROUPS, RULES = "network/floatingips", "network/security-groups", "network/security-group-rules"
POOLS = "network/subnetpools"
INTERFACE, GATEWAY, FLOATING_PORT = "network:router_interface", "network:router_gateway", "network:floatingip"
AUTOMATIC = ("network:dhcp", "network:distributed")
"""Owners of ports that go with their network."""


def in_use(what: str, id_: str, why: str) -> Refused:
    name = "".join(word.capitalize() for word in what.split())
    return Refused(409, f"Unable to complete operation on {what} {id_}. {why}", f"{name}InUse")
