"""What `shared-file-system` does where its rows do not say it."""

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.services.shared_file_system import (
    shares,
)

HOOKS = Hooks().joined(shares.HOOKS)
