"""Why a request was missed: what was recorded that is most like it, and how that differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from cloudtape.cassettes.content import is_within, size_of
from cloudtape.cassettes.messages import Body, Request
from cloudtape.matchers.recordings.recording import Recording
from cloudtape.matchers.recordings.summary import family_of, place_of
from cloudtape.matchers.requests.canonical import OTHER_BYTES, Canonical, canonical, differences
from cloudtape.matchers.requests.content import digest_of
from cloudtape.matchers.requests.things import thing_of

MOST_SHOWN = 3
MOST_COMPARED = 50
"""Recorded interactions that are read and compared for one miss: a miss costs the same in a large cassette."""
MOST_READ = 32 * 1024
"""Bytes of recorded bodies that are read for one miss, while others wait; the rest are told apart by their digests."""


@dataclass(frozen=True, slots=True, order=True)
class Near:
    """A recorded request that is not the one asked for; `differences` in words."""

    interaction: int
    method: str
    uri: str
    differences: tuple[str, ...]

    def __str__(self) -> str:
        return f"interaction {self.interaction} ({self.method} {self.uri}): {'; '.join(self.differences)}"


@dataclass(frozen=True, slots=True)
class Miss:
    """Why nothing recorded answers a request, in words, and what comes nearest. `str()` is the reason in one line."""

    method: str
    uri: str
    reason: str
    nearest: tuple[Near, ...] = field(default=())

    def __str__(self) -> str:
        near = f"; nearest: {self.nearest[0]}" if self.nearest else ""
        return f"{self.reason}{near}"

    def facts(self) -> dict[str, Any]:
        """The same as plain data."""
        near = [
            {"interaction": one.interaction, "method": one.method, "uri": one.uri, "differences": list(one.differences)}
            for one in self.nearest
        ]
        return {"reason": self.reason, "method": self.method, "uri": self.uri, "nearest": near}


class Nearest:
    """Finds the nearest interactions of a recording; `read` gives a position's request."""

    def __init__(self, recording: Recording, read: Callable[[int], Request]) -> None:
        self._read = read
        self._by_place: dict[int, list[int]] = {}
        self._by_family: dict[int, list[int]] = {}
        for position, (place, family) in enumerate(zip(recording.places, recording.families, strict=True)):
            _note(self._by_place, place, position)
            _note(self._by_family, family, position)

    def miss(self, request: Request) -> Miss:
        asked = canonical(request)
        same_place = self._by_place.get(place_of(asked), [])
        family = self._by_family.get(family_of(asked, thing_of(request.uri)), [])
        nearest = self._compared(request, asked, dict.fromkeys([*same_place, *family]))
        if same_place:
            reason = "it was recorded with other parameters or another body"
        elif family:
            reason = f"no {request.method} on this path was recorded, only on others of its kind"
        else:
            reason = f"no {request.method} of this kind was recorded"
        return Miss(request.method, request.uri, reason, nearest)

    def _compared(self, request: Request, asked: Canonical, positions: Iterable[int]) -> tuple[Near, ...]:
        found, left = [], MOST_READ if is_within(request, MOST_READ) else 0
        for position in list(positions)[:MOST_COMPARED]:
            recorded = self._read(position)
            if recorded.body and not is_within(recorded, left):
                same, differing = self._at_a_glance(recorded, request)
            else:
                left -= size_of(recorded.body)
                same = canonical(recorded)
                differing = tuple(differences(same, asked))
            # Another path is another thing: it comes behind whatever differs on the same one.
            order = (same.place != asked.place, len(differing), position)
            found.append((order, Near(position + 1, recorded.method, recorded.uri, differing)))
        distinct = {near.differences: (order, near) for order, near in sorted(found, reverse=True)}
        return tuple(near for _, near in sorted(distinct.values()))[:MOST_SHOWN]

    @staticmethod
    def _at_a_glance(recorded: Request, request: Request) -> tuple[Canonical, tuple[str, ...]]:
        """What differs, where bodies are too large to be read."""
        same, asked = [canonical(replace(one, body=b"")) for one in (recorded, request)]
        told = tuple(differences(same, asked))
        return same, told if _are_same(recorded.body, request.body) else (*told, OTHER_BYTES)


def _are_same(recorded: Body, asked: Body) -> bool:
    return size_of(recorded) == size_of(asked) and digest_of(recorded) == digest_of(asked)


def _note(index: dict[int, list[int]], key: int, position: int) -> None:
    positions = index.setdefault(key, [])
    if len(positions) < MOST_COMPARED:
        positions.append(position)
