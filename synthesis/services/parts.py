"""The modules that register what follows from changes and what answers whole operations (see `scene`)."""

from __future__ import annotations

from importlib import import_module

PARTS = (
    "services.identity.application_credentials",
    "services.compute.attachments",
    "services.compute.boot",
    "services.compute.extras",
    "services.data_processing.jobs",
    "services.database.instances",
    "services.identity.domain_config",
    "services.identity.endpoint_filter",
    "services.compute.external_events",
    "services.identity.grants",
    "services.identity.core",
    "services.identity.api",
    "services.identity.v2",
    "services.image.sharing",
    "services.image.images",
    "services.image.stores",
    "services.compute.hosts",
    "services.block_storage.hosts",
    "services.image.metadefs",
    "services.network.networks",
    "services.network.auto_allocation",
    "services.network.agents",
    "services.network.extras",
    "services.network.kinds",
    "services.compute.windows",
    "services.identity.oauth1",
    "services.orchestration.api",
    "services.placement.providers",
    "services.placement.allocations",
    "services.placement.inventories",
    "services.placement.names",
    "services.identity.project_tags",
    "services.network.quality_of_service",
    "engine.quota_classes",
    "services.identity.role_inferences",
    "services.network.routers",
    "services.network.security_groups",
    "services.compute.actions",
    "services.compute.checks",
    "services.compute.events",
    "services.compute.parts",
    "services.shared_file_system.shares",
    "services.network.subnets",
    "engine.tags",
    "services.network.trunks",
    "services.identity.trusts",
    "services.block_storage.extras",
    "services.block_storage.groups",
    "services.block_storage.volumes",
)


def load() -> None:
    """Have all of them register, in this order: what one kind's events bring about comes in the order of its parts."""
    for name in PARTS:
        import_module(f"cloudtape.synthesis.{name}")
