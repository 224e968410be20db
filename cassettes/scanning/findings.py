"""What a scan says: findings, and what it could not look at. No secret stands in either as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

SHOWN, IN = 3, 8
"""A secret shows at most so many of its first characters, and one in so many: no half of a short password."""
SHORT = 12
"""Below this many characters nothing of a secret is shown, its length neither."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`ordinal` is the number of the interaction, 0 outside of any. `place` says where in it
    (`response.body/server/adminPass`, `request.headers.Cookie`, then what it is packed in), or where in `file`.
    `rule` is what found it.
    """

    ordinal: int
    place: str
    kind: str
    rule: str
    excerpt: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Unseen:
    """What could not be looked at, and why."""

    path: Path
    why: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.path}{', ' + self.where if self.where else ''}: {self.why}"


@dataclass(slots=True)
class Outcome:
    """`notes` are for a person: what was looked at in a lesser way. `looked`: whether there was anything to look at."""

    findings: list[Finding] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    looked: bool = True


def excerpt(secret: str) -> str:
    """A few of its first characters and its length, to find it by; nothing that would help to guess it."""
    if len(secret) < SHORT:
        return f"… (fewer than {SHORT} characters)"
    return f"{secret[: min(SHOWN, len(secret) // IN)]}… ({len(secret)} characters)"
