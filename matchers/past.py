"""Replay order: which of the recorded interactions that match a request answers it now.

Recorded interactions have positions (0, 1, 2, …). The writes on a thing cut the reads of it into epochs: epoch 2 is
what was read after two of its writes. A session's past is the set of writes that it has replayed; a read is answered
from the epoch that fits it:

    not before the write that the session replayed last, where anything was read after it
    fit = writes before the epoch that were not replayed + writes after it that were            (the less, the better)

Within an epoch reads go in recorded order, and the last one is given again. So no read runs ahead of a write that the
client has not made, and none lags behind one that it has. Writes on other things play no part: a client that waits
for its own server must not wait for somebody else's.

Writes go in recorded order. What a create made stands for one live thing only: a request that was recorded twice and
made two things has no third answer.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from cloudtape.matchers.recording import Recording

NEIGHBOURS = 12
MOST_WEIGHED = 64


class Past:
    """What one session has replayed so far.

    `collapse`: of the answers that a client polled for, only the last one before the next write is given.
    """

    def __init__(self, recording: Recording, collapse: bool = False) -> None:
        self._recording, self._collapse = recording, collapse
        self._last: dict[tuple[bytes, int], int] = {}
        self._replayed: set[int] = set()
        self._given: set[int] = set()
        self._progress: dict[int, _Progress] = {}
        self._kin: dict[int, set[int]] = {}
        self._begin: dict[tuple[bytes, int], int] = {}

    def next(self, key: bytes, token: int = 0) -> int | None:
        """The position that answers a request now; it counts as played.

        `token` is the number of the token that the request acts with. None when nothing was recorded for it, or when
        all that was made by such a request stands for something already.
        """
        positions = self._recording.positions(key)
        if not positions:
            return None
        # A request that was recorded by several users is answered with what its own one was.
        identity = self._recording.identity(token) if len(positions) > 1 else 0
        of_identity = self._recording.of_identity(key, identity) if identity else positions
        position = self._choose(key, identity, of_identity or positions, token)
        if position is not None:
            self._last[key, identity] = position
            self._play(position, token)
        return position

    def is_spent(self, key: bytes) -> bool:
        """Whether all that was recorded for a request are creates that stand for something already."""
        positions = self._recording.positions(key)
        return all(self._recording.is_create(one) and one in self._replayed for one in positions[:MOST_WEIGHED])

    def replayed(self, positions: Sequence[int]) -> list[int]:
        """Those of some writes that were replayed."""
        return [one for one in positions if one in self._replayed]

    def exchange(self, pairs: Sequence[tuple[int, int]]) -> None:
        """For each pair, not the first was replayed, but the second."""
        for one, _ in pairs:
            self._replayed.discard(one)
            for thing in self._recording.things[one]:
                self._progress_of(thing).take_back(one)
        for one, other in pairs:
            self._play(other, self._recording.asker(one))
        self._begin.clear()

    def kinship(self, position: int, token: int) -> float:
        """How much of what was recorded around a position this session has done, and done with this token."""
        near = range(max(0, position - NEIGHBOURS), position)
        done = sum(one in self._given for one in near) / NEIGHBOURS
        return done + (self._recording.asker(position) in self._kin.get(token, ()))

    def _play(self, position: int, token: int) -> None:
        self._given.add(position)
        things = self._recording.things.get(position)
        if things is not None and position not in self._replayed:
            self._replayed.add(position)
            if self._recording.is_create(position):
                self._kin.setdefault(token, set()).add(self._recording.asker(position))
            for thing in things:
                self._progress_of(thing).play(position)

    def _choose(self, key: bytes, identity: int, positions: Sequence[int], token: int) -> int | None:
        last = self._last.get((key, identity), -1)
        if self._recording.is_write(positions[0]):
            return self._next_write((key, identity), positions, token)
        if len(positions) == 1:
            return positions[0]
        thing = self._recording.thing_of[key]
        writes = self._recording.writes.get(thing)
        begin, end = self._progress_of(thing).best_epoch(positions) if writes else (0, len(positions))
        return positions[end - 1] if self._collapse else _next_of(positions, begin, end, last)

    def _next_write(self, which: tuple[bytes, int], positions: Sequence[int], token: int) -> int | None:
        """In order, but of several things made the one that fits best; at the end what made nothing once more."""
        begin = self._begin.get(which, 0)
        while begin < len(positions) and positions[begin] in self._replayed:
            begin += 1
        self._begin[which] = begin
        left = [one for one in positions[begin : begin + MOST_WEIGHED] if one not in self._replayed]
        creates = [one for one in left if self._recording.is_create(one)]
        if creates and creates[0] == left[0]:
            return max(creates, key=lambda one: (self.kinship(one, token), -one))
        if left:
            return left[0]
        again = [one for one in positions[-MOST_WEIGHED:] if not self._recording.is_create(one)]
        return again[-1] if again else None

    def _progress_of(self, thing: int) -> _Progress:
        progress = self._progress.get(thing)
        if progress is None:
            progress = self._progress[thing] = _Progress(self._recording.writes[thing])
        return progress


def _next_of(positions: Sequence[int], begin: int, end: int, last: int) -> int:
    """The first position of a range behind the last one given, or the range's last again."""
    return positions[min(max(bisect_right(positions, last), begin), end - 1)]


class _Progress:
    """How far a session has come in the writes on one thing."""

    def __init__(self, writes: list[int]) -> None:
        self._writes = writes
        self._played: list[int] = []
        """Which of the writes were replayed: their numbers among the writes on this thing, sorted."""
        self._latest = -1
        self._prefix = 0

    def play(self, position: int) -> None:
        number = bisect_left(self._writes, position)
        at = bisect_left(self._played, number)
        if at < len(self._played) and self._played[at] == number:
            return
        self._played.insert(at, number)
        self._latest = position
        while self._prefix < len(self._played) and self._played[self._prefix] == self._prefix:
            self._prefix += 1

    def take_back(self, position: int) -> None:
        number = bisect_left(self._writes, position)
        if number in self._played:
            self._played.remove(number)
            self._prefix = next((at for at, one in enumerate(self._played) if at != one), len(self._played))
            self._latest = self._writes[self._played[-1]] if self._played else -1

    def best_epoch(self, positions: Sequence[int]) -> tuple[int, int]:
        """The range of `positions` (from, to) that lies in the epoch which fits best; the earlier one on ties."""
        if len(self._played) == self._prefix:
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
        """Writes before the epoch that were not replayed, and writes behind it that were."""
        before = bisect_left(self._played, epoch)
        return epoch - before + len(self._played) - before
