"""In what ways a known secret may be spelt, and what stands for it in each: as it is, in hex, in base64.

Pl4ntedV4lue    PL4NTEDV4LUE    506c346e746564…    UGw0bnRlZFY0bHVl    amid other base64, at three places of four
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

SHORTEST = 8
LONGEST_CODED = 4096
LETTERS_ALONE = 16
"""So long is a secret without digits that no harmless text holds by chance."""
NAME_OR_NUMBER = re.compile(r"[A-Za-z]+(?:[-_. ][A-Za-z]+)?[-_. ]?\d{1,6}|[\d.:/ TZ+-]*", re.ASCII)
# Kinds whose values are words of everybody.
NAMES = frozenset({"user", "community"})
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]*")
URL_SAFE, STANDARD = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")
HEX: tuple[Callable[[bytes], str], ...] = (bytes.hex, lambda raw: raw.hex(":"))
LEAD = (0, 2, 3)
"""Characters of base64 in which bytes before a secret have a part, by the number of those bytes."""

Place = tuple[int, int, bytes]
"""From where to where something is replaced, and what stands there then."""


class Secret(NamedTuple):
    secret: str
    stand_in: str
    distinctive: bool


class Spelling(NamedTuple):
    """`instead`: what to replace, given a text and where in it the needle begins and ends.

    `exact`: capitals matter. `alone`: only between what is no letter and no digit.
    """

    needle: bytes
    instead: Callable[[bytes, int, int], Place]
    exact: bool = False
    alone: bool = False


def is_distinctive(secret: str, kind: str) -> bool:
    """Whether no harmless text holds a secret by chance, be it within a longer word or in capitals."""
    if len(secret) < SHORTEST or kind in NAMES or NAME_OR_NUMBER.fullmatch(secret):
        return False
    has_digit = any(char.isdigit() for char in secret)
    return len(secret) >= LETTERS_ALONE or (has_digit and any(char.isalpha() for char in secret))


def spellings(one: Secret) -> Iterator[Spelling]:
    """Of a secret that is not distinctive only those that no text has by chance: it is said in them as a whole."""
    raw, stand_in = _bytes(one.secret), _bytes(one.stand_in)
    if one.distinctive:
        yield Spelling(raw, lambda _, begin, end: (begin, end, stand_in))
    if len(raw) > LONGEST_CODED:
        return
    for hexed in HEX:
        yield Spelling(hexed(raw).encode(), _in_hex(hexed(stand_in)), alone=not one.distinctive)
    for shift in range(3 if one.distinctive else 0):
        core = _core(raw, shift)
        for needle in {core, core.translate(URL_SAFE)}:
            yield Spelling(needle, _in_base64(raw, stand_in, shift), exact=True)
    if not one.distinctive:
        whole = base64.b64encode(_in_step(stand_in, raw)).rstrip(b"=")
        yield Spelling(base64.b64encode(raw).rstrip(b"="), lambda _, begin, end: (begin, end, whole), True, True)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _in_hex(digits: str) -> Callable[[bytes, int, int], Place]:
    def instead(text: bytes, begin: int, end: int) -> Place:
        return begin, end, (digits.upper() if re.search(rb"[A-F]", text[begin:end]) else digits).encode()

    return instead


def _core(raw: bytes, shift: int) -> bytes:
    """The characters of base64 that a secret alone makes, where `shift` bytes stand before it."""
    text = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
    return text[LEAD[shift] : len(text) - bool((shift + len(raw)) % 3)]


def _in_step(stand_in: bytes, raw: bytes) -> bytes:
    """Longer or shorter than a secret by threes of bytes, so that the base64 of what follows stays as it is."""
    return stand_in + b"." * ((len(raw) - len(stand_in)) % 3)


def _in_base64(raw: bytes, stand_in: bytes, shift: int) -> Callable[[bytes, int, int], Place]:
    """With the bits of its neighbours as they were."""
    padded = _in_step(stand_in, raw)

    def instead(text: bytes, begin: int, end: int) -> Place:
        first = begin - LEAD[shift]
        if first < 0 or not BASE64.fullmatch(text[first:begin]):
            first = begin
        end += bool((shift + len(raw)) % 3) and BASE64.fullmatch(text[end : end + 1]) is not None and end < len(text)
        missing = LEAD[shift] - (begin - first)
        found = b"A" * missing + text[first:end].translate(STANDARD)
        around = base64.b64decode(found + b"A" * (-len(found) % 4))
        made = base64.b64encode(around[:shift] + padded + around[shift + len(raw) :])
        made = made[missing : len(found) + (len(padded) - len(raw)) // 3 * 4]
        is_url_safe = re.search(rb"[-_]", text[first:end]) is not None
        return first, end, made.translate(URL_SAFE) if is_url_safe else made

    return instead
