"""cloudtape: record OpenStack HTTP traffic through a proxy, and replay it without the cloud."""

__version__ = "0.1.0"
__all__ = ["__version__"]
