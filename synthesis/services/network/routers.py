"""Neutron: interfaces and gateways of routers, floating IPs. Source: neutron's `l3_db`."""

from __future__ import annotations

from collections.abc import Iterator

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.network.addresses import network_in, take
from cloudtape.synthesis.services.network.allocation import fixed_ips
from cloudtape.synthesis.services.network.kinds import (
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
from cloudtape.synthesis.services.network.networks import drop, mac
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

# --- routers ------------------------------------------------------------------------------------------------------


@HOOKS.on(ROUTERS, "CREATE", "UPDATE")
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


@HOOKS.on("network/routers/interface", "WRITE")
def _add_interface(scene: Scene, _: Resource, sent: Members) -> Outcome:
    router = scene.need(ROUTERS, scene.call.ids[0])
    if sent.get("port_id"):
        port = scene.need(PORTS, sent["port_id"])
        if port.members["device_id"]:
            raise in_use("port", port.id, f"Port already has an attached device {port.members['device_id']}.")
        subnets = [ip["subnet_id"] for ip in port.members["fixed_ips"]]
        if not subnets:
            raise _bad_router("Router port must have at least one fixed IP")
        _check_apart(scene, router, [scene.need(SUBNETS, id_) for id_ in subnets])
        port.set(device_id=router.id, device_owner=INTERFACE, status="ACTIVE")
    elif not sent.get("subnet_id"):
        raise _bad_router("Either subnet_id or port_id must be specified")
    else:
        subnet = scene.need(SUBNETS, sent.get("subnet_id"))
        if not subnet.members.get("gateway_ip"):
            raise _bad_router("Subnet for router interface must have a gateway IP")
        _check_apart(scene, router, [subnet])
        network = scene.need(NETWORKS, subnet.members["network_id"])
        port = _router_port(scene, router, network, [take(scene, subnet, subnet.members.get("gateway_ip"))], INTERFACE)
        subnets = [subnet.id]
    return Outcome(_interface(router, port, subnets))


def _bad_router(why: str) -> Refused:
    return Refused(400, f"Bad router request: {why}.", "BadRequest")


def _check_apart(scene: Scene, router: Resource, subnets: list[Resource]) -> None:
    """Raises Refused for subnets that the router has already, or that overlap with one that it has."""
    ports = [*_interfaces(scene, router), *scene.where(PORTS, device_id=router.id, device_owner=GATEWAY)]
    there = [one for one in (scene.find(SUBNETS, id_) for port in ports for id_ in subnets_of(port)) if one]
    for subnet in subnets:
        cidr = network_in(subnet.members["cidr"])
        for other in there:
            if other is subnet:
                raise _bad_router(f"Router already has a port on subnet {subnet.id}")
            theirs = network_in(other.members["cidr"])
            if theirs.version == cidr.version and theirs.overlaps(cidr):
                raise _bad_router(f"Cidr {cidr} of subnet {subnet.id} overlaps with cidr {theirs} of subnet {other.id}")


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


@HOOKS.on("network/routers/remove_router_interface", "WRITE")
def _remove_interface(scene: Scene, _: Resource, sent: Members) -> Outcome:
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
            return Outcome(_interface(router, port, subnets))
    why = f"Router {router.id} has no interface on subnet or port {sent.get('subnet_id') or sent.get('port_id')}"
    raise Refused(404, why, "RouterInterfaceNotFoundForSubnet")


def _held_in(scene: Scene, floating: Resource, subnets: list[str]) -> bool:
    port = scene.find(PORTS, floating.members["port_id"])
    return port is not None and any(subnet in subnets for subnet in subnets_of(port))


@HOOKS.on("network/routers/add_extraroutes", "WRITE")
def _add_routes(scene: Scene, _: Resource, sent: Members) -> Outcome:
    router = scene.need(ROUTERS, scene.call.ids[0])
    routes = router.members["routes"]
    router.set(routes=[*routes, *(one for one in sent.get("routes", ()) if one not in routes)])
    return Outcome({"router": router.members})


@HOOKS.on("network/routers/remove_extraroutes", "WRITE")
def _remove_routes(scene: Scene, _: Resource, sent: Members) -> Outcome:
    router = scene.need(ROUTERS, scene.call.ids[0])
    router.set(routes=[one for one in router.members["routes"] if one not in sent.get("routes", ())])
    return Outcome({"router": router.members})


@HOOKS.on(ROUTERS, "DELETE")
def _router_goes(scene: Scene, router: Resource, _: Members) -> None:
    if any(_interfaces(scene, router)):
        raise Refused(409, f"Router {router.id} still has ports", "RouterInUse")
    for port in list(scene.where(PORTS, device_id=router.id, device_owner=GATEWAY)):
        drop(scene, port)


# --- floating IPs -------------------------------------------------------------------------------------------------


@HOOKS.on(FLOATING, "CREATE")
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
    try:
        _associate(scene, one, sent)
    except Refused:
        drop(scene, port)
        raise


@HOOKS.on(FLOATING, "UPDATE")
def _associate(scene: Scene, one: Resource, sent: Members) -> None:
    if "port_id" not in sent:
        return
    scene.follow(one, "MOVED", {})
    if not sent["port_id"]:
        one.set(port_id=None, fixed_ip_address=None, router_id=None, status="DOWN", port_details=None)
        return
    port = scene.need(PORTS, sent["port_id"])
    fixed = _fixed(port, sent)
    router = _router_between(scene, one, port, fixed)
    details = {name: port.members[name] for name in ("name", "network_id", "mac_address", "device_id", "device_owner")}
    one.set(
        port_id=port.id,
        fixed_ip_address=fixed["ip_address"],
        router_id=router,
        status="ACTIVE",
        port_details={**details, "admin_state_up": True, "status": "ACTIVE"},
    )
    scene.follow(one, "MOVED", {})


def _fixed(port: Resource, sent: Members) -> Members:
    """The fixed IP of a port that a floating one is for. Raises Refused."""
    asked = sent.get("fixed_ip_address")
    ips = [ip for ip in port.members["fixed_ips"] if asked in (None, ip["ip_address"]) and ":" not in ip["ip_address"]]
    if asked and not ips:
        why = f"Port {port.id} does not have fixed ip {asked}"
    elif not ips:
        why = f"Cannot add floating IP to port {port.id} that has no fixed IPv4 addresses"
    elif len(ips) > 1:
        why = (
            f"Port {port.id} has multiple fixed IPv4 addresses. Must provide a specific IPv4 address when assigning a "
        )
        why += "floating IP"
    else:
        return dict(ips[0])
    raise Refused(400, f"Bad floatingip request: {why}.", "BadRequest")


def _router_between(scene: Scene, floating: Resource, port: Resource, fixed: Members) -> str:
    """The router that leads from a floating IP's network to a fixed IP. Raises Refused where there is none."""
    outside = floating.members["floating_network_id"]
    for interface in scene.where(PORTS, network_id=port.members["network_id"], device_owner=INTERFACE):
        router = scene.find(ROUTERS, interface.members["device_id"])
        gateway = (router.members.get("external_gateway_info") or {}) if router else {}
        if router and fixed["subnet_id"] in subnets_of(interface) and gateway.get("network_id") == outside:
            return router.id
    why = f"External network {outside} is not reachable from subnet {fixed['subnet_id']}. Therefore, cannot associate "
    raise Refused(404, f"{why}Port {port.id} with a Floating IP.", "ExternalGatewayForFloatingIPNotFound")


@HOOKS.on(FLOATING, "DELETE")
def _floating_goes(scene: Scene, one: Resource, _: Members) -> None:
    _associate(scene, one, {"port_id": None})
    port = scene.find(PORTS, one.private.get("port"))
    if port is not None:
        drop(scene, port)
