"""Random names, as real tests make them: another one in each run.

What is made is said in two words, a kind and its argument: `stem vol-snap` is `vol-snap-8f3a1c`. The same seed makes the same
names again, whichever other scenarios ran before.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable

Maker = Callable[[random.Random, str], str]
HEX = "0123456789abcdef"


def _stem(rng: random.Random, stem: str) -> str:
    return f"{stem}-{''.join(rng.choices(HEX, k=6))}"


def _tempest(rng: random.Random, stem: str) -> str:
    """As tempest's data_utils.rand_name makes them."""
    return f"tempest-{stem}-{rng.randint(1, 0x7FFFFFFF)}"


def _hex(rng: random.Random, _: str) -> str:
    return uuid.UUID(int=rng.getrandbits(128), version=4).hex


def _uuid(rng: random.Random, _: str) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _cidr(rng: random.Random, prefix: str) -> str:
    """A private network whose last octet is 0, so any prefix from 24 on fits."""
    return f"10.{rng.randint(128, 254)}.{rng.randint(0, 255)}.0/{prefix or 24}"


def _password(rng: random.Random, _: str) -> str:
    return f"Pw-{''.join(rng.choices(HEX, k=16))}"


MAKERS: dict[str, Maker] = {
    "stem": _stem,
    "tempest": _tempest,
    "hex": _hex,
    "uuid": _uuid,
    "cidr": _cidr,
    "password": _password,
}


class Names:
    """The random names of one scenario in one run."""

    def __init__(self, seed: str, scenario: str) -> None:
        self._rng = random.Random(f"{seed}/{scenario}")

    def make(self, wanted: str) -> str:
        kind, _, argument = wanted.partition(" ")
        return MAKERS[kind](self._rng, argument)
