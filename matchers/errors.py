"""What can go wrong with matching.

    MatcherError
    └── BindingRulesError      a user's rules for what may bind cannot be read

`str()` is one line for a person.
"""

from __future__ import annotations

from pathlib import Path

from cloudtape.cassettes.errors import brief


class MatcherError(Exception):
    """Base of all errors of this package."""


class BindingRulesError(MatcherError):
    """`where` is a line or a rule."""

    def __init__(self, path: Path, why: str, where: str = "") -> None:
        self.path, self.why, self.where = path, brief(why), where
        super().__init__(f"{path}{', ' + where if where else ''}: {self.why}")
