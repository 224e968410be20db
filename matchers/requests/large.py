"""The canonical form of large requests, made in another process: to look for secrets in a large text takes seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cloudtape.cassettes import workers
from cloudtape.cassettes.messages import Request
from cloudtape.cassettes.workers import Channel, WorkerGone, Workers, allow
from cloudtape.matchers.requests.canonical import Canonical, canonical, unread
from cloudtape.matchers.requests.content import readable

LONGEST = 60.0
"""Seconds that the other process works on one request; then its body is compared by its digest."""
MOST = 2
MOST_LAST = 4
"""Requests whose forms stay: of one that nobody answers it is asked again, why."""
MOST_AGAIN = 3


class Large:
    """Canonical forms, at most `MOST` at a time."""

    def __init__(self) -> None:
        self._workers = Workers(__name__)
        self._room = asyncio.Semaphore(MOST)
        self._last: dict[int, tuple[Request, Canonical]] = {}

    def close(self) -> None:
        self._workers.close()

    async def canonical(self, request: Request) -> Canonical:
        async with self._room:
            return await asyncio.to_thread(self._canonical, request)

    async def read(self, request: Request, words: Callable[[Request], Request]) -> tuple[Request, Canonical]:
        """A request in the recording's `words`, which may change meanwhile, and its canonical form."""
        for _ in range(MOST_AGAIN):
            asked = words(request)
            form = await self.canonical(asked)
            if words(request) == asked:
                break
        self._last[id(request)] = request, form
        if len(self._last) > MOST_LAST:
            del self._last[next(iter(self._last))]
        return asked, form

    def was_read(self, request: Request, words: Callable[[Request], Request]) -> tuple[Request, Canonical]:
        """The same for a request that was read just before, of which it is asked again; else its body is not read."""
        asked, last = words(request), self._last.get(id(request))
        return asked, last[1] if last and last[0] is request else unread(asked)

    def _canonical(self, request: Request) -> Canonical:
        request = readable(request)
        if not isinstance(request.body, bytes) or not workers.are_possible():
            return canonical(request)
        try:
            with self._workers.one() as channel:
                channel.send(request)
                form, _ = channel.receive()
        except WorkerGone:
            return unread(request)
        assert isinstance(form, Canonical)
        return form


def serve(channel: Channel) -> None:
    """What the other process does."""
    while True:
        request, _ = channel.receive()
        allow(LONGEST)
        channel.send(canonical(request))
