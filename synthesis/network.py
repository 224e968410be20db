"""Neutron: addresses of ports, interfaces and gateways of routers, floating IPs, security groups; what is in use stays.

Sources: neutron's `db_base_plugin_v2`, `l3_db`, `securitygroups_db`, and the names of its exceptions.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from cloudtape.synthesis.addresses import lay_out, network_in, release, take
from cloudtape.synthesis.calls import Answer
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.quotas import BUDGETS, limits_of, used_of
from cloudtape.synthesis.scene import EFFECTS, Scene, answers, on
from cloudtape.synthesis.shelves import Members, Resource

NETWORKS, SUBNETS, PORTS, ROUTERS = "network/networks", "network/subnets", "network/ports", "network/routers"
FLOATING, GROUPS, RULES = "network/floatingips", "network/security-groups", "network/security-group-rules"
POOLS = "network/subnetpools"
INTERFACE, GATEWAY, FLOATING_PORT = "network:router_interface", "network:router_gateway", "network:floatingip"
AUTOMATIC = ("network:dhcp", "network:distributed")
"""Owners of ports that go with their network."""


def in_use(what: str, id_: str, why: str) -> Refused:
    name = "".join(word.capitalize() for word in what.split())
    return Refused(409, f"Unable to complete operation on {what} {id_}. {why}", f"{name}InUse")


# --- networks and subnets --------------------------------------------------------------------------------------------


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
    members["router:external"] = bool(network.members.get("router:external"))
    members["_shared"] = bool(network.members.get("shared"))
    network.set(subnets=[*network.members["subnets"], subnet.id])


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


# --- ports -----------------------------------------------------------------------------------------------------------


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


# --- routers ---------------------------------------------------------------------------------------------------------


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
        if any(subnet.id in _subnets(one) for one in _interfaces(scene, router)):
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


def _subnets(port: Resource) -> list[str]:
    return [ip["subnet_id"] for ip in port.members["fixed_ips"]]


def _interfaces(scene: Scene, router: Resource) -> Iterator[Resource]:
    return scene.where(PORTS, device_id=router.id, device_owner=INTERFACE)


@on("network/routers/remove_router_interface", "WRITE")
def _remove_interface(scene: Scene, _: Resource, sent: Members) -> Members:
    router = scene.need(ROUTERS, scene.call.ids[0])
    for port in list(_interfaces(scene, router)):
        subnets = _subnets(port)
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
    return port is not None and any(subnet in subnets for subnet in _subnets(port))


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


# --- floating IPs ----------------------------------------------------------------------------------------------------


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


# --- security groups -------------------------------------------------------------------------------------------------


def default_group(scene: Scene, project: str) -> Resource:
    """The group `default` of a project, made when it is first needed."""
    for one in scene.world.shelf(GROUPS, scene.call.region).walk(project):
        if one.members["name"] == "default":
            return one
    made = scene.add(GROUPS, {"name": "default", "description": "Default security group"}, project=project)
    _first_rules(scene, made)
    for version in ("IPv4", "IPv6"):
        _add_rule(scene, made, {"direction": "ingress", "ethertype": version, "remote_group_id": made.id})
    return made


def _first_rules(scene: Scene, group: Resource) -> None:
    for version in ("IPv4", "IPv6"):
        _add_rule(scene, group, {"direction": "egress", "ethertype": version})


def _add_rule(scene: Scene, group: Resource, members: Members) -> None:
    rule = scene.add(RULES, {**members, "security_group_id": group.id, "description": None}, project=group.project)
    _show_rules(scene, group, [*group.members["security_group_rules"], rule.members])


def _show_rules(_: Scene, group: Resource, rules: list[Members]) -> None:
    group.set(security_group_rules=rules)


@on(GROUPS, "LISTED")
def _have_default(scene: Scene, _: Resource, __: Members) -> None:
    if scene.call.project:
        default_group(scene, scene.call.project)


@on(GROUPS, "CREATE")
def _group(scene: Scene, group: Resource, _: Members) -> None:
    if group.members["name"] == "default":
        raise Refused(409, "Default security group already exists.", "SecurityGroupDefaultAlreadyExists")
    default_group(scene, group.project)
    _first_rules(scene, group)


@on(GROUPS, "DELETE")
def _group_goes(scene: Scene, group: Resource, _: Members) -> None:
    if group.members["name"] == "default" and not scene.call.token.is_admin:
        raise Refused(
            409, "Insufficient rights for removing default security group.", "SecurityGroupCannotRemoveDefault"
        )
    if any(group.id in port.members["security_groups"] for port in scene.world.all(PORTS, scene.call.region)):
        raise Refused(409, f"Security Group {group.id} in use.", "SecurityGroupInUse")
    for rule in list(scene.where(RULES, security_group_id=group.id)):
        scene.remove(rule)


SAME_RULE = (
    "direction",
    "ethertype",
    "protocol",
    "port_range_min",
    "port_range_max",
    "remote_ip_prefix",
    "remote_group_id",
    "remote_address_group_id",
)


@on(RULES, "CREATE")
def _rule(scene: Scene, rule: Resource, sent: Members) -> None:
    group = scene.need(GROUPS, sent["security_group_id"])
    if sent["direction"] not in ("ingress", "egress"):
        raise Refused(400, "Invalid input for direction. Reason: it is none of ingress, egress.", "HTTPBadRequest")
    prefix = sent.get("remote_ip_prefix")
    rule.set(normalized_cidr=str(network_in(prefix)) if prefix else None)
    mine = [rule.members.get(name) for name in SAME_RULE]
    for one in group.members["security_group_rules"]:
        if [one.get(name) for name in SAME_RULE] == mine:
            why = f"Security group rule already exists. Rule id is {one['id']}."
            raise Refused(409, why, "SecurityGroupRuleExists")
    group.set(security_group_rules=[*group.members["security_group_rules"], rule.members])


@on(RULES, "DELETE")
def _rule_goes(scene: Scene, rule: Resource, _: Members) -> None:
    group = scene.find(GROUPS, rule.members["security_group_id"])
    if group is not None:
        group.set(security_group_rules=[one for one in group.members["security_group_rules"] if one["id"] != rule.id])


# --- quotas ----------------------------------------------------------------------------------------------------------


def _quota(scene: Scene, project: str) -> Members:
    return dict(limits_of(scene, "network", project))


@answers("network.quotas.show")
def _show_quota(scene: Scene) -> Answer:
    return Answer(200, {"quota": _quota(scene, scene.call.id)})


@answers("network.quotas.defaults.show")
def _default_quota(_: Scene) -> Answer:
    return Answer(200, {"quota": dict(BUDGETS["network"].limits)})


@answers("network.quotas.details.show")
def _quota_details(scene: Scene) -> Answer:
    project = scene.call.ids[0]
    used, limits = used_of(scene, "network", project), limits_of(scene, "network", project)
    found = {name: {"limit": limit, "used": used.get(name, 0), "reserved": 0} for name, limit in limits.items()}
    return Answer(200, {"quota": found})


@answers("network.quotas.update")
def _set_quota(scene: Scene) -> Answer:
    if not scene.call.token.is_admin:
        raise Refused(403, "Policy doesn't allow update_quota to be performed.", "PolicyNotAuthorized")
    key = (scene.call.region, "network/quotas", (scene.call.id,))
    scene.world.documents.setdefault(key, {}).update(scene.call.sent)
    return _show_quota(scene)


@answers("network.quotas.reset")
def _reset_quota(scene: Scene) -> Answer:
    scene.world.documents.pop((scene.call.region, "network/quotas", (scene.call.id,)), None)
    return Answer(204)


@answers("network.quotas.list")
def _quotas(scene: Scene) -> Answer:
    changed = [ids[0] for region, kind, ids in scene.world.documents if kind == "network/quotas" and len(ids) == 1]
    found = [{**_quota(scene, project), "tenant_id": project, "project_id": project} for project in changed]
    return Answer(200, {"quotas": found})


@answers("network.quotas.tenant.show", "network.quotas.project.show")
def _whose_quota(scene: Scene) -> Answer:
    name = scene.call.path[-1]
    return Answer(200, {name: {f"{name}_id": scene.call.project}})


# --- tags ------------------------------------------------------------------------------------------------------------


@answers("network.resource.tags.replace")
def _replace_tags(scene: Scene) -> Answer:
    one = scene.need(f"network/{scene.call.path[0]}", scene.call.path[1])
    body = scene.call.body if isinstance(scene.call.body, dict) else {}
    one.set(tags=list(body.get("tags") or ()))
    return Answer(200, {"tags": one.members["tags"]})


@answers("network.resource.tags.list")
def _list_tags(scene: Scene) -> Answer:
    one = scene.need(f"network/{scene.call.path[0]}", scene.call.path[1])
    return Answer(200, {"tags": one.members.get("tags") or []})


@answers("network.resource.tags.remove-all")
def _clear_tags(scene: Scene) -> Answer:
    scene.need(f"network/{scene.call.path[0]}", scene.call.path[1]).set(tags=[])
    return Answer(204)


@answers("network.resource.tags.add")
def _add_tag(scene: Scene) -> Answer:
    one = scene.need(f"network/{scene.call.path[0]}", scene.call.path[1])
    one.set(tags=[*dict.fromkeys([*(one.members.get("tags") or ()), scene.call.path[3]])])
    return Answer(201)


@answers("network.resource.tags.remove")
def _remove_tag(scene: Scene) -> Answer:
    one = scene.need(f"network/{scene.call.path[0]}", scene.call.path[1])
    one.set(tags=[tag for tag in one.members.get("tags") or () if tag != scene.call.path[3]])
    return Answer(204)


@on("network/rbac-policies", "CREATE", "DELETE")
def _shared(scene: Scene, policy: Resource, sent: Members) -> None:
    """An object is shared with everybody, or with a project."""
    members = policy.members
    kinds = {
        "network": NETWORKS,
        "security_group": GROUPS,
        "subnetpool": POOLS,
        "address_scope": "network/address-scopes",
    }
    one = scene.find(kinds.get(members.get("object_type", ""), ""), members.get("object_id")) if members else None
    if one is None:
        return
    policies = [
        other for other in scene.where("network/rbac-policies", object_id=one.id) if sent or other is not policy
    ]
    one.set(_shared_with=[other.members.get("target_tenant") for other in policies])
    if "shared" in one.members and members.get("target_tenant") == "*":
        one.set(shared=bool(sent))


@answers("network.network-ip-availabilities.list", "network.network-ip-availabilities.show")
def _availability(scene: Scene) -> Answer:
    if scene.call.plan.has_id:
        return Answer(200, {"network_ip_availability": _ips_of(scene, scene.need(NETWORKS, scene.call.id))})
    networks = scene.world.all(NETWORKS, scene.call.region)
    return Answer(200, {"network_ip_availabilities": [_ips_of(scene, one) for one in networks]})


def _ips_of(scene: Scene, network: Resource) -> Members:
    subnets = [one for one in (scene.find(SUBNETS, id_) for id_ in network.members["subnets"]) if one]
    found = [_ips_of_subnet(scene, subnet) for subnet in subnets]
    return {
        "network_id": network.id,
        "network_name": network.members["name"],
        "tenant_id": network.project,
        "project_id": network.project,
        "total_ips": sum(one["total_ips"] for one in found),
        "used_ips": sum(one["used_ips"] for one in found),
        "subnet_ip_availability": found,
    }


def _ips_of_subnet(scene: Scene, subnet: Resource) -> Members:
    pools = [
        [int(ipaddress.ip_address(pool[at])) for at in ("start", "end")] for pool in subnet.members["allocation_pools"]
    ]
    ports = scene.where(PORTS, network_id=subnet.members["network_id"])
    return {
        "subnet_id": subnet.id,
        "subnet_name": subnet.members["name"],
        "ip_version": subnet.members["ip_version"],
        "cidr": subnet.members["cidr"],
        "total_ips": sum(end - start + 1 for start, end in pools),
        "used_ips": sum(subnet.id in _subnets(port) for port in ports),
    }


# --- quality of service ----------------------------------------------------------------------------------------------

QOS = "network/qos/policies"
QOS_RULES = {
    f"{QOS}/{name}_rules": name
    for name in ("bandwidth_limit", "dscp_marking", "minimum_bandwidth", "minimum_packet_rate", "packet_rate_limit")
}


def _qos_rules(scene: Scene, rule: Resource, _: Members) -> None:
    """A policy shows its rules."""
    policy = scene.need(QOS, scene.call.ids[0])
    found = []
    for kind, name in QOS_RULES.items():
        shelf = scene.world.shelf(kind, scene.call.region, (policy.id,))
        gone = rule if scene.call.request.method == "DELETE" else None
        found += [{**one.members, "type": name, "qos_policy_id": policy.id} for one in shelf if one is not gone]
    policy.set(rules=found)


for _kind in QOS_RULES:
    on(_kind, "CREATE", "UPDATE", "DELETE")(_qos_rules)
