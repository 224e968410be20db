"""The worlds of the sessions: who has one, who is given one, and which goes when there is no room.

A session has a world of its own from its first request on that somebody authenticated has made. Until then it is
answered from the spare one, which looks as each world does at its start; nothing of what is asked there stays. When a
request turns out to be authenticated (a login that is right, say), the spare world becomes that session's own.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator

from cloudtape.synthesis.errors import SessionsFull
from cloudtape.synthesis.worlds.world import World

logger = logging.getLogger(__name__)
DEFAULT_SESSION = ""


class Worlds:
    """`most` is for sessions with a name: the default session's world comes first and stays.

    `ticks` in seconds, for measuring.
    """

    def __init__(
        self,
        make: Callable[[], Awaitable[World]],
        most: int,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make, self.most, self._ticks = make, most, ticks
        self._default: World | None = None
        self._named: OrderedDict[str, World] = OrderedDict()
        self._used: dict[str, float] = {}
        self._spare: World | None = None
        self._turn = asyncio.Lock()

    def __iter__(self) -> Iterator[World]:
        if self._default:
            yield self._default
        yield from self._named.values()
        if self._spare:
            yield self._spare

    def get(self, session: str) -> World | None:
        """A session's own world, None where it has none (yet)."""
        if session == DEFAULT_SESSION:
            return self._default
        world = self._named.get(session)
        if world is not None:
            self._named.move_to_end(session)
            self._used[session] = self._ticks()
        return world

    async def of(self, session: str) -> World:
        """A session's own world or the spare one, which is nobody's until somebody is given it (`own`)."""
        if found := self.get(session):
            return found
        async with self._turn:  # requests that come together have the same one
            if found := self.get(session):
                return found
            if session == DEFAULT_SESSION:
                self._default = await self._make()
                return self._default
            if self._spare is None:
                self._spare = await self._make()
            return self._spare

    def owns(self, session: str, world: World) -> bool:
        """Whether a world is a session's own."""
        return world is (self._default if session == DEFAULT_SESSION else self._named.get(session))

    async def own(self, session: str) -> World:
        """A session's own world; the spare one is that from now on, where it has none. Raises SessionsFull."""
        world = await self.of(session)
        if not self.owns(session, world):
            self._make_room()
            self._spare = None
            self._named[session] = world
            self._used[session] = self._ticks()
        return world

    def is_held(self, session: str) -> bool:
        """Whether a session is one that must not go: the default one, and those to which somebody is logged in."""
        world = self._named.get(session)
        return session == DEFAULT_SESSION or (world is not None and self._held_for(session, world) > 0)

    def _held_for(self, session: str, world: World) -> float:
        """The seconds for which somebody is still logged in.

        In a world that trusts tokens from elsewhere, whoever used one is logged in for the life of a token.
        """
        ends = world.tokens.good_until() - world.clock.now().timestamp()
        if world.trusted is None:
            return ends
        return max(ends, world.token_life.total_seconds() - (self._ticks() - self._used[session]))

    def _make_room(self) -> None:
        """Let the least recently used world go to which nobody is logged in. Raises SessionsFull."""
        if len(self._named) < self.most:
            return
        held = []
        for session, world in self._named.items():
            seconds = self._held_for(session, world)
            if seconds <= 0:
                logger.warning("the world of the session %s is given up: there are %d newer ones", session, self.most)
                del self._named[session], self._used[session]
                world.blobs.close()
                return
            held.append(seconds)
        raise SessionsFull(self.most, min(held, default=1.0))
