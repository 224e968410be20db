"""A cassette that was recorded: its interactions in order, read when asked for.

The YAML is the truth. A compiled index of it (`index`) lies in the user's cache, made again whenever it does not fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cloudtape.cassettes.files import index
from cloudtape.cassettes.files.index import Summaries
from cloudtape.cassettes.files.stored import checked
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
    """Whether something is at a path. False where it cannot be read or the name is invalid."""
    try:
        return path.exists()
    except OSError:
        return False


def load(
    path: Path, summaries: Summaries | None = None, progress: Progress | None = None, cached: bool = True
) -> Cassette:
    """Open a cassette. Raises CassetteNotFound, CassetteFormatError.

    Without `cached` the YAML itself is read: for whoever judges it. Body files are not looked at here.
    """
    return Cassette(path, index.opened(path, summaries, progress, cached))
