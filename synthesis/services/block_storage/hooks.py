"""What `block-storage` does where its rows do not say it."""

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.services.block_storage import (
    attachments,
    copies,
    groups,
    hosts,
    limits,
    offers,
    transfers,
    volume_actions,
    volume_types,
    volumes,
)

HOOKS = Hooks(offers=offers).joined(
    attachments.HOOKS,
    copies.HOOKS,
    groups.HOOKS,
    hosts.HOOKS,
    limits.HOOKS,
    transfers.HOOKS,
    volume_actions.HOOKS,
    volume_types.HOOKS,
    volumes.HOOKS,
)
