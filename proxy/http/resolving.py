"""Resolves the names of hosts, and keeps the addresses that may be connected to.

What a name leads to is judged here, when a connection is made: a judgement passed earlier would hold for another answer
of the name server.
"""

from __future__ import annotations

import socket
from typing import Protocol

from aiohttp import ThreadedResolver

from cloudtape.reach import Reach

Addresses = list[tuple[str, int]]
"""Literal addresses, each with the port."""


class Resolver(Protocol):
    async def resolve(self, host: str, port: int) -> Addresses:
        """Raises OSError, also where nothing is left."""


class SystemResolver:
    """Whatever the system finds. To be made inside the event loop."""

    def __init__(self) -> None:
        self._threads = ThreadedResolver()

    async def resolve(self, host: str, port: int) -> Addresses:
        found = await self._threads.resolve(host, port, socket.AF_UNSPEC)
        return [(one["host"], one["port"]) for one in found]


class JudgingResolver:
    """Of that, what `reach` allows. To be made inside the event loop."""

    def __init__(self, reach: Reach) -> None:
        self._reach, self._system = reach, SystemResolver()

    async def resolve(self, host: str, port: int) -> Addresses:
        found = await self._system.resolve(host, port)
        kept = set(self._reach.reachable(host, [address for address, _ in found]))
        return [one for one in found if one[0] in kept]
