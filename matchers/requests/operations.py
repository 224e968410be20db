"""Which documented operation a request is, in whatever form its path comes.

    /v2/{tenant_id}/volumes   /v3/{project_id}/volumes   /volume/v3/volumes   → block-storage.volumes.list
    /v2.1/servers             /compute/v2.1/{project_id}/servers              → compute.servers.list

What stands before the version is where a cloud mounts its service, and what stands behind it may be a project; both are
set aside, in the templates and in the paths. Of several API versions of a service, the one asked for is taken, else
the newest below it, else the oldest. Knows nothing of recordings.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from cloudtape.cassettes.json_text import JsonError, json_value
from cloudtape.matchers.requests.template_trie import TemplateTrie
from cloudtape.openstack.catalog import default_catalog
from cloudtape.openstack.operations import Operation

VERSION = re.compile(r"v([0-9]{1,4})(?:\.([0-9]{1,4}))?")
PROJECT_VARIABLES = frozenset({"{tenant_id}", "{project_id}", "{accountId}"})
# What stands in place of a path that ends with its version: no segment, since it holds a slash.
VERSION_ITSELF = "version/itself"
# Variables that take slashes (Object Storage API v1, 15.5: "object").
GREEDY = frozenset({("object-store", "object")})
MOST_CACHED = 4096
LONGEST_CACHED = 200  # characters of a path

_Version = tuple[int, int]


class OperationFinder:
    """Finds operations among those of a catalog. The cost hangs on the number of segments of the path."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._tries: defaultdict[str, dict[_Version, TemplateTrie[Operation]]] = defaultdict(dict)
        for one in operations:
            greedy = bool(one.path_params) and (one.service, one.path_params[-1].name) in GREEDY
            trie = self._tries[one.service].setdefault(_number(one.version), TemplateTrie())
            trie.add(one.method, _of_template(one.path), one, greedy)
        self._cached = lru_cache(MOST_CACHED)(self.candidates)

    def find(self, method: str, path: str, service: str = "", body: object = b"") -> Operation | None:
        """The operation of a request, None for one that the reference does not know.

        `path` as it is sent, without the query; `service` the official service type, empty where it is not known: then
        all services are looked through, and the template with the most literal segments is taken. Where the key in a
        JSON body decides, `body` is read; without it, the first such operation of the document is taken.
        """
        candidates = self._cached if len(path) <= LONGEST_CACHED else self.candidates
        found = candidates(method, path, service)
        if len(found) < 2 or not isinstance(body, bytes):
            return found[0] if found else None
        key = _top_key(body)
        return next((one for one in found if one.action == key), None) or next(
            (one for one in found if not one.action or not key), found[0]
        )

    def candidates(self, method: str, path: str, service: str = "") -> Sequence[Operation]:
        """All operations of the template that a path fits: those that the key in a body would tell apart."""
        version, segments = _of_path(path)
        if service:
            return self._of_service(service, method, version, segments)
        found = [self._of_service(one, method, version, segments) for one in self._tries]
        # Variables alone (`/{account}/{container}`) say nothing of the service.
        literal = [one for one in found if one and (literals(one[0]) or not segments)]
        return max(literal, key=lambda one: literals(one[0]), default=())

    def variables(self, method: str, path: str) -> list[bool] | None:
        """Which segments behind the version are variables, by the template that fits a path best in any service.

        None where the reference has no such template.
        """
        candidates = self._cached if len(path) <= LONGEST_CACHED else self.candidates
        found = candidates(method, path, "")
        if not found:
            return None
        template = [segment.startswith("{") for segment in _of_template(found[0].path)]
        # What stands before the template's own segments is a project.
        return [True] * (len(_of_path(path)[1]) - len(template)) + template

    def _of_service(
        self, service: str, method: str, version: _Version | None, segments: Sequence[str]
    ) -> Sequence[Operation]:
        tries = self._tries.get(service, {})
        for number in _by_nearness(version, tries):
            # As it is first: what would be a project may be the collection.
            for form in (segments, segments[1:]) if len(segments) > 1 else (segments,):
                if found := tries[number].find(method, form):
                    return found
        return ()


@lru_cache(1)
def default_finder() -> OperationFinder:
    """A finder among the operations of the catalog that the package brings along."""
    return OperationFinder(default_catalog().operations)


def _of_template(path: str) -> list[str]:
    """The segments of a template without mount, version and project."""
    version, segments = _of_path(path)
    return segments[1:] if version and segments and segments[0] in PROJECT_VARIABLES else segments


def _of_path(path: str) -> tuple[_Version | None, list[str]]:
    """The API version that a path names, and the segments behind it, decoded; all segments where it names none."""
    segments = [unquote(segment) for segment in path.strip("/").split("/")] if path.strip("/") else []
    for at, segment in enumerate(segments):
        if VERSION.fullmatch(segment):
            return _number(segment), segments[at + 1 :] or [VERSION_ITSELF]
    return None, segments


def _number(version: str) -> _Version:
    found = VERSION.fullmatch(version)
    assert found is not None
    return int(found[1]), int(found[2] or 0)


def _by_nearness(wanted: _Version | None, known: Iterable[_Version]) -> list[_Version]:
    """The version itself, then those below it from the newest down, then those above it from the oldest up.

    Within a major version any minor one is as good: services answer `/v2` and `/v2.1` by the same operations.
    """
    if wanted is None:
        return sorted(known, reverse=True)
    below = sorted((one for one in known if one[0] <= wanted[0]), reverse=True)
    return [*below, *sorted(one for one in known if one[0] > wanted[0])]


def literals(one: Operation) -> int:
    """How many segments of an operation's template are no variables: of two that a path fits, the more is meant."""
    return sum(not segment.startswith("{") for segment in _of_template(one.path))


def _top_key(body: bytes) -> str:
    """The first key of a JSON object, empty where there is none."""
    if body.lstrip()[:1] != b"{":
        return ""
    try:
        document: Any = json_value(body)
    except JsonError:
        return ""
    return next(iter(document), "") if isinstance(document, dict) else ""
