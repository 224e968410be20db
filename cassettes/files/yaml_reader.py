"""A cassette's YAML as a list of interactions, however it was made, and taken as hostile.

What our recorder wrote is read item by item, in little memory; anything else that vcrpy would load is read whole.
Nothing in the file can execute, expand without bound or nest without bound.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from cloudtape.cassettes.errors import CassetteFormatError, CassetteNotFound
from cloudtape.cassettes.files.bodies import folder_of
from cloudtape.cassettes.files.codec import HEADER, VERSION, ItemError, decode
from cloudtape.cassettes.files.layout import DOCUMENT_END, Layout, layout_of, tail_start
from cloudtape.cassettes.files.yaml_loader import Loader, loaded
from cloudtape.cassettes.formats.vcr_layouts import is_early, modernised
from cloudtape.cassettes.messages import Interaction

DEEPEST = 100
BLOCK_NESTING = re.compile(rb"(?:[-?:][ \t]+){50}|^ {300}", re.MULTILINE)
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
LINE_END = re.compile(r"[\r\n\0]")
TORN = "the last interaction was not written to its end and is left out"

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Reading:
    """The outcome of reading a cassette; complete when its items are exhausted.

    `whole_bytes`: the length of the file without a torn end, and without what stands behind the list.
    """

    notes: list[str]
    whole_bytes: int


def read_bytes(path: Path) -> bytes:
    """Raises CassetteNotFound, CassetteFormatError."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CassetteNotFound(path) from error
    except OSError as error:
        raise CassetteFormatError(path, f"cannot be read: {error.strerror}") from error


def read(path: Path, data: bytes, reading: Reading, progress: Progress | None = None) -> Iterator[Interaction]:
    """The interactions in `data`, which is what `path` holds. Fills `reading` meanwhile. Raises CassetteFormatError."""
    with _no_garbage_collection():
        if layout := layout_of(data):
            yield from _read_ours(path, data, layout, reading, progress)
        elif data and HEADER.startswith(data):
            reading.notes.append("the file ends before its first interaction")
            reading.whole_bytes = 0
        else:
            yield from _read_whole(path, data)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Building many containers makes the collector look at all of them again and again: five times the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _read_ours(
    path: Path, data: bytes, layout: Layout, reading: Reading, progress: Progress | None
) -> Iterator[Interaction]:
    folder = folder_of(path)
    if torn := layout.torn_start(data):
        reading.notes.append(TORN)
        data, reading.whole_bytes = data[:-torn], len(data) - torn
    starts = layout.starts(data)
    if not starts:
        yield from _read_whole(path, data)  # nothing, or a list of another form that somebody wrote by hand
        return
    whole = reading.whole_bytes = tail_start(data, starts[-1])
    _check_tail(path, data[whole:])
    for position, (start, end) in enumerate(pairwise([*starts, whole]), 1):
        item = data[start:end]
        if end == len(data) and not layout.is_whole(item):
            reading.notes.append(TORN)
            reading.whole_bytes = start
            return
        try:
            parsed = _parse_item(path, item, f"interaction {position}")
        except CassetteFormatError as error:
            yield from _read_rest(path, data, position, error)
            return
        yield _decoded(path, parsed, position, folder)
        if progress:
            progress(end, len(data))


def _parse_item(path: Path, item: bytes, where: str) -> Any:
    parsed = _parse(path, item, where)
    if not isinstance(parsed, list) or len(parsed) != 1:
        raise CassetteFormatError(path, "is no list item of its own", where)
    return parsed[0]


def _read_rest(path: Path, data: bytes, position: int, error: CassetteFormatError) -> Iterator[Interaction]:
    """The items from a position on, the first of which says nothing by itself: it may name what another one anchors."""
    try:
        items = _items(path, _parse(path, data, ""))
    except CassetteFormatError:
        raise error from None
    yield from _decoded_all(path, items, position)


def _check_tail(path: Path, tail: bytes) -> None:
    """What stands behind the list of interactions may be keys, which say nothing to us."""
    if not tail:
        return
    parsed = _parse(path, DOCUMENT_END.sub(b"", tail), "what stands behind the interactions")
    if not isinstance(parsed, dict | None) or "interactions" in (parsed or {}) or tail.startswith(b"---"):
        raise CassetteFormatError(path, "something else than keys stands behind the interactions")


def _read_whole(path: Path, data: bytes) -> Iterator[Interaction]:
    yield from _decoded_all(path, _items(path, _parse(path, data, "")), 1)


def _items(path: Path, document: Any) -> list[Any]:
    if is_early(document):
        return modernised(document)
    if not isinstance(document, dict):
        raise CassetteFormatError(path, "is no cassette (no mapping with `version` and `interactions`)")
    for key in ("version", "cloudtape"):
        if document.get(key, VERSION) != VERSION:
            why = f"{key} is {str(document[key])[:40]!r}, this cloudtape reads {VERSION}"
            raise CassetteFormatError(path, why)
    interactions = document.get("interactions")
    if "interactions" not in document or not isinstance(interactions, list | None):
        raise CassetteFormatError(path, "is no cassette (no list `interactions`)")
    return interactions or []


def _decoded_all(path: Path, items: list[Any], first: int) -> Iterator[Interaction]:
    folder = folder_of(path)
    for position, item in enumerate(items[first - 1 :], first):
        yield _decoded(path, item, position, folder)


def _parse(path: Path, data: bytes, where: str) -> Any:
    try:
        if _may_nest(data):
            _refuse_nesting(path, data, where)
        return loaded(data)
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else ""
        place = ", ".join(filter(None, (where, f"{line} of it" if where and line else line)))
        raise CassetteFormatError(path, _complaint(error.problem or ""), place) from error
    except RecursionError as error:
        raise CassetteFormatError(path, "is nested too deeply", where) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        why = " ".join(str(error).split())[:200]
        raise CassetteFormatError(path, f"is no cassette in YAML: {why}", where) from error


def _complaint(problem: str) -> str:
    """What is wrong in words of ours; newer libyaml counts nesting itself."""
    return "is nested too deeply" if "nesting depth" in problem else f"is no cassette in YAML: {problem}"


def _may_nest(data: bytes) -> bool:
    """Whether a text may nest deeply: libyaml's composer recurses in C and would crash, so it must not be tried."""
    if BLOCK_NESTING.search(data):
        return True
    depth = deepest = 0
    for bracket in data.translate(None, NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
        depth = max(depth, 0)
    return deepest > DEEPEST


def _refuse_nesting(path: Path, data: bytes, where: str) -> None:
    """Follow the parser's events, which do not recurse. Raises CassetteFormatError, yaml.YAMLError."""
    depth = 0
    for event in yaml.parse(data, Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise CassetteFormatError(path, "is nested too deeply", where)


def _decoded(path: Path, item: Any, position: int, folder: Path) -> Interaction:
    where = f"interaction {position}"
    try:
        interaction = decode(item, position, folder)
    except ItemError as error:
        raise CassetteFormatError(path, str(error), where) from error
    if why := _unusable(interaction):
        raise CassetteFormatError(path, why, where)
    return interaction


def _unusable(interaction: Interaction) -> str:
    """Why an interaction could not have been HTTP, in what nobody can ask for or answer; else empty."""
    try:
        urlsplit(interaction.request.uri).port  # noqa: B018  (it is read only now)
    except ValueError as error:
        return f"uri is no URL: {error}"
    for message in (interaction.request, interaction.response):
        if any(LINE_END.search(text) for field in message.headers for text in field):
            return "a header field holds a line end"
    return "the reason holds a line end" if LINE_END.search(interaction.response.reason) else ""
