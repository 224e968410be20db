"""Makes a cloud of the folders of its services and of their hooks.

Where a folder was changed, all is held against all (`checking`, `hook_checks`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from cloudtape.openstack.catalog import OperationCatalog
from cloudtape.synthesis.engine.amendments import Amendments
from cloudtape.synthesis.engine.checking import complaints
from cloudtape.synthesis.engine.folders import Folder
from cloudtape.synthesis.engine.hook_checks import hook_complaints
from cloudtape.synthesis.engine.hooks import Hooks, name_of
from cloudtape.synthesis.engine.kinds import Kinds
from cloudtape.synthesis.engine.lending import NOTHING
from cloudtape.synthesis.engine.plans import Planner
from cloudtape.synthesis.engine.rules import Rule
from cloudtape.synthesis.engine.scene import Cloud, Effect
from cloudtape.synthesis.engine.services import Services
from cloudtape.synthesis.engine.steps import Paths
from cloudtape.synthesis.errors import ServiceDataError

T = TypeVar("T")


def built(folders: Sequence[Folder], reference: OperationCatalog, hooks: Mapping[str, Hooks]) -> Cloud:
    """A cloud in which everything fits. `hooks` are by service. Raises ServiceDataError."""
    cloud = assembled(folders, reference, hooks)
    for wrong in all_complaints(cloud, folders, hooks) if not all(one.is_compiled for one in folders) else ():
        raise wrong
    return cloud


def all_complaints(cloud: Cloud, folders: Sequence[Folder], hooks: Mapping[str, Hooks]) -> Iterable[ServiceDataError]:
    """All that does not fit."""
    yield from complaints(cloud, folders)
    yield from hook_complaints(cloud, folders, hooks)


def assembled(folders: Iterable[Folder], reference: OperationCatalog, hooks: Mapping[str, Hooks]) -> Cloud:
    """The services stand in the order of their ranks."""
    folders = sorted(folders, key=lambda one: (one.service.rank, one.service.type))
    services = Services({one.service.type: one.service for one in folders})
    catalogs = tuple(map(_catalog, folders))
    rules = {f"{one.service.type}/{path}": rule for one in folders for path, rule in one.file.kinds.items()}
    lives = {f"{one.service.type}/{name}": life for one in folders for name, life in one.file.lives.items()}
    paths = {kind: Paths(one.aliases, one.behind, one.repeated) for kind, one in services.items()}
    collections = [name for name, rule in rules.items() if rule.collection]
    documents = [name for name, rule in rules.items() if rule.map]
    # Kinds are what the reference shows first, and requests are what today's clients mean first.
    planner = Planner([reference, *catalogs], paths, collections, documents)
    used = [hooks[kind] for kind in services if kind in hooks]
    whole = Hooks().joined(*used)
    return Cloud(
        services,
        Kinds(
            planner,
            rules,
            lives,
            [kind for kind, one in services.items() if not one.regional],
            {kind: NOTHING.and_of(one.printed, one.maps) for kind, one in services.items()},
        ),
        (*catalogs, reference),
        Amendments(row for one in folders for row in one.file.amendments),
        {(kind, event): _ordered(found, rules.get(kind)) for (kind, event), found in whole.effects.items()},
        _firsts(whole.answers),
        _firsts(whole.choices),
        whole.windows,
        {kind: hooks[kind].offers for kind in services if kind in hooks},
    )


def _catalog(folder: Folder) -> OperationCatalog:
    examples: Callable[[], Any] = lambda: folder.examples  # noqa: E731
    return OperationCatalog(folder.operations, examples)


def _firsts(found: Mapping[str, Sequence[T]]) -> dict[str, T]:
    return {name: several[0] for name, several in found.items()}


def _ordered(effects: Sequence[Effect], rule: Rule | None) -> tuple[Effect, ...]:
    """Effects in the order that the rule of their kind says."""
    if len(effects) < 2 or rule is None:
        return tuple(effects)
    places = {name: at for at, name in enumerate(rule.order)}
    return tuple(sorted(effects, key=lambda effect: places.get(name_of(effect), len(places))))
