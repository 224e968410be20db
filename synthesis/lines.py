"""The lines of a YAML file, by what stands there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml


class Lines:
    """`node` is the root of the file's nodes."""

    def __init__(self, path: Path, node: Any) -> None:
        self.path, self._node = path, node

    @classmethod
    def of(cls, path: Path) -> Lines:
        return cls(path, yaml.compose(path.read_bytes(), Loader=yaml.CSafeLoader))

    def line(self, place: Sequence[str | int]) -> int:
        """The line of what stands at a place, or of what it would stand in."""
        node, line = self._node, 1
        for step in place:
            below = self._below(node, step)
            if below is None:
                break
            line, node = below
        return line if node is not self._node or node is None else int(node.start_mark.line) + 1

    def _below(self, node: Any, step: str | int) -> tuple[int, Any] | None:
        """The line on which a step begins, a key in an object, and what it leads to."""
        if isinstance(node, yaml.MappingNode):
            found = ((key.start_mark.line + 1, value) for key, value in node.value if key.value == str(step))
            return next(found, None)
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            return node.value[step].start_mark.line + 1, node.value[step]
        return None
