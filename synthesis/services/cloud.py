"""The cloud of all services of this folder."""

from __future__ import annotations

import functools
from pathlib import Path

from cloudtape.openstack.catalog import OperationCatalog, default_catalog
from cloudtape.synthesis.engine.building import built
from cloudtape.synthesis.engine.cloud import Cloud
from cloudtape.synthesis.engine.folders import SERVICE, Folder, read_folder
from cloudtape.synthesis.services import parts
from cloudtape.synthesis.services.block_storage import offers as block_storage
from cloudtape.synthesis.services.network import offers as network

HERE = Path(__file__).parent


def default_folders() -> list[Folder]:
    """The folders of all services. Raises ServiceDataError."""
    return [read_folder(path.parent) for path in sorted(HERE.glob(f"*/{SERVICE}"))]


@functools.cache
def default_cloud() -> Cloud:
    """Raises ServiceDataError."""
    parts.load()
    offers = {"block-storage": block_storage, "network": network}
    return built(default_folders(), default_catalog(), offers)


@functools.cache
def additions() -> OperationCatalog:
    """What today's clients call and the reference lacks, of all services."""
    return OperationCatalog(one for folder in default_folders() for one in folder.operations)
