"""Nova: the ports and volumes of a server, which show on both sides."""

from __future__ import annotations

from collections.abc import Iterator

from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.compute.neighbours import FLOATING, NETWORKS, PORTS, VOLUMES, networks, volumes
from cloudtape.synthesis.worlds.shelves import Members, Resource

SERVERS, FLAVORS = "compute/servers", "compute/flavors"
ATTACHMENTS, INTERFACES = "compute/servers/os-volume_attachments", "compute/servers/os-interface"
KEYS, SERVER_GROUPS, AGGREGATES = "compute/os-keypairs", "compute/os-server-groups", "compute/os-aggregates"
EVENTS = "compute/servers/os-instance-actions"
OWNER = "compute:nova"
VOLUMES_ATTACHED = "os-extended-volumes:volumes_attached"
MOST_AT_ONCE = 1000
EMBEDDED = (
    ("vcpus", "vcpus"),
    ("ram", "ram"),
    ("disk", "disk"),
    ("ephemeral", "OS-FLV-EXT-DATA:ephemeral"),
    ("original_name", "name"),
)


def show_addresses(scene: Scene, server: Resource) -> None:
    """Write the addresses of a server's ports, and the floating ones, into it."""
    found: dict[str, list[Members]] = {}
    for port in ports_of(scene, server):
        network = scene.find(NETWORKS, port.members["network_id"])
        name = network.members["name"] if network else port.members["network_id"]
        entries = found.setdefault(name, [])
        more = {"OS-EXT-IPS-MAC:mac_addr": port.members["mac_address"]}
        for ip in port.members["fixed_ips"]:
            version = 6 if ":" in ip["ip_address"] else 4
            entries.append({"version": version, "addr": ip["ip_address"], "OS-EXT-IPS:type": "fixed", **more})
        for one in scene.where(FLOATING, port_id=port.id):
            address = one.members["floating_ip_address"]
            entries.append({"version": 4, "addr": address, "OS-EXT-IPS:type": "floating", **more})
    server.set(addresses=found, _addresses=[one["addr"] for entries in found.values() for one in entries])


def ports_of(scene: Scene, server: Resource) -> Iterator[Resource]:
    return scene.where(PORTS, device_id=server.id)


def plug(scene: Scene, server: Resource, wanted: Members, groups: list[str]) -> Resource:
    """Give a server a port: one that is there, or a new one in a network."""
    if wanted.get("port"):
        port = scene.find(PORTS, wanted["port"])
        if port is None:
            raise Refused(400, f"Port id {wanted['port']} could not be found.")
        if port.members["device_id"]:
            raise Refused(409, f"Port {port.id} is still in use.")
        port.private["own"] = True
    else:
        network = scene.find(NETWORKS, wanted.get("uuid") or wanted.get("net_id"))
        if network is None:
            raise Refused(400, f"Network {wanted.get('uuid') or wanted.get('net_id')} could not be found.")
        fixed = [{"ip_address": wanted["fixed_ip"]}] if wanted.get("fixed_ip") else wanted.get("fixed_ips")
        address = networks(scene).mac(scene)
        ips = networks(scene).fixed_ips(scene, network, fixed, address)
        members = {"network_id": network.id, "mac_address": address, "fixed_ips": ips, "security_groups": groups}
        port = scene.add(PORTS, members, project=server.project)
        port.private["fixed_ips"] = list(ips)
    host = server.members["OS-EXT-SRV-ATTR:host"]
    port.set(
        **{
            "device_id": server.id,
            "device_owner": OWNER,
            "status": "ACTIVE",
            "binding:host_id": host,
            "binding:vif_type": "ovs",
        }
    )
    show_addresses(scene, server)
    return port


def only_network(scene: Scene, server: Resource, ambiguous: int = 409) -> Resource | None:
    """The network that is meant where none is named, or `auto`; None where the project has none.

    Raises Refused where it has several. Source: nova's `network/neutron.py`, `_get_available_networks`.
    """
    mine = [one for one in scene.world.all(NETWORKS, scene.call.region) if _is_available(one, server.project)]
    if len(mine) > 1:
        raise Refused(ambiguous, "Multiple possible networks found, use a Network ID to be more specific.")
    return mine[0] if mine else None


def _is_available(network: Resource, project: str) -> bool:
    members = network.members
    return network.project == project or bool(members["shared"]) or project in members.get("_shared_with", ())


def disconnect(scene: Scene, server: Resource, attachment: Resource) -> None:
    volume = scene.find(VOLUMES, attachment.id)
    if volume is not None:
        volumes(scene).detach(scene, volume, server.id)
    scene.remove(attachment)
    show_volumes(scene, server)


def show_volumes(scene: Scene, server: Resource) -> None:
    shelf = scene.world.shelf(ATTACHMENTS, scene.call.region, (server.id,))
    whole = [{"id": one.id, "delete_on_termination": one.members["delete_on_termination"]} for one in shelf]
    server.set(**{VOLUMES_ATTACHED: [{"id": one.id} for one in shelf], "_volumes_attached": whole})


def _next_device(scene: Scene, server: Resource) -> str:
    return "/dev/vd" + chr(ord("b") + len(scene.world.shelf(ATTACHMENTS, scene.call.region, (server.id,))))


def connect(scene: Scene, server: Resource, volume: Resource, sent: Members) -> Resource:
    """Attach a volume to a server: it shows on both sides."""
    device = sent.get("device") or sent.get("device_name") or _next_device(scene, server)
    members = {
        "id": volume.id,
        "volumeId": volume.id,
        "serverId": server.id,
        "device": device,
        "tag": sent.get("tag"),
        "delete_on_termination": bool(sent.get("delete_on_termination")),
        "attachment_id": scene.world.new_id(),
        "bdm_uuid": scene.world.new_id(),
    }
    volumes(scene).attach(scene, volume, server.id, device, members["attachment_id"])
    one = scene.add(ATTACHMENTS, members, parents=(server.id,))
    show_volumes(scene, server)
    return one
