"""Tokens: who is logged in, until when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cloudtape.synthesis.calls import Token
from cloudtape.synthesis.shelves import Members
from cloudtape.synthesis.world import World

LIFE = timedelta(hours=1)
KEYSTONE_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
NOBODY = Token("", "", "", frozenset(), 0.0, {}, "")


def issue(
    world: World,
    document: Members,
    *,
    user: str,
    project: str,
    scope: str,
    life: timedelta = LIFE,
    ends: datetime | None = None,
) -> Token:
    """A new token; its times are written into `document`."""
    now = world.clock.now()
    ends = ends or now + life
    document["issued_at"] = now.strftime(KEYSTONE_TIME)
    document["expires_at"] = ends.strftime(KEYSTONE_TIME)
    roles = frozenset(role["name"] for role in document.get("roles", ()))
    id_ = "gAAAAAB" + world.secret(160)
    token = Token(id_, user, project, roles, ends.timestamp(), document, scope)
    world.tokens[id_] = token
    return token


def holder(world: World, id_: str | None) -> Token | None:
    """The token of this id, while it is good; whom the world trusts, for one that was not given here."""
    token: Any = world.tokens.get(id_ or "")
    if token is None:
        return world.trusted if id_ else None
    if token.expires <= world.clock.now().timestamp():
        del world.tokens[token.id]
        return None
    return token if isinstance(token, Token) else None
