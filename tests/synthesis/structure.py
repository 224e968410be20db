"""Whether an answer has the structure of an example: each member of the example, and values of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# Members whose own members are the client's data, not structure.
MAPS = frozenset(
    [
        "metadata",
        "extra_specs",
        "properties",
        "addresses",
        "parameters",
        "image_metadata",
        "volume_image_metadata",
        "specs",
        "set_metadata",
        "meta",
        "options",
        "blob",
        "rules",
        "outputs",
        "resources",
        "files",
        "environment",
        "template",
        "configs",
        "node_configs",
        "binding:vif_details",
        "hosts",
        "info",
        "cluster_configs",
        "data_source_urls",
        "params",
        "server_pools_mapping",
        "units_by_mb",
        "Outputs",
        "Parameters",
        "Resources",
    ]
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
            yield from _missing(common_of([one for one in sample if isinstance(one, dict)]), body[0], f"{place}[0]")


def common_of(items: list[Any]) -> Any:
    """What all items of an example list have: a list may hold several forms of the same thing."""
    if not all(isinstance(one, dict) for one in items):
        return items[0]
    names = set(items[0]).intersection(*items[1:])
    return {name: common_of([one[name] for one in items]) for name in items[0] if name in names}
