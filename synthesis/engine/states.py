"""Effects on the states of resources that several services have alike."""

from __future__ import annotations

from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.worlds.shelves import Members, Resource


def reset(_: Scene, one: Resource, sent: Members) -> None:
    """An administrator says in which state a resource is, wherever it was on its way to."""
    one.pending = None
    one.set(status=sent.get("status") or sent.get("state") or "error")
