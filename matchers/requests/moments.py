"""One moment in its spellings: as a client sent it, and as the cloud tells it back.

    sent 2026-11-30T10:00:00.123456     told 2026-11-30T10:00:00.123456     the end of an application credential
    sent 2026-11-30T10:00:00.123456Z    told 2026-11-30T10:00:00.000000Z    the end of a trust
    sent 2026-11-30T12:00:00+02:00      told 2026-11-30T10:00:00Z           a service that keeps UTC

What was recorded shows how the cloud spells what it was sent; another moment is then spelled likewise.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import takewhile

import msgspec

MOMENT = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"((?P<joint>[T ])(?P<minute>\d\d:\d\d)(:(?P<second>\d\d)(\.(?P<fraction>\d{1,12}))?)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?"
)
DATE, TO_THE_MINUTE, TO_THE_SECOND = 8, 12, 14
"""How many digits a spelling shows; more of them are of a second's fraction."""
STEPS = (0, DATE, TO_THE_MINUTE, TO_THE_SECOND, TO_THE_SECOND + 3, TO_THE_SECOND + 6, TO_THE_SECOND + 9)
"""Clouds drop seconds, fractions, or what is behind the milliseconds: never a single digit."""


class Moment(msgspec.Struct, frozen=True):
    """`wall` is the time that is shown, in whole seconds, and `offset` how far it is ahead of UTC.

    `shown` counts the digits that are spelled out, `joint` stands between date and time, and `zone` behind them.
    """

    wall: datetime
    offset: timedelta
    fraction: str
    shown: int
    joint: str
    zone: str


def moment(text: str) -> Moment | None:
    """What a text says where it is a moment; None where there is no such day, or for a leap second."""
    found = MOMENT.fullmatch(text)
    if not found:
        return None
    second, fraction, zone = found["second"] or "", found["fraction"] or "", found["zone"] or ""
    try:
        at = datetime.fromisoformat(f"{found['date']}T{found['minute'] or '00:00'}:{second or '00'}{zone}")
    except ValueError:
        return None
    shown = TO_THE_SECOND + len(fraction) if second else TO_THE_MINUTE if found["minute"] else DATE
    return Moment(at.replace(tzinfo=None), at.utcoffset() or timedelta(), fraction, shown, found["joint"] or "T", zone)


def respelled(sent: str, told: str, live: str) -> str | None:
    """How a cloud tells `live` that told `sent` as `told`; None where that told another moment.

    A fraction that was dropped or set to zero is dropped or set to zero again. A moment without a zone is in UTC, or
    where the cloud dropped the zone alone, in the one that was sent.
    """
    if told == sent:
        return live
    recorded, shown, now = moment(sent), moment(told), moment(live)
    if not (recorded and shown and now) or shown.shown < min(recorded.shown, TO_THE_MINUTE):
        return None
    for ahead in dict.fromkeys((shown.offset, shown.offset if shown.zone else recorded.offset)):
        kept = _kept(_moved(recorded, ahead, shown.shown), _digits(shown, shown.wall, shown.shown))
        if kept >= min(recorded.shown, TO_THE_MINUTE):
            is_dropped = ahead != shown.offset
            digits = _moved(now, now.offset if is_dropped else ahead, shown.shown)
            return _spelled(digits[:kept].ljust(shown.shown, "0"), shown) if digits else None
    return None


def _moved(one: Moment, ahead: timedelta, count: int) -> str:
    """The digits of a moment at another place's time; none at either end of the calendar."""
    try:
        return _digits(one, one.wall - one.offset + ahead, count)
    except OverflowError:
        return ""


def _digits(one: Moment, wall: datetime, count: int) -> str:
    return (re.sub(r"\D", "", wall.isoformat()) + one.fraction).ljust(count, "0")[:count]


def _kept(sent: str, told: str) -> int:
    """How many digits of what was sent were told, where zeros alone follow; 0 where something else does."""
    kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(sent, told, strict=False)))
    if kept == len(told):
        return kept
    return 0 if told[kept:].strip("0") else max(step for step in STEPS if step <= kept)


def _spelled(digits: str, like: Moment) -> str:
    year, month, day, hour, minute, second = digits[:4], *(digits[at : at + 2] for at in range(4, 14, 2))
    text = f"{year}-{month}-{day}"
    if like.shown > DATE:
        text += f"{like.joint}{hour}:{minute}"
    if like.shown > TO_THE_MINUTE:
        text += f":{second}"
    if like.shown > TO_THE_SECOND:
        text += f".{digits[TO_THE_SECOND:]}"
    return text + like.zone
