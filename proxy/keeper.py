"""What becomes of an exchange that is over: scrubbed and kept, or a mark in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

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
"""Bytes of which it is tried to scrub them at once."""
MARKED = 16 * 1024
"""Bytes of a request that stay beside what says that its answer was lost."""
MOST_LARGE = 2
"""Large interactions that are scrubbed at the same time."""
Scrub = Callable[[Interaction], Interaction]

Ready = tuple[Interaction, Interaction, "asyncio.Future[bool]"]
"""An interaction, the same as it may be kept, and who waits for it."""


class Scrubbing(NamedTuple):
    """How interactions are scrubbed: `at_once` gives None for what takes too long, `aside` is called on a thread, also
    for several at a time. Without it what is large is scrubbed in its turn.
    """

    scrub: Scrub
    at_once: Callable[[Interaction], Interaction | None]
    aside: Scrub | None = None


class Keeper:
    """Scrubs interactions and appends them to the cassette, in the order in which they became ready.

    What cannot be kept is noted in the journal, and in its place stands in the cassette that it was asked (`lost`): a
    replay must not answer it with another's answer. The client still gets its own.
    """

    def __init__(self, writer: CassetteWriter, scrubbing: Scrubbing, journal: Journal) -> None:
        self._writer, self._scrubbing, self._journal = writer, scrubbing, journal
        self._large = asyncio.Semaphore(MOST_LARGE)
        self._turn = asyncio.Lock()
        self._ready: list[Ready] = []
        # What stands for lost interactions, where the disk refused even that.
        self._unmarked: list[Interaction] = []
        self._syncing: asyncio.Task[None] | None = None

    async def keep(self, interaction: Interaction) -> bool:
        """Whether it was kept. What takes long to scrub is scrubbed elsewhere, and the others go on.

        Small ones that become ready in the same turn of the event loop are kept together, at a lower cost for each.
        """
        is_small = _is_small(interaction)
        if not is_small and not self._scrubbing.aside:
            async with self._turn:
                self._keep_ready()
                return await self._keep_in_turn(interaction)
        try:
            scrubbed = await self._scrubbed(interaction, is_small)
        except CassetteError as error:
            await self.lose(interaction, error)
            return False
        if self._writer.durable:
            return await self._noted(interaction, scrubbed, self._sync)
        if is_small and not self._turn.locked():
            return await self._noted(interaction, scrubbed, self._keep_ready)
        async with self._turn:
            self._keep_ready()
            errors = await asyncio.to_thread(self._kept, [scrubbed])
            return self._told([interaction], errors)[0]

    async def _scrubbed(self, interaction: Interaction, is_small: bool) -> Interaction:
        """Raises CassetteError."""
        if is_small and (scrubbed := self._scrubbing.at_once(interaction)) is not None:
            return scrubbed
        assert self._scrubbing.aside
        async with self._large:
            return await asyncio.to_thread(self._scrubbing.aside, interaction)

    async def _keep_in_turn(self, interaction: Interaction) -> bool:
        try:
            scrubbed = await asyncio.to_thread(self._scrubbing.scrub, interaction)
        except CassetteError as error:
            self._lose(interaction, error)
            return False
        return self._told([interaction], await asyncio.to_thread(self._kept, [scrubbed]))[0]

    async def _noted(self, interaction: Interaction, scrubbed: Interaction, keep: Callable[[], None]) -> bool:
        """Keep an interaction together with those that become ready in the same turn."""
        loop = asyncio.get_running_loop()
        if not self._ready:
            loop.call_soon(keep)
        kept: asyncio.Future[bool] = loop.create_future()
        self._ready.append((interaction, scrubbed, kept))
        return await kept

    def _keep_ready(self) -> None:
        ready, self._ready = self._ready, []
        try:
            self._tell(ready, self._kept([scrubbed for _, scrubbed, _ in ready]))
        except Exception as error:
            _fail(ready, error)

    def _sync(self) -> None:
        """Have what is ready on disk. A disk is slow: whatever becomes ready meanwhile goes to it together, next."""
        if self._syncing is None:
            self._syncing = asyncio.get_running_loop().create_task(self._sync_all())

    async def _sync_all(self) -> None:
        async with self._turn:
            while self._ready:
                ready, self._ready = self._ready, []
                try:
                    self._tell(ready, await asyncio.to_thread(self._kept, [scrubbed for _, scrubbed, _ in ready]))
                except Exception as error:
                    _fail(ready, error)
            self._syncing = None

    def _kept(self, scrubbed: Sequence[Interaction]) -> list[CassetteError | None]:
        """Append what is scrubbed: all at once, or where that cannot be, those that can be by themselves. May run on a
        thread. Why each could not be.
        """
        if not scrubbed:
            return []
        try:
            self._writer.append_all([*self._unmarked, *scrubbed])
        except CassetteError as error:
            if len(scrubbed) > 1:
                return [why for one in scrubbed for why in self._kept([one])]
            return [error]
        self._unmarked = []
        return [None] * len(scrubbed)

    def _told(self, interactions: Sequence[Interaction], errors: Sequence[CassetteError | None]) -> list[bool]:
        """Which of them were kept; the others are noted."""
        for interaction, error in zip(interactions, errors, strict=True):
            if error:
                self._lose(interaction, error)
        return [error is None for error in errors]

    def _tell(self, ready: Sequence[Ready], errors: Sequence[CassetteError | None]) -> None:
        kept = self._told([interaction for interaction, _, _ in ready], errors)
        for (_, _, waiting), is_kept in zip(ready, kept, strict=True):
            if not waiting.done():  # it is when nobody waits any more
                waiting.set_result(is_kept)

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
                scrubbed = self._scrubbing.scrub(marker)
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


def _fail(ready: Sequence[Ready], error: Exception) -> None:
    for _, _, waiting in ready:
        if not waiting.done():
            waiting.set_exception(error)


def _is_small(interaction: Interaction) -> bool:
    """Whether it is scrubbed in so little time that nobody minds: by its size without content codings."""
    return is_within(interaction.request, SMALL) and is_within(interaction.response, SMALL)


def markers(interaction: Interaction, error: CassetteError) -> Iterator[Interaction]:
    """What may stand in the cassette for an interaction that could not be kept: from the most to the least of it."""
    why = getattr(error, "why", "") or str(error)
    said = Response(NOT_KEPT, "Not Kept", PLAIN_TEXT, f"cloudtape could not keep this answer: {why}\n".encode())
    request = interaction.request
    whole = replace(interaction, response=said, routes=(), lost=why)
    if is_within(request, MARKED):  # what could not be scrubbed once is not tried again at length
        yield whole
    if request.body:
        yield replace(whole, request=replace(request, body=b""))
    yield replace(whole, request=replace(request, body=b"", headers=(), uri=request.uri.partition("?")[0]))
