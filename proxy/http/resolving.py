"""Resolves the names of the cloud's hosts, and keeps the addresses that may be connected to.

What a name leads to is judged here, when a connection is made: a judgement passed earlier would hold for another answer
of the name server.
"""

from __future__ import annotations

import socket

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

from cloudtape.reach import Reach


class JudgingResolver(AbstractResolver):
    """To be made inside the event loop."""

    def __init__(self, reach: Reach) -> None:
        self._reach, self._resolver = reach, ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises OSError, also where nothing is left."""
        found = await self._resolver.resolve(host, port, family)
        kept = set(self._reach.reachable(host, [one["host"] for one in found]))
        return [one for one in found if one["host"] in kept]

    async def close(self) -> None:
        await self._resolver.close()
