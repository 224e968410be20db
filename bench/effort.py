"""How much work the measures make, and what each gives."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Effort:
    """`vcrpy`: the largest cassette that vcrpy is asked to play from; its time grows with the cassette."""

    rounds: int
    requests: int
    sizes: tuple[int, ...]
    vcrpy: int
    ready: int
    large: int
    large_rounds: int
    servers: int


FULL = Effort(7, 6000, (10, 1000, 100_000), 1000, 100_000, 1 << 30, 3, 10_000)
QUICK = Effort(3, 1500, (10, 1000), 10, 5_000, 64 << 20, 1, 2_000)


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """One measure: for each contender its figures, round by round."""

    measure: str
    unit: str
    figures: dict[str, list[float]] = field(default_factory=dict)
