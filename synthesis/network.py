"""Neutron: networks, subnets and ports; what is in use stays.

Sources: neutron's `db_base_plugin_v2`, and the names of its exceptions.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from cloudtape.synthesis.addresses import lay_out, network_in, release, take
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.network_kinds import (
    AUTOMATIC,
    FLOATING,
    GATEWAY,
    GROUPS,
    INTERFACE,
    NETWORKS,
    POOLS,
    PORTS,
    SUBNETS,
    in_use,
)
from cloudtape.synthesis.scene import EFFECTS, SEEN, Scene, on
from cloudtape.synthesis.security_groups import default_group
from cloudtape.synthesis.shelves import Members, Resource

SUPPOSED = "198.18.{}.0/24"  # RFC 2544: for tests


# --- networks and subnets -----------------------------------------------------------------------------------------


@on(NETWORKS, "CREATE")
def _segment(scene: Scene, network: Resource, sent: Members) -> None:
    if not sent.get("provider:segmentation_id"):
        network.set(**{"provider:segmentation_id": scene.world.choose(1, 4094)})
    if sent.get("segments"):
        network.set(segments=sent["segments"])


@on(NETWORKS, "DELETE")
def _network_goes(scene: Scene, network: Resource, _: Members) -> None:
    ports = list(scene.where(PORTS, network_id=network.id))
    busy = [port.id for port in ports if not port.members["device_owner"].startswith(AUTOMATIC)]
    if busy:
        why = f"There are one or more ports still in use on the network, id for these ports is {','.join(busy)}."
        raise in_use("network", network.id, why)
    for one in [*ports, *scene.where(SUBNETS, network_id=network.id)]:
        scene.remove(one)


@on(SUBNETS, "CREATE")
def _subnet(scene: Scene, subnet: Resource, sent: Members) -> None:
    network = scene.need(NETWORKS, sent["network_id"])
    members = subnet.members
    if sent.get("ip_version") not in (None, 4, 6):
        raise Refused(400, "Invalid input for ip_version. Reason: it is none of 4, 6.", "HTTPBadRequest")
    if not sent.get("cidr"):
        members["cidr"] = _from_pool(scene, sent)
    lay_out(members, sent)
    _check_overlap(scene, subnet)
    network.set(subnets=[*network.members["subnets"], subnet.id])
    share_as_network(scene, subnet, sent)


@on(SUBNETS, SEEN)
def share_as_network(scene: Scene, subnet: Resource, _: Members) -> None:
    """A subnet is for those who see its network."""
    if network := scene.find(NETWORKS, subnet.members.get("network_id")):
        subnet.members["router:external"] = bool(network.members.get("router:external"))
        subnet.members["_shared"] = bool(network.members.get("shared"))


@on(NETWORKS, SEEN)
def _suppose_subnets(scene: Scene, network: Resource, _: Members) -> None:
    """Subnets of which only the ids were seen: addresses must come from somewhere."""
    for number, id_ in enumerate(network.members.get("subnets") or ()):
        if scene.find(SUBNETS, id_) is None:
            members = {"id": id_, "network_id": network.id, "cidr": SUPPOSED.format(number % 256)}
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


@on(SUBNETS, "DELETE")
def _subnet_goes(scene: Scene, subnet: Resource, _: Members) -> None:
    for port in scene.where(PORTS, network_id=subnet.members["network_id"]):
        held = any(ip["subnet_id"] == subnet.id for ip in port.members["fixed_ips"])
        if held and not port.members["device_owner"].startswith(AUTOMATIC):
            raise in_use("subnet", subnet.id, "One or more ports have an IP allocation from this subnet.")
    network = scene.find(NETWORKS, subnet.members["network_id"])
    if network is not None:
        network.set(subnets=[one for one in network.members["subnets"] if one != subnet.id])


@on(POOLS, "CREATE")
def _pool(_: Scene, pool: Resource, sent: Members) -> None:
    prefixes = [network_in(one) for one in sent["prefixes"]] if isinstance(sent["prefixes"], list) else []
    if not prefixes:
        raise Refused(400, "Invalid input for prefixes.", "HTTPBadRequest")
    version, most = prefixes[0].version, prefixes[0].max_prefixlen
    members = pool.members
    members.update(ip_version=version, prefixes=[str(one) for one in prefixes])
    for name, value in (("min_prefixlen", 8), ("max_prefixlen", most), ("default_prefixlen", 24 if most == 32 else 64)):
        members[name] = str(sent.get(name) or value)


@on(POOLS, "DELETE")
def _pool_goes(scene: Scene, pool: Resource, _: Members) -> None:
    if any(scene.where(SUBNETS, subnetpool_id=pool.id)):
        raise Refused(
            409, "Unable to delete subnet pool: Subnets from this pool are still in use.", "SubnetPoolDeleteError"
        )


# --- ports --------------------------------------------------------------------------------------------------------


@on(PORTS, "CREATE")
def _port(scene: Scene, port: Resource, sent: Members) -> None:
    network = scene.need(NETWORKS, sent["network_id"])
    members = port.members
    members["mac_address"] = sent.get("mac_address") or mac(scene)
    members["fixed_ips"] = []  # not taken yet
    members["fixed_ips"] = fixed_ips(scene, network, sent.get("fixed_ips"))
    if not sent.get("security_groups") and "security_groups" not in sent and members["port_security_enabled"]:
        members["security_groups"] = [default_group(scene, port.project).id]
    for group in members["security_groups"]:
        scene.need(GROUPS, group)
    _assign_names(members)
    if members["device_id"]:
        members["status"] = "ACTIVE"


def mac(scene: Scene) -> str:
    return "fa:16:3e:" + ":".join(f"{scene.world.choose(0, 255):02x}" for _ in range(3))


def _assign_names(members: Members) -> None:
    """What DNS would say (neutron's `dns_assignment`)."""
    found = []
    for ip in members["fixed_ips"]:
        name = members.get("dns_name") or "host-" + ip["ip_address"].replace(".", "-").replace(":", "-")
        found.append({"ip_address": ip["ip_address"], "hostname": name, "fqdn": f"{name}.openstacklocal."})
    members["dns_assignment"] = found


def fixed_ips(scene: Scene, network: Resource, wanted: Any) -> list[Members]:
    """Addresses for a port: those that are wanted, or one of the network's first subnet of each version."""
    if isinstance(wanted, list) and wanted:
        return [_wanted_ip(scene, network, one) for one in wanted]
    if wanted == []:
        return []
    found: dict[int, Resource] = {}
    for id_ in network.members["subnets"]:
        subnet = scene.find(SUBNETS, id_)
        if subnet is not None:
            found.setdefault(subnet.members["ip_version"], subnet)
    return [take(scene, subnet) for subnet in found.values()]


def _wanted_ip(scene: Scene, network: Resource, wanted: Any) -> Members:
    if not isinstance(wanted, dict):
        raise Refused(400, "Invalid input for fixed_ips.", "HTTPBadRequest")
    if wanted.get("subnet_id"):
        return take(scene, scene.need(SUBNETS, wanted["subnet_id"]), wanted.get("ip_address"))
    subnets = [one for one in (scene.find(SUBNETS, id_) for id_ in network.members["subnets"]) if one]
    address = str(wanted.get("ip_address") or "")
    for subnet in subnets:
        if not address or _lies_in(address, subnet):
            return take(scene, subnet, address or None)
    raise Refused(400, f"IP address {address} is not a valid IP for any subnet of the network.", "InvalidIpForNetwork")


def _lies_in(address: str, subnet: Resource) -> bool:
    try:
        return ipaddress.ip_address(address) in network_in(subnet.members["cidr"])
    except ValueError:
        return False


@on(PORTS, "UPDATE")
def _port_changes(scene: Scene, port: Resource, sent: Members) -> None:
    if "fixed_ips" in sent:
        had = port.private.get("fixed_ips", [])
        network = scene.need(NETWORKS, port.members["network_id"])
        port.members["fixed_ips"] = []
        release(scene, had)
        port.set(fixed_ips=fixed_ips(scene, network, sent["fixed_ips"]))
    for group in sent.get("security_groups") or ():
        scene.need(GROUPS, group)
    _assign_names(port.members)
    if "device_id" in sent:
        port.set(status="ACTIVE" if sent["device_id"] else "DOWN")


@on(PORTS, "CREATE", "UPDATE")
def _remember(_: Scene, port: Resource, __: Members) -> None:
    port.private["fixed_ips"] = list(port.members["fixed_ips"])


@on(PORTS, "DELETE")
def _port_goes(scene: Scene, port: Resource, _: Members) -> None:
    if port.members["device_owner"] in (INTERFACE, GATEWAY):
        owner = port.members["device_owner"]
        why = f"Port {port.id} cannot be deleted directly via the port API: has device owner {owner}."
        raise Refused(409, why, "ServicePortInUse")
    unplug(scene, port)


def unplug(scene: Scene, port: Resource) -> None:
    """Give back what a port holds; the port itself stays."""
    release(scene, port.members["fixed_ips"])
    for one in scene.where(FLOATING, port_id=port.id):
        one.set(port_id=None, fixed_ip_address=None, router_id=None, status="DOWN", port_details=None)
    for follow in EFFECTS.get((PORTS, "UNPLUGGED"), ()):
        follow(scene, port, {})


def drop(scene: Scene, port: Resource) -> None:
    unplug(scene, port)
    scene.remove(port)
