r"""Text of others as it may be shown to a person.

What is recorded was written by a cloud, a client or a stranger, and a terminal obeys it: escape sequences move the
cursor, set titles, ask for answers; marks of direction show a line in another order than it has; what has no width
hides in a word. Here each such character becomes its spelling in Python (`\x1b`, `\u202e`), which any terminal shows
and none obeys. All that is printed, and what is said of a miss over HTTP, goes through here.
"""

from __future__ import annotations

import re
from typing import Any

# Without a width, yet printable to Python (Unicode, Default_Ignorable_Code_Point): fillers and variation selectors.
INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
ESCAPED = re.compile("[\udc80-\udcff]")
SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
TAB = 4
"""Columns."""


def plain(text: str) -> str:
    """The text in one line, with nothing in it that a terminal does not show as it is."""
    return text if _is_plain(text) else _spelled_out(text, "")


def plain_lines(text: str) -> str:
    """The same with its line ends; tabs become blanks."""
    if _is_plain(text):
        return text
    return _spelled_out(text.replace("\r\n", "\n").expandtabs(TAB), "\n")


def plain_json(document: str) -> str:
    """A JSON document, laid out or not, with its strings unchanged, but spelled so that no terminal obeys them."""
    if _is_plain(document):
        return document
    return "".join(one if one == "\n" or _is_plain(one) else _json_escape(one) for one in document)


def plain_values(value: Any) -> Any:
    """Plain data with all its texts shown plainly."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {plain_values(name): plain_values(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_values(one) for one in value]
    return value


def _is_plain(text: str) -> bool:
    return text.isprintable() and (text.isascii() or not INVISIBLE.search(text))


def _spelled_out(text: str, keep: str) -> str:
    return "".join(one if one in keep or _is_plain(one) else _spelled(one) for one in _unescaped(text))


def _unescaped(text: str) -> str:
    """Bytes that stand in a text for want of a character, as the characters that they are in UTF-8."""
    if not ESCAPED.search(text):
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a pair stands beside them
        return text


def _spelled(character: str) -> str:
    code = ord(character)
    if character in SHORT:
        return SHORT[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(character: str) -> str:
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
