"""What `placement` does where its rows do not say it."""

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.services.placement import (
    allocations,
    inventories,
    names,
    providers,
)

HOOKS = Hooks().joined(allocations.HOOKS, inventories.HOOKS, names.HOOKS, providers.HOOKS)
