"""What `database` does where its rows do not say it."""

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.services.database import backups, configurations, contents, datastores, instances, root

HOOKS = Hooks().joined(
    instances.HOOKS, root.HOOKS, contents.HOOKS, configurations.HOOKS, backups.HOOKS, datastores.HOOKS
)
