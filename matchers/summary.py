"""What replaying needs to know of each interaction before it is read, in a few numbers.

A cassette's index keeps these (`cloudtape.cassettes.cassette.load`), so `SUMMARY_VERSION` changes with whatever they
are made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import msgspec

from cloudtape.cassettes.messages import Interaction
from cloudtape.matchers.canonical import Canonical, canonical
from cloudtape.matchers.things import Thing, is_write, thing_of, touched

SUMMARY_VERSION = "2"


class Summary(msgspec.Struct, frozen=True):
    """Names are 32-bit numbers. `thing` is what a read is about; `things` are those whose reads a write may change.

    `place` stands for method and path, `family` for method and collection: where the nearest interactions of a miss
    are looked for.
    """

    key: bytes
    place: int
    family: int
    thing: int
    things: Sequence[int]


def summarise(interaction: Interaction) -> list[Any]:
    """The fields of a Summary as plain data; `things` is None for a read."""
    request = interaction.request
    same = canonical(request)
    thing = thing_of(request.uri)
    things = None
    if is_write(request):
        # The collection's own lists change with every write on one of its items.
        things = sorted({name(thing.family), *(name(item) for item in touched(interaction))})
    return [same.key, place_of(same), family_of(same, thing), name(thing.item or thing.family), things]


def name(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))


def place_of(same: Canonical) -> int:
    return name(f"{same.method} {same.place}")


def family_of(same: Canonical, thing: Thing) -> int:
    return name(f"{same.method} {thing.family}")
