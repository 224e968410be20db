"""Neutron: subnets and the pools that they are cut from.

Sources: neutron's `db_base_plugin_v2` and `ipam_backend_mixin`, and the names of its exceptions.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import SEEN, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.network.addresses import lay_out, network_in, release, take
from cloudtape.synthesis.services.network.allocation import is_automatic, own_address
from cloudtape.synthesis.services.network.kinds import (
    AUTOMATIC,
    GATEWAY,
    INTERFACE,
    NETWORKS,
    POOLS,
    PORTS,
    SUBNETS,
    in_use,
)
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

SUPPOSED = "198.18.{}.0/24"  # RFC 2544: for tests

# --- what a subnet may say ----------------------------------------------------------------------------------------


def _invalid(why: str) -> Refused:
    return Refused(400, f"Invalid input for operation: {why}.", "InvalidInput")


def _address(text: Any, version: int, what: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Raises Refused for what is no address of this version."""
    try:
        found = ipaddress.ip_address(str(text))
    except ValueError:
        why = f"Invalid input for {what}. Reason: '{text}' is not a valid IP address."
        raise Refused(400, why, "HTTPBadRequest") from None
    if found.version != version:
        raise _invalid(f"{what} '{text}' does not match the ip_version '{version}'")
    return found


def check(members: Members) -> None:
    """Raises Refused for a subnet that cannot be."""
    cidr = network_in(members["cidr"])
    version = cidr.version
    if members.get("enable_dhcp") and cidr.prefixlen > (30 if version == 4 else 126):
        raise _invalid("Subnet has a prefix length that is incompatible with DHCP service enabled")
    _check_modes(members, version)
    for server in members.get("dns_nameservers") or ():
        _address(server, version, "dns_nameserver")
    for route in members.get("host_routes") or ():
        _check_route(route, version)
    if members.get("gateway_ip"):
        gateway = _address(members["gateway_ip"], version, "gateway_ip")
        if version == 4 and cidr.prefixlen < 31 and gateway in (cidr.network_address, cidr.broadcast_address):
            raise _invalid("Gateway is not valid on subnet")
    _check_pools(members)


def _check_modes(members: Members, version: int) -> None:
    modes = [members.get(name) for name in ("ipv6_ra_mode", "ipv6_address_mode")]
    for name, mode in zip(("ipv6_ra_mode", "ipv6_address_mode"), modes, strict=True):
        if mode and version == 4:
            raise _invalid(f"{name} is not valid when ip_version is 4")
        if mode and not members.get("enable_dhcp"):
            raise _invalid("ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False")
    if all(modes) and modes[0] != modes[1]:
        why = f"ipv6_ra_mode set to '{modes[0]}' with ipv6_address_mode set to '{modes[1]}' is not valid. "
        raise _invalid(why + "If both attributes are set, they must be the same value")
    if set(modes) & {"slaac", "dhcpv6-stateless"} and network_in(members["cidr"]).prefixlen != 64:
        raise _invalid("Invalid CIDR for IPv6 address mode. Its prefix length must be 64 for IPv6 stateless addresses")


def _check_route(route: Any, version: int) -> None:
    if not isinstance(route, dict) or not {"destination", "nexthop"} <= set(route):
        raise Refused(400, f"Invalid input for host_routes. Reason: {route} is no route.", "HTTPBadRequest")
    _address(route["nexthop"], version, "nexthop")
    if network_in(route["destination"]).version != version:
        raise _invalid(f"destination '{route['destination']}' does not match the ip_version '{version}'")


def _check_pools(members: Members) -> None:
    cidr = network_in(members["cidr"])
    spans: list[tuple[int, int]] = []
    low, high = int(cidr.network_address), int(cidr.broadcast_address)
    if cidr.prefixlen <= cidr.max_prefixlen - 2:
        low, high = low + 1, high - (cidr.version == 4)
    for pool in members.get("allocation_pools") or ():
        if not isinstance(pool, dict) or not {"start", "end"} <= set(pool):
            raise Refused(400, f"The allocation pool {pool} is not valid.", "HTTPBadRequest")
        start, end = (int(_address(pool[name], cidr.version, "allocation_pools")) for name in ("start", "end"))
        if start > end:
            raise Refused(
                400, f"The allocation pool {pool['start']}-{pool['end']} is not valid.", "InvalidAllocationPool"
            )
        if start < low or end > high:
            why = f"The allocation pool {pool['start']}-{pool['end']} spans beyond the subnet cidr {cidr}."
            raise Refused(400, why, "OutOfBoundsAllocationPool")
        if any(start <= other_end and other_start <= end for other_start, other_end in spans):
            why = f"Found overlapping allocation pools for subnet {cidr}."
            raise Refused(409, why, "OverlappingAllocationPools")
        spans.append((start, end))
    gateway = members.get("gateway_ip")
    if gateway and any(start <= int(ipaddress.ip_address(gateway)) <= end for start, end in spans):
        why = f"Gateway ip {gateway} conflicts with allocation pool."
        raise Refused(409, why, "GatewayConflictWithAllocationPools")


# --- subnets ------------------------------------------------------------------------------------------------------


@HOOKS.on(SUBNETS, "CREATE")
def _subnet(scene: Scene, subnet: Resource, sent: Members) -> None:
    network = scene.need(NETWORKS, sent["network_id"])
    members = subnet.members
    if str(sent.get("ip_version") or "4") not in ("4", "6"):
        raise Refused(400, "Invalid input for ip_version. Reason: it is none of 4, 6.", "HTTPBadRequest")
    if not sent.get("cidr"):
        members["cidr"] = _from_pool(scene, sent)
    if "/" not in str(members["cidr"]) or str(network_in(members["cidr"])) != _plain(members["cidr"]):
        why = f"Invalid input for cidr. Reason: '{members['cidr']}' isn't a recognized IP subnet cidr, "
        raise Refused(400, f"{why}'{network_in(members['cidr'])}' is recommended.", "HTTPBadRequest")
    if sent.get("ip_version") and network_in(members["cidr"]).version != int(sent["ip_version"]):
        raise _invalid(f"cidr '{members['cidr']}' does not match the ip_version '{sent['ip_version']}'")
    lay_out(members, sent)
    check(members)
    _check_overlap(scene, subnet)
    network.set(subnets=[*network.members["subnets"], subnet.id])
    share_as_network(scene, subnet, sent)
    if is_automatic(subnet):
        _give_own_addresses(scene, subnet)


def _give_own_addresses(scene: Scene, subnet: Resource) -> None:
    """The ports that are there already make themselves an address."""
    for port in scene.where(PORTS, network_id=subnet.members["network_id"]):
        if port.members["device_owner"] not in (INTERFACE, GATEWAY):
            ip = take(scene, subnet, own_address(subnet, port.members["mac_address"]))
            port.set(fixed_ips=[*port.members["fixed_ips"], ip])


@HOOKS.on(SUBNETS, "UPDATE")
def _subnet_changes(scene: Scene, subnet: Resource, sent: Members) -> None:
    check(subnet.members)
    had = subnet.private.get("gateway_ip")
    if "gateway_ip" in sent and sent["gateway_ip"] != had:
        for port in scene.where(PORTS, network_id=subnet.members["network_id"], device_owner=INTERFACE):
            if any(ip["ip_address"] == had and ip["subnet_id"] == subnet.id for ip in port.members["fixed_ips"]):
                why = f"Current gateway ip {had} already in use by port {port.id}. Unable to update."
                raise Refused(409, why, "GatewayIpInUse")
    if "gateway_ip" in sent or "allocation_pools" in sent:
        subnet.private.pop("used", None)
        subnet.private.pop("next", None)


@HOOKS.on(SUBNETS, "CREATE", "UPDATE")
def _remember_gateway(_: Scene, subnet: Resource, __: Members) -> None:
    subnet.private["gateway_ip"] = subnet.members["gateway_ip"]


def _plain(cidr: Any) -> str:
    """A CIDR with its address written in the one form that there is for each, IPv6 being rich in others."""
    return str(ipaddress.ip_interface(str(cidr)))


@HOOKS.on(SUBNETS, SEEN)
def share_as_network(scene: Scene, subnet: Resource, _: Members) -> None:
    """A subnet is for those who see its network."""
    if network := scene.find(NETWORKS, subnet.members.get("network_id")):
        subnet.members["router:external"] = bool(network.members.get("router:external"))
        subnet.members["_shared"] = bool(network.members.get("shared"))


@HOOKS.on(NETWORKS, SEEN)
def _suppose_subnets(scene: Scene, network: Resource, _: Members) -> None:
    """Subnets of which only the ids were seen: addresses must come from somewhere."""
    for number, id_ in enumerate(network.members.get("subnets") or ()):
        if scene.find(SUBNETS, id_) is None:
            seen = scene.world.address_in(id_) or scene.world.address_in(network.id)
            cidr = f"{seen}/24" if "." in seen else SUPPOSED.format(number % 256)
            members = {"id": id_, "network_id": network.id, "cidr": str(network_in(cidr))}
            subnet = scene.add(SUBNETS, members, project=network.project)
            lay_out(subnet.members, {})
            share_as_network(scene, subnet, {})


def _check_overlap(scene: Scene, subnet: Resource) -> None:
    cidr = network_in(subnet.members["cidr"])
    for one in scene.where(SUBNETS, network_id=subnet.members["network_id"]):
        other = network_in(one.members["cidr"])
        if one is not subnet and other.version == cidr.version and other.overlaps(cidr):
            why = f"Invalid input for operation: Requested subnet with cidr: {cidr} for network: "
            why += f"{subnet.members['network_id']} overlaps with another subnet."
            raise Refused(400, why, "InvalidInput")


def _from_pool(scene: Scene, sent: Members) -> str:
    """The next free prefix of a subnet pool."""
    pool = scene.find(POOLS, sent.get("subnetpool_id"))
    if pool is None:
        raise Refused(
            400, "Bad subnets request: a subnetpool must be specified in the absence of a cidr.", "BadRequest"
        )
    length = int(sent.get("prefixlen") or pool.members["default_prefixlen"])
    taken = [
        network_in(one.members["cidr"]) for one in scene.where(SUBNETS, subnetpool_id=pool.id) if one.members["cidr"]
    ]
    for prefix in map(network_in, pool.members["prefixes"]):
        if length < prefix.prefixlen:
            continue
        for cidr in prefix.subnets(new_prefix=length):
            if not any(cidr.overlaps(other) for other in taken if other.version == cidr.version):
                return str(cidr)
    raise Refused(409, "Failed to allocate subnet: Insufficient prefix space.", "SubnetAllocationError")


@HOOKS.on(SUBNETS, "DELETE")
def _subnet_goes(scene: Scene, subnet: Resource, _: Members) -> None:
    ports = [one for one in scene.where(PORTS, network_id=subnet.members["network_id"]) if _has_ip(one, subnet)]
    for port in ports:
        owner = port.members["device_owner"]
        if not owner.startswith(AUTOMATIC) and (owner in (INTERFACE, GATEWAY) or not is_automatic(subnet)):
            raise in_use("subnet", subnet.id, "One or more ports have an IP allocation from this subnet.")
    for port in ports:
        gone = [ip for ip in port.members["fixed_ips"] if ip["subnet_id"] == subnet.id]
        release(scene, gone)
        port.set(fixed_ips=[ip for ip in port.members["fixed_ips"] if ip not in gone])
    network = scene.find(NETWORKS, subnet.members["network_id"])
    if network is not None:
        network.set(subnets=[one for one in network.members["subnets"] if one != subnet.id])


def _has_ip(port: Resource, subnet: Resource) -> bool:
    return any(ip["subnet_id"] == subnet.id for ip in port.members["fixed_ips"])
