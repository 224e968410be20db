"""What `compute` does where its rows do not say it."""

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.services.compute import (
    actions,
    attachments,
    boot,
    checks,
    consoles,
    events,
    external_events,
    extras,
    hosts,
    tags,
    windows,
)
from cloudtape.synthesis.services.compute.neighbours import NEEDS

HOOKS = Hooks(needs=NEEDS).joined(
    actions.HOOKS,
    attachments.HOOKS,
    boot.HOOKS,
    checks.HOOKS,
    consoles.HOOKS,
    events.HOOKS,
    external_events.HOOKS,
    extras.HOOKS,
    hosts.HOOKS,
    tags.HOOKS,
    windows.HOOKS,
)
