from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
import pytest
import yaml

from cloudtape.synthesis.services.object_store.saved import SavedStore, restore, save
from cloudtape.synthesis.services.object_store.store import ObjectStore
from tests.synthesis.services.object_store.exchanges import Step, without_manifests
from tests.synthesis.services.object_store.harness import ask
from tests.synthesis.services.object_store.scenarios.telling import STORIES, Story

TOLD = [
    "containers",
    "objects",
    "static_large_objects",
    "dynamic_large_objects",
    "symlinks",
    "versions_and_the_rest",
    "versioning",
    "names",
    "access",
]


def told(name: str) -> list[Step]:
    story = Story(name)
    STORIES[name](story)
    return story.steps


async def shown(store: ObjectStore, name: str) -> list[dict[str, Any]]:
    """Every object and listing of an account."""
    token = f"user/member/{name}"
    paths = [step.path for step in told(name) if step.method in ("GET", "HEAD")]
    reads = [Step(method, path, token=token) for path in dict.fromkeys(paths) for method in ("HEAD", "GET")]
    return without_manifests([await ask(store, step) for step in reads])


@pytest.mark.parametrize("story", TOLD)
def test_a_store_that_was_saved_and_restored_shows_the_same(story: str) -> None:
    async def both() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        store, again = ObjectStore(), ObjectStore()
        for step in told(story):
            await ask(store, step)
        text = yaml.safe_dump(json.loads(msgspec.json.encode(save(store.state))))
        await restore(again.state, msgspec.convert(yaml.safe_load(text), SavedStore))
        return await shown(store, story), await shown(again, story)

    first, second = asyncio.run(both())
    assert first
    assert second == first


def test_what_is_no_saved_store_is_refused_by_name() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"accounts\[\.\.\.\]\.containers"):
        msgspec.convert({"accounts": {"AUTH_p": {"created": 1.0, "containers": 5}}}, SavedStore)
