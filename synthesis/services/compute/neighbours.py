"""What nova knows of other services: the names of their kinds, and what it asks of them beside their operations."""

from __future__ import annotations

from typing import Any, Protocol, cast

from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.worlds.shelves import Members, Resource

VOLUMES, SNAPSHOTS, VOLUME_TYPES = "block-storage/volumes", "block-storage/snapshots", "block-storage/types"
IMAGES = "image/images"
NETWORKS, PORTS, FLOATING = "network/networks", "network/ports", "network/floatingips"
SECURITY_GROUPS, RULES = "network/security-groups", "network/security-group-rules"


class Volumes(Protocol):
    """What nova needs of `block-storage`."""

    def attach(self, scene: Scene, volume: Resource, server: str, device: str, attachment: str) -> None:
        """Raises Refused where it is not free."""

    def detach(self, scene: Scene, volume: Resource, server: str = "", attachment: str = "") -> None: ...


class Networks(Protocol):
    """What nova needs of `network`."""

    def fixed_ips(self, scene: Scene, network: Resource, wanted: Any, mac: str = "") -> list[Members]:
        """Addresses for a port: those that are wanted, or some."""

    def mac(self, scene: Scene) -> str: ...

    def drop(self, scene: Scene, port: Resource) -> None:
        """Unplug a port and remove it."""

    def default_group(self, scene: Scene, project: str) -> Resource: ...

    def allocated(self, scene: Scene, project: str) -> Resource:
        """The network that was allocated for a project, made now where there is none."""


NEEDS = {"block-storage": Volumes, "network": Networks}


def volumes(scene: Scene) -> Volumes:
    return cast(Volumes, scene.cloud.offers["block-storage"])


def networks(scene: Scene) -> Networks:
    return cast(Networks, scene.cloud.offers["network"])
