"""A made-up cloud of the same folders whose printed answers are other ones: every value in them that no row declares to be
the API's own is replaced by one that nothing else could have made up. Whatever of that is answered was lent.

The form of a value stays: an id is an id, a time a time, a link a link. So does what examples of requests say.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from cloudtape.openstack.catalog import OperationCatalog, default_catalog
from cloudtape.openstack.operations import RESPONSE, Example
from cloudtape.synthesis.engine.adapt import TIME
from cloudtape.synthesis.engine.building import assembled
from cloudtape.synthesis.engine.folders import Folder
from cloudtape.synthesis.engine.lending import Lending
from cloudtape.synthesis.engine.scene import Cloud
from cloudtape.synthesis.services.cloud import default_cloud, default_folders, default_hooks

ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}", re.IGNORECASE)
DATA = re.compile(rf"[A-Z][A-Z\d_]+|{ID.pattern}")
"""A name of a member that can only be data."""
VERSION = re.compile(r"/v\d[\d.]*")
LEAK = re.compile(r"zq\d+zq|facade00|97531\d{4}|\b1999-|printed\.invalid")
"""What can only stand in an answer because it stood in an example."""


class Marker:
    """Replaces the values of examples."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1000)

    def value(self, value: Any, name: str, rows: Lending) -> Any:
        if rows.is_all or name in rows.printed:
            return value
        if isinstance(value, dict):
            if name in rows.maps:
                return {f"zq{next(self._numbers)}zq": self.value(one, "", Lending()) for one in value.values()}
            return {self._name(key): self.value(one, key, rows) for key, one in value.items()}
        if isinstance(value, list):
            return [self.value(one, name, rows) for one in value]
        if isinstance(value, bool) or not value:
            return value
        return self._text(value) if isinstance(value, str) else type(value)(975310000 + next(self._numbers))

    def _name(self, name: str) -> str:
        return f"zq{next(self._numbers)}zq" if DATA.fullmatch(name) else name

    def _text(self, text: str) -> str:
        number = next(self._numbers)
        if TIME.fullmatch(text):
            return f"1999{text[4:]}"
        if ID.fullmatch(text):
            rest = f"{number:032d}"[8:]
            plain = f"facade00{rest}"
            return plain if len(text) == 32 else "-".join(re.findall(r"(.{8})(.{4})(.{4})(.{4})(.{12})", plain)[0])
        if "://" in text:
            version = VERSION.search(text)
            return f"http://printed.invalid{version[0] if version else ''}/zq{number}zq"
        return f"97531{number}" if text.isdecimal() else f"zq{number}zq"


@functools.cache
def marked_cloud() -> Cloud:
    """The cloud of all services, with marks in place of what their examples print."""
    folders, marker = default_folders(), Marker()
    reference = default_catalog()
    marked = [msgspec.structs.replace(one, examples=_marked(_catalog(one), marker)) for one in folders]
    printed = OperationCatalog(reference.operations, lambda: _marked(reference, marker))
    return assembled(marked, printed, default_hooks())


def _catalog(folder: Folder) -> OperationCatalog:
    return OperationCatalog(folder.operations, lambda: folder.examples)


def _marked(catalog: OperationCatalog, marker: Marker) -> tuple[Example, ...]:
    kinds = default_cloud().kinds
    rows = {one.section: kinds[kinds.planner.plan(one.id).kind].lending for one in catalog.operations}
    return tuple(_with_marks(one, marker, rows[one.section]) for one in catalog.examples)


def _with_marks(example: Example, marker: Marker, rows: Lending) -> Example:
    if example.side != RESPONSE or example.format != "json" or example.value is None:
        return example
    marked = marker.value(example.value, "", rows)
    return msgspec.structs.replace(example, body=msgspec.json.encode(marked).decode())


def leaks(value: Any, place: str = "$") -> Iterator[tuple[str, str]]:
    """The places of an answer at which a mark stands, with it."""
    if isinstance(value, dict):
        for name, one in value.items():
            if LEAK.search(name):
                yield f"{place}.(key)", name
            yield from leaks(one, f"{place}.{name}")
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from leaks(one, f"{place}[{at}]")
    elif isinstance(value, str | int | float) and LEAK.search(str(value)):
        yield place, str(value)
