"""Documents amid plain text: JSON in a message of an error, and what Python prints of a dict in a log."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from cloudtape.cassettes.scrubbing.walking import Walking

BEGIN = re.compile(r"[{\[](?=\s*[\"'{\[u])")
DECODE = json.JSONDecoder(strict=False).raw_decode
MOST = 200
LONGEST_REPR = 64 * 1024
"""Characters, of all that Python may have printed in a text."""


def embedded(walker: Walking, text: str, place: str, depth: int) -> str:
    """The text with the secrets in such documents replaced."""
    pieces, end, at, looked = [], 0, 0, 0
    for _ in range(MOST):
        begin = BEGIN.search(text, at)
        if begin is None:
            break
        at = begin.start()
        stop, replaced = _document(walker, text, at, place, depth)
        if stop == at and looked < LONGEST_REPR:
            closed = _closed(text, at, LONGEST_REPR - looked)
            looked = looked + closed - at if closed > 0 else LONGEST_REPR
            if closed > 0:
                stop, replaced = _printed(walker, text, at, closed, place, depth)
        if stop > at:
            pieces += [text[end:at], replaced]
            end = at = stop
        else:
            at += 1
    return "".join([*pieces, text[end:]])


def _document(walker: Walking, text: str, at: int, place: str, depth: int) -> tuple[int, str]:
    """Where a document that begins at a place ends, and it without secrets; the place itself where none does."""
    try:
        _, stop = DECODE(text, at)
    except (ValueError, RecursionError):
        return at, ""
    if at == 0 and stop == len(text):
        return at, ""
    return stop, walker.json(text[at:stop], place, depth)


def _printed(walker: Walking, text: str, at: int, stop: int, place: str, depth: int) -> tuple[int, str]:
    """The same of what Python printed of a dict or a list, if that is what stands there."""
    raw = text[at:stop]
    if "'" not in raw:
        return at, ""
    try:
        value = ast.literal_eval(raw)
        before = json.dumps(value)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return at, ""
    walked = walker.json(before, place, depth)
    try:
        after = json.loads(walked)
    except ValueError:  # what the walk leaves of an odd text need not be JSON, but holds no secret
        return stop, walked
    for old, new in _changes(json.loads(before), after):
        raw = raw.replace(repr(old), repr(new))
    return stop, raw


def _closed(text: str, at: int, limit: int) -> int:
    """Behind the bracket that closes the one at a place; -1 where there is none so near."""
    depth, quote = 0, ""
    index, limit = at, min(len(text), at + limit)
    while index < limit:
        character = text[index]
        if quote:
            if character == "\\":
                index += 1
            elif character == quote:
                quote = ""
        elif character in "\"'":
            quote = character
        elif character in "{[(":
            depth += 1
        elif character in "}])":
            depth -= 1
            if depth == 0:
                return index + 1
        index += 1
    return -1


def _changes(before: Any, after: Any) -> list[tuple[Any, Any]]:
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        return (
            [*zip(before, after, strict=True)]
            + [change for each in zip(before.values(), after.values(), strict=True) for change in _changes(*each)]
            if before.keys() != after.keys()
            else [change for each in zip(before.values(), after.values(), strict=True) for change in _changes(*each)]
        )
    if isinstance(before, list) and isinstance(after, list):
        return [change for each in zip(before, after, strict=True) for change in _changes(*each)]
    return [(before, after)]
