"""Replay order: which of the recorded interactions that match a request answers it now.

Recorded interactions have positions (0, 1, 2, …). A session's past is the set of writes that it has replayed. A read is
answered from the epoch of the recording that fits this past best (`progress`); within an epoch in recorded order, and
the last one again. So no read runs ahead of a write that the client has not made, and none lags behind one that it has;
what the client has deleted is never shown again. Writes on other things play no part: a client that waits for its own
server must not wait for somebody else's.

Writes go in recorded order, and each is given once: what was recorded twice has no third answer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum, StrEnum, auto

import msgspec

from cloudtape.matchers.recordings.progress import NO_DIFFERENCE, Difference, PlayedWrites
from cloudtape.matchers.recordings.recording import Recording
from cloudtape.matchers.recordings.summary import Identity
from cloudtape.matchers.requests.things import crc_of

NEIGHBOURS = 12
"""Interactions before a recorded write, by the same asker, that say among what it was recorded."""
MOST_WEIGHED = 64
"""Recorded answers to one write that are compared: the cost stays the same in a large cassette."""


class Polling(StrEnum):
    """Which of the recorded answers to a client that polls are given."""

    DISTINCT = "distinct"  # each state once: of equal answers with no write between them, the first
    AS_RECORDED = "as-recorded"  # all of them
    COLLAPSE = "collapse"  # the last one before the next write


class Asker(msgspec.Struct, frozen=True):
    """Who asks: the number of the token, and whose it is in the recording's words."""

    token: int = 0
    identity: Identity = ()


ANYBODY = Asker()
Kinship = tuple[bool, int, int]
"""How near a recorded write is to what a session has done: the greater, the nearer."""
Which = tuple[bytes, Identity]
"""A request, and who asks where that matters."""


class Shown(Enum):
    """How the answer to a read shows one of some items."""

    NOT = auto()
    IN_A_LIST = auto()  # it can be taken out of that
    ITSELF = auto()


Shows = Callable[[int, Sequence[int]], Shown]
"""How the answer at a position shows any of some items."""


def shows_itself(_: int, __: Sequence[int]) -> Shown:
    return Shown.ITSELF


class Past:
    """What one session has replayed so far."""

    def __init__(self, recording: Recording, polling: Polling = Polling.DISTINCT, shows: Shows = shows_itself) -> None:
        self._recording, self._polling, self._shows = recording, polling, shows
        self._last: dict[Which, int] = {}
        self._replayed: dict[int, None] = {}
        """Writes, in the order in which this session made them."""
        self._latest: dict[int, int] = {}
        """For each item the last of the writes on it, in the order of the recording."""
        self._given: set[int] = set()
        self._progress: dict[int, PlayedWrites] = {}
        self._kin: dict[int, set[int]] = {}
        self._begin: dict[Which, int] = {}
        self._ended: set[int] = set()
        """Writes that left nothing of what they were on."""
        self.difference: Difference = NO_DIFFERENCE
        """By which items the last read differs from what is there for this session now."""

    def next(self, key: bytes, asker: Asker = ANYBODY) -> int | None:
        """The position that answers a request now; it counts as played.

        None when nothing was recorded for it, when all that was recorded of a write was given already, and when every
        recorded answer to a read shows something that this session has deleted.
        """
        positions = self._recording.positions(key)
        if not positions:
            return None
        self.difference = NO_DIFFERENCE
        # A request that was recorded by several users is answered with what its own one was.
        whose = asker.identity if len(positions) > 1 else ()
        own = (self._recording.of_identity(key, whose) if whose else ()) or positions
        position = self._choose((key, whose), own, asker.token)
        if position is not None:
            if len(positions) > 1:
                self._last[key, whose] = position
            self._play(position, asker.token)
        return position

    def is_free(self, position: int) -> bool:
        """Whether a recorded request can still be answered: a read always can."""
        return not self._recording.is_write(position) or any(
            one not in self._replayed for one in self._recording.same_as(position)[:MOST_WEIGHED]
        )

    def replayed(self, positions: Sequence[int]) -> list[int]:
        """Those of some writes that were replayed."""
        return [one for one in positions if one in self._replayed]

    def has_made(self, name: str) -> bool:
        """Whether something that this session has written bears a recorded name or id."""
        return any(one in self._replayed for one in self._recording.writes.get(crc_of(name), ()))

    def stays_whole(self, pairs: Mapping[int, int]) -> bool:
        """Whether no position would be replayed for two."""
        return all(new in pairs or new not in self._replayed for new in pairs.values())

    def exchange(self, pairs: Sequence[tuple[int, int]]) -> None:
        """For each pair, not the first was replayed, but the second."""
        for one, _ in pairs:
            self._replayed.pop(one, None)
            self._ended.discard(one)
            for progress in self._concerned(self._recording.things(one)):
                progress.take_back(one)
        for _, other in pairs:
            self._play(other, 0)
        self._begin.clear()

    def kinship(self, position: int, token: int) -> Kinship:
        """Whether this session has made something else with this token that was made with the same one in the
        recording; how little of what was recorded before a write with its token is missing; how much of what was
        recorded before it by its asker is done.
        """
        is_kin = self._recording.asker(position) in self._kin.get(token, ())
        own, whole = self._recording.before(position, NEIGHBOURS)
        return is_kin, -sum(one not in self._given for one in own), sum(one in self._given for one in whole)

    def _play(self, position: int, token: int) -> None:
        self._given.add(position)
        if self._recording.is_write(position) and position not in self._replayed:
            self._replayed[position] = None
            if self._recording.is_end(position):
                self._ended.add(position)
            if token and self._recording.is_create(position):
                self._kin.setdefault(token, set()).add(self._recording.asker(position))
            for item in self._recording.items(position):
                self._latest[item] = max(position, self._latest.get(item, -1))
            for progress in self._concerned(self._recording.things(position)):
                progress.play(position)

    def _choose(self, which: Which, positions: Sequence[int], token: int) -> int | None:
        if self._recording.is_write(positions[0]):
            return self._next_write(which, positions, token)
        if len(positions) == 1 and (not self._ended or not self._may_show_what_is_gone(positions[0])):
            return positions[0]
        thing = self._recording.about(positions[0])
        if not self._recording.writes.get(thing):
            return self._next_of(positions, 0, len(positions), which)
        progress = self._progress_of(thing)
        for begin, end in progress.epochs(positions):
            position = self._next_of(positions, begin, end, which) if end - begin > 1 else positions[begin]
            gone, _ = self.difference = progress.difference(position)
            if not gone or self._shows(position, gone) is not Shown.ITSELF:
                return position
        return None

    def _may_show_what_is_gone(self, position: int) -> bool:
        """Whether this session has ended something of what a read is about."""
        thing = self._recording.about(position)
        return thing in self._recording.writes and not self._recording.story(thing).ending.isdisjoint(self._ended)

    def _next_of(self, positions: Sequence[int], begin: int, end: int, which: Which) -> int:
        """The first position of a range behind the last one given, or the range's last again."""
        if self._polling is Polling.COLLAPSE:
            return positions[end - 1]
        at = min(max(bisect_right(positions, self._last.get(which, -1)), begin), end - 1)
        if self._polling is Polling.DISTINCT:
            at = self._distinct(positions, begin, at, end)
        return positions[at]

    def _distinct(self, positions: Sequence[int], begin: int, at: int, end: int) -> int:
        """The first answer of a range from `at` on that is not the one before it again; else the range's last such."""
        ahead = at
        while begin < ahead < end and self._recording.is_repeated(positions[ahead]):
            self._given.add(positions[ahead])
            ahead += 1
        if ahead < end:
            return ahead
        while begin < at and self._recording.is_repeated(positions[at]):
            at -= 1
        return at

    def _next_write(self, which: Which, positions: Sequence[int], token: int) -> int | None:
        """In order, but of several things made the one that fits best."""
        begin = self._begin.get(which, 0)
        while begin < len(positions) and positions[begin] in self._replayed:
            begin += 1
        self._begin[which] = begin
        left = [one for one in positions[begin : begin + MOST_WEIGHED] if one not in self._replayed]
        if len(left) > 1:
            # What was recorded before the last write on the thing is over: it was made anew, say.
            latest = max((self._latest.get(item, -1) for item in self._recording.items(left[0])), default=-1)
            left = [one for one in left if one > latest] or left
        creates = [one for one in left if self._recording.is_create(one)]
        if len(creates) > 1 and creates[0] == left[0]:
            return max(creates, key=lambda one: (*self.kinship(one, token), -one))
        return left[0] if left else None

    def _concerned(self, things: Iterable[int]) -> Iterator[PlayedWrites]:
        """The progress in each story that a write on some things is a part of, as far as it was asked for."""
        for thing in things:
            for one in (thing, *self._recording.also.get(thing, ())):
                if one in self._progress:
                    yield self._progress[one]

    def _progress_of(self, thing: int) -> PlayedWrites:
        progress = self._progress.get(thing)
        if progress is None:
            story = self._recording.story(thing)
            progress = self._progress[thing] = PlayedWrites(story)
            part = self._replayed.keys() & set(story.writes)
            for position in self._replayed if part else ():
                if position in part:
                    progress.play(position)
        return progress
