"""Recorded times moved into the present.

A token that expired years ago would make keystoneauth log in before every call, so a token's answer is given as if it
had been issued now. Only the times change; all other bytes stay. What was said of a token once is said of it again:
whoever gives its answer keeps the `Times` that `fresh` made. Sources: identity API v3 `token.expires_at`, v2.0
`access.token.expires`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import Any

import msgspec

from cloudtape.cassettes.json_text import JsonError, json_as
from cloudtape.cassettes.messages import Response
from cloudtape.matchers.requests.moments import respelled

Now = Callable[[], datetime]
TOKEN_PATHS = re.compile(r"/v3/auth/tokens/?(\?|$)|/v2\.0/tokens|/v3/(users|OS-FEDERATION)/.*/auth(\?|$)")
ISSUED, ENDS = "issued_at", ("expires_at", "expires")
TIME = re.compile(rb'"(expires_at|expires|issued_at)"(\s*:\s*)"([^"\\]+)"')
MOVABLE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?P<fraction>\.\d+)?(?P<zone>Z?)")
"""Keystone's own spellings: times with an offset are nobody's that we know."""
SHORTEST_LIFE = timedelta(hours=1)


class Times(msgspec.Struct, frozen=True):
    """When one token was issued and when it ends, by the names of the members: as recorded, and as given."""

    recorded: dict[str, str] = {}
    given: dict[str, str] = {}


UNKNOWN = Times()


def now() -> datetime:
    return datetime.now(UTC)


def is_token_answer(uri: str, response: Response) -> bool:
    """Whether what was answered there tells how long a token lives."""
    if "/tokens" not in uri and "/auth" not in uri:
        return False
    return bool(TOKEN_PATHS.search(uri)) and isinstance(response.body, bytes)


def freshened(body: bytes, at: datetime) -> bytes:
    """A token's answer as if issued `at` (UTC): its life is as long as recorded, but at least an hour."""
    return retimed(body, fresh(body, at))


def fresh(body: bytes, at: datetime, source: Times = UNKNOWN) -> Times:
    """The times of a token that is issued `at` (UTC). One that was made of another, `source`, ends with that one.

    What cannot be moved is given as recorded: an end that never comes (in the year 9999), what is no time, what would
    leave the calendar.
    """
    return times_from(told_times(body), at, source)


def times_from(recorded: dict[str, str], at: datetime, source: Times = UNKNOWN) -> Times:
    """The same, from the recorded times."""
    given = dict(recorded)
    issued = _movable(recorded.get(ISSUED, ""))
    if issued:
        given[ISSUED] = _spelled(at, recorded[ISSUED])
    for name in ENDS:
        end = _movable(recorded.get(name, ""))
        if end:
            life = max(end - (issued or end), SHORTEST_LIFE)
            given[name] = _end_of(source, recorded[name]) or _after(at, life, recorded[name])
    return Times(recorded, given)


def end_of(times: Times) -> datetime | None:
    """When a token ends, as it was given; None where nothing tells that we can read."""
    return next((end for name in ENDS if name in times.given and (end := _movable(times.given[name]))), None)


def retimed(body: bytes, times: Times) -> bytes:
    """An answer about a token with the times that were given for it, in the spelling that was recorded here."""
    here = told_times(body)
    instead = {(name, text): _again(times, name, text) for name, text in here.items()}

    def moved(match: re.Match[bytes]) -> bytes:
        text = instead.get((match[1].decode(), match[3].decode("utf-8", "replace")))
        return b'"%b"%b%b' % (match[1], match[2], msgspec.json.encode(text)) if text else match[0]

    return TIME.sub(moved, body) if here else body


def _again(times: Times, name: str, text: str) -> str:
    """A recorded time of a token as it was given before; itself where none was."""
    if name not in times.given:
        return text
    recorded, given = times.recorded[name], times.given[name]
    # Where another token's recorded answer stands for this one, its time says nothing but how it is spelled.
    return respelled(recorded, text, given) or _respelled(given, text)


def _respelled(given: str, like: str) -> str:
    moment = _movable(given)
    return _spelled(moment, like) if moment and MOVABLE.fullmatch(like) else given


def _end_of(source: Times, text: str) -> str:
    """The end of the token that a token was made of, where they had the same."""
    for name, end in source.recorded.items():
        if name in ENDS and (again := respelled(end, text, source.given[name])):
            return again
    return ""


def _after(at: datetime, life: timedelta, like: str) -> str:
    try:
        return _spelled(at + life, like)
    except OverflowError:
        return like


def _spelled(moment: datetime, like: str) -> str:
    """A moment with as many digits as another one."""
    form = MOVABLE.fullmatch(like)
    assert form is not None
    fraction = f".{moment.microsecond:06d}"[: len(form["fraction"] or "")]
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + fraction + form["zone"]


def _movable(text: str) -> datetime | None:
    if not MOVABLE.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError:  # a leap second, the 30th of February
        return None
    return moment if moment.year < MAXYEAR else None


class _Token(msgspec.Struct):
    issued_at: Any = None
    expires_at: Any = None
    expires: Any = None


class _Access(msgspec.Struct):
    token: _Token | None = None


class _Answer(msgspec.Struct):
    token: _Token | None = None
    access: _Access | None = None


_DECODER = msgspec.json.Decoder(_Answer)


def told_times(body: bytes) -> dict[str, str]:
    """The times that an answer tells of its token, by the names of their members."""
    try:
        answer = json_as(_DECODER, body)
    except JsonError:
        return {}
    token = answer.token or (answer.access and answer.access.token)
    return {name: text for name in (ISSUED, *ENDS) if isinstance(text := getattr(token, name, None), str)}
