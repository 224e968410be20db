"""Octavia: a load balancer that is made with all that stands under it, and how that is shown.

Source: octavia's `LoadBalancersController._graph_create`.
"""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.inner import ask
from cloudtape.synthesis.engine.making import object_in
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.load_balancer.tree import (
    LISTENERS,
    MEMBERS,
    MONITORS,
    POOLS,
    RULES,
    below,
    invalid,
    policies_of,
    those,
)
from cloudtape.synthesis.worlds.shelves import Members, Resource

ASIDE = frozenset({"name", "admin_state_up", "tls_enabled"})
"""Members of a pool that say nothing about it: one that has no others is meant by its name."""


def populate(scene: Scene, balancer: Resource, sent: Members) -> None:
    """Make the pools and then the listeners of a request. Raises Refused."""
    pools, listeners = _objects(sent, "pools"), _objects(sent, "listeners")
    for listener in listeners:
        for holder, member in [(listener, "default_pool"), *((one, "redirect_pool") for one in _policies(listener))]:
            if (pool := holder.get(member)) and set(_named(object_in(pool))) - ASIDE:
                pools.append(pool)
    names = [str(one.get("name")) for one in pools]
    if len(set(names)) < len(names):
        raise invalid("Pool names must be unique when creating a fully populated loadbalancer.")
    ids = {name: _make_pool(scene, balancer, one) for name, one in zip(names, pools, strict=True)}
    for listener in listeners:
        _make_listener(scene, balancer, listener, ids)


def _objects(holder: Members, member: str) -> list[Members]:
    found = holder.get(member) or []
    if not isinstance(found, list):
        raise Refused(400, f"Invalid input for field/attribute {member}. Value: '{found}'. It is no list.")
    return [dict(object_in(one)) for one in found]


def _policies(listener: Members) -> list[Members]:
    return _objects(listener, "l7policies")


def _named(pool: Members) -> Members:
    if not pool.get("name"):
        raise invalid("Pools must be named when creating a fully populated loadbalancer.")
    return pool


def _pool_id(pool: Any, ids: dict[str, str]) -> str:
    name = str(object_in(pool).get("name"))
    if name not in ids:
        raise invalid(f"Pool '{name}' was referenced but no full definition was found.")
    return ids[name]


def _make(scene: Scene, operation: str, wrapper: str, members: Members, ids: tuple[str, ...] = ()) -> str:
    return str(ask(scene, f"load-balancer.{operation}.create", ids, {wrapper: members}).body[wrapper]["id"])


def _make_pool(scene: Scene, balancer: Resource, pool: Members) -> str:
    for name in ("protocol", "lb_algorithm"):
        if not pool.get(name):
            raise invalid(f"Pool definition for '{pool.get('name')}' missing required attribute: {name}")
    parts = ("members", "healthmonitor")
    about = {name: value for name, value in pool.items() if name not in parts}
    made = _make(scene, "pools", "pool", {**about, "loadbalancer_id": balancer.id})
    if monitor := pool.get("healthmonitor"):
        _make(scene, "healthmonitors", "healthmonitor", {**object_in(monitor), "pool_id": made})
    for member in _objects(pool, "members"):
        _make(scene, "members", "member", member, (made,))
    return made


def _make_listener(scene: Scene, balancer: Resource, listener: Members, ids: dict[str, str]) -> None:
    about = {name: value for name, value in listener.items() if name not in ("l7policies", "default_pool")}
    if pool := listener.get("default_pool"):
        about["default_pool_id"] = _pool_id(pool, ids)
    made = _make(scene, "listeners", "listener", {**about, "loadbalancer_id": balancer.id})
    for policy in _policies(listener):
        sent = {name: value for name, value in policy.items() if name != "redirect_pool"}
        if pool := policy.get("redirect_pool"):
            sent["redirect_pool_id"] = _pool_id(pool, ids)
        _make(scene, "l7policies", "l7policy", {**sent, "listener_id": made})


def make_rules(scene: Scene, policy: Resource, sent: Members) -> None:
    """Make the rules that are sent with a policy. Raises Refused."""
    for rule in _objects(sent, "rules"):
        _make(scene, "l7rules", "rule", rule, (policy.id,))


# --- all of it, shown ---------------------------------------------------------------------------------------------


def whole(scene: Scene, balancer: Resource) -> Members:
    """What stands under a load balancer, each with what stands under it."""
    listeners = [_listener(scene, one) for one in those(scene, balancer, LISTENERS)]
    return {"listeners": listeners, "pools": [_pool(scene, one) for one in those(scene, balancer, POOLS)]}


def _alone(scene: Scene, one: Resource, *without: str) -> Members:
    rule = scene.kind(one.kind).rule
    hidden = {*rule.hidden, *without}
    return {name: value for name, value in one.members.items() if name in rule.members and name not in hidden}


def _listener(scene: Scene, one: Resource) -> Members:
    policies = [
        _alone(scene, policy) | {"rules": [_alone(scene, rule) for rule in those(scene, policy, RULES)]}
        for policy in policies_of(scene, one)
    ]
    return _alone(scene, one, "loadbalancers") | {"l7policies": policies}


def _pool(scene: Scene, one: Resource) -> Members:
    members = [_alone(scene, member) for member in those(scene, one, MEMBERS)]
    monitors = [_alone(scene, each, "pools") for each in below(scene, one) if each.kind == MONITORS]
    told = _alone(scene, one, "loadbalancers", "healthmonitor_id") | {"members": members}
    return told | ({"healthmonitor": monitors[0]} if monitors else {})
