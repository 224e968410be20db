"""Whose a recorded resource is, and which one that came along with another it is."""

from __future__ import annotations

from cloudtape.synthesis.scene import OWNERS
from cloudtape.synthesis.shelves import Members

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
