"""From the text of the reference document to operations and examples.

    text → leaves (document) → rows, codes, templates → operations, with ids and action keys
                             → printed examples → JSON: as it is, or unwrapped, or repaired against its siblings

Facts only: titles, names, templates, codes, types, examples. Nothing else of the prose goes on.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from cloudtape.openstack.operations import REQUEST, RESPONSE, WRAPPED, Example, Operation
from tools.reference import tables
from tools.reference.document import Leaf, read_document
from tools.reference.examples import JSON, Printed, printed_examples
from tools.reference.ids import with_ids
from tools.reference.json_repair import Repair, repair
from tools.reference.json_strings import Wraps
from tools.reference.json_tokens import Token, tokens
from tools.reference.misreads import Letters, Misreads
from tools.reference.shapes import KnownObjects
from tools.reference.templates import Vocabulary, vote

# By the words of a chapter's title: the official service type (os-service-types).
SERVICES = {
    "Block Storage": "block-storage",
    "Compute": "compute",
    "Database Service": "database",
    "Data Processing": "data-processing",
    "Identity": "identity",
    "Identity Admin": "identity",
    "Image service": "image",
    "Networking": "network",
    "Object Storage": "object-store",
    "Orchestration": "orchestration",
    "Shared File Systems": "shared-file-system",
    "Telemetry": "meter",
}
CHAPTER = re.compile(r"(?P<service>.+?) API (?P<version>v[\d.]+)?")
VERSION = re.compile(r"/(v\d+(?:\.\d+)?)(?=/|$)")
# Up to this cost for each page, a repaired example teaches what others must be like.
SURE = 2.0
ACTION_IN_TITLE = re.compile(r"\((?P<key>[A-Za-z-]+) action\)")


class Parsed(NamedTuple):
    """What the document holds, in its order."""

    operations: tuple[Operation, ...]
    examples: tuple[Example, ...]


def parse(text: str) -> Parsed:
    """Read the whole document. Raises DocumentError where it is not that document, or not all of it."""
    leaves = read_document(text)
    printed = [(leaf, one) for leaf in leaves for one in printed_examples(leaf)]
    wraps = Wraps([text, *("\n".join(_lines(one)) for _, one in printed)])
    examples = tuple(_examples(printed, wraps, Letters(text)))
    vocabulary = Vocabulary(text, leaves)
    operations = _with_versions([_operation(leaf, vocabulary) for leaf in leaves])
    sections = [leaf.section for leaf in leaves]
    return Parsed(with_ids(_with_actions(operations, examples), sections), examples)


# --- operations ------------------------------------------------------------------------------------------------------


def _operation(leaf: Leaf, vocabulary: Vocabulary) -> Operation:
    template = vote(leaf.copies, vocabulary)
    chapter = CHAPTER.match(leaf.chapter)
    assert chapter is not None
    versions = VERSION.match(template.path)
    return Operation(
        section=leaf.number,
        id="",
        title=leaf.title,
        service=SERVICES[chapter["service"]],
        version=versions[1] if versions else chapter["version"] or "",
        method=leaf.copies[0].method,
        path=template.path,
        path_params=tables.named(template.variables, tables.parameters(leaf.blocks, "URI", REQUEST), required=True),
        query=tables.named(template.query, tables.parameters(leaf.blocks, "query", REQUEST), required=False),
        statuses=tables.statuses(leaf.blocks),
        faults=tables.faults(leaf.blocks),
        request_headers=tables.parameters(leaf.blocks, "header", REQUEST),
        response_headers=tables.parameters(leaf.blocks, "header", RESPONSE),
        request_body=tables.parameters(leaf.blocks, "body", REQUEST),
        response_body=tables.parameters(leaf.blocks, "body", RESPONSE),
        confirmed=template.confirmed,
    )


def _with_versions(operations: Sequence[Operation]) -> list[Operation]:
    """The operations, those whose path and chapter say no version with that of most in their chapter."""
    versions: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for one in operations:
        versions[one.chapter][one.version] += 1
    return [
        one if one.version else msgspec.structs.replace(one, version=versions[one.chapter].most_common(1)[0][0])
        for one in operations
    ]


def _with_actions(operations: Sequence[Operation], examples: Sequence[Example]) -> list[Operation]:
    """The operations, those of one service that share method and path with the key that tells them apart."""
    shared = defaultdict(list)
    for one in operations:
        shared[one.service, one.chapter, one.method, one.path].append(one.section)
    keys: dict[str, str] = {}
    for example in examples:
        if example.side == REQUEST and example.format == JSON and isinstance(value := example.value, dict):
            keys.setdefault(example.section, next(iter(value), ""))
    return [
        msgspec.structs.replace(one, action=_action(one, keys))
        if len(shared[one.service, one.chapter, one.method, one.path]) > 1
        else one
        for one in operations
    ]


def _action(one: Operation, keys: dict[str, str]) -> str:
    if one.section in keys:
        return keys[one.section]
    said = ACTION_IN_TITLE.search(one.title)
    return said["key"] if said else ""


def _service(chapter: str) -> str:
    said = CHAPTER.match(chapter)
    assert said is not None
    return SERVICES[said["service"]]


# --- examples --------------------------------------------------------------------------------------------------------


class _Read(NamedTuple):
    """A JSON example: its value, and what was done to get it; None where nothing helped."""

    value: Any
    repairs: tuple[str, ...]


def _examples(printed: Sequence[tuple[Leaf, Printed]], wraps: Wraps, letters: Letters) -> Iterator[Example]:
    read = _read_json(printed, wraps)
    for _ in range(2):  # what is restored first tells of others
        read = _restored(printed, read, letters)
    for (leaf, one), found in zip(printed, read, strict=True):
        body: str | None = "\n".join(_lines(one)).strip("\n") or None
        if one.format == JSON:
            body = msgspec.json.encode(found.value).decode() if found else None
        repairs = found.repairs if found else ()
        yield Example(
            section=leaf.number,
            side=one.side,
            name=one.name,
            format=one.format,
            start=one.start,
            headers=one.headers,
            repairs=repairs,
            body=body,
        )


def _read_json(printed: Sequence[tuple[Leaf, Printed]], wraps: Wraps) -> list[_Read | None]:
    """The values of the JSON examples; what is whole first, then what is damaged, held against it."""
    wider: defaultdict[str, KnownObjects] = defaultdict(KnownObjects)
    shapes = {
        (leaf.chapter, one.side): KnownObjects(wider[_service(leaf.chapter)])
        for leaf, one in printed
        if one.format == JSON
    }
    found: list[_Read | None] = []
    damaged: dict[int, list[list[Token]]] = {}
    for at, (leaf, one) in enumerate(printed):
        whole = _whole(one, wraps) if one.format == JSON else None
        found.append(whole)
        if whole:
            shapes[leaf.chapter, one.side].learn(whole.value)
        elif one.format == JSON:
            damaged[at] = tokens(one.pages)
            shapes[leaf.chapter, one.side].learn_pages(damaged[at])
    siblings = {at: shapes[printed[at][0].chapter, printed[at][1].side] for at in damaged}
    repaired = {at: repair(pages, siblings[at]) for at, pages in damaged.items()}
    sure = {at for at, done in repaired.items() if done and done.cost <= SURE * len(damaged[at])}
    for at, done in repaired.items():
        found[at] = _parsed(done, wraps)
        if at in sure and (read := found[at]):
            siblings[at].learn(read.value)
    for at in damaged.keys() - sure:
        found[at] = _parsed(repair(damaged[at], siblings[at]), wraps)
    return found


def _whole(one: Printed, wraps: Wraps) -> _Read | None:
    """An example that parses as it is printed, but for wrapped strings; over a page break no member may come twice."""
    printed = "\n".join(_lines(one))
    text = wraps.undone(printed)
    try:
        value = json.loads(text, object_pairs_hook=_once if len(one.pages) > 1 else None)
    except ValueError:
        return None
    return _Read(value, (WRAPPED,) if text != printed else ())


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(members)) < len(members):
        raise ValueError("a member comes twice")
    return found


def _parsed(done: Repair | None, wraps: Wraps) -> _Read | None:
    if done is None:
        return None
    text = wraps.undone(done.text)
    try:
        return _Read(json.loads(text), (*done.repairs, *([WRAPPED] if text != done.text else [])))
    except ValueError:
        return None


def _restored(
    printed: Sequence[tuple[Leaf, Printed]], read: Sequence[_Read | None], letters: Letters
) -> list[_Read | None]:
    by_chapter: defaultdict[str, list[Any]] = defaultdict(list)
    for (leaf, _), found in zip(printed, read, strict=True):
        if found:
            by_chapter[leaf.chapter].append(found.value)
    misreads = {chapter: Misreads(values, letters) for chapter, values in by_chapter.items()}
    restored: list[_Read | None] = []
    for (leaf, _), found in zip(printed, read, strict=True):
        if found:
            value, repairs = misreads[leaf.chapter].restored(found.value)
            found = _Read(value, tuple(dict.fromkeys((*found.repairs, *repairs))))
        restored.append(found)
    return restored


def _lines(one: Printed) -> list[str]:
    return [line.rstrip() for page in one.pages for line in page]
