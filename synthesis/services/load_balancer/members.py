"""Octavia: members of pools, one by one and all at once."""

from __future__ import annotations

from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.filters import TRUE
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.inner import ask
from cloudtape.synthesis.engine.making import object_in
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.load_balancer.addresses import shown
from cloudtape.synthesis.services.load_balancer.pools import check_reachable
from cloudtape.synthesis.services.load_balancer.reading import FLAVOR_PROFILES, FLAVORS
from cloudtape.synthesis.services.load_balancer.tree import (
    MEMBERS,
    POOLS,
    balancer_of,
    begun,
    changed,
    held,
    hold,
    invalid,
    join,
    need,
    relist,
    status_of,
    those,
)
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
CHANGING = ("name", "admin_state_up", "weight", "backup", "monitor_address", "monitor_port", "tags")
"""What a request for all members changes of those that are there."""


@HOOKS.on(MEMBERS, "CREATE")
def _member(scene: Scene, one: Resource, _: Members) -> Outcome:
    balancer, members = join(scene, one), one.members
    check_reachable(members["address"])
    if members["subnet_id"]:
        shown(scene, "subnet", members["subnet_id"])
    for other in those(scene, need(scene, POOLS, one.parents[0]), MEMBERS):
        if other is not one and _place(other.members) == _place(members):
            about = f"ip {members['address']} and protocol_port {members['protocol_port']}"
            raise Refused(409, f"Another member on this pool is already using {about}")
    if members["request_sriov"]:
        if "allow_member_sriov" not in _flavor_data(scene, balancer):
            raise Refused(400, "The load balancer flavor does not allow SR-IOV member ports.")
        one.set(vnic_type="direct")
    one.set(operating_status="NO_MONITOR" if status_of(scene, one) == "NO_MONITOR" else "OFFLINE")
    said = begun(scene, one)
    relist(scene, balancer)
    return said


def _place(members: Members) -> tuple[Any, Any]:
    return members.get("address"), members.get("protocol_port")


def _flavor_data(scene: Scene, balancer: Resource) -> str:
    flavor = scene.find(FLAVORS, balancer.members["flavor_id"])
    profile = scene.find(FLAVOR_PROFILES, flavor.members["flavor_profile_id"]) if flavor else None
    return str(profile.members["flavor_data"]) if profile else ""


@HOOKS.on(MEMBERS, "UPDATE")
def _member_changes(scene: Scene, one: Resource, _: Members) -> Outcome:
    return changed(scene, one)


@HOOKS.on(MEMBERS, "DELETE")
def _member_goes(scene: Scene, one: Resource, _: Members) -> Outcome:
    balancer, said = balancer_of(scene, one), hold(scene, one)
    relist(scene, balancer, one)
    return said


@HOOKS.on(MEMBERS, "WRITE")
def _replace(scene: Scene, _: Resource, sent: Members) -> Outcome:
    """All members of a pool are those of the request; with `additive_only` those that are there stay."""
    pool = need(scene, POOLS, scene.call.ids[0])
    wanted = sent.get("members")
    if not isinstance(wanted, list):
        raise Refused(400, f"Invalid input for field/attribute members. Value: '{wanted}'. It is no list.")
    places = [_place(object_in(one)) for one in wanted]
    there = {_place(one.members): one for one in those(scene, pool, MEMBERS)}
    if len(set(places) & set(there)) < len([place for place in places if place in there]):
        raise invalid("Member must be updated only once in the same request.")
    adds = (scene.call.asked("additive_only") or "").lower() in TRUE
    extra = [] if adds else [one for place, one in there.items() if place not in places]
    if not (wanted or extra):
        return Outcome(answer=Answer(202))
    with held(_held(scene, pool)):
        for one in extra:
            ask(scene, "load-balancer.members.delete", (pool.id, one.id))
        for place, member in zip(places, wanted, strict=True):
            _put(scene, pool, there.get(place), member)
    return Outcome(answer=Answer(202))


def _held(scene: Scene, pool: Resource) -> Resource:
    """The load balancer, in a change that all members go through together. Raises Refused."""
    probe = Resource(MEMBERS, "", {}, parents=(pool.id,))
    balancer = hold(scene, probe).along
    assert balancer is not None, "a pool has a load balancer"
    return balancer


def _put(scene: Scene, pool: Resource, found: Resource | None, member: Members) -> None:
    if found is None:
        ask(scene, "load-balancer.members.create", (pool.id,), {"member": member})
    else:
        changes = {name: member[name] for name in CHANGING if name in member}
        ask(scene, "load-balancer.members.update", (pool.id, found.id), {"member": changes})
