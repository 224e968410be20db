"""Recorded answers that were not found exactly, and what was guessed to give them."""

from __future__ import annotations

from cloudtape.cassettes.messages import Response
from cloudtape.matchers.sessions.rungs import Found, Rung

PRICED = frozenset({Rung.UNIFIED, Rung.ADAPTED})
"""The rungs on which something differs, at a cost. What is bound was paid for by an earlier answer."""


class Guessed(Response, frozen=True, kw_only=True):
    """A recorded answer to a request that was not recorded as it is."""

    found: Found


def priced(match: str, found: Found) -> str:
    """The value of `X-Cloudtape-Match`, with what was guessed behind it."""
    if found.rung not in PRICED:
        return match
    return f"{match}; bound={len(found.bound) + len(found.bindings)}; cost={found.cost}"
