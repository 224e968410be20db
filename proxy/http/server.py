"""The listening side: the connections of a socket, looked at now and then, and closed in the end."""

from __future__ import annotations

import asyncio

from cloudtape.http.connection import Connection, Handler, Refuse
from cloudtape.http.hosts import Door

LOOK_SECONDS = 1.0
"""How often the limits are looked at."""


class Server:
    """State shared by the connections of one listening socket. It is itself the factory that asyncio wants."""

    def __init__(self, handler: Handler, refuse: Refuse, door: Door) -> None:
        self.handler, self.refuse, self.door = handler, refuse, door
        self.connections: set[Connection] = set()
        self._loop = asyncio.get_running_loop()
        self._look: asyncio.TimerHandle | None = None

    def __call__(self) -> Connection:
        return Connection(self, self._loop)

    def add(self, connection: Connection) -> None:
        self.connections.add(connection)
        if self._look is None:
            self._look = self._loop.call_later(LOOK_SECONDS, self._look_at_limits)

    def remove(self, connection: Connection) -> None:
        self.connections.discard(connection)

    def _look_at_limits(self) -> None:
        """One timer for all connections: most requests come and go between two looks and cost none."""
        self._look = None
        now = self._loop.time()
        for connection in list(self.connections):
            connection.look_at_limits(now)
        if self.connections:
            self._look = self._loop.call_later(LOOK_SECONDS, self._look_at_limits)

    async def shutdown(self, seconds: float) -> None:
        """Close all connections: idle ones at once, the others when they have answered, or after so many seconds."""
        tasks = [task for connection in list(self.connections) if (task := connection.finish())]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for connection in list(self.connections):
            connection.abort()
        if self._look is not None:
            self._look.cancel()
