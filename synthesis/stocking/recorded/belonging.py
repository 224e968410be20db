"""Whose a recorded resource is, which one it is that came along with another, and which ids an answer gives."""

from __future__ import annotations

from collections.abc import Iterable

from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.engine.scene import OWNERS, Cloud
from cloudtape.synthesis.engine.services import Service
from cloudtape.synthesis.stocking.recorded.sightings import Sighting
from cloudtape.synthesis.worlds.shelves import Members


def stands_for(kind: Kind, one: Members, other: Members) -> bool:
    """Whether what came along with something here is what came along with it there."""
    return all(one.get(name) == other.get(name) for name in kind.rule.same_if)


def owner_of(service: Service, members: Members) -> str:
    """The project that a resource says it belongs to."""
    named = (members.get(name) for name in ("project", *OWNERS, *service.owners))
    return next((one for one in named if one and isinstance(one, str)), "")


def ids_by_kind(cloud: Cloud, seen: Iterable[Sighting]) -> Members:
    """The ids that an answer shows; of what is another service's, by the kind that it has there, too."""
    ids: Members = {one.key.kind: one.members.get(cloud.kinds[one.key.kind].key) for one in seen}
    return {cloud.windows[kind].of: id_ for kind, id_ in ids.items() if kind in cloud.windows} | ids
