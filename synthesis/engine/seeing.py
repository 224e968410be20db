"""Who may see a resource: it is his project's, everybody's, or he may see everything."""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Call
from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.worlds.shelves import Resource

OPEN = (True, "public", "community")
"""Values of the member that makes a resource everybody's to see."""


def is_seen(kind: Kind, one: Resource, call: Call) -> bool:
    """Whether whoever asks may see a resource."""
    token = call.token
    if call.service.hides and not token.is_admin and {"LIST", "SHOW"} & set(kind.rule.admin):
        return False
    if kind.scope == "global" or call.sees_all:
        return kind.scope != "own" or one.user == token.user or bool(call.asked("user_id"))
    if kind.scope == "own":
        return one.user == token.user
    return one.project == token.project or (kind.scope == "public" and is_open(kind, one, token.project))


def is_open(kind: Kind, one: Resource, project: str) -> bool:
    members = one.members
    says = (kind.rule.public, *kind.rule.opens)
    return any(members.get(name) in OPEN for name in says) or project in members.get("_shared_with", ())
