"""Octavia: what it reads of a request. Source: its WSME types."""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from cloudtape.synthesis.engine.checks import check_values
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.engine.scene import Scene, copied
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.load_balancer.tree import (
    LISTENERS,
    LOAD_BALANCERS,
    MEMBERS,
    MONITORS,
    POLICIES,
    POOLS,
    RULES,
)
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

FLAVORS, FLAVOR_PROFILES = "load-balancer/lbaas/flavors", "load-balancer/lbaas/flavorprofiles"
ZONES, ZONE_PROFILES = "load-balancer/lbaas/availabilityzones", "load-balancer/lbaas/availabilityzoneprofiles"
TREE = (LOAD_BALANCERS, LISTENERS, POOLS, MEMBERS, MONITORS, POLICIES, RULES)
OFFERS = (FLAVORS, FLAVOR_PROFILES, ZONES, ZONE_PROFILES)

# What the answer to a request does not have, or does not take from it: parts that are made along with the whole.
ALONG = {
    LOAD_BALANCERS: {"listeners", "pools"},
    POOLS: {"healthmonitor", "members"},
    POLICIES: {"rules"},
}
ADDRESSES = ("vip_address", "address", "monitor_address")
NO_UUIDS = ("project_id", "tenant_id")
MOST_LETTERS = 255


def _read(scene: Scene, one: Resource, sent: Members) -> None:
    kind = scene.kind(one.kind)
    known = set(kind.rule.members) - set(kind.rule.server)
    _take(kind, one, sent, known | ALONG.get(one.kind, set()))


def _read_changes(scene: Scene, one: Resource, sent: Members) -> None:
    kind = scene.kind(one.kind)
    _take(kind, one, sent, set(kind.rule.members) - set(kind.rule.server) - set(kind.rule.immutable))


for _kind in (*TREE, *OFFERS):
    HOOKS.on(_kind, "CREATE")(_read)
    HOOKS.on(_kind, "UPDATE")(_read_changes)


def _take(kind: Kind, one: Resource, sent: Members, known: set[str]) -> None:
    """Check what was sent as it is kept; what is null becomes what it is where nobody says it."""
    for name, value in sent.items():
        if name not in known:
            raise Refused(400, f"Unknown attribute: {name}")
        if value is None:
            default = False if name == "admin_state_up" else copied(kind.template.get(name))
            one.update({name: default} if name in kind.template else {})
        elif why := _complaint(name, value):
            raise wrong(name, value, why)
    check_values(kind.rule.checks, {name: one.members.get(name) for name in sent})


def wrong(name: str, value: Any, why: str) -> Refused:
    return Refused(400, f"Invalid input for field/attribute {name}. Value: '{value}'. {why}")


def _complaint(name: str, value: Any) -> str:
    if name in ADDRESSES:
        return _trying(ipaddress.ip_address, [value], "Value should be IPv4 or IPv6 format")
    if name == "allowed_cidrs":
        return _trying(
            lambda text: ipaddress.ip_network(text, strict=False), value, "Value should be IPv4 or IPv6 CIDR"
        )
    if name.endswith("_id") and name not in NO_UUIDS:
        return _trying(uuid.UUID, [value], "Value should be UUID format")
    if name == "tags" and not all(isinstance(tag, str) and len(tag) <= MOST_LETTERS for tag in value):
        return f"Tags are texts of at most {MOST_LETTERS} letters"
    return ""


def _trying(read: Callable[[Any], Any], values: Iterable[Any], why: str) -> str:
    for value in values:
        try:
            read(str(value))
        except ValueError:
            return why
    return ""
