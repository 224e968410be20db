"""What `image` does where its rows do not say it."""

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.services.image import (
    images,
    metadefs,
    sharing,
    stores,
)

HOOKS = Hooks().joined(images.HOOKS, metadefs.HOOKS, sharing.HOOKS, stores.HOOKS)
