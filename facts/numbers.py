"""Whole numbers in what a client sends: in a query, in a field, as text in a document."""

from __future__ import annotations

import re

WHOLE = re.compile("-?[0-9]+")
LONGEST = 18
MOST: int = 10**LONGEST - 1
"""No service takes more; databases hold 64 bits."""


def whole(value: object) -> int | None:
    """A whole number, or the text of one in ASCII digits; None for anything else.

    What is larger than `MOST` is told as `MOST`: a limit refuses both, and Python reads no more than 4,300 digits. What
    `str.isdigit` takes, such as a superscript, `int` does not.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-MOST, min(value, MOST))
    if not isinstance(value, str) or not WHOLE.fullmatch(value):
        return None
    sign = -1 if value[0] == "-" else 1
    digits = value.lstrip("-").lstrip("0") or "0"
    return sign * (MOST if len(digits) > LONGEST else int(digits))
