"""What `identity` does where its rows do not say it."""

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.services.identity import (
    api,
    application_credentials,
    credentials,
    domain_config,
    endpoint_filter,
    grants,
    oauth1,
    project_tags,
    role_inferences,
    trusts,
    v2,
)

HOOKS = Hooks().joined(
    credentials.HOOKS,
    api.HOOKS,
    application_credentials.HOOKS,
    domain_config.HOOKS,
    endpoint_filter.HOOKS,
    grants.HOOKS,
    oauth1.HOOKS,
    project_tags.HOOKS,
    role_inferences.HOOKS,
    trusts.HOOKS,
    v2.HOOKS,
)
