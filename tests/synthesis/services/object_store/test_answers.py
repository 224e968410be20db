"""Every request of the scenarios is answered as a real Swift 2.38.3 answered it (see record.py)."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from cloudtape.synthesis.services.object_store.store import ObjectStore
from tests.synthesis.services.object_store.exchanges import Step, differences, without_manifests
from tests.synthesis.services.object_store.harness import ask
from tests.synthesis.services.object_store.scenarios import STORIES, all_steps

ROWS = [json.loads(line) for line in (Path(__file__).parent / "answers.jsonl").read_text().splitlines()]
STEPS = all_steps()


def test_the_recorded_answers_are_those_to_these_requests() -> None:
    assert [(row["story"], row["step"], row["digest"]) for row in ROWS] == [
        (story, index, step.digest) for story, index, step in STEPS
    ]


@pytest.mark.parametrize("story", STORIES)
def test_answers_are_those_of_a_real_swift(story: str) -> None:
    mine = [(row, step) for row, (name, _, step) in zip(ROWS, STEPS, strict=True) if name == story]
    ours = asyncio.run(answers([step for _, step in mine]))
    found = [(row["asked"], step.differs, differences(row, one)) for (row, step), one in zip(mine, ours, strict=True)]
    assert [one for one in found if bool(one[1]) != bool(one[2])] == []


async def answers(steps: list[Step]) -> list[dict[str, Any]]:
    store = ObjectStore()
    return without_manifests([await ask(store, step) for step in steps])


def test_the_documentation_counts_them() -> None:
    text = (Path(__file__).parents[4] / "docs" / "object-store.md").read_text()
    assert f"asks {len(ROWS):,} things" in text
    assert f"{sum(not step.differs for _, _, step in STEPS):,} answers are equal" in text
