"""What is asked of both stores, one story for each feature. Every story has an account of its own, named after it."""

from __future__ import annotations

from tests.synthesis.services.object_store.exchanges import Step
from tests.synthesis.services.object_store.scenarios import (  # noqa: F401 - each tells its stories to STORIES
    accounts,
    corners,
    large_objects,
    links_and_versions,
    listings_and_copies,
    many_at_once,
    objects,
    permissions,
)
from tests.synthesis.services.object_store.scenarios.telling import STORIES, Story

__all__ = ["STORIES", "all_steps"]


def all_steps() -> list[tuple[str, int, Step]]:
    found = []
    for name, tell in sorted(STORIES.items()):
        told = Story(name)
        tell(told)
        found += [(name, index, step) for index, step in enumerate(told.steps)]
    return found
