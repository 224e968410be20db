"""Octavia: what stands under which load balancer, and how a change of one of them holds the others.

A load balancer is the lock of all that stands under it: while something of it changes, it and what lies on the way to
it are PENDING_UPDATE, and nothing else can begin. Source: octavia's `test_and_set_lb_and_listeners_prov_status`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from cloudtape.synthesis.engine.finding import sees
from cloudtape.synthesis.engine.scene import Outcome, Scene, not_found
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.lifecycle import Life, Transition, begin, catch_up, is_going
from cloudtape.synthesis.worlds.shelves import Resource

LOAD_BALANCERS = "load-balancer/lbaas/loadbalancers"
LISTENERS = "load-balancer/lbaas/listeners"
POOLS = "load-balancer/lbaas/pools"
MEMBERS = "load-balancer/lbaas/pools/members"
MONITORS = "load-balancer/lbaas/healthmonitors"
POLICIES = "load-balancer/lbaas/l7policies"
RULES = "load-balancer/lbaas/l7policies/rules"

# By kind, the kind above and the member that names it; empty where the path does.
ABOVE = {
    LISTENERS: (LOAD_BALANCERS, "loadbalancer_id"),
    POOLS: (LOAD_BALANCERS, "loadbalancer_id"),
    MEMBERS: (POOLS, ""),
    MONITORS: (POOLS, "pool_id"),
    POLICIES: (LISTENERS, "listener_id"),
    RULES: (POLICIES, ""),
}
HELD = "held"
"""Set while a request to the load balancer itself makes or deletes what stands under it."""


def invalid(why: str) -> Refused:
    return Refused(400, f"Validation failure: {why}")


def need(scene: Scene, kind: str, id_: Any) -> Resource:
    """One that is there for whoever asks; this is no look at it. Raises Refused."""
    found = scene.find(kind, id_)
    if found is None or not sees(scene, found) or not catch_up(found, scene.world.clock):
        raise not_found(scene.kind(kind), str(id_))
    return found


def way_up(scene: Scene, one: Resource) -> list[Resource]:
    """What stands above something, its load balancer last. Raises Refused."""
    found, at = [], one
    while at.kind in ABOVE:
        kind, member = ABOVE[at.kind]
        at = need(scene, kind, at.members[member] if member else at.parents[0])
        found.append(at)
    return found


def balancer_of(scene: Scene, one: Resource) -> Resource:
    """Raises Refused."""
    return way_up(scene, one)[-1]


def below(scene: Scene, one: Resource) -> Iterator[Resource]:
    """All that stands under something, each before what stands under it, but for what is on its way out."""
    for kind, (above, member) in ABOVE.items():
        if above == one.kind:
            shelf = scene.where(kind, **{member: one.id}) if member else _under(scene, kind, one)
            for each in list(shelf):
                if not is_going(each):
                    yield each
                    yield from below(scene, each)


def _under(scene: Scene, kind: str, one: Resource) -> Iterator[Resource]:
    return iter(scene.world.shelf(kind, scene.call.region, (one.id,)))


def those(scene: Scene, one: Resource, kind: str) -> list[Resource]:
    """What of a kind stands under something."""
    return [each for each in below(scene, one) if each.kind == kind]


def policies_of(scene: Scene, listener: Resource) -> list[Resource]:
    """In the order in which they are tried."""
    return sorted(those(scene, listener, POLICIES), key=lambda one: int(one.members["position"]))


def listeners_of(scene: Scene, pool: Resource) -> list[Resource]:
    """The listeners that send something to a pool: by default, or where a policy says so."""
    found = dict.fromkeys(one.members["listener_id"] for one in scene.where(POLICIES, redirect_pool_id=pool.id))
    listeners = scene.where(LISTENERS, loadbalancer_id=pool.members["loadbalancer_id"])
    return [one for one in listeners if one.members["default_pool_id"] == pool.id or one.id in found]


# --- changes ------------------------------------------------------------------------------------------------------


def begun(scene: Scene, one: Resource) -> Outcome:
    """Begin with making something: hold what is above, and come to be what it is then. Raises Refused."""
    return _arriving(scene, one, hold(scene, one), _life(scene, one).create)


def changed(scene: Scene, one: Resource) -> Outcome:
    """Begin with a change of something. Raises Refused."""
    return _arriving(scene, one, hold(scene, one), _life(scene, one).update)


def _arriving(scene: Scene, one: Resource, said: Outcome, transition: Transition) -> Outcome:
    goes = msgspec.structs.replace(transition, set={"operating_status": status_of(scene, one)})
    return msgspec.structs.replace(said, goes=goes)


def hold(scene: Scene, one: Resource) -> Outcome:
    """Take what is above something into its change. Raises Refused for what is in a change already."""
    way = way_up(scene, one)
    balancer = way[-1]
    if not balancer.private.get(HELD):
        for above in reversed(way):
            if above.members["provisioning_status"] != "ACTIVE":
                raise Refused(409, f"{scene.kind(above.kind).label} {above.id} is immutable and cannot be updated.")
        pools = [each for each in (one, *way) if each.kind == POOLS]
        users = [user for pool in pools for user in listeners_of(scene, pool)]
        for above in {each.id: each for each in (balancer, *way, *users)}.values():
            start(scene, above, _life(scene, above).update, balancer)
    return Outcome(along=balancer)


def made_together(scene: Scene, balancer: Resource) -> None:
    """Have a load balancer and all that stands under it come to be at once, whoever has looked at it meanwhile."""
    for one in [balancer, *below(scene, balancer)]:
        works = status_of(scene, one)
        one.set(operating_status=works if works == "NO_MONITOR" else "OFFLINE")
        create = msgspec.structs.replace(_life(scene, one).create, set={"operating_status": works})
        start(scene, one, create, balancer)


@contextmanager
def held(balancer: Resource) -> Iterator[None]:
    """What is done under a load balancer meanwhile is part of what is done to it."""
    before = balancer.private.get(HELD, False)
    balancer.private[HELD] = True
    try:
        yield
    finally:
        if not before:
            del balancer.private[HELD]


def start(scene: Scene, one: Resource, transition: Transition, along: Resource) -> None:
    begin(_life(scene, one), transition, one, scene.world.pace, scene.world.clock, along)


def dismiss(scene: Scene, one: Resource, along: Resource) -> None:
    """Have something go with what stands above it."""
    if scene.world.pace.polls or scene.world.pace.seconds:
        start(scene, one, _life(scene, one).delete, along)
    else:
        scene.remove(one)


def _life(scene: Scene, one: Resource) -> Life:
    life = scene.kind(one.kind).life
    assert life, f"{one.kind} has no life"
    return life


def status_of(scene: Scene, one: Resource) -> str:
    """The operating status of something that works."""
    if not one.members["admin_state_up"]:
        return "OFFLINE"
    if one.kind == MEMBERS and next(scene.where(MONITORS, pool_id=one.parents[0]), None) is None:
        return "NO_MONITOR"
    return "ONLINE"


# --- who names whom -----------------------------------------------------------------------------------------------


def join(scene: Scene, one: Resource) -> Resource:
    """Make something that of whoever has the load balancer above it. Raises Refused."""
    balancer = balancer_of(scene, one)
    if one.project != balancer.project:
        scene.world.hand_over(one, balancer.project, scene.call.region)
    one.set(project_id=balancer.project, tenant_id=balancer.project)
    return balancer


def relist(scene: Scene, balancer: Resource, without: Resource | None = None) -> None:
    """Have all that stands under a load balancer name what stands under and above it."""
    there = [one for one in below(scene, balancer) if one is not without]
    _put(balancer, listeners=_ids(there, LISTENERS), pools=_ids(there, POOLS))
    for one in there:
        under = [each for each in below(scene, one) if each is not without]
        if one.kind == LISTENERS:
            policies = [each for each in policies_of(scene, one) if each is not without]
            _put(one, loadbalancers=[{"id": balancer.id}], l7policies=_ids(policies, POLICIES))
        elif one.kind == POOLS:
            listeners = [each for each in listeners_of(scene, one) if each in there]
            monitor = next((each.id for each in under if each.kind == MONITORS), None)
            _put(one, loadbalancers=[{"id": balancer.id}], listeners=_ids(listeners, LISTENERS))
            _put(one, members=_ids(under, MEMBERS), healthmonitor_id=monitor)
        elif one.kind == MONITORS:
            _put(one, pools=[{"id": one.members["pool_id"]}])
        elif one.kind == POLICIES:
            _put(one, rules=_ids(under, RULES))


def _ids(found: list[Resource], kind: str) -> list[dict[str, str]]:
    return [{"id": one.id} for one in found if one.kind == kind]


def _put(one: Resource, **members: Any) -> None:
    if any(one.members.get(name) != value for name, value in members.items()):
        one.update(members)
