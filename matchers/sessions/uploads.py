"""What a session has uploaded in place of what was recorded, and where: the live data for the recorded one.

Data is known by its ETag (MD5), which Swift and glance tell of it, and by its place: of two uploads that were recorded
with the same bytes, the one at the place that is asked about is meant. Other checksums are worked out when an answer
tells one. Knows no HTTP answer (`checksums` does); what the data is made of is the caller's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol, Self

from cloudtape.cassettes.messages import Request
from cloudtape.matchers.requests.things import Thing
from cloudtape.openstack.numbers import whole

# By the length of their hex digits, the likeliest first. Glance may be configured to use any (`hashing_algorithm`).
ALGORITHMS = {
    32: ("md5",),
    40: ("sha1",),
    56: ("sha224", "sha3_224"),
    64: ("sha256", "sha3_256", "blake2s"),
    96: ("sha384", "sha3_384"),
    128: ("sha512", "sha3_512", "blake2b"),
}
CHECKSUM = re.compile(r"[0-9a-f]{32,128}")
RANGE = re.compile(r"bytes=\s*([0-9]*)\s*-\s*([0-9]*)\s*")


class Data(Protocol):
    """Bytes that can be read; the parts of it, and several one after the other, are such, too."""

    @property
    def size(self) -> int: ...

    def digest(self, algorithm: str) -> str:
        """In hex."""

    def read(self, start: int, stop: int) -> bytes: ...

    def slice(self, start: int, stop: int) -> Self: ...

    def __add__(self, other: Self) -> Self: ...


class Upload:
    """Recorded data, and the live data in its place.

    `etags` are those of the recorded and of the live data; where there is none, both are the same data, or no answer
    was recorded that tells it. `is_trusted`: what was recorded is not what was sent (a secret was removed, or a content
    coding), so that whatever checksum is told of its place is taken for that of the recorded data.
    """

    __slots__ = ("_words", "etags", "is_trusted", "live", "recorded")

    def __init__(
        self, recorded: Any, live: Any, etags: tuple[str, str] | None = None, is_trusted: bool = False
    ) -> None:
        self.recorded: Data = recorded
        self.live: Data = live
        self.etags, self.is_trusted = etags, is_trusted
        self._words: dict[str, str | None] = {etags[0]: etags[1]} if etags else {}

    @property
    def differs(self) -> bool:
        return self.recorded is not self.live

    def live_checksum(self, recorded: str) -> str | None:
        """The live checksum for a recorded one; None where it is not one of this data."""
        if recorded not in self._words:
            self._words[recorded] = self._worked_out(recorded)
        return self._words[recorded]

    def _worked_out(self, recorded: str) -> str | None:
        for algorithm in ALGORITHMS.get(len(recorded), ()):
            if self.is_trusted or self.recorded.digest(algorithm) == recorded:
                return self.live.digest(algorithm)
        return None


class Placed(NamedTuple):
    """`item` is the place's name in the live run."""

    upload: Upload
    item: str


class Write(NamedTuple):
    """A replayed write that changed what is where: the live request, without its body, and the live data."""

    request: Request
    data: Any
    files: tuple[tuple[str, Any], ...]
    made: dict[int, Upload]
    """By the positions that it stood for so far."""


class Uploads:
    """Of one session, by their recorded places; empty at its start.

    All of it follows from the `writes`, by their recorded positions. When some of these change places, it is worked out
    again by `renew`, which begins with `begin_again`.
    """

    def __init__(self) -> None:
        self.writes: dict[int, Write] = {}
        self.renew: Callable[[Uploads], None] = Uploads.begin_again
        self._is_stale = False
        self._clear()

    def _clear(self) -> None:
        self._at: dict[tuple[str, str], Placed] = {}
        self._of: dict[str, list[Upload]] = {}
        self._of_live: dict[str, list[Upload]] = {}
        self._recorded_words: dict[str, str] = {}
        self.families: set[str] = set()
        self.differ = False
        """Whether any live data is other data than was recorded."""
        self.largest = 0
        """Bytes of the largest data."""

    def __bool__(self) -> bool:
        self._renewed()
        return bool(self._at)

    def exchange(self, positions: Iterable[tuple[int, int]]) -> None:
        """For each pair, not the first was replayed, but the second."""
        moved = dict(positions)
        if not self.writes.keys().isdisjoint(moved):
            self.writes = {moved.get(position, position): write for position, write in self.writes.items()}
            self._is_stale = True

    def begin_again(self) -> None:
        """Forget what follows from the writes."""
        self._clear()
        self._is_stale = False

    def _renewed(self) -> None:
        if self._is_stale:
            self.renew(self)

    # --- what a write does -------------------------------------------------------------------------------------------

    def put(self, place: Thing, item: str, upload: Upload) -> None:
        self._at[place.family, place.item] = Placed(upload, item)
        self.families.add(place.family)
        self.differ = self.differ or upload.differs
        self.largest = max(self.largest, upload.live.size, upload.recorded.size)
        if upload.etags:
            recorded, live = upload.etags
            for known, word in ((self._of, recorded), (self._of_live, live)):
                uploads = known.setdefault(word, [])
                if upload not in uploads:
                    uploads.append(upload)

    def forget(self, place: Thing) -> None:
        """Something else is there from now on, or nothing. What was there may come back (versions)."""
        self._at.pop((place.family, place.item), None)

    def copy(self, source: Thing, place: Thing, item: str) -> None:
        found = self._at.get((source.family, source.item))
        if found:
            self.put(place, item, found.upload)
        else:
            self.forget(place)

    # --- looking up --------------------------------------------------------------------------------------------------

    def at(self, place: Thing) -> Upload | None:
        self._renewed()
        found = self._at.get((place.family, place.item))
        return found.upload if found else None

    def of(self, checksum: str, place: Thing | None = None) -> Upload | None:
        """The upload with a recorded ETag: the one at a place, else the last one."""
        self._renewed()
        return self._among(self._of.get(checksum, ()), place)

    def of_live(self, checksum: str, place: Thing | None = None) -> Upload | None:
        """The same for a live ETag."""
        self._renewed()
        return self._among(self._of_live.get(checksum, ()), place)

    def _among(self, uploads: Iterable[Upload], place: Thing | None) -> Upload | None:
        found = list(uploads)
        if len(found) > 1 and place and (own := self.at(place)) in found:
            return own
        return found[-1] if found else None

    def knows(self, word: str) -> bool:
        """Whether it is a checksum of recorded data."""
        self._renewed()
        return word in self._of

    def knows_live(self, word: str) -> bool:
        """Whether it is a checksum of live data that was told, or that a client may know."""
        self._renewed()
        return word in self._of_live or word in self._recorded_words

    def live_checksum(self, upload: Upload, recorded: str) -> str | None:
        live = upload.live_checksum(recorded) if CHECKSUM.fullmatch(recorded) else None
        if live:
            self._recorded_words[live] = recorded
        return live

    def recorded_checksum(self, live: str, place: Thing | None = None) -> str | None:
        upload = self.of_live(live, place)
        return upload.etags[0] if upload and upload.etags else self._recorded_words.get(live)

    def below(self, family: str, prefix: str) -> list[Upload]:
        """What is at the places that begin so, by their live names."""
        self._renewed()
        found = [
            (one.item, one.upload) for (of, item), one in self._at.items() if of == family and item.startswith(prefix)
        ]
        return [upload for _, upload in sorted(found, key=lambda pair: pair[0])]

    def growth(self, family: str, prefix: str = "") -> int:
        """How many bytes more there are below a place than were recorded."""
        return sum(one.live.size - one.recorded.size for one in self.below(family, prefix) if one.differs)

    def has_part(self, place: Thing, asked: str) -> bool:
        """Whether a part of what is at a place can be given, by a Range header."""
        upload = self.at(place)
        return upload is not None and part_of(asked, upload.live.size) is not None


def part_of(asked: str, size: int) -> tuple[int, int] | None:
    """From where to where in so many bytes one range lies (RFC 9110, 14.1.2).

    None for several ranges, and for what cannot be given.
    """
    found = RANGE.fullmatch(asked)
    first, last = (whole(found[1]), whole(found[2])) if found else (None, None)
    if first is not None:
        start, stop = first, size if last is None else min(last + 1, size)
    elif last is not None:
        start, stop = max(size - last, 0), size
    else:
        return None
    return (start, stop) if start < stop else None


def joined_etag(etags: Iterable[str]) -> str:
    """Swift's ETag of a large object, by those of its segments."""
    return hashlib.md5("".join(etags).encode(), usedforsecurity=False).hexdigest()
