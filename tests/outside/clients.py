"""Other clients than `openstack`, each put through what it can do: make, list, show, change, delete."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cloudtape.background import BackgroundProxy
from tests.outside.expected import JudgedCall
from tests.outside.libcloud import libcloud
from tests.outside.service_clients import (
    cinderclient,
    glanceclient,
    heatclient,
    keystoneclient,
    manilaclient,
    neutronclient,
    novaclient,
    saharaclient,
    troveclient,
)
from tests.outside.tools import rclone, restic
from tests.outside.traffic import demo, listening


@dataclass
class Calls:
    """The calls of one client: how many went well, and what was wrong with the others."""

    client: str
    done: int = 0
    wrong: list[str] = field(default_factory=list)

    def do(self, call: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """The result of a call, None where it failed."""
        try:
            made = call(*given, **named)
        except Exception as error:  # each client has errors of its own
            at = traceback.extract_tb(error.__traceback__)[-1]
            name = getattr(call, "__qualname__", call)
            self.wrong.append(f"{name}: {type(error).__name__}: {error} ({at.filename.rpartition('/')[2]}:{at.lineno})")
            return None
        self.done += 1
        return made


CLIENTS: dict[str, Callable[[BackgroundProxy, Callable[..., Any]], None]] = {
    one.__name__: one
    for one in (
        keystoneclient,
        novaclient,
        cinderclient,
        glanceclient,
        neutronclient,
        heatclient,
        manilaclient,
        troveclient,
        saharaclient,
        libcloud,
        rclone,
        restic,
    )
}


def run(name: str) -> tuple[Calls, list[JudgedCall]]:
    """One client against a cloud of its own, and what it was answered."""
    os.environ.update({"no_proxy": "127.0.0.1"})
    calls = Calls(name)
    with demo() as cloud, listening() as heard:
        try:
            CLIENTS[name](cloud, calls.do)
        except Exception as error:  # what could not go on after a call that failed
            calls.wrong.append(f"ended: {error!r}")
    return calls, heard
