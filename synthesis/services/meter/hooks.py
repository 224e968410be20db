"""What `meter` does where its rows do not say it."""

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.services.meter import alarms, samples

HOOKS = Hooks().joined(alarms.HOOKS, samples.HOOKS)
