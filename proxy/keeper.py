"""What becomes of an exchange that is over: scrubbed and kept, or a mark in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from msgspec.structs import replace

from cloudtape.cassettes.content import is_within
from cloudtape.cassettes.errors import CassetteError
from cloudtape.cassettes.files.bodies import Spool
from cloudtape.cassettes.files.writer import CassetteWriter
from cloudtape.cassettes.messages import Interaction, Response
from cloudtape.journal import MASK, Journal

NOT_KEPT = 501
PLAIN_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)
MOST_UNMARKED = 1000
SMALL = 64 * 1024
"""Bytes that are scrubbed at once."""
MOST_LARGE = 2
"""Large interactions that are scrubbed at the same time."""
Scrub = Callable[[Interaction], Interaction]
Aside = Callable[[Interaction], Scrub]
"""What scrubs one interaction on another thread, while the others are scrubbed here."""

Ready = tuple[Interaction, "asyncio.Future[bool]"]


class Keeper:
    """Scrubs interactions and appends them to the cassette, in the order in which they became ready.

    What cannot be kept is noted in the journal, and in its place stands in the cassette that it was asked (`lost`): a
    replay must not answer it with another's answer. The client still gets its own.
    """

    def __init__(self, writer: CassetteWriter, scrub: Scrub, journal: Journal, aside: Aside | None = None) -> None:
        self._writer, self._scrub, self._journal, self._aside = writer, scrub, journal, aside
        self._large = asyncio.Semaphore(MOST_LARGE)
        self._turn = asyncio.Lock()
        self._ready: list[Ready] = []
        # What stands for lost interactions, where the disk refused even that.
        self._unmarked: list[Interaction] = []
        self._syncing: asyncio.Task[None] | None = None

    async def keep(self, interaction: Interaction) -> bool:
        """Whether it was kept. Large bodies are scrubbed on a thread, and the others go on (with `aside`).

        Small ones that become ready in the same turn of the event loop are kept together, at a lower cost for each.
        """
        if self._writer.durable:
            return await self._noted(interaction, self._sync)
        if _is_small(interaction) and not self._turn.locked():
            return await self._noted(interaction, self._keep_ready)
        scrub = self._scrub
        if self._aside and not _is_small(interaction):
            try:
                async with self._large:
                    interaction = await asyncio.to_thread(self._aside(interaction), interaction)
            except CassetteError as error:
                await self.lose(interaction, error)
                return False
            scrub = _as_it_is
        async with self._turn:
            self._keep_ready()
            return all(await asyncio.to_thread(self._keep, [interaction], scrub))

    async def _noted(self, interaction: Interaction, keep: Callable[[], None]) -> bool:
        """Keep an interaction together with those that become ready in the same turn."""
        loop = asyncio.get_running_loop()
        if not self._ready:
            loop.call_soon(keep)
        kept: asyncio.Future[bool] = loop.create_future()
        self._ready.append((interaction, kept))
        return await kept

    def _keep_ready(self) -> None:
        ready, self._ready = self._ready, []
        try:
            kept = self._keep([interaction for interaction, _ in ready], self._scrub)
        except Exception as error:
            _fail(ready, error)
        else:
            _tell(ready, kept)

    def _sync(self) -> None:
        """Have what is ready on disk. A disk is slow: whatever becomes ready meanwhile goes to it together, next."""
        if self._syncing is None:
            self._syncing = asyncio.get_running_loop().create_task(self._sync_all())

    async def _sync_all(self) -> None:
        async with self._turn:
            while self._ready:
                ready, self._ready = self._ready, []
                try:
                    kept = await asyncio.to_thread(self._keep, [one for one, _ in ready], self._scrub)
                except Exception as error:
                    _fail(ready, error)
                else:
                    _tell(ready, kept)
            self._syncing = None

    def _keep(self, interactions: Sequence[Interaction], scrub: Scrub) -> list[bool]:
        """Which of them were kept: all, or where one of them cannot be, those that can be by themselves."""
        try:
            scrubbed = [scrub(interaction) for interaction in interactions]
            self._writer.append_all([*self._unmarked, *scrubbed])
        except CassetteError as error:
            if len(interactions) > 1:
                return [kept for interaction in interactions for kept in self._keep([interaction], scrub)]
            self._lose(interactions[0], error)
            return [False]
        self._unmarked = []
        return [True] * len(interactions)

    async def lose(self, interaction: Interaction, error: CassetteError) -> None:
        """Note that an interaction cannot be kept, for which there is no need to try."""
        async with self._turn:
            self._keep_ready()
            self._lose(interaction, error)

    def close(self) -> None:
        """Once more, what the disk has refused until now."""
        if self._unmarked:
            with suppress(CassetteError):
                self._writer.append_all(self._unmarked)
                self._unmarked = []

    def _lose(self, interaction: Interaction, error: CassetteError) -> None:
        request = interaction.request
        # The path alone: a query may hold what could not be scrubbed.
        self._journal.lose(f"{request.method} {MASK.uri(request.uri.partition('?')[0])}: {error}")
        for marker in markers(interaction, error):
            try:
                scrubbed = self._scrub(marker)
            except CassetteError:
                continue
            try:
                self._writer.append(scrubbed)
                return
            except CassetteError:
                if isinstance(scrubbed.request.body, bytes) and len(self._unmarked) < MOST_UNMARKED:
                    self._unmarked.append(scrubbed)
                    return

    def spool(self) -> Spool:
        return self._writer.spool()


def _tell(ready: Sequence[Ready], kept: Sequence[bool]) -> None:
    for (_, waiting), is_kept in zip(ready, kept, strict=True):
        if not waiting.done():  # it is when nobody waits any more
            waiting.set_result(is_kept)


def _fail(ready: Sequence[Ready], error: Exception) -> None:
    for _, waiting in ready:
        if not waiting.done():
            waiting.set_exception(error)


def _is_small(interaction: Interaction) -> bool:
    """Whether it is scrubbed in so little time that nobody minds: by its size without content codings."""
    return is_within(interaction.request, SMALL) and is_within(interaction.response, SMALL)


def _as_it_is(interaction: Interaction) -> Interaction:
    return interaction


def markers(interaction: Interaction, error: CassetteError) -> Iterator[Interaction]:
    """What may stand in the cassette for an interaction that could not be kept: from the most to the least of it."""
    why = getattr(error, "why", "") or str(error)
    said = Response(NOT_KEPT, "Not Kept", PLAIN_TEXT, f"cloudtape could not keep this answer: {why}\n".encode())
    request = interaction.request
    whole = replace(interaction, response=said, routes=(), lost=why)
    if is_within(request, SMALL):  # what could not be scrubbed once is not tried again at length
        yield whole
    if request.body:
        yield replace(whole, request=replace(request, body=b""))
    yield replace(whole, request=replace(request, body=b"", headers=(), uri=request.uri.partition("?")[0]))
