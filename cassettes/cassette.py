"""A cassette that was recorded: its interactions in order, read when asked for.

The YAML is the truth. Beside it lies a compiled index (`index`), made again whenever it does not fit the YAML.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from cloudtape.cassettes.errors import CassetteFormatError
from cloudtape.cassettes.files import index
from cloudtape.cassettes.files.bodies import checked
from cloudtape.cassettes.files.index import Summariser
from cloudtape.cassettes.files.yaml_reader import Progress
from cloudtape.cassettes.messages import Interaction, Route


class Cassette:
    """Interactions are numbered from 1. Made by `load`."""

    def __init__(self, path: Path, opened: index.Index) -> None:
        self.path = path
        self._index, self._size = opened, len(opened)
        self.notes: tuple[str, ...] = tuple(f"{path}: {note}" for note in opened.notes)
        self.routes: tuple[Route, ...] = opened.routes
        self.asked: tuple[tuple[str, str], ...] = opened.asked
        self.whole_bytes: int = opened.whole_bytes

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Interaction]:
        return (self.interaction(number) for number in range(1, len(self) + 1))

    @property
    def summary(self) -> memoryview:
        """What the summariser said."""
        return self._index.summary

    @property
    def body_names(self) -> frozenset[str]:
        """The names of the files in which bodies of this cassette lie."""
        return frozenset(body.sha256 for body in self._index.stored)

    def check_bodies(self) -> None:
        """Whether every body file is there in its length. Raises BodyMissing for the first that is not."""
        for body in self._index.stored:
            checked(body)

    def interaction(self, number: int) -> Interaction:
        """Raises IndexError; CassetteFormatError where the index is damaged and the YAML has changed meanwhile."""
        if not 1 <= number <= self._size:
            raise IndexError(number)
        return self._index.interaction(number - 1)

    def answer(self, number: int) -> tuple[bytes, bytes]:
        """What the summariser said of an interaction, and the body of its answer; raises the same.

        The first is empty where there was no summariser, the second where the body lies in a file.
        """
        if not 1 <= number <= self._size:
            raise IndexError(number)
        return self._index.answer(number - 1)


def is_there(path: Path) -> bool:
    """Whether something is at a path; nothing is where nobody may look, or the name is none."""
    try:
        return path.exists()
    except OSError:
        return False


def load(
    path: Path,
    summariser: Callable[[], Summariser] | None = None,
    summary_version: str = "",
    progress: Progress | None = None,
) -> Cassette:
    """Open a cassette. Raises CassetteNotFound, CassetteFormatError.

    `summary_version` must change whenever a summariser would say something else. Body files are not looked at here.
    """
    with suppress(OSError):  # the index says what is wrong with a path
        if stat.S_IFMT(path.stat().st_mode) not in (stat.S_IFREG, stat.S_IFDIR):
            raise CassetteFormatError(path, "is a device or a pipe; a cassette is a file, which is read more than once")
    return Cassette(path, index.opened(path, summariser, summary_version, progress))
