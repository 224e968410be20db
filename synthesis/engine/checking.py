"""Holds what the folders of services say against one another: every row is for something that there is.

What does not fit is a ServiceDataError, with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

from cloudtape.openstack.faults import SHAPES
from cloudtape.synthesis.engine.folders import KINDS, OPERATIONS, SERVICE, VARIABLE, Folder
from cloudtape.synthesis.engine.lending import EVERYTHING
from cloudtape.synthesis.engine.plans import Planner, Verb
from cloudtape.synthesis.engine.rules import Rule
from cloudtape.synthesis.engine.scene import Cloud
from cloudtape.synthesis.engine.services import OF_PAGES, Quotas, Service
from cloudtape.synthesis.engine.steps import Paths, steps_of
from cloudtape.synthesis.errors import ServiceDataError

ANY = "*"
"""The action of an operation that does whatever the body's key names."""
Place = Sequence[str | int]
Complaint = tuple[str, Place, str]
"""Which file, where in it, and what is wrong."""


def complaints(cloud: Cloud, folders: Iterable[Folder]) -> Iterator[ServiceDataError]:
    """All that does not fit."""
    for folder in folders:
        for name, place, why in _complaints(cloud, folder):
            yield folder.error(name, place, why)


def _complaints(cloud: Cloud, folder: Folder) -> Iterator[Complaint]:
    known = Known(cloud.kinds.planner)
    yield from _of_service(known, folder)
    yield from _of_operations(cloud, folder)
    yield from _of_kinds(known, folder)
    yield from _of_lives(known, folder)
    yield from _of_amendments(known, folder)


class Known:
    """What the operations of all services tell."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self.operations = frozenset(planner.by_id)
        steps = (step for one in planner.operations for step in planner.plan(one.id).steps)
        self.kinds = frozenset(planner.kinds) | frozenset(step.kind for step in steps)

    def has_path(self, service: Service, alias: str) -> bool:
        """Whether a path without its variables begins so, whatever kind it is of."""
        own = Paths(behind=service.behind, repeated=service.repeated)
        plans = (self._planner.plan(one.id) for one in self._planner.operations if one.service == service.type)
        named = (step.kind for plan in plans for step in steps_of(service.type, plan.segments, own))
        kind = f"{service.type}/{alias}"
        return any(one == kind or one.startswith(f"{kind}/") for one in named)

    def verbs(self, kind: str) -> set[Verb]:
        return {self._planner.plan(one.id).verb for one in self._planner.kinds.get(kind, ())}

    def printed(self, kind: str) -> set[str]:
        """The members of all answers that examples print for a kind."""
        plans = (self._planner.plan(one.id) for one in self._planner.kinds.get(kind, ()))
        return {name for plan in plans for name in _members(plan.sample)}

    def printed_by(self, service: str) -> set[str]:
        """The members of all answers that examples print for a service."""
        return {name for kind in self.kinds if kind.partition("/")[0] == service for name in self.printed(kind)}

    def actions(self, kind: str) -> set[str]:
        """The actions that a request can name of a kind."""
        plans = (self._planner.plan(one.id) for one in self._planner.kinds.get(kind, ()))
        return {plan.operation.action or ANY for plan in plans if plan.verb is Verb.ACTION}


def _members(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _members(one)


def _of_service(known: Known, folder: Folder) -> Iterator[Complaint]:
    service = folder.service
    if service.envelope and service.envelope not in SHAPES:
        yield SERVICE, ["envelope"], f"no shape of errors is named {service.envelope}; there are {', '.join(SHAPES)}"
    for one in (name for name in service.open if name not in known.operations):
        yield SERVICE, ["open"], f"there is no operation {one}"
    for one in (name for name in service.paging.faults if name not in OF_PAGES):
        yield SERVICE, ["paging", "faults", one], f"nothing of a page is named {one}"
    for alias in service.aliases:
        if not known.has_path(service, alias):
            yield SERVICE, ["aliases", alias], f"no operation has the path {alias}"
    for kind, path in service.types.items():
        if path and not path.startswith("/"):
            yield SERVICE, ["types", kind], f"a path begins with a slash: {path}"
    yield from _of_lending(known.printed_by(service.type), service.type, service, SERVICE, [])
    if service.quotas:
        yield from _of_quotas(known, service.type, service.quotas)


def _of_lending(
    printed: Collection[str], of: str, rows: Service | Rule, file: str, place: list[str]
) -> Iterator[Complaint]:
    """The members that a row names of examples."""
    for row, names in (("printed", rows.printed), ("maps", rows.maps)):
        for at, name in enumerate(names):
            if name not in printed and not (name == EVERYTHING and row == "printed" and printed):
                yield file, [*place, row, at], f"no example of {of} prints {name}"


def _of_quotas(known: Known, service: str, quotas: Quotas) -> Iterator[Complaint]:
    kinds = [(["quotas", "kind"], quotas.kind), (["quotas", "types"], quotas.types)]
    kinds += [(["quotas", "sums", name, kind], kind) for name, sum_ in quotas.sums.items() for kind in sum_]
    for place, kind in kinds:
        if kind and f"{service}/{kind}" not in known.kinds:
            yield SERVICE, place, f"there is no kind {kind}"
    for of, names in (("sums", tuple(quotas.sums)), ("by_type", quotas.by_type)):
        for name in names:
            if name not in quotas.limits:
                yield SERVICE, ["quotas", of, name], f"{name} has no limit"


def _of_operations(cloud: Cloud, folder: Folder) -> Iterator[Complaint]:
    seen: set[str] = set()
    reference = {one.id for one in cloud.catalogs[-1].operations}
    for at, one in enumerate(folder.operations):
        if not one.id.startswith(f"{folder.service.type}."):
            yield OPERATIONS, [at, "id"], f"an operation of this service is named {folder.service.type}.…"
        if one.id in seen or one.id in reference:
            yield OPERATIONS, [at, "id"], f"there is an operation {one.id} already"
        seen.add(one.id)


def _of_kinds(known: Known, folder: Folder) -> Iterator[Complaint]:
    limits = folder.service.quotas.limits if folder.service.quotas else {}
    for path, rule in folder.file.kinds.items():
        kind, place = f"{folder.service.type}/{path}", ["kinds", path]
        if kind not in known.kinds and not rule.inner:
            yield KINDS, place, f"no operation is about {path}"
        if rule.life and rule.life not in folder.file.lives:
            yield KINDS, [*place, "life"], f"there is no life {rule.life}"
        if rule.quota and rule.quota not in limits:
            yield KINDS, [*place, "quota"], f"{rule.quota} has no limit"
        if why := _no_pattern(rule.told_elsewhere):
            yield KINDS, [*place, "told_elsewhere"], why
        if rule.items and {Verb.CREATE, Verb.PUT} & known.verbs(kind):
            yield KINDS, [*place, "items"], f"clients make {path}, so that none are there before"
        yield from _of_lending(known.printed(kind), path, rule, KINDS, place)
        yield from _of_names(known, kind, rule, place)
        yield from _of_members(kind, rule, place)


def _of_names(known: Known, kind: str, rule: Rule, place: list[str]) -> Iterator[Complaint]:
    """The names in a rule: of verbs, of actions, of members."""
    for name in rule.admin:
        if name != "DETAIL" and name not in Verb.__members__:
            yield KINDS, [*place, "admin"], f"there is no verb {name}"
    for at, told in enumerate(rule.told):
        for name in told.by:
            if name not in Verb.__members__ and name not in known.actions(kind):
                yield KINDS, [*place, "told", at, "by"], f"{name} is no verb, and no action of {kind}"
    for name in rule.newer if rule.newest else ():
        if name not in rule.members:
            yield KINDS, [*place, "newer", name], f"{kind} has no member {name}"


def _of_members(kind: str, rule: Rule, place: list[str]) -> Iterator[Complaint]:
    """The members that rows name, where all of them are known."""
    asked = [name for name in rule.asks.values() if not name.startswith("_")]
    rows = {
        "takes": rule.takes,
        "globs": rule.globs,
        "contains": rule.contains,
        "asks": asked,
        "at_least": rule.at_least.values(),
    }
    for row, names in rows.items():
        for name in names if rule.newest else ():
            if name not in rule.members:
                yield KINDS, [*place, row], f"{kind} has no member {name}"
    for link, path in rule.leads.items():
        for name in VARIABLE.findall(path):
            if name not in rule.members:
                yield KINDS, [*place, "leads", link], f"{kind} has no member {name}"


def _no_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        return str(error)
    return ""


def _of_lives(known: Known, folder: Folder) -> Iterator[Complaint]:
    for name, life in folder.file.lives.items():
        kinds = [f"{folder.service.type}/{path}" for path, rule in folder.file.kinds.items() if rule.life == name]
        if not kinds:
            yield KINDS, ["lives", name], f"nothing lives the life {name}"
        reached = {action for kind in kinds for action in known.actions(kind)}
        for action in life.actions if ANY not in reached else ():
            if action not in reached:
                yield KINDS, ["lives", name, "actions", action], f"no request reaches {action} of {', '.join(kinds)}"


def _of_amendments(known: Known, folder: Folder) -> Iterator[Complaint]:
    for at, row in enumerate(folder.file.amendments):
        for number, name in enumerate(row.of):
            if not any(fnmatchcase(one, name) for one in known.operations):
                yield KINDS, ["amendments", at, "of", number], f"{name} matches no operation"
        if row.first > row.last:
            yield KINDS, ["amendments", at, "first"], "it ends before it begins"
