"""The cloud of all services of this folder."""

from __future__ import annotations

import functools
from importlib import import_module
from pathlib import Path

from cloudtape.openstack.catalog import OperationCatalog, default_catalog
from cloudtape.synthesis.engine.building import built
from cloudtape.synthesis.engine.folders import SERVICE, Folder, read_folder
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Cloud

HERE = Path(__file__).parent


def default_folders() -> list[Folder]:
    """The folders of all services. Raises ServiceDataError."""
    return [read_folder(path.parent) for path in sorted(HERE.glob(f"*/{SERVICE}"))]


def hooks_of(folder: Path) -> Hooks:
    """The hooks of a service: the value HOOKS of its module `hooks`, where it has one."""
    if not (folder / "hooks.py").is_file():
        return Hooks()
    found = import_module(f"cloudtape.synthesis.services.{folder.name}.hooks").HOOKS
    assert isinstance(found, Hooks), f"{folder.name}/hooks.py: HOOKS are no hooks"
    return found


@functools.cache
def default_cloud() -> Cloud:
    """Raises ServiceDataError."""
    folders = default_folders()
    return built(folders, default_catalog(), default_hooks())


def default_hooks() -> dict[str, Hooks]:
    """By service."""
    return {path.parent.name.replace("_", "-"): hooks_of(path.parent) for path in sorted(HERE.glob(f"*/{SERVICE}"))}


@functools.cache
def additions() -> OperationCatalog:
    """What today's clients call and the reference lacks, of all services."""
    return OperationCatalog(one for folder in default_folders() for one in folder.operations)
