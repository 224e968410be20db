"""How far the catalog can be trusted: what the document says once, what had to be repaired, what could not be."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cloudtape.openstack.catalog import OperationCatalog
from cloudtape.openstack.operations import WORDING, Example, Operation


class Health(msgspec.Struct, frozen=True):
    """One chapter, or all. `confirmed`: templates that a second copy in the document says, too.

    Of the JSON examples, `clean` are as printed, `rewritten` had only words joined or letters restored, `rebuilt` had
    brackets or members put in or left out, which is where an error may be; `given_up` have no value.
    """

    chapter: str
    operations: int
    confirmed: int
    statuses: int
    clean: int
    rewritten: int
    rebuilt: int
    given_up: int
    other: int


def health(catalog: OperationCatalog) -> list[Health]:
    """A row for each chapter that has operations, then their sum."""
    chapters = dict.fromkeys(one.chapter for one in catalog.operations)
    rows = [
        _health(
            f"{chapter}. {operations[0].service} {operations[0].version}",
            operations,
            [example for one in operations for example in catalog.examples_of(one)],
        )
        for chapter in chapters
        if (operations := [one for one in catalog.operations if one.chapter == chapter])
    ]
    return [*rows, _health("all", catalog.operations, catalog.examples)]


def _health(name: str, operations: Iterable[Operation], examples: Iterable[Example]) -> Health:
    counts = dict.fromkeys(("clean", "rewritten", "rebuilt", "given_up", "other"), 0)
    for example in examples:
        counts[_kind(example)] += 1
    operations = list(operations)
    return Health(
        name,
        len(operations),
        sum(one.confirmed for one in operations),
        sum(bool(one.statuses) for one in operations),
        **counts,
    )


def _kind(example: Example) -> str:
    if example.format != "json":
        return "other"
    if example.given_up:
        return "given_up"
    if not example.repairs:
        return "clean"
    return "rewritten" if WORDING.issuperset(example.repairs) else "rebuilt"
