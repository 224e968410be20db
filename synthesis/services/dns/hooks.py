"""What `dns` does where its rows do not say it."""

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.services.dns import administration, recordsets, reverse, transfers, zone_files, zones

HOOKS = Hooks().joined(
    administration.HOOKS, recordsets.HOOKS, reverse.HOOKS, transfers.HOOKS, zone_files.HOOKS, zones.HOOKS
)
