"""Whether an answer has the structure of an example: each member of the example, and values of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# Members whose own members are the client's data, not structure.
MAPS = frozenset(
    "metadata extra_specs properties addresses parameters image_metadata volume_image_metadata specs set_metadata meta "
    "options blob rules outputs resources files environment template configs node_configs".split()
)


def missing(sample: Any, body: Any) -> list[str]:
    """The places of a sample that an answer lacks, or has something else in."""
    return list(_missing(sample, body, "$"))


def _missing(sample: Any, body: Any, place: str) -> Iterator[str]:
    if isinstance(sample, dict):
        if not isinstance(body, dict):
            yield f"{place}: no object but {type(body).__name__}"
            return
        for name, value in sample.items():
            if name not in body:
                yield f"{place}.{name}"
            elif name not in MAPS and value is not None and body[name] is not None:
                yield from _missing(value, body[name], f"{place}.{name}")
    elif isinstance(sample, list):
        if not isinstance(body, list):
            yield f"{place}: no list but {type(body).__name__}"
        elif sample and body and isinstance(sample[0], dict) and isinstance(body[0], dict):
            common = set.intersection(*(set(one) for one in sample if isinstance(one, dict)))
            yield from _missing({name: sample[0][name] for name in common}, body[0], f"{place}[0]")
