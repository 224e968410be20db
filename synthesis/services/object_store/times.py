"""Times as Swift writes them."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import formatdate

LAST = 253402300799
"""The end of the year 9999."""


def stamp(seconds: float) -> str:
    """`1795556099.25654`."""
    return f"{seconds:016.5f}"


def http_date(seconds: float) -> str:
    """The first whole second that is not before."""
    return formatdate(min(math.ceil(seconds), LAST), usegmt=True)


def iso(seconds: float) -> str:
    """`2026-11-24T21:34:59.256540`."""
    return datetime.fromtimestamp(round(seconds, 5), UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def iso_second(seconds: float) -> str:
    return datetime.fromtimestamp(math.ceil(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
