"""What `orchestration` does where its rows do not say it."""

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.services.orchestration import (
    api,
    events,
    stacks,
)

HOOKS = Hooks().joined(api.HOOKS, events.HOOKS, stacks.HOOKS)
