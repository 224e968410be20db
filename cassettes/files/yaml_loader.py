"""YAML as plain data only, taken as hostile: no object is made, nothing grows without bound.

Of the tags of Python's own that earlier versions of vcrpy wrote, those that stand for plain data are read as that.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import yaml

JSON_BEGIN = (b"{", b"[")


class Loader(yaml.CSafeLoader):
    """No tags but `!!binary` and `PLAIN_TAGS`, no merge keys (they could grow without bound), dates as text."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(None, None, "merge keys (<<) are not allowed", key.start_mark)


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":merge"))]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _mapping(loader: Any, node: yaml.MappingNode) -> Any:
    return loader.construct_mapping(node, deep=True)


def _sequence(loader: Any, node: yaml.SequenceNode) -> Any:
    return loader.construct_sequence(node, deep=True)


def _scalar(loader: Any, node: yaml.ScalarNode) -> Any:
    return loader.construct_scalar(node)


def _pairs(loader: Any, node: yaml.SequenceNode) -> Any:
    """The only argument of a call: a list of pairs."""
    arguments = loader.construct_sequence(node, deep=True)
    return arguments[0] if arguments else []


def _buffer(loader: Any, node: yaml.MappingNode) -> Any:
    """What `io.BytesIO` holds: the first part of its state."""
    state = loader.construct_mapping(node, deep=True).get("state")
    return state[0] if isinstance(state, list) and state else b""


PLAIN_TAGS: dict[str, Callable[[Any, Any], Any]] = {
    "python/str": _scalar,
    "python/unicode": _scalar,
    "python/tuple": _sequence,
    "python/object:vcr.request.Request": _mapping,
    "python/object/apply:__builtin__.frozenset": _pairs,
    "python/object/apply:builtins.frozenset": _pairs,
    "python/object/new:_io.BytesIO": _buffer,
}
for _tag, _construct in PLAIN_TAGS.items():
    Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _construct)


def loaded(data: bytes) -> Any:
    """Raises yaml.YAMLError, ValueError, OverflowError, RecursionError.

    JSON is nearly YAML: a surrogate pair in it is not.
    """
    if data.lstrip().startswith(JSON_BEGIN):
        try:
            return json.loads(data)
        except ValueError:
            pass  # YAML's own lists and mappings begin so, too
    return yaml.load(data, Loader)  # noqa: S506  (a safe loader, and stricter)
