"""The canonical form of large requests, made in another process: to look for secrets in a large text takes seconds."""

from __future__ import annotations

import asyncio

from cloudtape.cassettes import workers
from cloudtape.cassettes.messages import Request
from cloudtape.cassettes.workers import Channel, WorkerGone, Workers, allow
from cloudtape.matchers.requests.canonical import Canonical, canonical, unread
from cloudtape.matchers.requests.content import readable

LONGEST = 60.0
"""Seconds that the other process works on one request; then its body is compared by its digest."""
MOST = 2


class Large:
    """Canonical forms, at most `MOST` at a time."""

    def __init__(self) -> None:
        self._workers = Workers(__name__)
        self._room = asyncio.Semaphore(MOST)

    def close(self) -> None:
        self._workers.close()

    async def canonical(self, request: Request) -> Canonical:
        async with self._room:
            return await asyncio.to_thread(self._canonical, request)

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
