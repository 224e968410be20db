"""The Accept header, as Swift reads it (RFC 9110 section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

NAME = r"[^()<>@,;:\"/\[\]?={}\x00-\x20\x7f]+"
QUOTED = r'"(?:[^"\\]|\\.)*"'
MEDIA_RANGE = re.compile(rf"^\s*({NAME})/({NAME})((?:\s*;\s*{NAME}\s*=\s*(?:{NAME}|{QUOTED}))*)\s*$")


def best_match(accept: str, options: Sequence[str]) -> str | None:
    """The first option for an empty header, None if none is acceptable. Raises ValueError for what is malformed."""
    if not accept:
        return options[0]
    ranges = sorted((media_range(one) for one in accept.split(",")), key=lambda one: (one[0], one[1]), reverse=True)
    return next((option for _, _, pattern in ranges for option in options if re.match(pattern, option)), None)


def media_range(text: str) -> tuple[float, bool, str]:
    """Its quality, whether it names one type only, and the pattern of what it accepts."""
    found = MEDIA_RANGE.match(text)
    if not found:
        raise ValueError(f"Invalid Accept header: {text}")
    kind, subtype, parameters = found.groups()
    values = [one.split("=", 1)[1].strip() for one in parameters.split(";") if one.strip().lower().startswith("q")]
    if len(values) > 1:
        raise ValueError('Multiple "q" params')
    pattern = "/".join(NAME if one == "*" else re.escape(one) for one in (kind, subtype))
    return float(values[0]) if values else 1.0, "*" not in (kind, subtype), f"^{pattern}$"
