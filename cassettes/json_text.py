"""JSON of strangers: how deep it may nest, and one error for whatever is none.

The interpreter's own limit on recursion differs between versions of Python, and with how deep the caller stands. So the
depth has a limit of ours, which is looked at before a parser recurses: it leaves room for walks over the value that
take several calls for each step down.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
DEEPEST = 100
"""Lists and objects within one another; no API has more than 30."""
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
MARKS = (b"[", b"{", b",", b":")
PAIRS = (b"[]", b"{}")
ROUNDS = 12
"""How often pairs of brackets are taken away together: hardly a document is as deep."""
SHORT = 2 * DEEPEST


class JsonError(ValueError):
    """A text that is no JSON, or JSON that nests too deeply."""


def json_value(data: bytes | str) -> Any:
    """The value of a JSON text. Raises JsonError."""
    check_depth(data)
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise JsonError(str(error)) from error


def json_as(decoder: msgspec.json.Decoder[T], data: bytes) -> T:
    """The value of a JSON text as a typed decoder reads it, which recurses into what it skips. Raises JsonError."""
    check_depth(data)
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise JsonError(str(error)) from error


def check_depth(data: bytes | str) -> None:
    """Raises JsonError where a text may not be given to a parser that recurses."""
    if len(data) <= SHORT:
        return
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    if raw.count(b"[") + raw.count(b"{") <= DEEPEST or bracket_depth(raw, DEEPEST) <= DEEPEST:
        return
    if bracket_depth(STRING.sub(b"", raw), DEEPEST) > DEEPEST:
        raise JsonError("it is nested too deeply")


def bracket_depth(data: bytes, most: int) -> int:
    """How deep the brackets in a text nest at most, whatever stands around them; counted to just above `most`."""
    left, rounds = data.translate(None, NO_BRACKETS), 0
    while left and rounds < ROUNDS:
        before = len(left)
        for pair in PAIRS:
            left = left.replace(pair, b"")
        if len(left) == before:
            break
        rounds += 1
    depth = deepest = 0
    for bracket in left:
        depth += 1 if bracket in b"[{" else -1
        if depth > deepest:
            deepest = depth
            if rounds + deepest > most:
                break
        depth = max(depth, 0)
    return rounds + deepest
