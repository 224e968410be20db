"""The moments that header fields tell, moved into the present.

`Retry-After`, `Expires` and when a cookie ends are as far from now as they were from the moment of the recording.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from cloudtape.cassettes.messages import Headers, Interaction, header

# Fields that tell a moment, and what of their value does; numbers of seconds and `0` are none.
DATE = r"[A-Za-z]{3,9}, ?\d\d[ -][A-Za-z]{3}[ -]\d{2,4} \d\d:\d\d:\d\d GMT"
MOMENTS = {
    "retry-after": re.compile(rf"^\s*(?P<date>{DATE})\s*$"),
    "expires": re.compile(rf"^\s*(?P<date>{DATE})\s*$"),
    "set-cookie": re.compile(rf";\s*expires\s*=\s*\"?(?P<date>{DATE})", re.IGNORECASE),
}


def tells_time(headers: Headers) -> bool:
    """Whether some field tells a moment that moves with the time of the recording."""
    return any(MOMENTS[name.lower()].search(value) for name, value in headers if name.lower() in MOMENTS)


def moved(interaction: Interaction, at: datetime) -> Headers:
    """The fields of a recorded answer as they are when it is given `at` (UTC).

    Where nobody knows when it was recorded, or a moment cannot be moved (to beyond the year 9999), it stays.
    """
    headers = interaction.response.headers
    if not tells_time(headers) or (recorded := _recorded_at(interaction)) is None:
        return headers
    return tuple([(name, _moved(name, value, at - recorded)) for name, value in headers])


def _recorded_at(interaction: Interaction) -> datetime | None:
    try:
        if interaction.recorded_at:
            return datetime.fromisoformat(interaction.recorded_at).astimezone(UTC)
        date = header(interaction.response.headers, "date")
        return parsedate_to_datetime(date).astimezone(UTC) if date else None
    except (ValueError, OverflowError):
        return None


def _moved(name: str, value: str, by: timedelta) -> str:
    pattern = MOMENTS.get(name.lower())
    found = pattern.search(value) if pattern else None
    if found is None:
        return value
    written = found["date"]
    try:
        moment = format_datetime(parsedate_to_datetime(written).astimezone(UTC) + by, usegmt=True)
    except (ValueError, OverflowError):
        return value
    if "-" in written:  # as the first cookies had it
        day, number, month, year, *rest = moment.split(" ")
        moment = " ".join([day, f"{number}-{month}-{year}", *rest])
    return value[: found.start("date")] + moment + value[found.end("date") :]
