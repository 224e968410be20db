"""Manila: networks of shares, and the security services in them.

Sources: manila's `api/v2/share_networks.py`, `security_service.py`, `share/api.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.engine.seeing import is_seen
from cloudtape.synthesis.engine.showing import shown
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.shared_file_system.kinds import NETWORKS, SECURITY, SHARES, ZONES, bad_input
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
TYPES = ("active_directory", "ldap", "kerberos")
OF_ZONES = (2, 51)
"""From this microversion on a network begins with a subnet that may be of one zone."""
OF_NEUTRON = ("neutron_net_id", "neutron_subnet_id")


@HOOKS.on(NETWORKS, "CREATE")
def _network(scene: Scene, one: Resource, sent: Members) -> None:
    _check_nova(sent)
    zone = one.members.pop("availability_zone", None)
    if scene.call.micro >= OF_ZONES and zone and zone not in ZONES:
        raise Refused(400, f"The provided availability zone {zone} does not exist.")
    if ("neutron_net_id" in sent) != ("neutron_subnet_id" in sent):
        why = "you need to specify both neutron_net_id and neutron_subnet_id or none of them."
        raise Refused(400, f"When creating a new share network subnet {why}")
    now = scene.now()
    subnet: Members = {"id": scene.world.new_id(), "availability_zone": zone, "created_at": now, "updated_at": None}
    subnet |= dict.fromkeys(("segmentation_id", "ip_version", "cidr", "network_type", "mtu", "gateway"))
    one.set(share_network_subnets=[{**subnet, **{name: sent.get(name) for name in OF_NEUTRON}}])


def _check_nova(sent: Members) -> None:
    if sent.get("nova_net_id"):
        raise Refused(400, "nova networking is not supported starting in Ocata.")


@HOOKS.on(NETWORKS, "UPDATE")
def _update(_: Scene, one: Resource, sent: Members) -> None:
    _check_nova(sent)
    subnets = one.members.get("share_network_subnets") or []
    said = {name: sent[name] for name in OF_NEUTRON if name in sent}
    if said and subnets:
        one.set(share_network_subnets=[{**subnets[0], **said}, *subnets[1:]])


@HOOKS.on(NETWORKS, "DELETE")
def _delete(scene: Scene, one: Resource, _: Members) -> None:
    if count := len(list(scene.where(SHARES, share_network_id=one.id))):
        raise Refused(409, f"Can not delete share network {one.id}, it has {count} share(s).")


@HOOKS.choose(NETWORKS)
def _networks(scene: Scene) -> Callable[[Resource], bool]:
    wanted = scene.call.asked("security_service_id")
    return lambda one: wanted is None or wanted in _services_of(one)


def _services_of(network: Resource) -> list[str]:
    found: list[str] = network.private.setdefault("security_services", [])
    return found


# --- security services --------------------------------------------------------------------------------------------


@HOOKS.on(NETWORKS, "add_security_service")
def _add(scene: Scene, one: Resource, sent: Members) -> Outcome:
    service, held = _service(scene, sent), _services_of(one)
    theirs = [found for id_ in held if (found := scene.find(SECURITY, id_))]
    if any(other.members["type"] == service.members["type"] for other in theirs):
        why = f"Security service with '{service.members['type']}' type already added to '{one.id}' share network"
        raise Refused(409, f"Invalid security service: Cannot add security service to share network. {why}")
    held.append(service.id)
    _tell(scene, service)
    return Outcome(answer=shown(scene, one))


@HOOKS.on(NETWORKS, "remove_security_service")
def _remove(scene: Scene, one: Resource, sent: Members) -> Outcome:
    service, held = _service(scene, sent), _services_of(one)
    if service.id not in held:
        why = f"Failed to dissociate share network {one.id} and security service {service.id}"
        raise Refused(400, f"{why}: No association defined.")
    held.remove(service.id)
    _tell(scene, service)
    return Outcome(answer=shown(scene, one))


def _service(scene: Scene, sent: Members) -> Resource:
    found = scene.find(SECURITY, sent["security_service_id"])
    if found is None or not is_seen(scene.kind(SECURITY), found, scene.call):
        why = f"Security service {sent['security_service_id']} could not be found."
        raise Refused(404, f"SecurityServiceNotFound: {why}")
    return found


def _tell(scene: Scene, service: Resource) -> None:
    """Say in which networks it is."""
    service.set(share_networks=[one.id for one in scene.where(NETWORKS) if service.id in _services_of(one)])


@HOOKS.on(SECURITY, "CREATE")
def _security(_: Scene, one: Resource, sent: Members) -> None:
    if sent.get("type") not in TYPES:
        why = f"Invalid type {sent.get('type')} specified for security service."
        raise bad_input(f"{why} Valid types are {','.join(TYPES)}")
    if sent["type"] == "active_directory" and sent.get("server") and sent.get("default_ad_site"):
        why = "Cannot create security service because both server and 'default_ad_site' were provided,"
        raise bad_input(f"{why} Specify either server or 'default_ad_site'.")
    one.set(share_networks=[])


@HOOKS.on(SECURITY, "DELETE")
def _goes(_: Scene, one: Resource, __: Members) -> None:
    if one.members.get("share_networks"):
        raise Refused(403, "Cannot delete security service. It is assigned to share network(s)")


@HOOKS.choose(SECURITY)
def _securities(scene: Scene) -> Callable[[Resource], bool]:
    wanted = scene.call.asked("share_network_id")
    if wanted is None:
        return lambda _: True
    network = scene.find(NETWORKS, wanted)
    if network is None:
        raise Refused(404, f"ShareNetworkNotFound: Share network {wanted} could not be found.")
    return lambda one: one.id in _services_of(network)
