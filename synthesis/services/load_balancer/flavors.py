"""Octavia: flavors and availability zones, with their profiles."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.load_balancer.load_balancers import known_provider
from cloudtape.synthesis.services.load_balancer.reading import FLAVOR_PROFILES, FLAVORS, ZONE_PROFILES, ZONES
from cloudtape.synthesis.services.load_balancer.tree import LOAD_BALANCERS, invalid
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
# By kind, what needs one of it, and the member by which that does.
USERS = {
    FLAVOR_PROFILES: (FLAVORS, "flavor_profile_id"),
    ZONE_PROFILES: (ZONES, "availability_zone_profile_id"),
    FLAVORS: (LOAD_BALANCERS, "flavor_id"),
    ZONES: (LOAD_BALANCERS, "availability_zone"),
}
DATA = {FLAVOR_PROFILES: "flavor_data", ZONE_PROFILES: "availability_zone_data"}


def _in_use(scene: Scene, one: Resource, _: Members) -> None:
    if _users(scene, one):
        raise Refused(409, f"{scene.kind(one.kind).label} {one.id} is in use and cannot be modified.")


def _users(scene: Scene, one: Resource) -> list[Resource]:
    kind, member = USERS[one.kind]
    return list(scene.where(kind, **{member: one.id}))


def _profile(scene: Scene, one: Resource, sent: Members) -> None:
    if "provider_name" in sent:
        known_provider(scene, str(sent["provider_name"]))
    if DATA[one.kind] in sent and not _is_object(sent[DATA[one.kind]]):
        raise Refused(400, f"{sent[DATA[one.kind]]} is not a valid option for {DATA[one.kind]}")


def _profile_changes(scene: Scene, one: Resource, sent: Members) -> None:
    if {DATA[one.kind], "provider_name"} & set(sent):
        _in_use(scene, one, sent)
    _profile(scene, one, sent)


def _is_object(text: Any) -> bool:
    try:
        return isinstance(msgspec.json.decode(str(text)), dict)
    except msgspec.DecodeError:
        return False


def _of_profile(scene: Scene, one: Resource, _: Members) -> None:
    kind, member = (
        (FLAVOR_PROFILES, "flavor_profile_id") if one.kind == FLAVORS else (ZONE_PROFILES, USERS[ZONE_PROFILES][1])
    )
    if scene.find(kind, one.members[member]) is None:
        raise invalid(f"Invalid {member}.")


for _kind in USERS:
    HOOKS.on(_kind, "DELETE")(_in_use)
for _kind in DATA:
    HOOKS.on(_kind, "CREATE")(_profile)
    HOOKS.on(_kind, "UPDATE")(_profile_changes)
for _kind in (FLAVORS, ZONES):
    HOOKS.on(_kind, "CREATE")(_of_profile)
