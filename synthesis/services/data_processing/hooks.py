"""What `data-processing` does where its rows do not say it."""

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.services.data_processing import clusters, images, jobs

HOOKS = Hooks().joined(clusters.HOOKS, images.HOOKS, jobs.HOOKS)
