"""Regular expressions that clients send, matched in a time that grows with the text alone.

RE2 knows neither look-around nor back references: a pattern with one is refused, for whatever can match those can be
made to take for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]

LONGEST_PATTERN = 4096
MEMORY = 8 * 1024 * 1024
"""Bytes that a compiled pattern may take."""
WORDS_MEMORY = 128 * 1024 * 1024
"""The same for many words."""
FEW = 4_000_000
"""Words times places at which each is looked for."""
MOST_EXCHANGED = 5_000
"""Where words are not few."""


class PatternError(ValueError):
    """A text is no pattern, or one that cannot be matched safely."""


def is_in(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text, in capitals or not. Raises PatternError."""
    return _compiled(pattern, False).search(_plain(text)) is not None


def fits(pattern: str, text: str) -> bool:
    """Whether a whole text is what a pattern says. Raises PatternError."""
    return _compiled(pattern, True).fullmatch(_plain(text)) is not None


def exchanged(text: str, words: Mapping[str, str], may_grow_to: int) -> str:
    """A text with each of some words, the longest that stands there, exchanged for another one; nothing that was put
    in is looked at again. Raises PatternError where there are too many words, or the text becomes too long.
    """
    keys = sorted(filter(None, words), key=len, reverse=True)
    if not keys:
        return text
    done, at, size = [], 0, len(text)
    for number, match in enumerate(_found(keys, text)):
        put = words[match[0]]
        size += len(put) - len(match[0])
        if size > may_grow_to or (number > MOST_EXCHANGED and len(keys) * len(text) > FEW):
            break
        done += [text[at : match.start()], put]
        at = match.end()
    else:
        if size <= may_grow_to:
            return "".join([*done, text[at:]])
    raise PatternError(f"the text becomes longer than {may_grow_to} characters, or too much is exchanged in it")


def _found(keys: list[str], text: str) -> Iterator[Any]:
    """Where words stand in a text. `re` tries each at each place, which is the fastest as long as they are few."""
    if len(keys) * len(text) <= FEW:
        return re.finditer("|".join(map(re.escape, keys)), text)
    options = _options()
    options.longest_match, options.max_mem = True, WORDS_MEMORY
    found: Iterator[Any] = _made("|".join(map(re2.escape, keys)), options).finditer(text)
    return found


@lru_cache(maxsize=256)
def _compiled(pattern: str, is_case_sensitive: bool) -> Any:
    if len(pattern) > LONGEST_PATTERN:
        raise PatternError(f"a pattern has at most {LONGEST_PATTERN} characters")
    options = _options()
    options.case_sensitive = is_case_sensitive
    return _made(pattern, options)


def _options() -> Any:
    options = re2.Options()
    options.max_mem, options.log_errors = MEMORY, False
    return options


def _made(pattern: str, options: Any) -> Any:
    try:
        return re2.compile(_plain(pattern), options)
    except re2.error as error:
        why = error.args[0] if error.args else ""
        raise PatternError(why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)) from None


def _plain(text: str) -> str:
    """Without halves of surrogate pairs, which are in no text that RE2 reads."""
    return text.encode("utf-8", "replace").decode()
