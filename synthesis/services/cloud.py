"""The cloud of all services of this folder."""

from __future__ import annotations

import functools

import msgspec
import yaml

from cloudtape.openstack.catalog import OperationCatalog, default_catalog, load_catalog
from cloudtape.synthesis.engine.cloud import Cloud
from cloudtape.synthesis.engine.kinds import plan_with
from cloudtape.synthesis.engine.lives import read_lives
from cloudtape.synthesis.engine.rules import read_rules
from cloudtape.synthesis.engine.services import DATA, Service, Services
from cloudtape.synthesis.services import parts
from cloudtape.synthesis.services.block_storage import offers as block_storage
from cloudtape.synthesis.services.network import offers as network


@functools.cache
def additions() -> OperationCatalog:
    """What today's clients call and the reference lacks, for the services that it covers."""
    return load_catalog(DATA)


@functools.cache
def default_cloud() -> Cloud:
    parts.load()
    document = yaml.load((DATA / "services.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    rows = msgspec.convert(document, dict[str, Service])
    services = Services({kind: msgspec.structs.replace(row, type=kind) for kind, row in rows.items()})
    kinds = plan_with([default_catalog(), additions()], read_rules(), read_lives())
    offers = {"block-storage": block_storage, "network": network}
    return Cloud(services, kinds, (additions(), default_catalog()), offers)
