"""Which kinds are planted where, and the conversations that plant them: each cell with a value of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.planter import kinds, positions
from tests.planter.exchange import Exchange
from tests.planter.kinds import Kind, fragment
from tests.planter.positions import Position
from tests.planter.values import MAKERS


@dataclass(frozen=True, slots=True)
class Cell:
    kind: Kind
    position: Position

    @property
    def name(self) -> str:
        return f"{self.kind.name} @ {self.position.name}"


@dataclass(frozen=True, slots=True)
class Plant:
    """A cell's value, and the exchanges that carry it, each under the id that it is sent with."""

    cell: Cell
    value: str
    exchanges: tuple[tuple[str, Exchange], ...]

    @property
    def uri(self) -> str:
        one = self.exchanges[0][1]
        return f"{one.method} {one.service} {one.path[:120]}"

    def snippet(self, width: int = 160) -> str:
        """What was sent around the value, as far as it can be read."""
        for _, exchange in self.exchanges:
            for side in (exchange.request, exchange.response):
                text = side.content.decode("utf-8", "replace")
                places = [text, *(f"{name}: {value}" for name, value in side.headers), exchange.path]
                for place in places:
                    if (at := place.find(self.value[:16])) >= 0:
                        return " ".join(place[max(0, at - width // 2) : at + width // 2].split())
        return " ".join(
            repr(self.exchanges[0][1].request.content or self.exchanges[0][1].response.content)[:width].split()
        )


def cells(chosen: str = "", where: str = "") -> list[Cell]:
    """Those of kinds and positions that the patterns match."""
    places = [one for one in positions.load() if re.search(where, one.name)]
    return [
        Cell(kind, one) for kind in kinds.load() if re.search(chosen, kind.name) for one in places if one.fits(kind)
    ]


def sample(all_cells: list[Cell], count: int, seed: str) -> list[Cell]:
    """`count` of them: each kind and each position is there before any has many more than the others."""
    if count >= len(all_cells):
        return all_cells
    dice = Random(f"sample {seed}")
    shuffled = dice.sample(all_cells, len(all_cells))
    kind_seen: dict[str, int] = {}
    place_seen: dict[str, int] = {}
    ranked: list[tuple[float, int, Cell]] = []
    for cell in shuffled:
        a = kind_seen[cell.kind.name] = kind_seen.get(cell.kind.name, 0) + 1
        b = place_seen[cell.position.name] = place_seen.get(cell.position.name, 0) + 1
        ranked.append((min(a, b / 2), len(ranked), cell))
    ranked.sort(key=lambda one: one[:2])
    return [cell for *_, cell in ranked[:count]]


def plant(cell: Cell, twin: bool, seed: str) -> Plant:
    dice = Random(f"{seed} {cell.name} {twin}")
    one = fragment(cell.kind, twin, dice, cell.position.native)
    ids = (f"req-{MAKERS['uuid'](dice)}" for _ in range(9))
    return Plant(cell, one.value, tuple(zip(ids, cell.position.build(one, dice), strict=False)))


def batches(chosen: list[Cell], size: int) -> Iterator[list[Cell]]:
    """Of neighbours of different kinds, so that none holds all of a kind."""
    count = -(-len(chosen) // size)
    for n in range(count):
        yield chosen[n::count]
