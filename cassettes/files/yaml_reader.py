"""A cassette's YAML as a list of interactions, however it was made, and taken as hostile.

What our recorder or vcrpy wrote is read item by item, in little memory; anything else that vcrpy would load is read
whole. Nothing in the file can execute, expand without bound or nest without bound; how much is read at most, `limits`
says.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import yaml

from cloudtape.cassettes.errors import CassetteFormatError, CassetteNotFound
from cloudtape.cassettes.files.bodies import folder_of
from cloudtape.cassettes.files.codec import HEADER, VERSION
from cloudtape.cassettes.files.decoding import ItemError, decode, shown
from cloudtape.cassettes.files.layout import DOCUMENT_END, Layout, layout_of, tail_start, vcrpys_layout_of
from cloudtape.cassettes.files.limits import LARGEST_CASSETTE, LARGEST_INTERACTION, MIB, MOST_INTERACTIONS
from cloudtape.cassettes.files.opening import regular_file
from cloudtape.cassettes.files.yaml_loader import TooMuch, loaded
from cloudtape.cassettes.formats.vcr_layouts import is_early, modernised
from cloudtape.cassettes.messages import Interaction

TORN = "the last interaction was not written to its end and is left out"

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Reading:
    """The outcome of reading a cassette; complete when its items are exhausted.

    `whole_bytes`: the length of the file without a torn end, and without what stands behind the list.
    """

    notes: list[str]
    whole_bytes: int


def opened_file(path: Path) -> IO[bytes]:
    """A cassette's file, to be read. Raises CassetteNotFound, CassetteFormatError."""
    try:
        file = os.fdopen(regular_file(path, links=True), "rb")
    except FileNotFoundError as error:
        raise CassetteNotFound(path) from error
    except (OSError, ValueError) as error:  # a name with a zero in it is none
        raise CassetteFormatError(path, f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if os.fstat(file.fileno()).st_size > LARGEST_CASSETTE:
        file.close()
        raise _too_large(path)
    return file


def read_bytes(path: Path) -> bytes:
    """Raises CassetteNotFound, CassetteFormatError."""
    try:
        with opened_file(path) as file:
            data = file.read(LARGEST_CASSETTE + 1)
    except OSError as error:
        raise CassetteFormatError(path, f"cannot be read: {error.strerror}") from error
    if len(data) > LARGEST_CASSETTE:
        raise _too_large(path)
    return data


def _too_large(path: Path) -> CassetteFormatError:
    return CassetteFormatError(path, f"is larger than {LARGEST_CASSETTE // MIB} MiB, and no more is read")


def read(path: Path, data: bytes, reading: Reading, progress: Progress | None = None) -> Iterator[Interaction]:
    """The interactions in `data`, which is what `path` holds. Fills `reading` meanwhile. Raises CassetteFormatError."""
    with _no_garbage_collection():
        if layout := layout_of(data) or vcrpys_layout_of(data):
            yield from _read_items(path, data, layout, reading, progress)
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


def _read_items(
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
    if len(starts) > MOST_INTERACTIONS:
        raise _too_many(path)
    whole = tail_start(data, starts[-1])
    if layout.is_ours:
        reading.whole_bytes = whole
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


def _too_many(path: Path) -> CassetteFormatError:
    return CassetteFormatError(path, f"holds more than {MOST_INTERACTIONS:,} interactions, and no more are read")


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
    _check_versions(path, parsed or {})


def _read_whole(path: Path, data: bytes) -> Iterator[Interaction]:
    yield from _decoded_all(path, _items(path, _parse(path, data, "")), 1)


def _items(path: Path, document: Any) -> list[Any]:
    if is_early(document):
        return modernised(document)
    if not isinstance(document, dict):
        raise CassetteFormatError(path, "is no cassette (no mapping with `version` and `interactions`)")
    _check_versions(path, document)
    interactions = document.get("interactions")
    if "interactions" not in document or not isinstance(interactions, list | None):
        raise CassetteFormatError(path, "is no cassette (no list `interactions`)")
    if len(interactions or ()) > MOST_INTERACTIONS:
        raise _too_many(path)
    return interactions or []


def _check_versions(path: Path, document: dict[Any, Any]) -> None:
    for key in ("version", "cloudtape"):
        if (version := document.get(key, VERSION)) != VERSION:
            raise CassetteFormatError(path, f"{key} is {shown(version)}, this cloudtape reads {VERSION}")


def _decoded_all(path: Path, items: list[Any], first: int) -> Iterator[Interaction]:
    folder = folder_of(path)
    for position, item in enumerate(items[first - 1 :], first):
        yield _decoded(path, item, position, folder)


def _parse(path: Path, data: bytes, where: str) -> Any:
    if len(data) > LARGEST_INTERACTION:
        why = f"has {len(data) // MIB} MiB in one piece, more than {LARGEST_INTERACTION // MIB}"
        raise CassetteFormatError(path, why, where)
    try:
        return loaded(data)
    except TooMuch as error:
        raise CassetteFormatError(path, str(error), where) from error
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else ""
        place = ", ".join(filter(None, (where, f"{line} of it" if where and line else line)))
        raise CassetteFormatError(path, _complaint(error.problem or ""), place) from error
    except RecursionError as error:
        raise CassetteFormatError(path, "is nested too deeply", where) from error
    except (yaml.YAMLError, ValueError) as error:
        why = " ".join(str(error).split())[:200]
        raise CassetteFormatError(path, f"is no cassette in YAML: {why}", where) from error


def _complaint(problem: str) -> str:
    """What is wrong in words of ours; newer libyaml counts nesting itself."""
    return "is nested too deeply" if "nesting depth" in problem else f"is no cassette in YAML: {problem}"


def _decoded(path: Path, item: Any, position: int, folder: Path) -> Interaction:
    where = f"interaction {position}"
    try:
        return decode(item, position, folder)
    except ItemError as error:
        raise CassetteFormatError(path, str(error), where) from error
