"""Finds what stands under a URI template (RFC 6570, simple expansion) from a path, segment by segment.

A literal segment goes before a variable; where that leads nowhere, the variable is tried (backtracking). The cost hangs
on the number of segments, not on the number of templates. A template's last variable may take slashes (`{object}` of
object storage).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

Value = TypeVar("Value")


class _Node(Generic[Value]):
    __slots__ = ("literals", "rest", "values", "variable")

    def __init__(self) -> None:
        self.literals: dict[str, _Node[Value]] = {}
        self.variable: _Node[Value] | None = None
        # By method.
        self.values: dict[str, list[Value]] = {}
        # The same, for a variable that takes all that is left of the path.
        self.rest: dict[str, list[Value]] = {}


class TemplateTrie(Generic[Value]):
    """Values under method and template."""

    def __init__(self) -> None:
        self._root: _Node[Value] = _Node()

    def add(self, method: str, segments: Iterable[str], value: Value, greedy: bool = False) -> None:
        """Put a value under the segments of a template: one that begins with a brace is a variable.

        With `greedy`, the last variable takes slashes too.
        """
        node = self._root
        for segment in segments:
            if segment.startswith("{"):
                node.variable = node.variable or _Node()
                node = node.variable
            else:
                node = node.literals.setdefault(segment, _Node())
        node.values.setdefault(method, []).append(value)
        if greedy:
            node.rest.setdefault(method, []).append(value)

    def find(self, method: str, segments: Sequence[str]) -> list[Value]:
        """The values under the template that fits the segments of a path best, in the order they were added."""
        return _find(self._root, method, segments, 0) or []


def _find(node: _Node[Value], method: str, segments: Sequence[str], at: int) -> list[Value] | None:
    if at == len(segments):
        return node.values.get(method)
    child = node.literals.get(segments[at])
    found = _find(child, method, segments, at + 1) if child else None
    if not found and node.variable and segments[at]:
        found = _find(node.variable, method, segments, at + 1)
    return found or node.rest.get(method)
