"""The modules that register what follows from changes and what answers whole operations (see `scene`)."""

from __future__ import annotations

from importlib import import_module

PARTS = (
    "identity.application_credentials",
    "compute.attachments",
    "compute.boot",
    "compute.extras",
    "data_processing",
    "database",
    "identity.domain_config",
    "identity.endpoint_filter",
    "compute.external_events",
    "identity.grants",
    "identity.core",
    "identity.api",
    "identity.v2",
    "image.sharing",
    "image.images",
    "image.stores",
    "infrastructure",
    "image.metadefs",
    "network.networks",
    "network.auto_allocation",
    "network.agents",
    "network.extras",
    "network.kinds",
    "compute.windows",
    "identity.oauth1",
    "orchestration.api",
    "placement.providers",
    "placement.allocations",
    "placement.inventories",
    "placement.names",
    "identity.project_tags",
    "network.quality_of_service",
    "quota_classes",
    "identity.role_inferences",
    "network.routers",
    "network.security_groups",
    "compute.actions",
    "compute.checks",
    "compute.events",
    "compute.parts",
    "shares",
    "network.subnets",
    "tags",
    "network.trunks",
    "identity.trusts",
    "block_storage.extras",
    "block_storage.groups",
    "block_storage.volumes",
)


def load() -> None:
    """Have all of them register, in this order: what one kind's events bring about comes in the order of its parts."""
    for name in PARTS:
        import_module(f"cloudtape.synthesis.{name}")
