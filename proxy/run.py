"""`cloudtape run`: a proxy for the time of one command, and the command's environment."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from cloudtape.application import Application
from cloudtape.cassettes.files.private import PrivateFolder
from cloudtape.clouds import client_environment, clouds_yaml, from_environment, recorded
from cloudtape.errors import ConfigError
from cloudtape.signals import passed_to

STOP_SECONDS = 5.0
NOT_STARTED = 127
LOOPBACK = ("127.0.0.1", "localhost", "::1")


async def run_command(
    proxy: Application, command: Sequence[str], settings: Mapping[str, Any], stopped: asyncio.Event
) -> int:
    """Run a command as a client of the proxy, or until it is `stopped`; returns its exit code (128 + n where signal n
    ended it).

    `settings` as in clouds.yaml; where they are empty they come from the recording or the environment. Raises
    ConfigError when the command cannot be started.
    """
    with client_files(proxy, settings) as changes:
        try:
            child = await asyncio.create_subprocess_exec(*command, env=environment(os.environ, changes))
        except OSError as error:
            raise ConfigError(f"{command[0]}: cannot be started: {error.strerror}") from error
        with passed_to(partial(_send, child)):
            code = await _ended(child, stopped)
    return 128 - code if code < 0 else code


@contextmanager
def client_files(proxy: Application, settings: Mapping[str, Any]) -> Iterator[dict[str, str | None]]:
    """A clouds.yaml for the proxy, in a folder of its own that only this user can read; yields the changes it needs."""
    settings = settings or client_settings(proxy)
    with PrivateFolder() as folder:
        path = folder.path / "clouds.yaml"
        path.touch(mode=0o600)
        path.write_text(clouds_yaml(proxy.auth_url, settings))
        yield client_environment(proxy.auth_url, settings, path)


def client_settings(proxy: Application) -> dict[str, Any]:
    """Who logs in: whoever did in the recording or, where there is a cloud to log in to, who the environment says."""
    if not proxy.config.mode.needs_upstream:
        for cassette in proxy.cassettes:
            if found := recorded(cassette):
                return found
        if proxy.synthesis is not None:
            return proxy.synthesis.settings
    return from_environment(os.environ)


def lacks_credentials(proxy: Application, settings: Mapping[str, Any]) -> bool:
    """Whether the cloud has an address only, so that a command which brings nothing of its own cannot log in."""
    return proxy.config.mode.needs_upstream and not (settings or client_settings(proxy))["auth"]


def environment(base: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """The environment with the changes made, and with the proxy's address exempt from any forward proxy."""
    merged = {**base, **changes}
    for name in ("no_proxy", "NO_PROXY"):
        merged[name] = ",".join(filter(None, (base.get(name), *LOOPBACK)))
    return {name: value for name, value in merged.items() if value is not None}


async def _ended(child: asyncio.subprocess.Process, stopped: asyncio.Event) -> int:
    """The exit code of a command; one that is to stop is asked once to do so."""
    ends, stops = asyncio.ensure_future(child.wait()), asyncio.ensure_future(stopped.wait())
    try:
        await asyncio.wait((ends, stops), return_when=asyncio.FIRST_COMPLETED)
        if not ends.done():
            _send(child, signal.SIGTERM)
            await asyncio.wait((ends,), timeout=STOP_SECONDS)
        if not ends.done():
            _send(child, signal.SIGKILL)
        return await ends
    finally:
        stops.cancel()


def _send(child: asyncio.subprocess.Process, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(number)
