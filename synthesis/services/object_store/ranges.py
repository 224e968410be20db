"""The Range header, as Swift reads it (RFC 9110 section 14, with Swift's limits against greedy ranges).

Swift ignores a header of which any part is malformed, and refuses many ranges, overlapping ones, and unordered ones.
"""

from __future__ import annotations

from itertools import combinations, pairwise

Spec = tuple[int | None, int | None]
Slice = tuple[int, int]
"""The first byte, and the one after the last."""

MAX_RANGES = 50
MAX_OVERLAPS = 2
MAX_UNORDERED = 8


def parse(header: str) -> tuple[Spec, ...] | None:
    """None for a header that is to be ignored."""
    text = header.replace(" ", "")
    if not text.lower().startswith("bytes="):
        return None
    specs = [spec(one) for one in text[6:].split(",")]
    return tuple(one for one in specs if one) if all(specs) else None


def spec(text: str) -> Spec | None:
    first, hyphen, last = text.partition("-")
    if not hyphen or not (first or last) or not all(is_number(one) for one in (first, last) if one):
        return None
    start, end = (int(one) if one else None for one in (first, last))
    return None if start is not None and end is not None and end < start else (start, end)


def is_number(text: str) -> bool:
    """Of a size that Python takes without being told to."""
    return text.isascii() and text.isdigit() and len(text) < 1000


def slices(specs: tuple[Spec, ...], size: int) -> list[Slice]:
    """What of so many bytes is asked for; nothing if that cannot be given, or is too greedy to be."""
    found = [one for one in (slice_of(one, size) for one in specs) if one]
    return [] if is_greedy(found) else found


def slice_of(one: Spec, size: int) -> Slice | None:
    start, end = one
    if start is None:
        assert end is not None
        return (max(size - end, 0), size) if end else None
    if start >= size:
        return None
    return (start, size if end is None else min(end + 1, size))


def is_greedy(found: list[Slice]) -> bool:
    if len(found) > MAX_RANGES or sum(overlap(one, other) for one, other in combinations(found, 2)) > MAX_OVERLAPS:
        return True
    return len(found) >= MAX_UNORDERED and any(one > other for one, other in pairwise(found))


def overlap(one: Slice, other: Slice) -> bool:
    """Whether an end of one lies inside the other. The same range twice does not count."""
    (start, end), (begin, stop) = one, other
    return start < begin < end or start < stop < end or begin < start < stop or begin < end < stop
