"""What `database` does where its rows do not say it."""

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.services.database import (
    instances,
)

HOOKS = Hooks().joined(instances.HOOKS)
