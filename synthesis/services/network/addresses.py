"""IP addresses: which are free in a subnet, and the gateway and pools of a new one."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members, Resource

SUBNETS, PORTS = "network/subnets", "network/ports"
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


def network_in(text: Any) -> IPNetwork:
    """Raises Refused for what is no CIDR."""
    try:
        return ipaddress.ip_network(str(text), strict=False)
    except ValueError:
        raise Refused(
            400, f"Invalid input for cidr. Reason: '{text}' is not a valid IP subnet.", "HTTPBadRequest"
        ) from None


def lay_out(subnet: Members, sent: Members) -> None:
    """Fill in the gateway and the pools that a new subnet has when nobody says otherwise."""
    cidr = network_in(subnet["cidr"])
    subnet["cidr"], subnet["ip_version"] = str(cidr), cidr.version
    if "gateway_ip" not in sent:
        subnet["gateway_ip"] = str(cidr.network_address + 1)
    if not subnet.get("allocation_pools"):
        subnet["allocation_pools"] = list(_pools(cidr, subnet.get("gateway_ip")))


def _pools(cidr: IPNetwork, gateway: str | None) -> Iterator[Members]:
    """All hosts but the gateway."""
    low = int(cidr.network_address) + (1 if cidr.num_addresses > 2 else 0)
    high = int(cidr.broadcast_address) - (1 if cidr.version == 4 and cidr.num_addresses > 2 else 0)
    at = int(ipaddress.ip_address(gateway)) if gateway else None
    parts = [(low, high)] if at is None or not low <= at <= high else [(low, at - 1), (at + 1, high)]
    kind = type(cidr.network_address)
    for start, end in parts:
        if start <= end:
            yield {"start": str(kind(start)), "end": str(kind(end))}


def used_in(scene: Scene, subnet: Resource) -> set[int]:
    """The addresses that are taken, kept beside the subnet."""
    used: set[int] | None = subnet.private.get("used")
    if used is None:
        ports = scene.where(PORTS, network_id=subnet.members["network_id"])
        held = (ip for port in ports for ip in port.members["fixed_ips"] if ip["subnet_id"] == subnet.id)
        used = subnet.private["used"] = {int(ipaddress.ip_address(ip["ip_address"])) for ip in held}
        if gateway := subnet.members.get("gateway_ip"):
            used.add(int(ipaddress.ip_address(gateway)))
    return used


def take(scene: Scene, subnet: Resource, wanted: str | None = None) -> Members:
    """A fixed IP of a subnet: the one that is wanted, or the next free one. Raises Refused."""
    used = used_in(scene, subnet)
    if wanted:
        try:
            number = int(ipaddress.ip_address(wanted))
        except ValueError:
            raise Refused(400, f"'{wanted}' is not a valid IP address.", "HTTPBadRequest") from None
        if ipaddress.ip_address(wanted) not in network_in(subnet.members["cidr"]):
            raise Refused(400, f"IP address {wanted} is not a valid IP for the specified subnet.", "InvalidIpForSubnet")
        if number in used and wanted != subnet.members.get("gateway_ip"):
            raise Refused(
                409, f"IP address {wanted} already allocated in subnet {subnet.id}", "IpAddressAlreadyAllocated"
            )
    else:
        number = _free(subnet, used)
    used.add(number)
    return {"subnet_id": subnet.id, "ip_address": _text(subnet, number)}


def _free(subnet: Resource, used: set[int]) -> int:
    for pool in subnet.members["allocation_pools"]:
        start, end = int(ipaddress.ip_address(pool["start"])), int(ipaddress.ip_address(pool["end"]))
        following: int = subnet.private.get("next", start)
        at = following if start <= following <= end else start
        enough = len(used) + 2
        tried = (*range(at, min(end + 1, at + enough)), *range(start, min(at, start + enough)))
        free: int | None = next((number for number in tried if number not in used), None)
        if free is not None:
            subnet.private["next"] = free + 1
            return free
    network = subnet.members["network_id"]
    raise Refused(409, f"No more IP addresses available on network {network}.", "IpAddressGenerationFailure")


def _text(subnet: Resource, number: int) -> str:
    return str(ipaddress.IPv6Address(number) if subnet.members["ip_version"] == 6 else ipaddress.IPv4Address(number))


def release(scene: Scene, fixed_ips: list[Members]) -> None:
    for ip in fixed_ips:
        subnet = scene.find(SUBNETS, ip["subnet_id"])
        if subnet is not None and ip["ip_address"] != subnet.members.get("gateway_ip"):
            used_in(scene, subnet).discard(int(ipaddress.ip_address(ip["ip_address"])))
