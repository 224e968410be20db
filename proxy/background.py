"""A proxy on a thread of its own, for programs that are not asynchronous (tests, notebooks)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from cloudtape.application import Application
from cloudtape.clouds import CLOUD
from cloudtape.config import Config
from cloudtape.journal import Journal, MissNote
from cloudtape.run import client_files


class BackgroundProxy:
    """A running proxy: `with BackgroundProxy(config) as proxy:`.

    `env` holds the changes that make a client use it (None: remove the variable), `notes` what a person should know
    about the cassettes. Entering and leaving raise what `Application` raises; leaving not where the block has failed.
    """

    cloud = CLOUD

    def __init__(self, config: Config, settings: Mapping[str, Any] | None = None) -> None:
        self.journal = Journal()
        self.url = self.auth_url = ""
        self.notes: tuple[str, ...] = ()
        self.env: dict[str, str | None] = {}
        self.clouds_file = Path()
        self._config, self._settings = config, settings or {}
        self._started: Future[Application] = Future()
        self._thread = threading.Thread(target=self._serve, name="cloudtape", daemon=True)
        self._files = ExitStack()
        self._failed = False
        self._error: BaseException | None = None

    def __enter__(self) -> BackgroundProxy:
        self._thread.start()
        proxy = self._started.result()
        self.url, self.auth_url, self.notes = proxy.url, proxy.auth_url, proxy.notes
        self.env = self._files.enter_context(client_files(proxy, self._settings))
        self.clouds_file = Path(self.env["OS_CLIENT_CONFIG_FILE"] or "")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._failed = self._failed or error is not None
        self._files.close()
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()
        if self._error is not None and error is None:
            raise self._error

    @property
    def misses(self) -> list[MissNote]:
        """The requests so far that nobody answered."""
        return self.journal.misses

    @property
    def lost(self) -> list[str]:
        """What should have been recorded so far, but could not be kept."""
        return self.journal.lost

    def fail(self) -> None:
        """Say that this take did not end well: a `refresh` keeps the old cassette."""
        self._failed = True

    def _serve(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with Application(self._config, journal=self.journal) as proxy:
                self._started.set_result(proxy)
                await self._end.wait()
                if self._failed:
                    proxy.fail()
        except BaseException as error:
            if self._started.done():
                self._error = error
            else:
                self._started.set_exception(error)
