"""How far a session has come in what was recorded of a thing, and which epoch of the recording fits that best.

The writes on a thing cut what was read of it into epochs: epoch 2 is what was read after two writes. A story tells, for
each epoch, which items were there (servers in the collection `servers`) and what had been done to them; the session's
progress tells the same of now. An item that is there on one side only, and a write that the session has made but the
epoch has not, weigh most: no read may lag behind what the client did. A write that the client left out weighs little,
and an item that came and went in the recording and never came in the session weighs nothing.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence

LAG = 1000

Difference = tuple[Sequence[int], Sequence[int]]
"""Items that are gone, and those that are lacking."""
NO_DIFFERENCE: Difference = (), ()


class Story:
    """The writes on one thing, in recorded order: their positions, the items that each is on, whether it ends or makes
    them.

    An item that the first write on it does not make was there before. Shared by all sessions.
    """

    def __init__(
        self, writes: Sequence[int], items: Sequence[Sequence[int]], ends: Sequence[bool], makes: Sequence[bool]
    ) -> None:
        self.writes, self.items, self.ends = writes, items, ends
        self.ending = frozenset(position for position, end in zip(writes, ends, strict=True) if end)
        self.numbers: dict[int, list[int]] = {}
        self._before: set[int] = set()
        for number, on in enumerate(items):
            for item in on:
                if item not in self.numbers and not makes[number]:
                    self._before.add(item)
                self.numbers.setdefault(item, []).append(number)
        there = set(self._before)
        self.there = array("I", [len(there)])
        """How many items there are in each epoch."""
        for on, end in zip(items, ends, strict=True):
            there.difference_update(on) if end else there.update(on)
            self.there.append(len(there))

    def is_there(self, item: int, epoch: int) -> bool:
        numbers = self.numbers[item]
        before = bisect_left(numbers, epoch)
        return not self.ends[numbers[before - 1]] if before else item in self._before


class PlayedWrites:
    """Which writes of a story a session has replayed."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._played: list[int] = []
        """Numbers of writes in the story, sorted."""
        self._of_item: dict[int, list[int]] = {}
        self._there: set[int] = set()
        """Items that the session has made, or changed, and not ended."""
        self._ended: set[int] = set()
        """Items that the session has ended."""
        self._latest = -1
        self._prefix = 0

    def play(self, position: int) -> None:
        number = bisect_left(self._story.writes, position)
        at = bisect_left(self._played, number)
        if self._played[at : at + 1] == [number]:
            return
        self._played.insert(at, number)
        self._latest = number
        for item in self._story.items[number]:
            insort(self._of_item.setdefault(item, []), number)
            self._look_at(item)
        while self._prefix < len(self._played) and self._played[self._prefix] == self._prefix:
            self._prefix += 1

    def take_back(self, position: int) -> None:
        number = bisect_left(self._story.writes, position)
        if number in self._played:
            self._played.remove(number)
            self._prefix = next((at for at, one in enumerate(self._played) if at != one), len(self._played))
            self._latest = self._played[-1] if self._played else -1
            for item in self._story.items[number]:
                self._of_item[item].remove(number)
                if not self._of_item[item]:
                    del self._of_item[item]
                self._look_at(item)

    def _look_at(self, item: int) -> None:
        played = self._of_item.get(item)
        has_ended = bool(played and self._story.ends[played[-1]])
        for items, is_in in ((self._there, bool(played) and not has_ended), (self._ended, has_ended)):
            items.add(item) if is_in else items.discard(item)

    def difference(self, position: int) -> Difference:
        """Of the items that were there when a read was recorded those that the session has ended; and of those that it
        has made or changed, those that were not there.
        """
        epoch = self._epoch_of(position)
        if epoch == self._prefix == len(self._played):
            return NO_DIFFERENCE  # the same was done by then
        is_there = self._story.is_there
        gone = [one for one in self._ended if is_there(one, epoch)]
        return gone, [one for one in self._there if not is_there(one, epoch)]

    def epochs(self, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
        """The ranges of `positions` (from, to) that lie in one epoch each, the one that fits best first.

        The earlier one on ties.
        """
        first = None
        if len(positions) == 1:
            yield 0, 1
            return
        if len(self._played) == self._prefix:
            yield (first := self._in_order(positions))
        found = sorted(self._epochs(positions), key=lambda epoch: self._misfit(self._epoch_of(positions[epoch[0]])))
        yield from (one for one in found if one != first)

    def _in_order(self, positions: Sequence[int]) -> tuple[int, int]:
        """The writes so far were the first ones, in order: the epoch behind them fits, else its nearest neighbour."""
        epoch = self._range(positions, self._prefix)
        if epoch[0] < epoch[1]:
            return epoch
        at = epoch[0]
        if at == 0:
            return self._range(positions, self._epoch_of(positions[0]))
        before = self._epoch_of(positions[at - 1])
        if at < len(positions):
            after = self._epoch_of(positions[at])
            if after - self._prefix < self._prefix - before:
                return self._range(positions, after)
        return self._range(positions, before)

    def _epoch_of(self, position: int) -> int:
        return bisect_left(self._story.writes, position)

    def _range(self, positions: Sequence[int], epoch: int) -> tuple[int, int]:
        writes = self._story.writes
        begin = bisect_left(positions, writes[epoch - 1]) if epoch else 0
        end = bisect_left(positions, writes[epoch]) if epoch < len(writes) else len(positions)
        return begin, end

    def _epochs(self, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
        at = 0
        while at < len(positions):
            begin, end = self._range(positions, self._epoch_of(positions[at]))
            yield begin, end
            at = end

    def _misfit(self, epoch: int) -> tuple[int, int, bool]:
        """First of what the session did last, then of all; of equal ones, what was read behind the last write."""
        latest = self._story.items[self._latest] if self._latest >= 0 else ()
        mine = sum(self._story.is_there(item, epoch) for item in self._there)
        others = self._story.there[epoch] - mine
        total = others + sum(self._of_one(item, epoch) for item in self._there)
        of_latest = sum(self._of_one(item, epoch) for item in latest if item in self._of_item)
        return of_latest, total, epoch <= self._latest

    def _of_one(self, item: int, epoch: int) -> int:
        played = self._of_item[item]
        is_there = self._story.is_there(item, epoch)
        if is_there != (item in self._there):
            return LAG
        if not is_there:
            return 0
        before, done = bisect_left(self._story.numbers[item], epoch), bisect_left(played, epoch)
        return before - done + LAG * (len(played) - done)
