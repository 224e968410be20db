"""Names for operations: `compute.servers.create`.

Made from the facts: the service (with its version where that is not the current one), the words of the path, and what
is done: the key of an action, else the verb of the title. Where that names several, the first in the document keeps it,
and the others are told apart by their whole title, or, where that is the same, by the title of their section.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from cloudtape.openstack.operations import Operation

# API versions that stand beside a newer one of the same service.
OLD = frozenset({("block-storage", "v1"), ("identity", "v2.0"), ("image", "v1")})

# By section: names that the rule would make worse.
EXCEPTIONS = {
    "3.14.3": "compute.flavors.flavor-extra-specs.show-one",
    "9.1.1": "identity.v2.0.versions.show-admin",
    "9.2.3": "identity.v2.0.tokens.check",
    "9.4.1": "identity.v2.0.tenants.list-all",
    "9.4.3": "identity.v2.0.tenants.show-by-id",
    "10.1.23": "identity.v2.0.services.show-by-id",
}

VARIABLE = re.compile(r"\{([^}]*)\}")
VERSION = re.compile(r"v\d+(?:\.\d+)?")
PROJECTS = frozenset({"tenant_id", "project_id", "tenantId", "accountId"})
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
SYNONYMS = {"lists": "list", "shows": "show", "get": "show", "find": "show"}
ACTIONS = frozenset({"action", "actions"})
DETAIL = "detail"


def with_ids(operations: Sequence[Operation], sections: Sequence[str]) -> tuple[Operation, ...]:
    """The operations with their names; `sections` are the titles of their sections. Raises ValueError."""
    named: dict[str, Operation] = {}
    for one, section in zip(operations, sections, strict=True):
        name = next((name for name in _names(one, section, named) if name not in named), None)
        if name is None:
            raise ValueError(f"no name is left for {one.section}. {one.title}")
        named[name] = msgspec.structs.replace(one, id=name)
    return tuple(named.values())


def _names(one: Operation, section: str, named: Mapping[str, Operation]) -> Iterator[str]:
    resource = ".".join(_resource(one))
    yield EXCEPTIONS.get(one.section, short := f"{resource}.{_verb(one)}")
    if short in named and named[short].title != one.title:
        yield f"{resource}.{_slug(one.title)}"
    yield f"{resource}.{_slug(section)}.{_verb(one)}"


def _resource(one: Operation) -> Iterable[str]:
    """`identity`, `v2.0`, `users`: the service and the words of the path."""
    yield one.service
    if (one.service, one.version) in OLD:
        yield one.version
    segments = [segment for segment in one.path.split("/") if segment and not VERSION.fullmatch(segment)]
    words = [_slug(segment) for segment in segments if not VARIABLE.fullmatch(segment)]
    if words and words[-1] in (ACTIONS | {DETAIL}):
        words.pop()
    variables = [name for name in VARIABLE.findall(one.path) if name not in PROJECTS]
    yield from words or [_slug(variables[-1]) + "s" if variables else "versions"]


def _verb(one: Operation) -> str:
    last = one.path.rstrip("/").rpartition("/")[2]
    if last in ACTIONS and one.action:
        return _slug(one.action)
    words = _slug(one.title).split("-")
    verb = SYNONYMS.get(words[0], words[0])
    if verb in ("bulk", "force", "live") and len(words) > 1:
        verb = "-".join(words[:2])
    return f"{verb}-details" if last == DETAIL else verb


def _slug(text: str) -> str:
    """`OS-KSADM` → `ksadm`, `createImage` → `create-image`, `List servers` → `list-servers`."""
    text = re.sub(r"\(.*?\)", "", CAMEL.sub("-", VARIABLE.sub("", text)))
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-").removeprefix("os-")
