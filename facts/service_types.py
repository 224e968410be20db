"""Service types and the other names that they have had (service-types-authority, by os-service-types)."""

from __future__ import annotations

from functools import cache

from os_service_types import ServiceTypes

# Names that clouds have had in their catalogs and the authority does not list: devstack's of nova, 2014 to 2018.
ALIASES = {"computev3": "compute", "computev21": "compute", "compute-legacy": "compute"}


@cache
def official_type(service: str) -> str:
    """The service type under its official name: `volumev3` is `block-storage`; another name stays as it is."""
    return _official(service) or service


@cache
def is_service(name: str) -> bool:
    """Whether a name is a service type, or one of the other names that a service has had."""
    return _official(name) is not None


def _official(name: str) -> str | None:
    found: str | None = ALIASES.get(name.lower().replace("_", "-")) or _service_types().get_service_type(name)
    return found


@cache
def _service_types() -> ServiceTypes:
    return ServiceTypes()
