"""Neutron: security groups and their rules. Source: neutron's `securitygroups_db`."""

from __future__ import annotations

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.network.addresses import network_in
from cloudtape.synthesis.services.network.kinds import GROUPS, PORTS, RULES
from cloudtape.synthesis.services.network.security_rules import canonical
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()


def default_group(scene: Scene, project: str) -> Resource:
    """The group `default` of a project, made when it is first needed."""
    for one in scene.world.shelf(GROUPS, scene.call.region).walk(project):
        if one.members["name"] == "default":
            return one
    made = scene.add(GROUPS, {"name": "default", "description": "Default security group"}, project=project)
    made.private["default"] = True
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


@HOOKS.on(GROUPS, "LISTED")
def _have_default(scene: Scene, _: Resource, __: Members) -> None:
    if scene.call.project:
        default_group(scene, scene.call.project)


@HOOKS.on(GROUPS, "CREATE")
def _group(scene: Scene, group: Resource, _: Members) -> None:
    if str(group.members["name"]).lower() == "default":
        raise Refused(409, "Default security group already exists.", "SecurityGroupDefaultAlreadyExists")
    default_group(scene, group.project)
    _first_rules(scene, group)


@HOOKS.on(GROUPS, "UPDATE")
def _keeps_its_name(_: Scene, group: Resource, sent: Members) -> None:
    """Only the group that is made for a project has the name `default`, and keeps it."""
    if "name" not in sent:
        return
    if group.private.get("default"):
        raise Refused(409, "Updating default security group not allowed.", "SecurityGroupCannotUpdateDefault")
    if str(sent["name"]).lower() == "default":
        raise Refused(409, "Default security group already exists.", "SecurityGroupDefaultAlreadyExists")


@HOOKS.on(GROUPS, "DELETE")
def _group_goes(scene: Scene, group: Resource, _: Members) -> None:
    if group.members["name"] == "default" and not scene.call.token.is_admin:
        raise Refused(
            409, "Insufficient rights for removing default security group.", "SecurityGroupCannotRemoveDefault"
        )
    if any(group.id in port.members["security_groups"] for port in scene.world.all(PORTS, scene.call.region)):
        raise Refused(409, f"Security Group {group.id} in use.", "SecurityGroupInUse")
    for rule in list(scene.where(RULES, security_group_id=group.id)):
        scene.remove(rule)
    for rule in list(scene.where(RULES, remote_group_id=group.id)):
        _rule_goes(scene, rule, {})
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


@HOOKS.on(RULES, "CREATE")
def _rule(scene: Scene, rule: Resource, sent: Members) -> None:
    group = scene.need(GROUPS, sent["security_group_id"])
    if sent["direction"] not in ("ingress", "egress"):
        raise Refused(400, "Invalid input for direction. Reason: it is none of ingress, egress.", "HTTPBadRequest")
    rule.update(canonical(sent))
    prefix = rule.members["remote_ip_prefix"]
    rule.set(normalized_cidr=str(network_in(prefix)) if prefix else None)
    if sent.get("remote_group_id"):
        scene.need(GROUPS, sent["remote_group_id"])
    if sent.get("remote_address_group_id"):
        scene.need("network/address-groups", sent["remote_address_group_id"])
    mine = [rule.members.get(name) for name in SAME_RULE]
    for one in group.members["security_group_rules"]:
        if [one.get(name) for name in SAME_RULE] == mine:
            why = f"Security group rule already exists. Rule id is {one['id']}."
            raise Refused(409, why, "SecurityGroupRuleExists")
    group.set(security_group_rules=[*group.members["security_group_rules"], rule.members])


@HOOKS.on(RULES, "DELETE")
def _rule_goes(scene: Scene, rule: Resource, _: Members) -> None:
    group = scene.find(GROUPS, rule.members["security_group_id"])
    if group is not None:
        group.set(security_group_rules=[one for one in group.members["security_group_rules"] if one["id"] != rule.id])
