"""What other services may ask of neutron beside its operations."""

from cloudtape.synthesis.services.network.allocation import fixed_ips
from cloudtape.synthesis.services.network.auto_allocation import allocated
from cloudtape.synthesis.services.network.networks import drop, mac
from cloudtape.synthesis.services.network.security_groups import default_group

__all__ = ["allocated", "default_group", "drop", "fixed_ips", "mac"]
