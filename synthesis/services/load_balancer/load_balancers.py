"""Octavia: load balancers, what they tell of themselves, and the amphorae in which they run."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.documents import stocked
from cloudtape.synthesis.engine.filters import TRUE
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.load_balancer.addresses import give_address, guard, release
from cloudtape.synthesis.services.load_balancer.amphorae import build, discard, replace
from cloudtape.synthesis.services.load_balancer.populating import populate, whole
from cloudtape.synthesis.services.load_balancer.reading import FLAVOR_PROFILES, FLAVORS, ZONES
from cloudtape.synthesis.services.load_balancer.tree import (
    LISTENERS,
    LOAD_BALANCERS,
    MONITORS,
    POOLS,
    below,
    dismiss,
    held,
    invalid,
    listeners_of,
    made_together,
    start,
    status_of,
    those,
)
from cloudtape.synthesis.worlds.lifecycle import Life, Transition, catch_up
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
STATES = ("id", "name", "operating_status", "provisioning_status")
PLACE = ("address", "protocol_port")


@HOOKS.on(LOAD_BALANCERS, "CREATE")
def _load_balancer(scene: Scene, one: Resource, sent: Members) -> Outcome:
    one.set(provider=_provider(scene, sent), tenant_id=one.project)
    _check_zone(scene, sent.get("availability_zone"))
    give_address(scene, one)
    goes = _going(scene, one, _life(scene, one).create)
    start(scene, one, goes, one)
    try:
        with held(one):
            populate(scene, one, sent)
        made_together(scene, one)
    except Refused:
        for each in list(below(scene, one)):
            scene.remove(each)
        release(scene, one)
        raise
    build(scene, one)
    return Outcome(more=whole(scene, one), along=one, goes=goes)


def _provider(scene: Scene, sent: Members) -> str:
    """Who is to do it: the flavor says so, or the request. Raises Refused."""
    flavor, asked = None, str(sent.get("provider") or "")
    if id_ := sent.get("flavor_id"):
        flavor = scene.find(FLAVORS, id_)
        if flavor is None:
            raise invalid("Invalid flavor_id.")
        if not flavor.members["enabled"]:
            raise _disabled("flavor", id_)
    profile = scene.need(FLAVOR_PROFILES, flavor.members["flavor_profile_id"]) if flavor else None
    said = str(profile.members["provider_name"]) if profile else ""
    if asked and said and asked != said:
        raise Refused(400, f"Flavor '{id_}' is not compatible with provider '{asked}'")
    return known_provider(scene, said or asked or "amphora")


def known_provider(scene: Scene, name: str) -> str:
    """Raises Refused."""
    if name not in [one.id for one in stocked(scene, "load-balancer/lbaas/providers")]:
        raise Refused(400, f"Provider '{name}' is not enabled.")
    return name


def _check_zone(scene: Scene, name: Any) -> None:
    zone = scene.find(ZONES, name)
    if name and zone is None:
        raise invalid("Invalid availability zone.")
    if zone and not zone.members["enabled"]:
        raise _disabled("availability_zone", name)


def _disabled(option: str, value: str) -> Refused:
    return Refused(400, f"The selected {option} is not allowed in this deployment: {value}")


@HOOKS.on(LOAD_BALANCERS, "UPDATE")
def _load_balancer_changes(scene: Scene, one: Resource, sent: Members) -> Outcome:
    guard(scene, one, sent)
    return Outcome(goes=_going(scene, one, _life(scene, one).update))


def _going(scene: Scene, one: Resource, transition: Transition) -> Transition:
    return msgspec.structs.replace(transition, set={"operating_status": status_of(scene, one)})


def _life(scene: Scene, one: Resource) -> Life:
    life = scene.kind(one.kind).life
    assert life, "a load balancer has a life"
    return life


@HOOKS.on(LOAD_BALANCERS, "DELETE")
def _load_balancer_goes(scene: Scene, one: Resource, _: Members) -> Outcome:
    children = list(below(scene, one))
    if children and (scene.call.asked("cascade") or "").lower() not in TRUE:
        raise invalid(f"Cannot delete Load Balancer {one.id} - it has children")
    release(scene, one)
    discard(scene, one)
    start(scene, one, _life(scene, one).delete, one)
    for each in children:
        dismiss(scene, each, one)
    return Outcome(along=one)


# --- what they tell -----------------------------------------------------------------------------------------------


@HOOKS.answer("load-balancer.loadbalancers.status.show", "load-balancer.loadbalancers.statuses.show")
def _status(scene: Scene) -> Answer:
    one = item(scene, LOAD_BALANCERS, scene.call.ids[0])
    for each in list(below(scene, one)):
        catch_up(each, scene.world.clock)
    listeners = [_states(each) | {"pools": _pools(scene, one, each)} for each in those(scene, one, LISTENERS)]
    return Answer(200, {"statuses": {"loadbalancer": _states(one) | {"listeners": listeners}}}, whole=True)


def _states(one: Resource, *more: str) -> Members:
    return {name: one.members[name] for name in (*STATES, *more)}


def _pools(scene: Scene, balancer: Resource, listener: Resource) -> list[Members]:
    return [_pool(scene, one) for one in those(scene, balancer, POOLS) if listener in listeners_of(scene, one)]


def _pool(scene: Scene, pool: Resource) -> Members:
    under = list(below(scene, pool))
    told = _states(pool) | {"members": [_states(one, *PLACE) for one in under if one.kind != MONITORS]}
    monitors = [_states(one, "type") for one in under if one.kind == MONITORS]
    return told | ({"health_monitor": monitors[0]} if monitors else {})


NOTHING_CAME = dict.fromkeys(["active_connections", "bytes_in", "bytes_out", "request_errors", "total_connections"], 0)


@HOOKS.answer("load-balancer.loadbalancers.stats.show")
def _statistics(scene: Scene) -> Answer:
    item(scene, LOAD_BALANCERS, scene.call.ids[0])
    return Answer(200, {"stats": NOTHING_CAME}, whole=True)


@HOOKS.on("load-balancer/lbaas/loadbalancers/failover", "WRITE")
def _fail_over(scene: Scene, _: Resource, __: Members) -> Outcome:
    one = item(scene, LOAD_BALANCERS, scene.call.ids[0])
    replace(scene, one)
    return Outcome(answer=Answer(202))
