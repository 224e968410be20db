"""All scenarios, by name. Importing this imports the clients."""

from __future__ import annotations

from collections.abc import Iterable

from tests.scenarios import cli_steps
from tests.scenarios.scenario import Scenario
from tests.scenarios.sdk import identity, images, networks, objects, servers, volumes

SDK = (servers, volumes, images, networks, identity, objects)


def _by_name(scenarios: Iterable[Scenario]) -> dict[str, Scenario]:
    suite: dict[str, Scenario] = {}
    for one in scenarios:
        if one.name in suite:
            raise ValueError(f"two scenarios are called {one.name}")
        suite[one.name] = one
    return suite


SUITE = _by_name([*(one for module in SDK for one in module.SCENARIOS), *cli_steps.load()])
