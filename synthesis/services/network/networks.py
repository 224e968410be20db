"""Neutron: networks and ports; what is in use stays.

Sources: neutron's `db_base_plugin_v2`, and the names of its exceptions.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.network.addresses import release
from cloudtape.synthesis.services.network.allocation import fixed_ips
from cloudtape.synthesis.services.network.kinds import (
    AUTOMATIC,
    FLOATING,
    GATEWAY,
    GROUPS,
    INTERFACE,
    NETWORKS,
    PORTS,
    SUBNETS,
    in_use,
)
from cloudtape.synthesis.services.network.security_groups import default_group
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

# --- networks -----------------------------------------------------------------------------------------------------


@HOOKS.on(NETWORKS, "CREATE")
def _segment(scene: Scene, network: Resource, sent: Members) -> None:
    if not sent.get("provider:segmentation_id"):
        network.set(**{"provider:segmentation_id": scene.world.choose(1, 4094)})
    if sent.get("segments"):
        network.set(segments=sent["segments"])


@HOOKS.on(NETWORKS, "DELETE")
def _network_goes(scene: Scene, network: Resource, _: Members) -> None:
    ports = list(scene.where(PORTS, network_id=network.id))
    floating = [one for one in scene.where(FLOATING, floating_network_id=network.id) if not one.members["port_id"]]
    free = {one.private.get("port") for one in floating}
    busy = [one.id for one in ports if not one.members["device_owner"].startswith(AUTOMATIC) and one.id not in free]
    if busy:
        why = f"There are one or more ports still in use on the network, id for these ports is {','.join(busy)}."
        raise in_use("network", network.id, why)
    for one in [*floating, *ports, *scene.where(SUBNETS, network_id=network.id)]:
        scene.remove(one)


# --- ports --------------------------------------------------------------------------------------------------------


@HOOKS.on(PORTS, "CREATE")
def _port(scene: Scene, port: Resource, sent: Members) -> None:
    network = scene.need(NETWORKS, sent["network_id"])
    members = port.members
    members["mac_address"] = sent.get("mac_address") or mac(scene)
    members["fixed_ips"] = []  # not taken yet
    members["fixed_ips"] = fixed_ips(scene, network, sent.get("fixed_ips"), members["mac_address"])
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


@HOOKS.on(PORTS, "UPDATE")
def _port_changes(scene: Scene, port: Resource, sent: Members) -> None:
    if "fixed_ips" in sent:
        had = port.private.get("fixed_ips", [])
        network = scene.need(NETWORKS, port.members["network_id"])
        port.members["fixed_ips"] = []
        release(scene, had)
        port.set(fixed_ips=fixed_ips(scene, network, sent["fixed_ips"], port.members["mac_address"]))
    for group in sent.get("security_groups") or ():
        scene.need(GROUPS, group)
    _assign_names(port.members)
    if "device_id" in sent:
        port.set(status="ACTIVE" if sent["device_id"] else "DOWN")


@HOOKS.on(PORTS, "CREATE", "UPDATE")
def _remember(_: Scene, port: Resource, __: Members) -> None:
    port.private["fixed_ips"] = list(port.members["fixed_ips"])


@HOOKS.on(PORTS, "DELETE")
def _port_goes(scene: Scene, port: Resource, _: Members) -> None:
    if port.members["device_owner"] in (INTERFACE, GATEWAY):
        owner = port.members["device_owner"]
        why = f"Port {port.id} cannot be deleted directly via the port API: has device owner {owner}."
        raise Refused(409, why, "ServicePortInUse")
    scene.follow(port, "LEAVES", {})
    unplug(scene, port)


def unplug(scene: Scene, port: Resource) -> None:
    """Give back what a port holds; the port itself stays."""
    release(scene, port.members["fixed_ips"])
    for one in scene.where(FLOATING, port_id=port.id):
        one.set(port_id=None, fixed_ip_address=None, router_id=None, status="DOWN", port_details=None)
    scene.follow(port, "UNPLUGGED", {})


def drop(scene: Scene, port: Resource) -> None:
    unplug(scene, port)
    scene.remove(port)
