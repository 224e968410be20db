"""What `block-storage` does where its rows do not say it."""

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.services.block_storage import (
    extras,
    groups,
    hosts,
    offers,
    volumes,
)

HOOKS = Hooks(offers=offers).joined(extras.HOOKS, groups.HOOKS, hosts.HOOKS, volumes.HOOKS)
