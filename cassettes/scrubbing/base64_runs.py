"""Long words that may be base64 of a text, in which a secret could hide: single ones, and all that share a shape.

A shape (`shapes`) stands for many words, so that for it the question is whether any of them may be one.
"""

from __future__ import annotations

import base64
import re
from functools import cache, lru_cache
from itertools import pairwise, product

from cloudtape.cassettes.files.bodies import is_text

BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]{20,}={0,2}")
PLAIN_ID = re.compile(r"(?:req-|tx)?[0-9a-fA-F-]+")
# A UUID, or an id without its dashes as a segment of a path: no run of base64 holds 32 hex digits between two slashes.
ID = re.compile(r"0{8}-(?:0{4}-){3}0{12}|(?<![0-9A-Za-z+])0{32}(?![0-9A-Za-z+])")
HEX_RUN = re.compile(r"[0-]*")


@lru_cache(maxsize=4096)
def may_hide(run: str) -> bool:
    """Whether a long word may be base64 of a text."""
    if PLAIN_ID.fullmatch(run):
        return False
    try:
        data = base64.b64decode(run.replace("-", "+").replace("_", "/") + "=" * (-len(run) % 4), validate=True)
    except ValueError:
        return False
    return data[:2] == b"\x1f\x8b" or is_text(data)


def shape_may_hide(run: str) -> bool:
    """Whether a long word may be base64 of a text, for some of the strings of its shape."""
    return _remembered(run) if len(run) <= LONGEST_REMEMBERED else _shape_may_hide(run)


def _shape_may_hide(run: str) -> bool:
    parts = [part for part in ID.split(run) if len(part) >= 20]
    return any(not HEX_RUN.fullmatch(part) and _may_be_text(part) for part in parts)


# Most are the beginning of a URL, the same each time.
_remembered = lru_cache(maxsize=4096)(_shape_may_hide)
LONGEST_REMEMBERED = 200


def _may_be_text(part: str) -> bool:
    """Whether some string of this shape, decoded, may be UTF-8 or begin as gzip does."""
    digits = part.rstrip("=")
    if len(digits) % 4 == 1:
        return False
    if 0x1F in _byte(digits[0], digits[1], 0) and 0x8B in _byte(digits[1], digits[2], 1):
        return True
    states = START
    for at, (left, right) in enumerate(pairwise(digits)):
        if at % 4 < 3:
            states = _after(states, _kinds(left, right, at % 4))
            if not states:
                return False
    return 0 in states


@cache
def _byte(left: str, right: str, place: int) -> frozenset[int]:
    """The values that a byte of three may have, by the two digits of base64 that it is made of."""
    shift = 2 + 2 * place
    return frozenset([(one << shift | other >> (6 - shift)) & 0xFF for one in DIGITS[left] for other in DIGITS[right]])


@cache
def _kinds(left: str, right: str, place: int) -> frozenset[int]:
    return frozenset(map(_kind, _byte(left, right, place)))


@cache
def _after(states: frozenset[int], kinds: frozenset[int]) -> frozenset[int]:
    return frozenset([STEPS[step] for step in product(states, kinds) if step in STEPS])


def _kind(byte: int) -> int:
    """How many bytes follow this one in UTF-8; -1 for one that follows others, -2 for one that a text does not hold."""
    if byte < 0x80:
        return 0 if byte else -2
    return -1 if byte < 0xC0 else -2 if byte < 0xC2 or byte > 0xF4 else 1 if byte < 0xE0 else 2 if byte < 0xF0 else 3


START = frozenset({0})
# (bytes still to follow, kind of the next byte) → bytes still to follow
STEPS = {(0, kind): kind for kind in range(4)} | {(left, -1): left - 1 for left in (1, 2, 3)}
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
DIGITS = {character: frozenset({value}) for value, character in enumerate(ALPHABET)} | {
    "-": frozenset({62}),
    "_": frozenset({63}),
    "0": frozenset(ALPHABET.index(character) for character in "0123456789abcdef"),
}
