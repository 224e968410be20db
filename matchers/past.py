"""Replay order: which of the recorded interactions that match a request answers it now.

Recorded interactions have positions (0, 1, 2, …). The writes on a thing cut the reads of it into epochs: epoch 2 is
what was read after two of its writes. A session's past is the set of writes that it has replayed; a read is answered
from the epoch that fits it:

    not before the write that the session replayed last, where anything was read after it
    fit = writes before the epoch that were not replayed + writes after it that were            (the less, the better)

Within an epoch reads go in recorded order, and the last one is given again. So no read runs ahead of a write that the
client has not made, and none lags behind one that it has. Writes on other things play no part: a client that waits
for its own server must not wait for somebody else's.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

KEY, PLACE, FAMILY, THING, THINGS = range(5)


class Recorded:
    """The positions of all interactions, by what they match and what they touch. Shared by all sessions."""

    def __init__(self, summaries: Iterable[Sequence[Any]]) -> None:
        self._by_key: dict[bytes, int | list[int]] = {}
        self.things: dict[int, Sequence[int]] = {}
        self.thing_of: dict[bytes, int] = {}
        self.writes: dict[int, list[int]] = {}
        for position, summary in enumerate(summaries):
            self._add(position, summary)

    def _add(self, position: int, summary: Sequence[Any]) -> None:
        key, things = summary[KEY], summary[THINGS]
        before = self._by_key.get(key)
        if before is None:
            self._by_key[key] = position
        elif isinstance(before, int):
            self._by_key[key] = [before, position]
            self.thing_of[key] = summary[THING]
        else:
            before.append(position)
        if things is not None:
            self.things[position] = things
            for thing in things:
                self.writes.setdefault(thing, []).append(position)

    def positions(self, key: bytes) -> Sequence[int]:
        """Where a request was recorded, in order."""
        found = self._by_key.get(key, ())
        return (found,) if isinstance(found, int) else found


class Past:
    """What one session has replayed so far."""

    def __init__(self, recorded: Recorded) -> None:
        self._recorded = recorded
        self._last: dict[bytes, int] = {}
        self._replayed: set[int] = set()
        self._progress: dict[int, _Progress] = {}

    def next(self, key: bytes) -> int | None:
        """The position that answers a request now; it counts as played. None when nothing was recorded for it."""
        positions = self._recorded.positions(key)
        if not positions:
            return None
        position = positions[0] if len(positions) == 1 else self._choose(key, positions)
        self._play(key, position)
        return position

    @property
    def played(self) -> frozenset[int]:
        """The last position given for each request; `all_played` of the replayer adds up the rest."""
        return frozenset(self._last.values())

    def _play(self, key: bytes, position: int) -> None:
        self._last[key] = position
        things = self._recorded.things.get(position)
        if things is not None and position not in self._replayed:
            self._replayed.add(position)
            for thing in things:
                self._progress_of(thing).play(position)

    def _choose(self, key: bytes, positions: Sequence[int]) -> int:
        last = self._last.get(key, -1)
        if positions[0] in self._recorded.things:
            return _next_of(positions, 0, len(positions), last)
        thing = self._recorded.thing_of[key]
        writes = self._recorded.writes.get(thing)
        if not writes:
            return _next_of(positions, 0, len(positions), last)
        begin, end = self._progress_of(thing).best_epoch(positions)
        return _next_of(positions, begin, end, last)

    def _progress_of(self, thing: int) -> _Progress:
        progress = self._progress.get(thing)
        if progress is None:
            progress = self._progress[thing] = _Progress(self._recorded.writes[thing])
        return progress


def _next_of(positions: Sequence[int], begin: int, end: int, last: int) -> int:
    """The first position of a range behind the last one given, or the range's last again."""
    return positions[min(max(bisect_right(positions, last), begin), end - 1)]


class _Progress:
    """How far a session has come in the writes on one thing."""

    def __init__(self, writes: list[int]) -> None:
        self._writes = writes
        self._replayed: set[int] = set()
        self._latest = -1
        self._prefix = 0
        self._fits: list[int] | None = None

    def play(self, position: int) -> None:
        self._replayed.add(position)
        self._latest = position
        while self._prefix < len(self._writes) and self._writes[self._prefix] in self._replayed:
            self._prefix += 1
        self._fits = None

    def best_epoch(self, positions: Sequence[int]) -> tuple[int, int]:
        """The range of `positions` (from, to) that lies in the epoch which fits best; the earlier one on ties."""
        if len(self._replayed) == self._prefix:
            return self._in_order(positions)
        after = bisect_left(positions, self._latest)
        epochs = self._epochs(positions, after if after < len(positions) else 0)
        return min(epochs, key=lambda epoch: self._fit(bisect_left(self._writes, positions[epoch[0]])))

    def _in_order(self, positions: Sequence[int]) -> tuple[int, int]:
        """The writes so far were the first ones, in order: the epoch behind them fits, else its nearest neighbour."""
        epoch = self._range(positions, self._prefix)
        if epoch[0] < epoch[1]:
            return epoch
        at = epoch[0]
        if at == 0:
            return self._range(positions, bisect_left(self._writes, positions[0]))
        before = bisect_left(self._writes, positions[at - 1])
        if at < len(positions):
            after = bisect_left(self._writes, positions[at])
            if after - self._prefix < self._prefix - before:
                return self._range(positions, after)
        return self._range(positions, before)

    def _range(self, positions: Sequence[int], epoch: int) -> tuple[int, int]:
        begin = bisect_left(positions, self._writes[epoch - 1]) if epoch else 0
        end = bisect_left(positions, self._writes[epoch]) if epoch < len(self._writes) else len(positions)
        return begin, end

    def _epochs(self, positions: Sequence[int], at: int) -> Iterable[tuple[int, int]]:
        while at < len(positions):
            begin, end = self._range(positions, bisect_left(self._writes, positions[at]))
            yield begin, end
            at = end

    def _fit(self, epoch: int) -> int:
        """Not replayed before the epoch, replayed behind it; counted for all epochs at once, anew after a write."""
        if self._fits is None:
            fits = [len(self._replayed)]
            for write in self._writes:
                fits.append(fits[-1] + (-1 if write in self._replayed else 1))
            self._fits = fits
        return self._fits[epoch]
