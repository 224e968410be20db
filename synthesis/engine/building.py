"""Makes a cloud of the folders of its services. Where a folder was changed, all is held against all (`checking`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cloudtape.openstack.catalog import OperationCatalog
from cloudtape.synthesis.engine.amendments import Amendments
from cloudtape.synthesis.engine.checking import check
from cloudtape.synthesis.engine.cloud import Cloud
from cloudtape.synthesis.engine.folders import Folder
from cloudtape.synthesis.engine.kinds import Kinds
from cloudtape.synthesis.engine.plans import Paths, Planner
from cloudtape.synthesis.engine.services import Services


def built(folders: Sequence[Folder], reference: OperationCatalog, offers: Mapping[str, Any]) -> Cloud:
    """A cloud in which everything fits. Raises ServiceDataError."""
    cloud = assembled(folders, reference, offers)
    if not all(one.is_compiled for one in folders):
        check(cloud, folders)
    return cloud


def assembled(folders: Iterable[Folder], reference: OperationCatalog, offers: Mapping[str, Any]) -> Cloud:
    """The services stand in the order of their ranks."""
    folders = sorted(folders, key=lambda one: (one.service.rank, one.service.type))
    services = Services({one.service.type: one.service for one in folders})
    catalogs = tuple(OperationCatalog(one.operations, lambda one=one: one.examples) for one in folders)  # type: ignore[misc]
    rules = {f"{one.service.type}/{path}": rule for one in folders for path, rule in one.file.kinds.items()}
    lives = {f"{one.service.type}/{name}": life for one in folders for name, life in one.file.lives.items()}
    paths = {kind: Paths(one.aliases, one.behind, one.repeated) for kind, one in services.items()}
    collections = [name for name, rule in rules.items() if rule.collection]
    documents = [name for name, rule in rules.items() if rule.map]
    # Kinds are what the reference shows first, and requests are what today's clients mean first.
    planner = Planner([reference, *catalogs], paths, collections, documents)
    amendments = Amendments(row for one in folders for row in one.file.amendments)
    return Cloud(services, Kinds(planner, rules, lives), (*catalogs, reference), amendments, offers)
