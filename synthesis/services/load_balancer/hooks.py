"""What `load-balancer` does where its rows do not say it."""

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.services.load_balancer import (
    amphorae,
    flavors,
    listeners,
    load_balancers,
    members,
    policies,
    pools,
    quotas,
    reading,
)

HOOKS = Hooks().joined(
    reading.HOOKS,
    amphorae.HOOKS,
    flavors.HOOKS,
    listeners.HOOKS,
    load_balancers.HOOKS,
    members.HOOKS,
    policies.HOOKS,
    pools.HOOKS,
    quotas.HOOKS,
)
