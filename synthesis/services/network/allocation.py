"""Neutron: which addresses a port gets. Source: neutron's `ipam_pluggable_backend`."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.network.addresses import network_in, take
from cloudtape.synthesis.services.network.kinds import SUBNETS
from cloudtape.synthesis.worlds.shelves import Members, Resource

AUTOMATIC_MODES = ("slaac", "dhcpv6-stateless")


def is_automatic(subnet: Resource) -> bool:
    """Whether each port makes its own address in a subnet, of its MAC address."""
    return any(subnet.members.get(name) in AUTOMATIC_MODES for name in ("ipv6_address_mode", "ipv6_ra_mode"))


def own_address(subnet: Resource, mac: str) -> str:
    """The address that a port of this MAC makes itself (RFC 4291, EUI-64)."""
    parts = [int(part, 16) for part in mac.split(":")]
    parts[0] ^= 2
    number = int.from_bytes(bytes([*parts[:3], 0xFF, 0xFE, *parts[3:]]))
    return str(network_in(subnet.members["cidr"]).network_address + number)


def fixed_ips(scene: Scene, network: Resource, wanted: Any, mac: str = "") -> list[Members]:
    """Addresses for a port: those that are wanted, or one of each version; and what a port of `mac` makes itself."""
    found = (scene.find(SUBNETS, id_) for id_ in network.members["subnets"])
    subnets = [one for one in found if one]
    automatic = [one for one in subnets if is_automatic(one)] if mac else []
    if isinstance(wanted, list):
        asked = [_subnet_of(scene, network, subnets, one) for one in wanted]
        given = [(subnet, address) for subnet, address in asked if subnet not in automatic or address]
        ips = [_wanted(scene, subnet, address, mac if subnet in automatic else "") for subnet, address in given]
    else:
        others = [one for one in subnets if one not in automatic]
        alike = ([one for one in others if one.members["ip_version"] == version] for version in (4, 6))
        ips = [_first(scene, some) for some in alike if some]
    held = {ip["subnet_id"] for ip in ips}
    return ips + [take(scene, one, own_address(one, mac)) for one in automatic if one.id not in held]


def _first(scene: Scene, subnets: Sequence[Resource]) -> Members:
    """An address of the first subnet that has one left. Raises Refused."""
    for subnet in subnets[:-1]:
        try:
            return take(scene, subnet)
        except Refused:
            continue
    return take(scene, subnets[-1])


def _subnet_of(
    scene: Scene, network: Resource, subnets: Sequence[Resource], wanted: Any
) -> tuple[Resource, str | None]:
    """The subnet in which an address is wanted, and the address, where it is said. Raises Refused."""
    if not isinstance(wanted, dict):
        raise Refused(400, "Invalid input for fixed_ips.", "HTTPBadRequest")
    address = str(wanted.get("ip_address") or "")
    if wanted.get("subnet_id"):
        subnet = scene.need(SUBNETS, wanted["subnet_id"])
        if subnet.members["network_id"] != network.id:
            why = (
                f"Failed to create port on network {network.id}, because fixed_ips included invalid subnet {subnet.id}"
            )
            raise Refused(400, f"Invalid input for operation: {why}.", "InvalidInput")
        return subnet, address or None
    for subnet in subnets:
        if not address or _lies_in(address, subnet):
            return subnet, address or None
    raise Refused(400, f"IP address {address} is not a valid IP for any subnet of the network.", "InvalidIpForNetwork")


def _wanted(scene: Scene, subnet: Resource, address: str | None, mac: str) -> Members:
    """The address that is wanted; in a subnet where `mac` makes its own, only that one may be."""
    if mac and address and own_address(subnet, mac) != str(ipaddress.ip_address(address)):
        why = f"IPv6 address {address} can not be directly assigned to a port on subnet {subnet.id} as the "
        raise Refused(400, why + "subnet is configured for automatic addresses", "AllocationOnAutoAddressSubnet")
    return take(scene, subnet, address)


def _lies_in(address: str, subnet: Resource) -> bool:
    try:
        return ipaddress.ip_address(address) in network_in(subnet.members["cidr"])
    except ValueError:
        return False
