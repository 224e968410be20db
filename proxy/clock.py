"""Recorded times moved into the present.

A token that expired years ago would make keystoneauth log in before every call, so a token's answer is given as if it
had been issued now. Only the times change; all other bytes stay. Source: identity API v3 `token.expires_at`, v2.0
`access.token.expires`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cloudtape.cassettes.messages import Response

Now = Callable[[], datetime]
TOKEN_PATHS = re.compile(r"/v3/auth/tokens/?(\?|$)|/v2\.0/tokens")
TIME = re.compile(rb'("(?:expires_at|expires|issued_at)"\s*:\s*")(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)((?:\.\d+)?)(Z?)"')
SHORTEST_LIFE = timedelta(hours=1)


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


def _parsed(text: bytes) -> datetime:
    return datetime.fromisoformat(text.decode()).replace(tzinfo=UTC)
