"""Neutron: interfaces and gateways of routers, floating IPs. Source: neutron's `l3_db`."""

from __future__ import annotations

from collections.abc import Iterator

from cloudtape.synthesis.addresses import take
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.network import drop, fixed_ips, mac
from cloudtape.synthesis.network_kinds import (
    FLOATING,
    FLOATING_PORT,
    GATEWAY,
    INTERFACE,
    NETWORKS,
    PORTS,
    ROUTERS,
    SUBNETS,
    in_use,
)
from cloudtape.synthesis.scene import EFFECTS, Scene, on
from cloudtape.synthesis.shelves import Members, Resource

# --- routers ------------------------------------------------------------------------------------------------------


@on(ROUTERS, "CREATE", "UPDATE")
def _gateway(scene: Scene, router: Resource, sent: Members) -> None:
    if "external_gateway_info" not in sent:
        return
    for port in list(scene.where(PORTS, device_id=router.id, device_owner=GATEWAY)):
        drop(scene, port)
    wanted = sent["external_gateway_info"]
    if not wanted:
        router.set(external_gateway_info=None)
        return
    network = scene.need(NETWORKS, wanted.get("network_id"))
    if not network.members.get("router:external"):
        raise Refused(400, f"Bad router request: Network {network.id} is not an external network.", "BadRequest")
    ips = fixed_ips(scene, network, wanted.get("external_fixed_ips") or None)
    _router_port(scene, router, network, ips, GATEWAY)
    snat = wanted.get("enable_snat", True)
    router.set(external_gateway_info={"network_id": network.id, "external_fixed_ips": ips, "enable_snat": snat})


def _router_port(scene: Scene, router: Resource, network: Resource, ips: list[Members], owner: str) -> Resource:
    return scene.add(
        PORTS,
        {
            "network_id": network.id,
            "mac_address": mac(scene),
            "fixed_ips": ips,
            "device_id": router.id,
            "device_owner": owner,
            "status": "ACTIVE",
        },
        project="" if owner == GATEWAY else router.project,
    )


@on("network/routers/interface", "WRITE")
def _add_interface(scene: Scene, _: Resource, sent: Members) -> Members:
    router = scene.need(ROUTERS, scene.call.ids[0])
    if sent.get("port_id"):
        port = scene.need(PORTS, sent["port_id"])
        if port.members["device_id"]:
            raise in_use("port", port.id, f"Port already has an attached device {port.members['device_id']}.")
        port.set(device_id=router.id, device_owner=INTERFACE, status="ACTIVE")
        subnets = [ip["subnet_id"] for ip in port.members["fixed_ips"]]
    else:
        subnet = scene.need(SUBNETS, sent.get("subnet_id"))
        if any(subnet.id in subnets_of(one) for one in _interfaces(scene, router)):
            why = f"Bad router request: Router already has a port on subnet {subnet.id}."
            raise Refused(400, why, "BadRequest")
        network = scene.need(NETWORKS, subnet.members["network_id"])
        port = _router_port(scene, router, network, [take(scene, subnet, subnet.members.get("gateway_ip"))], INTERFACE)
        subnets = [subnet.id]
    return _interface(router, port, subnets)


def _interface(router: Resource, port: Resource, subnets: list[str]) -> Members:
    return {
        "id": router.id,
        "tenant_id": router.project,
        "project_id": router.project,
        "port_id": port.id,
        "network_id": port.members["network_id"],
        "subnet_id": subnets[0] if subnets else None,
        "subnet_ids": subnets,
    }


def subnets_of(port: Resource) -> list[str]:
    return [ip["subnet_id"] for ip in port.members["fixed_ips"]]


def _interfaces(scene: Scene, router: Resource) -> Iterator[Resource]:
    return scene.where(PORTS, device_id=router.id, device_owner=INTERFACE)


@on("network/routers/remove_router_interface", "WRITE")
def _remove_interface(scene: Scene, _: Resource, sent: Members) -> Members:
    router = scene.need(ROUTERS, scene.call.ids[0])
    for port in list(_interfaces(scene, router)):
        subnets = subnets_of(port)
        if sent.get("port_id") == port.id or sent.get("subnet_id") in subnets:
            for one in scene.where(FLOATING, router_id=router.id):
                if _held_in(scene, one, subnets):
                    why = f"Router interface for subnet {subnets[0]} on router {router.id} cannot be deleted, as it is "
                    why += "required by one or more floating IPs."
                    raise Refused(409, why, "RouterInterfaceInUseByFloatingIP")
            drop(scene, port)
            return _interface(router, port, subnets)
    why = f"Router {router.id} has no interface on subnet or port {sent.get('subnet_id') or sent.get('port_id')}"
    raise Refused(404, why, "RouterInterfaceNotFoundForSubnet")


def _held_in(scene: Scene, floating: Resource, subnets: list[str]) -> bool:
    port = scene.find(PORTS, floating.members["port_id"])
    return port is not None and any(subnet in subnets for subnet in subnets_of(port))


@on("network/routers/add_extraroutes", "WRITE")
def _add_routes(scene: Scene, _: Resource, sent: Members) -> Members:
    router = scene.need(ROUTERS, scene.call.ids[0])
    routes = router.members["routes"]
    router.set(routes=[*routes, *(one for one in sent.get("routes", ()) if one not in routes)])
    return {"router": router.members}


@on("network/routers/remove_extraroutes", "WRITE")
def _remove_routes(scene: Scene, _: Resource, sent: Members) -> Members:
    router = scene.need(ROUTERS, scene.call.ids[0])
    router.set(routes=[one for one in router.members["routes"] if one not in sent.get("routes", ())])
    return {"router": router.members}


@on(ROUTERS, "DELETE")
def _router_goes(scene: Scene, router: Resource, _: Members) -> None:
    if any(_interfaces(scene, router)):
        raise Refused(409, f"Router {router.id} still has ports", "RouterInUse")
    for port in list(scene.where(PORTS, device_id=router.id, device_owner=GATEWAY)):
        drop(scene, port)


# --- floating IPs -------------------------------------------------------------------------------------------------


@on(FLOATING, "CREATE")
def _floating(scene: Scene, one: Resource, sent: Members) -> None:
    network = scene.need(NETWORKS, sent["floating_network_id"])
    if not network.members.get("router:external"):
        raise Refused(
            400, f"Bad floatingip request: Network {network.id} is not a valid external network.", "BadRequest"
        )
    wanted = {
        name: value
        for name, value in (("subnet_id", sent.get("subnet_id")), ("ip_address", sent.get("floating_ip_address")))
        if value
    }
    ips = fixed_ips(scene, network, [wanted] if wanted else None)
    if not ips:
        raise Refused(409, f"No more IP addresses available on network {network.id}.", "ExternalIpAddressExhausted")
    address = ips[0]["ip_address"]
    port = scene.add(
        PORTS,
        {
            "network_id": network.id,
            "mac_address": mac(scene),
            "fixed_ips": ips[:1],
            "device_id": one.id,
            "device_owner": FLOATING_PORT,
            "status": "N/A",
        },
        project="",
    )
    one.private["port"] = port.id
    one.set(floating_ip_address=address)
    _associate(scene, one, sent)


@on(FLOATING, "UPDATE")
def _associate(scene: Scene, one: Resource, sent: Members) -> None:
    if "port_id" not in sent:
        return
    for follow in EFFECTS.get((FLOATING, "MOVED"), ()):
        follow(scene, one, {})
    if not sent["port_id"]:
        one.set(port_id=None, fixed_ip_address=None, router_id=None, status="DOWN", port_details=None)
        return
    port = scene.need(PORTS, sent["port_id"])
    fixed = sent.get("fixed_ip_address") or next((ip["ip_address"] for ip in port.members["fixed_ips"]), None)
    details = {name: port.members[name] for name in ("name", "network_id", "mac_address", "device_id", "device_owner")}
    one.set(
        port_id=port.id,
        fixed_ip_address=fixed,
        router_id=_router_of(scene, port),
        status="ACTIVE",
        port_details={**details, "admin_state_up": True, "status": "ACTIVE"},
    )
    for follow in EFFECTS.get((FLOATING, "MOVED"), ()):
        follow(scene, one, {})


def _router_of(scene: Scene, port: Resource) -> str | None:
    for interface in scene.where(PORTS, network_id=port.members["network_id"], device_owner=INTERFACE):
        return str(interface.members["device_id"])
    return None


@on(FLOATING, "DELETE")
def _floating_goes(scene: Scene, one: Resource, _: Members) -> None:
    _associate(scene, one, {"port_id": None})
    port = scene.find(PORTS, one.private.get("port"))
    if port is not None:
        drop(scene, port)
