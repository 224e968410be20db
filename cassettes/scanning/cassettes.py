"""A cassette's interactions as its YAML says them, one at a time, and the body files that they name.

Reads the events of the YAML parser: nothing is composed, no index is read, and the memory that it takes is that of
the largest interaction.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import yaml

from cloudtape.cassettes.errors import CassetteFormatError, CassetteNotFound
from cloudtape.cassettes.files.codec import VERSION
from cloudtape.cassettes.files.decoding import SHA256
from cloudtape.cassettes.files.opening import regular_file
from cloudtape.cassettes.scanning.parsing import mapping, of_json, scalar
from cloudtape.cassettes.scanning.trees import Node, Pairs

Progress = Callable[[int, int], None]
SIZE = re.compile("[0-9]{1,18}")
DEEPEST = 200
LARGEST_JSON = 256 * 1024 * 1024
CHUNK = 1024 * 1024
COMMENT = re.compile(rb"(?:^|[ \t])#[^\n]*", re.MULTILINE)
LIST = "interactions"
LAST_KEYS = frozenset({"ordinal", "digest", "crc32"})
TORN = "the last interaction was not written to its end; what there is of it was looked at"


class Broken(Exception):
    """The YAML ends or goes wrong; `line` is where."""

    def __init__(self, why: str, line: int) -> None:
        self.why, self.line = why, line
        super().__init__(why)


def opened(path: Path) -> IO[bytes]:
    """Raises CassetteNotFound, CassetteFormatError."""
    try:
        file = regular(path)
    except FileNotFoundError as error:
        raise CassetteNotFound(path) from error
    except OSError as error:
        raise CassetteFormatError(path, f"cannot be read: {error.strerror}") from error
    return file


def regular(path: Path, follow: bool = True) -> IO[bytes]:
    """A file that is no device, no pipe and, without `follow`, no link. Raises OSError."""
    return os.fdopen(regular_file(path, links=follow), "rb")


class _Counted:
    """A file that tells how far it was read."""

    def __init__(self, file: IO[bytes], progress: Progress | None) -> None:
        self._file, self._progress = file, progress
        self._size, self._done = os.fstat(file.fileno()).st_size, 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._done += len(data)
        if self._progress and data:
            self._progress(self._done, self._size)
        return data


def items(file: IO[bytes], progress: Progress | None = None) -> Iterator[tuple[int, Node]]:
    """Each interaction with its number, and what stands beside them under 0. Raises Broken."""
    reader = _Items()
    try:
        for event in yaml.parse(_Counted(file, progress), yaml.CSafeLoader):
            yield from reader.take(event)
    except yaml.YAMLError as error:
        yield from reader.unfinished()
        mark = getattr(error, "problem_mark", None)
        raise Broken(str(getattr(error, "problem", "") or "is no YAML"), mark.line + 1 if mark else 0) from error
    except (RecursionError, ValueError) as error:
        yield from reader.unfinished()
        raise Broken(str(error), 0) from error


class _Items:
    """Builds what a stream of events says, and lets go of each interaction when it is whole."""

    def __init__(self) -> None:
        self.count = 0
        self._stack: list[list[Node]] = []
        self._kinds: list[bool] = []
        self._list_depth = 0

    def take(self, event: yaml.Event) -> Iterator[tuple[int, Node]]:
        match event:
            case yaml.ScalarEvent():
                yield from self._add(scalar(event))
            case yaml.AliasEvent():
                yield from self._add(None)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._begin(isinstance(event, yaml.MappingStartEvent))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                inner = self._stack.pop()
                if len(self._stack) + 1 == self._list_depth:
                    self._list_depth, inner = 0, []
                yield from self._add(mapping(inner) if self._kinds.pop() else inner)

    def _begin(self, is_mapping: bool) -> None:
        if len(self._stack) >= DEEPEST:
            raise ValueError("is nested too deeply")
        depth = len(self._stack)
        in_list = depth == 1 and self._stack[0][-1:] == [LIST] and len(self._stack[0]) % 2 == 1
        if not is_mapping and not self._list_depth and (depth == 0 or in_list):
            self._list_depth = depth + 1
        self._stack.append([])
        self._kinds.append(is_mapping)

    def _add(self, node: Node) -> Iterator[tuple[int, Node]]:
        if self._list_depth and len(self._stack) == self._list_depth:
            self.count += 1
            yield self.count, node
        elif self._stack:
            self._stack[-1].append(node)
        else:
            yield 0, node

    def unfinished(self) -> Iterator[tuple[int, Node]]:
        """What there is of an interaction that is not whole."""
        inner: list[Node] = []
        while len(self._stack) > max(self._list_depth, 1):
            inner = [*self._stack.pop(), *([inner] if inner else [])]
            if self._kinds.pop():
                inner = [mapping(inner)]
        if inner:
            self.count += 1
            yield self.count, inner[0] if len(inner) == 1 else inner


def from_json(file: IO[bytes]) -> list[tuple[int, Node]] | None:
    """JSON that is no YAML: it has surrogate pairs. None where it is none, or too large."""
    file.seek(0)
    data = file.read(LARGEST_JSON + 1)
    if data[:1] not in (b"{", b"[") or len(data) > LARGEST_JSON:
        return None
    node = of_json(data.decode("utf-8", "replace"))
    if isinstance(node, Pairs):
        listed = node.get(LIST)
        return list(enumerate(listed, 1)) if isinstance(listed, list) else None
    return list(enumerate(node, 1)) if isinstance(node, list) else None


def check_head(path: Path, head: Node) -> None:
    """Whether what stands beside the interactions is a cassette's. Raises CassetteFormatError."""
    if isinstance(head, list):
        return
    if not isinstance(head, Pairs):
        raise CassetteFormatError(path, "is no cassette (no mapping with `version` and `interactions`)")
    for key in ("version", "cloudtape"):
        if str(head.get(key) or VERSION) != str(VERSION):
            raise CassetteFormatError(path, f"{key} is {str(head.get(key))[:40]!r}, this cloudtape reads {VERSION}")
    if LIST not in (key for key, _ in head):
        raise CassetteFormatError(path, "is no cassette (no list `interactions`)")


def comments(file: IO[bytes]) -> Iterator[str]:
    """What YAML passes over, and what only looks like it; in pieces."""
    file.seek(0)
    tail = b""
    while chunk := file.read(CHUNK):
        block, _, tail = (tail + chunk).rpartition(b"\n")
        if found := COMMENT.findall(block):
            yield b"\n".join(found).decode("utf-8", "replace")
        tail = tail[-CHUNK:]
    if found := COMMENT.findall(tail):
        yield b"\n".join(found).decode("utf-8", "replace")


# --- body files ------------------------------------------------------------------------------------------------------


class BodyUnseen(Exception):
    """A body file that cannot be looked at."""


def stored(value: Node, folder: Path) -> tuple[Path, int] | None:
    """Where a body's file lies, and its length."""
    if not isinstance(value, Pairs):
        return None
    digest, size = value.get("sha256"), str(value.get("size"))
    if not isinstance(digest, str) or not SHA256.fullmatch(digest) or not SIZE.fullmatch(size):
        raise BodyUnseen("a body file is not named by a SHA-256 and a size")
    return folder / digest, int(size)


def body_file(path: Path, size: int) -> IO[bytes]:
    """Raises BodyUnseen."""
    try:
        file = regular(path, follow=False)
    except OSError as error:
        belongs = f"the folder {path.parent.name} belongs to the cassette and must lie beside it"
        raise BodyUnseen(f"the body file is not there ({error.strerror}); {belongs}") from error
    if (found := os.fstat(file.fileno()).st_size) != size:
        file.close()
        raise BodyUnseen(f"the body file has {found} bytes, {size} were recorded")
    return file


def is_what_it_is_named_by(file: IO[bytes], digest: str) -> bool:
    found = hashlib.file_digest(file, "sha256").hexdigest() == digest  # type: ignore[arg-type]
    file.seek(0)
    return found
