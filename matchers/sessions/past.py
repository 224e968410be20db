"""Replay order: which of the recorded interactions that match a request answers it now.

Recorded interactions have positions (0, 1, 2, …). A session's past is the set of writes that it has replayed. A read is
answered from the epoch of the recording that fits this past best (`progress`); within an epoch in recorded order, and
the last one again. So no read runs ahead of a write that the client has not made, and none lags behind one that it has.
Writes on other things play no part: a client that waits for its own server must not wait for somebody else's.

Writes go in recorded order. What a create made stands for one live thing only: a request that was recorded twice and
made two things has no third answer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from cloudtape.matchers.recordings.progress import Progress
from cloudtape.matchers.recordings.recording import Recording
from cloudtape.matchers.recordings.summary import Identity

NEIGHBOURS = 12
MOST_WEIGHED = 64


class Asker(msgspec.Struct, frozen=True):
    """Who asks: the number of the token, and whose it is in the recording's words."""

    token: int = 0
    identity: Identity = ()


ANYBODY = Asker()
Which = tuple[bytes, Identity]
"""A request, and who asks where that matters."""


class Past:
    """What one session has replayed so far.

    `collapse`: of the answers that a client polled for, only the last one before the next write is given.
    """

    def __init__(self, recording: Recording, collapse: bool = False) -> None:
        self._recording, self._collapse = recording, collapse
        self._last: dict[Which, int] = {}
        self._replayed: dict[int, None] = {}
        """Writes, in the order in which this session made them."""
        self._given: set[int] = set()
        self._progress: dict[int, Progress] = {}
        self._kin: dict[int, set[int]] = {}
        self._begin: dict[Which, int] = {}

    def next(self, key: bytes, asker: Asker = ANYBODY) -> int | None:
        """The position that answers a request now; it counts as played. None when nothing was recorded for it, or when
        all that was made by such a request stands for something already.
        """
        positions = self._recording.positions(key)
        if not positions:
            return None
        # A request that was recorded by several users is answered with what its own one was.
        whose = asker.identity if len(positions) > 1 else ()
        own = (self._recording.of_identity(key, whose) if whose else ()) or positions
        position = self._choose((key, whose), own, asker.token)
        if position is not None:
            if len(positions) > 1:
                self._last[key, whose] = position
            self._play(position, asker.token)
        return position

    def is_spent(self, key: bytes) -> bool:
        """Whether all that was recorded for a request are creates that stand for something already."""
        positions = self._recording.positions(key)
        return all(self._recording.is_create(one) and one in self._replayed for one in positions[:MOST_WEIGHED])

    def has_free(self, key: bytes) -> bool:
        """Whether something that was made by such a request stands for nothing yet; true where it made nothing."""
        creates = [one for one in self._recording.positions(key)[:MOST_WEIGHED] if self._recording.is_create(one)]
        return not creates or any(one not in self._replayed for one in creates)

    def replayed(self, positions: Sequence[int]) -> list[int]:
        """Those of some writes that were replayed."""
        return [one for one in positions if one in self._replayed]

    def stays_whole(self, pairs: Mapping[int, int]) -> bool:
        """Whether no position would be replayed for two."""
        return all(new in pairs or new not in self._replayed for new in pairs.values())

    def exchange(self, pairs: Sequence[tuple[int, int]]) -> None:
        """For each pair, not the first was replayed, but the second."""
        for one, _ in pairs:
            self._replayed.pop(one, None)
            for progress in self._concerned(self._recording.things(one)):
                progress.take_back(one)
        for _, other in pairs:
            self._play(other, 0)
        self._begin.clear()

    def kinship(self, position: int, token: int) -> float:
        """How much of what was recorded around a position this session has done, and done with this token."""
        near = range(max(0, position - NEIGHBOURS), position)
        done = sum(one in self._given for one in near) / NEIGHBOURS
        return done + (self._recording.asker(position) in self._kin.get(token, ()))

    def _play(self, position: int, token: int) -> None:
        self._given.add(position)
        if self._recording.is_write(position) and position not in self._replayed:
            self._replayed[position] = None
            if token and self._recording.is_create(position):
                self._kin.setdefault(token, set()).add(self._recording.asker(position))
            for progress in self._concerned(self._recording.things(position)):
                progress.play(position)

    def _choose(self, which: Which, positions: Sequence[int], token: int) -> int | None:
        last = self._last.get(which, -1)
        if self._recording.is_write(positions[0]):
            return self._next_write(which, positions, token)
        if len(positions) == 1:
            return positions[0]
        thing = self._recording.about(positions[0])
        writes = self._recording.writes.get(thing)
        begin, end = self._progress_of(thing).best_epoch(positions) if writes else (0, len(positions))
        return positions[end - 1] if self._collapse else _next_of(positions, begin, end, last)

    def _next_write(self, which: Which, positions: Sequence[int], token: int) -> int | None:
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

    def _concerned(self, things: Iterable[int]) -> Iterator[Progress]:
        """The progress in each story that a write on some things is a part of, as far as it was asked for."""
        for thing in things:
            for one in (thing, *self._recording.also.get(thing, ())):
                if one in self._progress:
                    yield self._progress[one]

    def _progress_of(self, thing: int) -> Progress:
        progress = self._progress.get(thing)
        if progress is None:
            story = self._recording.story(thing)
            progress = self._progress[thing] = Progress(story)
            part = self._replayed.keys() & set(story.writes)
            for position in self._replayed if part else ():
                if position in part:
                    progress.play(position)
        return progress


def _next_of(positions: Sequence[int], begin: int, end: int, last: int) -> int:
    """The first position of a range behind the last one given, or the range's last again."""
    return positions[min(max(bisect_right(positions, last), begin), end - 1)]
