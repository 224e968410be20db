"""Damage to bytes: what was right before is cut, repeated, exchanged, or has something odd put into it.

The same for whoever draws from `random` (`damage`) and from hypothesis (`damaged`).
"""

import random
from collections.abc import Callable, Sequence

from hypothesis import strategies as st

Step = tuple[int, int, int, bytes]
"""Which way, where, how much, and with what."""

LARGEST = 30_000
"""Bytes of what is given back."""
MANY = (2, 3, 40, 3000)


def _insert(data: bytes, at: int, _much: int, piece: bytes) -> bytes:
    return data[:at] + piece + data[at:]


def _overwrite(data: bytes, at: int, _much: int, piece: bytes) -> bytes:
    return data[:at] + piece + data[at + len(piece) :]


def _exchange(data: bytes, at: int, much: int, piece: bytes) -> bytes:
    return data[:at] + piece + data[at + much % 40 :]


def _flip(data: bytes, at: int, much: int, _piece: bytes) -> bytes:
    return data[:at] + bytes([much & 0xFF]) + data[at + 1 :]


def _cut(data: bytes, at: int, _much: int, _piece: bytes) -> bytes:
    return data[:at]


def _leave_out(data: bytes, at: int, much: int, _piece: bytes) -> bytes:
    return data[:at] + data[at + much % 200 :]


def _repeat(data: bytes, at: int, much: int, piece: bytes) -> bytes:
    span = data[at : at + 1 + much % 60] if len(piece) % 2 else piece
    times = min(MANY[much % len(MANY)], LARGEST // max(len(span), 1))
    return data[:at] + span * times + data[at:]


def _swap(data: bytes, at: int, much: int, _piece: bytes) -> bytes:
    size = 1 + much % 30
    return data[:at] + data[at + size : at + 2 * size] + data[at : at + size] + data[at + 2 * size :]


WAYS: tuple[Callable[[bytes, int, int, bytes], bytes], ...] = (
    *(_insert, _insert, _overwrite, _exchange, _exchange),
    *(_flip, _cut, _leave_out, _repeat, _swap),
)


def applied(data: bytes, steps: Sequence[Step]) -> bytes:
    for way, at, much, piece in steps:
        data = WAYS[way % len(WAYS)](data, at % (len(data) + 1), much, piece)[:LARGEST]
    return data


def damage(data: bytes, chance: random.Random, pieces: Sequence[bytes], most: int = 3) -> bytes:
    """Damaged once at least."""
    steps = range(chance.randint(1, most))
    return applied(
        data,
        [(chance.getrandbits(8), chance.getrandbits(20), chance.getrandbits(16), chance.choice(pieces)) for _ in steps],
    )


def damaged(whole: st.SearchStrategy[bytes], pieces: Sequence[bytes], most: int = 4) -> st.SearchStrategy[bytes]:
    """Damaged up to so many times."""
    numbers = st.integers(0, (1 << 16) - 1)
    step = st.tuples(st.integers(0, len(WAYS) - 1), numbers, numbers, st.sampled_from(list(pieces)))
    return st.builds(applied, whole, st.lists(step, max_size=most))
