"""JSON patches: RFC 6902, and the older form of the Image API."""

from typing import Any

import pytest

from cloudtape.synthesis.engine.patches import patched
from cloudtape.synthesis.errors import Refused

IMAGE = {"name": "old", "tags": ["a"], "colour": "red"}


@pytest.mark.parametrize(
    ("patch", "changed"),
    [
        ([{"op": "replace", "path": "/name", "value": "new"}], {"name": "new"}),
        ([{"op": "add", "path": "/size", "value": 1}], {"size": 1}),
        ([{"op": "remove", "path": "/colour"}], {"colour": None}),
        ([{"op": "add", "path": "/tags/-", "value": "b"}], {"tags": ["a", "b"]}),
        ([{"op": "remove", "path": "/tags/0"}], {"tags": []}),
        ([{"replace": "/name", "value": "new"}], {"name": "new"}),
        ([{"op": "add", "path": "/a~1b", "value": 1}], {"a/b": 1}),
        ([], {}),
    ],
)
def test_a_patch_names_what_changes(patch: list[Any], changed: dict[str, Any]) -> None:
    assert patched(IMAGE, patch) == changed


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ({"op": "replace", "path": "/nothing", "value": 1}, 409),
        ({"op": "remove", "path": "/tags/7"}, 409),
        ({"op": "move", "path": "/name"}, 400),
        ({"op": "add", "path": "name", "value": 1}, 400),
        ({"op": "add", "path": "/name"}, 400),
        ("text", 400),
    ],
)
def test_a_patch_that_cannot_be_applied_is_refused(step: Any, status: int) -> None:
    with pytest.raises(Refused) as refused:
        patched(IMAGE, [step])
    assert refused.value.status == status
