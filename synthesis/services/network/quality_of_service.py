"""Neutron: policies of quality of service, their rules, and what uses them. Source: neutron's `services/qos`."""

from __future__ import annotations

from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.network.kinds import FLOATING, NETWORKS, PORTS, in_use
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

POLICIES = "network/qos/policies"
RULES = {
    f"{POLICIES}/{name}_rules": name
    for name in ("bandwidth_limit", "dscp_marking", "minimum_bandwidth", "minimum_packet_rate", "packet_rate_limit")
}
USERS = (NETWORKS, PORTS, FLOATING)


def _show_rules(scene: Scene, rule: Resource, _: Members) -> None:
    """A policy shows its rules."""
    policy = scene.need(POLICIES, scene.call.ids[0])
    found = []
    for kind, name in RULES.items():
        shelf = scene.world.shelf(kind, scene.call.region, (policy.id,))
        gone = rule if scene.call.request.method == "DELETE" else None
        found += [{**one.members, "type": name, "qos_policy_id": policy.id} for one in shelf if one is not gone]
    policy.set(rules=found)


def _is_the_only_one(scene: Scene, rule: Resource, _: Members) -> None:
    """A policy has one rule of a type for each direction."""
    shelf = scene.world.shelf(rule.kind, scene.call.region, rule.parents)
    for one in shelf:
        if one is not rule and one.members.get("direction") == rule.members.get("direction"):
            why = f"Rule {RULES[rule.kind]} is in conflict with rule {one.id} of policy {rule.parents[0]}."
            raise Refused(409, why, "QoSRulesConflict")


for _kind in RULES:
    HOOKS.on(_kind, "CREATE", "UPDATE")(_is_the_only_one)
    HOOKS.on(_kind, "CREATE", "UPDATE", "DELETE")(_show_rules)


def _policy_is_there(scene: Scene, _: Resource, sent: Members) -> None:
    if sent.get("qos_policy_id"):
        item(scene, POLICIES, str(sent["qos_policy_id"]))


for _kind in USERS:
    HOOKS.on(_kind, "CREATE", "UPDATE")(_policy_is_there)


@HOOKS.on(POLICIES, "DELETE")
def _policy_goes(scene: Scene, policy: Resource, _: Members) -> None:
    for kind in USERS:
        for one in scene.where(kind, qos_policy_id=policy.id):
            what = scene.kind(kind).label
            raise in_use("qos policy", policy.id, f"QoS Policy {policy.id} is used by {what} {one.id}.")
