"""What `shared-file-system` does where its rows do not say it."""

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.services.shared_file_system import access, networks, quotas, share_types, shares, snapshots

HOOKS = Hooks().joined(shares.HOOKS, access.HOOKS, snapshots.HOOKS, share_types.HOOKS, networks.HOOKS, quotas.HOOKS)
