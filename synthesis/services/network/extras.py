"""Neutron: quotas, tags, sharing, availability of addresses, groups of addresses."""

from __future__ import annotations

import ipaddress

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.quotas import limits_of, printed_limits, used_of
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.network.kinds import GROUPS, NETWORKS, POOLS, PORTS, SUBNETS
from cloudtape.synthesis.services.network.routers import subnets_of
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
ADDRESS_GROUPS = "network/address-groups"

# --- quotas -------------------------------------------------------------------------------------------------------


def _quota(scene: Scene, project: str) -> Members:
    return dict(limits_of(scene, "network", project))


@HOOKS.answer("network.quotas.show")
def _show_quota(scene: Scene) -> Answer:
    return Answer(200, {"quota": _quota(scene, scene.call.id)})


@HOOKS.answer("network.quotas.defaults.show")
def _default_quota(scene: Scene) -> Answer:
    return Answer(200, {"quota": printed_limits(scene, "network")})


@HOOKS.answer("network.quotas.details.show")
def _quota_details(scene: Scene) -> Answer:
    project = scene.call.ids[0]
    used, limits = used_of(scene, "network", project), limits_of(scene, "network", project)
    found = {name: {"limit": limit, "used": used.get(name, 0), "reserved": 0} for name, limit in limits.items()}
    return Answer(200, {"quota": found})


@HOOKS.answer("network.quotas.update")
def _set_quota(scene: Scene) -> Answer:
    if not scene.call.token.is_admin:
        raise Refused(403, "Policy doesn't allow update_quota to be performed.", "PolicyNotAuthorized")
    key = (scene.call.region, "network/quotas", (scene.call.id,))
    scene.world.documents.setdefault(key, {}).update(scene.call.sent)
    return _show_quota(scene)


@HOOKS.answer("network.quotas.reset")
def _reset_quota(scene: Scene) -> Answer:
    scene.world.documents.pop((scene.call.region, "network/quotas", (scene.call.id,)), None)
    return Answer(204)


@HOOKS.answer("network.quotas.list")
def _quotas(scene: Scene) -> Answer:
    changed = [ids[0] for region, kind, ids in scene.world.documents if kind == "network/quotas" and len(ids) == 1]
    found = [{**_quota(scene, project), "tenant_id": project, "project_id": project} for project in changed]
    return Answer(200, {"quotas": found})


@HOOKS.answer("network.quotas.tenant.show", "network.quotas.project.show")
def _whose_quota(scene: Scene) -> Answer:
    name = scene.call.path[-1]
    return Answer(200, {name: {f"{name}_id": scene.call.project}})


# --- tags ---------------------------------------------------------------------------------------------------------


def _tagged(scene: Scene) -> Resource:
    """The resource of a path; policies of quality of service stand there without the `qos/` before them."""
    what, id_ = scene.call.path[:2]
    return scene.need(f"network/{'qos/' * (what == 'policies')}{what}", id_)


@HOOKS.answer("network.resource.tags.replace")
def _replace_tags(scene: Scene) -> Answer:
    one = _tagged(scene)
    body = scene.call.body if isinstance(scene.call.body, dict) else {}
    one.set(tags=list(body.get("tags") or ()))
    return Answer(200, {"tags": one.members["tags"]})


@HOOKS.answer("network.resource.tags.list")
def _list_tags(scene: Scene) -> Answer:
    one = _tagged(scene)
    return Answer(200, {"tags": one.members.get("tags") or []})


@HOOKS.answer("network.resource.tags.remove-all")
def _clear_tags(scene: Scene) -> Answer:
    _tagged(scene).set(tags=[])
    return Answer(204)


@HOOKS.answer("network.resource.tags.add")
def _add_tag(scene: Scene) -> Answer:
    one = _tagged(scene)
    one.set(tags=[*dict.fromkeys([*(one.members.get("tags") or ()), scene.call.path[3]])])
    return Answer(201)


def _has_tag(scene: Scene) -> Resource:
    """The resource of a path. Raises Refused where it does not have the tag of the path."""
    one = _tagged(scene)
    if scene.call.path[3] not in (one.members.get("tags") or ()):
        raise Refused(404, f"Tag {scene.call.path[3]} could not be found.", "TagNotFound")
    return one


@HOOKS.answer("network.resource.tags.check")
def _check_tag(scene: Scene) -> Answer:
    _has_tag(scene)
    return Answer(204)


@HOOKS.answer("network.resource.tags.remove")
def _remove_tag(scene: Scene) -> Answer:
    one = _has_tag(scene)
    one.set(tags=[tag for tag in one.members["tags"] if tag != scene.call.path[3]])
    return Answer(204)


@HOOKS.on("network/rbac-policies", "CREATE", "DELETE")
def _shared(scene: Scene, policy: Resource, sent: Members) -> None:
    """An object is shared with everybody, or with a project."""
    members = policy.members
    kinds = {
        "network": NETWORKS,
        "security_group": GROUPS,
        "subnetpool": POOLS,
        "address_scope": "network/address-scopes",
        "address_group": "network/address-groups",
        "qos_policy": "network/qos/policies",
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


@HOOKS.answer("network.network-ip-availabilities.list", "network.network-ip-availabilities.show")
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
        "used_ips": sum(subnet.id in subnets_of(port) for port in ports),
    }


@HOOKS.on("network/address-groups/add_addresses", "WRITE")
def _add_addresses(scene: Scene, _: Resource, sent: Members) -> None:
    group = scene.need(ADDRESS_GROUPS, scene.call.ids[0])
    had = group.members.get("addresses") or []
    group.set(addresses=[*had, *(one for one in _addresses(sent) if one not in had)])


@HOOKS.on("network/address-groups/remove_addresses", "WRITE")
def _remove_addresses(scene: Scene, _: Resource, sent: Members) -> None:
    group, gone = scene.need(ADDRESS_GROUPS, scene.call.ids[0]), _addresses(sent)
    group.set(addresses=[one for one in group.members.get("addresses") or [] if one not in gone])


def _addresses(sent: Members) -> list[str]:
    """The addresses that a request names, in their usual form. Raises Refused."""
    inside = sent.get("addresses")
    try:
        return [str(ipaddress.ip_network(one)) for one in inside] if isinstance(inside, list) else []
    except (TypeError, ValueError) as error:
        raise Refused(400, f"Invalid input for addresses. Reason: {error}.", "HTTPBadRequest") from None
