"""Properties are held to behaviour; machines are shared, and a slow one is no failure."""

from hypothesis import settings

settings.register_profile("cloudtape", deadline=None)
settings.load_profile("cloudtape")
