"""A moment comes back in the spelling that the cloud gave to the recorded one."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtape.matchers.requests.moments import moment, respelled

DAY = "2026-11-30T10:07:05"


@pytest.mark.parametrize(
    ("sent", "told", "live", "tells"),
    [
        ("tomorrow", "tomorrow", "next week", "next week"),
        (f"{DAY}.123456", f"{DAY}.123456", "2030-01-02T03:04:05.678901", "2030-01-02T03:04:05.678901"),
        (f"{DAY}.123456", f"{DAY}.123456Z", "2030-01-02T03:04:05.678901", "2030-01-02T03:04:05.678901Z"),
        (f"{DAY}.123456Z", f"{DAY}.000000Z", "2030-01-02T03:04:05.678901Z", "2030-01-02T03:04:05.000000Z"),
        (f"{DAY}.003456Z", f"{DAY}.000000Z", "2030-01-02T03:04:05.678901Z", "2030-01-02T03:04:05.000000Z"),
        (f"{DAY}.123456Z", f"{DAY}.123000Z", "2030-01-02T03:04:05.678901Z", "2030-01-02T03:04:05.678000Z"),
        (f"{DAY}.123456Z", f"{DAY}Z", "2030-01-02T03:04:05.678901Z", "2030-01-02T03:04:05Z"),
        (f"{DAY}Z", f"{DAY}.000000Z", "2030-01-02T03:04:05Z", "2030-01-02T03:04:05.000000Z"),
        ("2026-11-30 10:07", "2026-11-30T10:07:00.000000", "2030-01-02 03:04", "2030-01-02T03:04:00.000000"),
        ("2026-11-30", "2026-11-30T00:00:00", "2030-01-02", "2030-01-02T00:00:00"),
        (DAY, "2026-11-30T10:07:00Z", "2030-01-02T03:04:59", "2030-01-02T03:04:00Z"),
        ("2026-11-30T12:07:05+02:00", f"{DAY}Z", "2030-01-02T01:04:05+02:00", "2030-01-01T23:04:05Z"),
        (f"{DAY}Z", "2026-11-30T12:07:05+0200", "2030-01-02T03:04:05Z", "2030-01-02T05:04:05+0200"),
        ("2026-11-30T12:07:05+02:00", "2026-11-30T12:07:05", "2030-01-02T01:04:05+02:00", "2030-01-02T01:04:05"),
        (DAY, f"{DAY}+00:00", "2030-01-02T03:04:05", "2030-01-02T03:04:05+00:00"),
    ],
)
def test_a_moment_is_told_as_the_recorded_one_was(sent: str, told: str, live: str, tells: str) -> None:
    assert respelled(sent, told, live) == tells


@pytest.mark.parametrize(
    ("sent", "told", "live"),
    [
        (DAY, "2026-11-30T10:07:06", DAY),
        (DAY, "2026-11-30T11:07:05", DAY),
        (f"{DAY}.123456", f"{DAY}.123457", DAY),
        (DAY, "2026-11-30", DAY),
        (DAY, "2026-12-30T10:07:05", DAY),
        (DAY, f"{DAY}Z", "tomorrow"),
        (DAY, f"{DAY}Z", "2030-02-30T00:00:00"),
        (f"{DAY}Z", "2026-11-30T12:07:05+02:00", "9999-12-31T23:59:59Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:60.0Z", DAY),
    ],
)
def test_another_moment_or_none_at_all_is_not_told(sent: str, told: str, live: str) -> None:
    assert respelled(sent, told, live) is None


@given(st.datetimes(), st.sampled_from(["", "Z", "+02:00", "-0530"]))
def test_every_moment_of_the_calendar_is_read(at: datetime, zone: str) -> None:
    found = moment(at.isoformat(timespec="microseconds") + zone)
    assert found
    assert (found.wall, found.fraction, found.zone) == (at.replace(microsecond=0), f"{at.microsecond:06d}", zone)
