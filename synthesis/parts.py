"""The modules that register what follows from changes and what answers whole operations (see `scene`)."""

from __future__ import annotations

from importlib import import_module

PARTS = (
    "application_credentials",
    "attachments",
    "boot",
    "compute",
    "data_processing",
    "database",
    "domain_config",
    "endpoint_filter",
    "external_events",
    "grants",
    "identity",
    "identity_api",
    "identity_v2",
    "image_sharing",
    "images",
    "infrastructure",
    "metadefs",
    "network",
    "network_agents",
    "network_extras",
    "network_kinds",
    "nova_proxies",
    "oauth1",
    "orchestration",
    "placement",
    "placement_allocations",
    "placement_inventories",
    "placement_names",
    "project_tags",
    "quality_of_service",
    "quota_classes",
    "role_inferences",
    "routers",
    "security_groups",
    "server_actions",
    "server_checks",
    "server_events",
    "server_parts",
    "shares",
    "subnets",
    "tags",
    "trunks",
    "trusts",
    "volume_extras",
    "volume_groups",
    "volumes",
)


def load() -> None:
    """Have all of them register, in this order: what one kind's events bring about comes in the order of its parts."""
    for name in PARTS:
        import_module(f"cloudtape.synthesis.{name}")
