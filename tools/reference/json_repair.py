"""The JSON text that a damaged example most likely was: the cheapest way to read its tokens as one value.

The tokens are read one after the other. All readings that could still be the cheapest go on side by side (a shortest
path, Dijkstra 1959), so that a bracket made up on the first page is found out by what stands on the third. What a
reading may do with a token is for `json_moves`, what that costs for `json_costs`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import inf
from typing import NamedTuple

from tools.reference.json_costs import ADD_AFTER_ALL
from tools.reference.json_moves import Here, Move, Moves
from tools.reference.json_reading import BEHIND, CLOSER, CLOSERS, DONE, HEAD, MAY_END, START, Reading
from tools.reference.json_tokens import Token
from tools.reference.shapes import KnownObjects

# Readings that are this much dearer than the cheapest are given up, and those beyond this number with the same brackets
# open, and those beyond this number at all.
MARGIN = 6.0
ALIKE = 3
AT_MOST = 60


class Repair(NamedTuple):
    """The text, which parses but for what is within its strings, what was done to get it, and what that cost."""

    text: str
    repairs: tuple[str, ...]
    cost: float


class _Step(NamedTuple):
    """One token of a reading, and the steps before it. `what` names a repair."""

    before: _Step | None
    text: str
    what: str


_Readings = dict[Reading, tuple[float, _Step | None]]


def repair(pages: Sequence[Sequence[Token]], shapes: KnownObjects) -> Repair | None:
    """The cheapest reading; None where there is none."""
    return _Search(pages, shapes).run()


class _Search:
    def __init__(self, pages: Sequence[Sequence[Token]], shapes: KnownObjects) -> None:
        self._pages = pages
        self._moves = Moves(pages, shapes)

    def run(self) -> Repair | None:
        readings: _Readings = {START: (0.0, None)}
        for number in range(len(self._pages)):
            readings = self._page(readings, number)
        return self._best(readings)

    def _page(self, readings: _Readings, number: int) -> _Readings:
        """The readings at the end of a page: those that took it to its end, and those that leave out its foot."""
        page, end = self._pages[number], self._end(number)
        parted: _Readings = {}
        for place, token in enumerate(page):
            here = Here(place, token, page[place + 1 : place + 3], place >= end)
            _add(parted, self._moved(readings, here, self._moves.left_out))
            readings = self._with_additions(readings, here)
            readings = _pruned(_add({}, self._moved(readings, here, self._moves.of)))
        if number == len(self._pages) - 1:
            return readings
        return _pruned(_add(parted, ((_turned(reading), *rest) for reading, rest in readings.items())))

    def _end(self, number: int) -> int:
        """Where, on the last page, the brackets that end the example begin."""
        page = self._pages[number]
        end = len(page)
        while end and page[end - 1].text in CLOSERS and number == len(self._pages) - 1:
            end -= 1
        return end

    def _best(self, readings: _Readings) -> Repair | None:
        ended = _add(
            {},
            (
                (reading, cost, step)
                for start, (cost, step) in readings.items()
                for reading, cost, step in self._ended(start, cost, step)
            ),
        )
        done = [(cost, step) for reading, (cost, step) in ended.items() if reading.stack == DONE]
        if not done:
            return None
        cost, last = min(done, key=lambda one: one[0])
        steps = list(_steps(last))
        what = dict.fromkeys(step.what for step in steps if step.what)
        return Repair("".join(step.text for step in steps), tuple(what), cost)

    def _ended(
        self, reading: Reading, cost: float, step: _Step | None
    ) -> Iterator[tuple[Reading, float, _Step | None]]:
        """With all that is still open closed."""
        while len(reading.stack) > 1:
            top = reading.top
            if top.state not in MAY_END:
                return
            cost += ADD_AFTER_ALL + self._moves.siblings.closing(reading, None)
            reading = reading.closed()
            step = _Step(step, CLOSER[top.bracket], "bracket added at the end")
        yield reading, cost, step

    def _with_additions(self, readings: _Readings, here: Here) -> _Readings:
        """The readings, and what they become by putting in tokens that may be missing before this one."""
        found = dict(readings)
        queue = list(readings.items())
        limit = min((cost for cost, _ in readings.values()), default=0) + MARGIN
        while queue:
            start, (cost, step) = queue.pop()
            if found[start][0] < cost:
                continue
            for reading, more, text, what in self._moves.additions(start, here):
                total = cost + more
                if total <= limit and total < found.get(reading, (inf,))[0]:
                    found[reading] = (total, _Step(step, text, what))
                    queue.append((reading, found[reading]))
        return found

    def _moved(
        self, readings: _Readings, here: Here, moves: Callable[[Reading, Here], Iterable[Move]]
    ) -> Iterator[tuple[Reading, float, _Step | None]]:
        for start, (cost, step) in readings.items():
            for reading, more, text, what in moves(start, here):
                yield reading, cost + more, _Step(step, text, what) if text or what else step


def _turned(reading: Reading) -> Reading:
    """A reading at the head of the next page; what is behind the end stays there."""
    return reading if reading.at == BEHIND else reading.moved(HEAD)


def _add(found: _Readings, readings: Iterable[tuple[Reading, float, _Step | None]]) -> _Readings:
    """Take in readings, of those that are the same the cheapest."""
    for reading, cost, step in readings:
        known = found.get(reading)
        if known is None or cost < known[0]:
            found[reading] = (cost, step)
    return found


def _pruned(readings: _Readings) -> _Readings:
    if len(readings) < 2:
        return readings
    ranked = sorted(readings.items(), key=lambda one: one[1][0])
    limit = ranked[0][1][0] + MARGIN
    alike: Counter[object] = Counter()
    kept: _Readings = {}
    for reading, found in ranked:
        if found[0] > limit or len(kept) == AT_MOST:
            break
        brackets = (
            reading.at,
            len(reading.top.keys),
            tuple((frame.bracket, frame.name, frame.state) for frame in reading.stack),
        )
        alike[brackets] += 1
        if alike[brackets] <= ALIKE:
            kept[reading] = found
    return kept


def _steps(last: _Step | None) -> Iterable[_Step]:
    found = []
    while last is not None:
        found.append(last)
        last = last.before
    return reversed(found)
