"""What `network` does where its rows do not say it."""

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.services.network import (
    agents,
    auto_allocation,
    extras,
    networks,
    offers,
    pools,
    quality_of_service,
    routers,
    security_groups,
    subnets,
    trunks,
)

HOOKS = Hooks(offers=offers).joined(
    pools.HOOKS,
    agents.HOOKS,
    auto_allocation.HOOKS,
    extras.HOOKS,
    networks.HOOKS,
    quality_of_service.HOOKS,
    routers.HOOKS,
    security_groups.HOOKS,
    subnets.HOOKS,
    trunks.HOOKS,
)
