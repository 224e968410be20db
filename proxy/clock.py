"""Recorded times moved into the present.

The moments that header fields tell (`Retry-After`, `Expires`, when a cookie ends) are as far from now as they were from
the moment of the recording.

A token that expired years ago would make keystoneauth log in before every call, so a token's answer is given as if it
had been issued now. Only the times change; all other bytes stay. Source: identity API v3 `token.expires_at`, v2.0
`access.token.expires`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from cloudtape.cassettes.messages import Headers, Interaction, Response, header

Now = Callable[[], datetime]
TOKEN_PATHS = re.compile(r"/v3/auth/tokens/?(\?|$)|/v2\.0/tokens")
TIME = re.compile(rb'("(?:expires_at|expires|issued_at)"\s*:\s*")(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)((?:\.\d+)?)(Z?)"')
SHORTEST_LIFE = timedelta(hours=1)
# Fields that tell a moment, and what of their value does; numbers of seconds and `0` are none.
DATE = r"[A-Za-z]{3,9}, ?\d\d[ -][A-Za-z]{3}[ -]\d{2,4} \d\d:\d\d:\d\d GMT"
MOMENTS = {
    "retry-after": re.compile(rf"^\s*(?P<date>{DATE})\s*$"),
    "expires": re.compile(rf"^\s*(?P<date>{DATE})\s*$"),
    "set-cookie": re.compile(rf";\s*expires\s*=\s*\"?(?P<date>{DATE})", re.IGNORECASE),
}


def now() -> datetime:
    return datetime.now(UTC)


def is_token_answer(uri: str, response: Response) -> bool:
    """Whether what was answered there tells how long a token lives."""
    return "/tokens" in uri and bool(TOKEN_PATHS.search(uri)) and isinstance(response.body, bytes)


def freshened(body: bytes, at: datetime) -> bytes:
    """A token's answer as if issued `at` (UTC): its life is as long as recorded, but at least an hour."""
    times = {match[1].split(b'"')[1]: _parsed(match[2]) for match in TIME.finditer(body)}
    expires = times.get(b"expires_at") or times.get(b"expires")
    if expires is None:
        return body
    life = max(expires - times.get(b"issued_at", expires), SHORTEST_LIFE)

    def moved(match: re.Match[bytes]) -> bytes:
        moment = at if b"issued" in match[1] else at + life
        fraction = f".{moment.microsecond:06d}"[: len(match[3])].encode() if match[3] else b""
        return match[1] + moment.strftime("%Y-%m-%dT%H:%M:%S").encode() + fraction + match[4] + b'"'

    return TIME.sub(moved, body)


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


def _parsed(text: bytes) -> datetime:
    return datetime.fromisoformat(text.decode()).replace(tzinfo=UTC)
