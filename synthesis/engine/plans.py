"""What each operation of the reference does to resources, read off its template, its siblings and its examples.

    GET    /servers            → LIST    of compute/servers
    GET    /servers/detail     → LIST    with whole members
    POST   /servers/{id}/action→ ACTION  on compute/servers
    PUT    /os-quota-sets/{id} → WRITE   the document compute/os-quota-sets
    …

A template is a walk of steps, each some literals and then perhaps a variable. All literals up to a step name a kind of
resource. A kind is a collection where an operation lists it, or makes its items; otherwise what stands there is a
document. Knows nothing of worlds.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from typing import Any

import msgspec

from cloudtape.matchers.requests.operations import VERSION
from cloudtape.openstack.catalog import OperationCatalog
from cloudtape.openstack.operations import REQUEST, RESPONSE, Example, Operation
from cloudtape.synthesis.engine.steps import NOTHING, Paths, Step, id_places, steps_of, template_segments

# Members of an answer that say where it comes from, not what it is about.
AROUND = frozenset({"links", "next", "previous", "first", "schema", "count"})
ACTIONS = frozenset({"action", "actions"})
DETAIL = "detail"
MAKES = ("create", "assign", "grant", "add")


class Verb(Enum):
    LIST = auto()
    SHOW = auto()
    CHECK = auto()  # HEAD: is it there
    CREATE = auto()
    UPDATE = auto()
    PUT = auto()  # makes it, or replaces it
    DELETE = auto()
    CLEAR = auto()  # deletes all of a collection
    ACTION = auto()
    READ = auto()  # a document
    WRITE = auto()
    RESET = auto()


READS = (Verb.LIST, Verb.SHOW, Verb.CHECK, Verb.READ)
"""What changes nothing."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation does.

    `kind` is what it does it to, `parents` the steps before with their variables, `segments` the template without
    version and project. `wrapper` is the member of the answer that holds what it is about (empty: it is that),
    `many` whether that is a list. `sample` is the answer of the reference's example, `sent` the request's. `named` are
    the places of the segments that hold ids; of a thing that is named twice, the last.
    """

    operation: Operation
    verb: Verb
    kind: str
    steps: tuple[Step, ...]
    segments: tuple[str, ...]
    status: int
    wrapper: str = ""
    request_wrapper: str = ""
    many: bool = False
    detailed: bool = False
    sample: Any = None
    sent: Any = None
    xml: str = ""
    sent_xml: str = ""
    named: tuple[int, ...] = ()

    @property
    def has_id(self) -> bool:
        return bool(self.steps and self.steps[-1].variable)


class Planner:
    """Plans the operations of some catalogs, the first to name an operation winning; a plan is made when it is needed.

    `paths` are by service. `collections` and `documents` are kinds of which it is told which they are.
    """

    def __init__(
        self,
        catalogs: Iterable[OperationCatalog],
        paths: Mapping[str, Paths],
        collections: Iterable[str] = (),
        documents: Iterable[str] = (),
    ) -> None:
        self._catalogs, self._paths = tuple(catalogs), paths
        self._told = {**dict.fromkeys(documents, False), **dict.fromkeys(collections, True)}
        self.operations = tuple(one for catalog in self._catalogs for one in catalog.operations)
        self._home = {one.id: catalog for catalog in reversed(self._catalogs) for one in catalog.operations}
        self.plan = functools.cache(self._plan)
        self._walk = functools.cache(self._find_walk)
        self.by_id = {one.id: one for one in reversed(self.operations)}

    def examples(self, operation: Operation, side: str) -> list[Example]:
        return [one for one in self._home[operation.id].examples_of(operation) if one.side == side]

    @functools.cached_property
    def kinds(self) -> dict[str, list[Operation]]:
        """The operations that end at each kind, those of the newest version first."""
        found: defaultdict[str, list[Operation]] = defaultdict(list)
        for one in sorted(self.operations, key=lambda one: _version(one.version), reverse=True):
            found[self._target(one)[0]].append(one)
        return found

    @functools.cached_property
    def collections(self) -> frozenset[str]:
        """The kinds that hold items."""
        kinds = self.kinds.items()
        return frozenset(kind for kind, operations in kinds if self._told.get(kind, self._is_collection(operations)))

    def _is_collection(self, operations: Sequence[Operation]) -> bool:
        items = any(self._target(one)[1] for one in operations)
        for one in operations:
            if self._target(one)[1] or _trailing(one) in ACTIONS:
                continue
            if one.method == "POST" and items:
                return True
            if one.method == "GET" and _list_in(self._sample(one, RESPONSE)) is not None:
                return True
        return False

    def _sample(self, operation: Operation, side: str) -> Any:
        """The value of the first example that has one; of an answer, one that is no error."""
        values = [one.value for one in self.examples(operation, side) if one.format == "json"]
        return next((value for value in values if value is not None), None)

    def _xml(self, operation: Operation, side: str) -> str:
        return next((one.body or "" for one in self.examples(operation, side) if one.format == "xml"), "")

    def _plan(self, operation_id: str) -> Plan:
        operation = self.by_id[operation_id]
        kind, _ = self._target(operation)
        segments = template_segments(operation.path)
        verb = self._verb(operation, kind)
        sample, sent = self._sample(operation, RESPONSE), self._sample(operation, REQUEST)
        listed = _list_in(sample) if verb is Verb.LIST else None
        return Plan(
            operation=operation,
            verb=verb,
            kind=kind,
            steps=self._walk(operation),
            segments=segments,
            named=id_places(segments, self._paths.get(operation.service, NOTHING)),
            status=_status(operation),
            wrapper=listed if listed is not None else _wrapper(sample),
            request_wrapper=_wrapper(sent),
            many=listed is not None,
            detailed=_trailing(operation) == DETAIL,
            sample=sample,
            sent=sent,
            xml=self._xml(operation, RESPONSE),
            sent_xml=self._xml(operation, REQUEST),
        )

    def _verb(self, operation: Operation, kind: str) -> Verb:
        collection, item, method = kind in self.collections, self._target(operation)[1], operation.method
        if _trailing(operation) in ACTIONS and method == "POST":
            return Verb.ACTION
        if method == "HEAD":
            return Verb.CHECK
        if collection and item:
            if method in ("PUT", "POST") and self._makes(operation):
                return Verb.PUT
            return {"GET": Verb.SHOW, "DELETE": Verb.DELETE}.get(method, Verb.UPDATE)
        if collection:
            of_all = {"GET": Verb.LIST, "POST": Verb.CREATE, "DELETE": Verb.CLEAR}
            return of_all.get(method, Verb.WRITE)
        return {"GET": Verb.READ, "DELETE": Verb.RESET}.get(method, Verb.WRITE)

    def _find_walk(self, operation: Operation) -> tuple[Step, ...]:
        segments = template_segments(operation.path)
        trailing = segments[-1] if segments else ""
        if trailing == DETAIL or (trailing in ACTIONS and operation.method == "POST"):
            segments = segments[:-1]
        return steps_of(operation.service, segments, self._paths.get(operation.service, NOTHING))

    def _target(self, operation: Operation) -> tuple[str, bool]:
        """The kind at which an operation ends, and whether it names an item of it."""
        step = self._walk(operation)[-1]
        return step.kind, bool(step.variable)

    def _makes(self, operation: Operation) -> bool:
        """Whether a request with an item's path makes it: its name says so."""
        return operation.id.rpartition(".")[2].startswith(MAKES if operation.method == "PUT" else "add")


def _trailing(operation: Operation) -> str:
    segments = template_segments(operation.path)
    return segments[-1] if segments else ""


def shape_of(plan: Plan) -> tuple[Any, ...]:
    """What a request tells of an operation: not the names of variables."""
    one = plan.operation
    segments = tuple("{}" if segment.startswith("{") else segment for segment in plan.segments)
    return (one.service, one.version, one.method, segments, one.action)


def _version(version: str) -> tuple[int, int]:
    found = VERSION.fullmatch(version)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


def _status(operation: Operation) -> int:
    by_method = {"DELETE": 204, "HEAD": 204, "POST": 200}
    return next(iter(operation.statuses), by_method.get(operation.method, 200))


def _list_in(sample: Any) -> str | None:
    """The member that holds the items of a list; empty where the answer is the list; None where there is no list."""
    if isinstance(sample, list):
        return ""
    if not isinstance(sample, dict):
        return None
    lists = [
        name
        for name, value in sample.items()
        if isinstance(value, list) and name not in AROUND and not name.endswith("_links")
    ]
    others = [name for name in sample if name not in lists and name not in AROUND and not name.endswith("_links")]
    return lists[-1] if lists and not others else None


def _wrapper(sample: Any) -> str:
    """The member that holds everything, empty where there are several."""
    if not isinstance(sample, dict):
        return ""
    names = [name for name in sample if name not in AROUND and not name.endswith("_links")]
    if not names or not all(isinstance(sample[name], dict) for name in names):
        return ""
    # The same thing under its older name and its newer one (share types).
    return names[-1] if len({frozenset(sample[name]) for name in names}) == 1 else ""
