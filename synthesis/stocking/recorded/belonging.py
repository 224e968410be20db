"""Whose a recorded resource is, which one it is that came along with another, and which ids an answer gives."""

from __future__ import annotations

from collections.abc import Iterable

from cloudtape.synthesis.engine.kinds import Kinds
from cloudtape.synthesis.engine.proxies import PROXIES
from cloudtape.synthesis.engine.scene import OWNERS
from cloudtape.synthesis.stocking.recorded.sightings import Sighting
from cloudtape.synthesis.worlds.shelves import Members

# Heat's stacks have a second project, of their users.
OWNING = ("project", *(name for name in OWNERS if name != "stack_user_project_id"))
# What is made along with others, and the members by which one that was named here is one that was recorded.
SAME_IF = {
    "network/ports": ("network_id", "device_id", "device_owner"),
    "network/security-groups": ("project_id", "name"),
    "network/security-group-rules": ("security_group_id", "direction", "ethertype", "protocol", "remote_group_id"),
}


def stands_for(kind: str, one: Members, other: Members) -> bool:
    names = SAME_IF[kind]
    return all(one.get(name) == other.get(name) for name in names)


def owner_of(members: Members) -> str:
    """The project that a resource says it belongs to."""
    named = (members.get(name) for name in OWNING)
    return next((one for one in named if one and isinstance(one, str)), "")


def ids_by_kind(kinds: Kinds, seen: Iterable[Sighting]) -> Members:
    """The ids that an answer shows; of what is another service's, by the kind that it has there, too."""
    ids: Members = {one.key.kind: one.members.get(kinds[one.key.kind].key) for one in seen}
    return {PROXIES[kind].of: id_ for kind, id_ in ids.items() if kind in PROXIES} | ids
