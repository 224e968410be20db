"""Nova besides servers: flavors, keys, aggregates, limits and quotas, DNS of floating IPs.

Sources: nova's `flavor_manage.py`, `keypairs.py`, `aggregates.py`, `limits.py`, `quota_sets.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.quota_classes import read_class, write_class
from cloudtape.synthesis.engine.quotas import default_limits, detailed, limits_of, used_of
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.compute.checks import invalid
from cloudtape.synthesis.services.compute.keys import fingerprint, new_key
from cloudtape.synthesis.services.compute.parts import AGGREGATES, FLAVORS, KEYS
from cloudtape.synthesis.worlds.shelves import Members, Resource

MOST = 0x7FFFFFFF
HOOKS = Hooks()
HOOKS.on("compute/os-quota-class-sets", "READ")(read_class)
HOOKS.on("compute/os-quota-class-sets", "WRITE")(write_class)

# --- flavors, keys, aggregates ------------------------------------------------------------------------------------


@HOOKS.on(FLAVORS, "CREATE")
def _flavor(scene: Scene, flavor: Resource, sent: Members) -> None:
    id_ = sent.get("id") or sent.get("flavorid")
    if id_ and id_ != "auto" and scene.find(FLAVORS, id_) not in (None, flavor):
        raise Refused(409, f"Flavor with ID {id_} already exists.")
    swap = sent.get("swap")
    flavor.set(swap=swap or "")
    flavor.members["links"] = [{"rel": "self"}, {"rel": "bookmark"}]


@HOOKS.choose("compute/os-availability-zone")
def _zones(scene: Scene) -> Callable[[Resource], bool]:
    """The zone of nova's own services is a detail."""
    return lambda zone: scene.call.plan.detailed or zone.members["zoneName"] != "internal"


@HOOKS.answer("compute.flavors.access.list", "compute.flavors.flavor-access.show")
def _access(scene: Scene) -> Answer:
    flavor = scene.need(FLAVORS, scene.call.ids[0])
    if flavor.members["os-flavor-access:is_public"] and "flavor-access" not in scene.call.plan.operation.id:
        raise Refused(404, "Access list not available for public flavors.")
    return Answer(200, {"flavor_access": _access_list(flavor)})


def _access_list(flavor: Resource) -> list[Members]:
    return [{"flavor_id": flavor.id, "tenant_id": one} for one in flavor.members.get("_shared_with", ())]


@HOOKS.on(FLAVORS, "addTenantAccess", "removeTenantAccess")
def _change_access(_: Scene, flavor: Resource, sent: Members) -> Outcome:
    project = str(sent.get("tenant") or sent.get("tenant_id"))
    had = flavor.members.get("_shared_with", ())
    held = [one for one in had if one != project]
    adds = sent is not None and "remove" not in str(_.call.plan.operation.action)
    if adds and project in had:
        raise Refused(409, f"Flavor access already exists for flavor {flavor.id} and project {project} combination.")
    if not adds and project not in had:
        raise Refused(404, f"Flavor access not found for {flavor.id} / {project} combination.")
    flavor.set(_shared_with=[*held, project] if adds else held)
    return Outcome({"flavor_access": _access_list(flavor)})


KEY_NAME = re.compile(r"[\w -]{1,255}", re.ASCII)
NEWER_KEY_NAME = re.compile(r"[\w @.-]{1,255}", re.ASCII)


def _check_key_name(scene: Scene, name: str) -> None:
    form = NEWER_KEY_NAME if scene.call.micro >= (2, 92) else KEY_NAME
    if not form.fullmatch(name) or name != name.strip():
        raise Refused(400, f"Keypair data is invalid: name {name!r} has characters that are not safe.")


@HOOKS.on(KEYS, "CREATE")
def _key(scene: Scene, key: Resource, sent: Members) -> Outcome:
    public = sent.get("public_key")
    _check_key_name(scene, str(sent.get("name")))
    owner = sent.get("user_id") if scene.call.micro >= (2, 10) and scene.call.token.is_admin else None
    key.user = owner or scene.call.token.user
    told: Members = {}
    if not public:
        public, told["private_key"] = new_key(scene.world.secret(8))
    now = scene.world.clock.text("%Y-%m-%dT%H:%M:%S.%f")
    number = scene.world.new_id("int", KEYS)
    key.set(
        public_key=public,
        fingerprint=fingerprint(str(public)),
        type=sent.get("type") or "ssh",
        user_id=key.user,
        created_at=now,
        id=number,
    )
    return Outcome(more=told)


@HOOKS.on(AGGREGATES, "CREATE", "UPDATE")
def _zone(_: Scene, one: Resource, sent: Members) -> None:
    if "availability_zone" in sent:
        zone = sent["availability_zone"]
        metadata = {name: value for name, value in one.members["metadata"].items() if name != "availability_zone"}
        one.set(metadata={**metadata, **({"availability_zone": zone} if zone else {})})
    if not one.members.get("uuid"):
        one.set(uuid=_.world.new_id())


@HOOKS.on(AGGREGATES, "DELETE")
def _aggregate_goes(_: Scene, one: Resource, __: Members) -> None:
    if one.members["hosts"]:
        raise Refused(400, f"Cannot remove host aggregate {one.id}: it has hosts.")


@HOOKS.on(AGGREGATES, "add_host", "remove_host")
def _host(scene: Scene, one: Resource, sent: Members) -> None:
    host, hosts = sent.get("host"), one.members["hosts"]
    adds = scene.call.plan.operation.action == "add_host"
    if adds and host in hosts:
        raise Refused(409, f"Host {host} is already in aggregate {one.id}.")
    if not adds and host not in hosts:
        raise Refused(404, f"Host {host} is not in aggregate {one.id}.")
    one.set(hosts=[*hosts, host] if adds else [name for name in hosts if name != host])


@HOOKS.on(AGGREGATES, "set_metadata")
def _aggregate_metadata(_: Scene, one: Resource, sent: Members) -> None:
    changed = {**one.members["metadata"], **(sent.get("metadata") or {})}
    one.set(metadata={name: value for name, value in changed.items() if value is not None})
    if "availability_zone" in (sent.get("metadata") or {}):
        one.set(availability_zone=sent["metadata"]["availability_zone"])


# --- limits and quotas --------------------------------------------------------------------------------------------

ABSOLUTE = {
    "maxTotalInstances": "instances",
    "maxTotalCores": "cores",
    "maxTotalRAMSize": "ram",
    "maxTotalKeypairs": "key_pairs",
    "maxServerMeta": "metadata_items",
    "maxImageMeta": "metadata_items",
    "maxPersonality": "injected_files",
    "maxPersonalitySize": "injected_file_content_bytes",
    "maxServerGroups": "server_groups",
    "maxServerGroupMembers": "server_group_members",
    "maxTotalFloatingIps": "floating_ips",
    "maxSecurityGroups": "security_groups",
    "maxSecurityGroupRules": "security_group_rules",
}
USED = {
    "totalInstancesUsed": "instances",
    "totalCoresUsed": "cores",
    "totalRAMUsed": "ram",
    "totalServerGroupsUsed": "server_groups",
    "totalFloatingIpsUsed": "floating_ips",
    "totalSecurityGroupsUsed": "security_groups",
}


@HOOKS.answer("compute.limits.show")
def _limits(scene: Scene) -> Answer:
    project = scene.call.asked("tenant_id") or scene.call.project
    limits, used = limits_of(scene, "compute", project), used_of(scene, "compute", project)
    absolute = {name: limits[quota] for name, quota in ABSOLUTE.items()}
    absolute |= {name: used.get(quota, 0) for name, quota in USED.items()}
    return Answer(200, {"limits": {"rate": [], "absolute": absolute}})


@HOOKS.on("compute/os-quota-sets", "READ")
def _quota_set(scene: Scene, shown: Resource, _: Members) -> Outcome:
    project = scene.call.ids[0] if scene.call.ids else scene.call.project
    return Outcome({**shown.members, **limits_of(scene, "compute", project), "id": project})


@HOOKS.answer("compute.quota-sets.detail.show")
def _quota_detail(scene: Scene) -> Answer:
    project = scene.call.ids[0]
    return Answer(200, {"quota_set": {"id": project, **detailed(scene, "compute", project)}})


@HOOKS.answer("compute.quota-sets.defaults.show", "compute.quota-sets.project.defaults.show")
def _quota_defaults(scene: Scene) -> Answer:
    return Answer(
        200, {"quota_set": {"id": scene.call.ids[0] if scene.call.ids else "", **default_limits(scene, "compute")}}
    )


@HOOKS.on("compute/os-quota-sets", "WRITE")
def _set_quota(scene: Scene, _: Resource, sent: Members) -> Outcome:
    project = scene.call.ids[0] if scene.call.ids else scene.call.project
    if not scene.call.token.is_admin:
        raise Refused(403, "Policy doesn't allow os_compute_api:os-quota-sets:update to be performed.")
    limits, is_forced = limits_of(scene, "compute", project), str(sent.get("force")).lower() == "true"
    wanted = {name: _limit(name, value) for name, value in sent.items() if name in limits and value is not None}
    for name, used in used_of(scene, "compute", project).items():
        if not is_forced and -1 < wanted.get(name, -1) < used:
            why = f"must be greater than or equal to already used and reserved {used}."
            raise Refused(400, f"Quota limit {wanted[name]} for {name} {why}")
    scene.world.documents.setdefault((scene.call.region, "compute/os-quota-sets", (project,)), {}).update(wanted)
    return Outcome({"quota_set": limits_of(scene, "compute", project)})


def _limit(name: str, value: Any) -> int:
    """Raises Refused."""
    limit = whole(value)
    if limit is None:
        raise invalid(name, value, f"{value!r} does not match '^-?[0-9]+$'")
    if not -1 <= limit <= MOST:
        bound = "less than the minimum of -1" if limit < -1 else f"greater than the maximum of {MOST}"
        raise invalid(name, value, f"{value} is {bound}")
    return limit


@HOOKS.on("compute/os-instance_usage_audit_log", "READ")
def _audit_log(scene: Scene, shown: Resource, _: Members) -> None:
    """All hosts have done it, and have found nothing. Raises Refused for a time that is none."""
    shown.members["overall_status"] = "ALL hosts done. 0 errors."
    if scene.call.ids:
        try:
            datetime.fromisoformat(scene.call.id)
        except ValueError:
            raise Refused(400, f"Invalid timestamp for date {scene.call.id}") from None


# --- DNS of floating IPs ------------------------------------------------------------------------------------------


@HOOKS.answer("compute.floating-ip-dns.entries.show", "compute.floating-ip-dns.entries.list")
def _dns(scene: Scene) -> Answer:
    """By name one entry, by address all that lead there."""
    domain, name = scene.call.ids[:2]
    kept = scene.world.documents.get((scene.call.region, "compute/os-floating-ip-dns/entries", (domain, name)), {})
    entry = {"domain": domain, "id": None, "ip": kept.get("ip"), "name": name, "type": kept.get("dns_type", "A")}
    if name.replace(".", "").isdigit() or ":" in name:
        return Answer(200, {"dns_entries": [{**entry, "ip": name, "name": ""}]})
    return Answer(200, {"dns_entry": entry})
