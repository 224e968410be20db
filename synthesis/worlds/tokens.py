"""Tokens: who is logged in, until when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cloudtape.synthesis.worlds.shelves import Members
from cloudtape.synthesis.worlds.token_book import Token
from cloudtape.synthesis.worlds.world import World

LIFE = timedelta(hours=1)
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
    """A new token, with its times and its audit id in its document."""
    now = world.clock.now()
    roles = frozenset(role["name"] for role in document.get("roles", ()))
    ends = ends or now + life
    return world.tokens.issue(Token("", user, project, roles, ends.timestamp(), document, scope), now)


def holder(world: World, id_: Any) -> Token | None:
    """The token of this id, while it is good; whom the world trusts, for one that was not given here.

    `id_` is whatever a client has sent as one.
    """
    token = world.tokens.get(id_)
    if token is None and world.trusted is not None and isinstance(id_, str) and id_ and not world.tokens.knows(id_):
        return world.trusted
    return token
