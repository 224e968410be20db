"""The answer to what nobody could answer: a 501 that says why, as text and as data."""

from __future__ import annotations

from typing import Any

from cloudtape.cassettes.messages import Request, Route
from cloudtape.matchers.sessions.nearest import Miss
from cloudtape.pipeline import LastResort
from cloudtape.probes import is_probe
from cloudtape.refusal import refusal
from cloudtape.replayer import Replayer


def last_resort(request: Request, route: Route | None, replayer: Replayer | None) -> LastResort:
    """`replayer`: who tells what would have been nearest, where there are recordings."""
    miss, said, facts = _miss(request, replayer)
    response = refusal(route.service if route else "", 501, said, facts)
    return LastResort(response, miss, is_probe(request, route))


def _miss(request: Request, replayer: Replayer | None) -> tuple[Miss, str, dict[str, Any] | None]:
    """Why nobody answers a request: the miss, the same for the client, and as data."""
    if replayer is None:
        miss = Miss(request.method, request.uri, "no service of this cloud stands there")
        return miss, f"{request.uri}: {miss}", None
    miss = replayer.explain(request)
    return miss, f"cloudtape has no recorded answer to {request.method} {request.uri}: {miss}", miss.facts()
