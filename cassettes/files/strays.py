"""What lies beside a cassette and is no part of it: left by a kill, or put there by somebody.

Such files are read by nobody but people, and what is in them belongs to no interaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cloudtape.cassettes.files.bodies import folder_of
from cloudtape.cassettes.files.kept_file import TAKE_SUFFIX
from cloudtape.cassettes.files.private import INCOMING

MOST_TOLD = 5
TAKE = "a take that did not end; move it away to keep it, the next `refresh` replaces it"
OF_A_TAKE = "no interaction names it, unless one of the take that did not end"
HALF = "half a body, which a recorder left that was killed"
UNNAMED = "no interaction names it"


@dataclass(frozen=True, slots=True)
class Stray:
    path: Path
    why: str

    def __str__(self) -> str:
        return f"{self.path} is no part of the cassette: {self.why}"


def strays_of(cassette: Path, body_names: Collection[str]) -> list[Stray]:
    """What lies beside a cassette; `body_names` are the body files that its interactions name.

    Empty where nobody may look.
    """
    with suppress(OSError):
        take = cassette.with_name(cassette.name + TAKE_SUFFIX)
        folder = folder_of(cassette)
        beside = [Stray(take, TAKE)] if take.exists() else []
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        why = OF_A_TAKE if beside else UNNAMED
        return beside + [
            Stray(file, HALF if file.name.startswith(INCOMING) else why)
            for file in files
            if file.name not in body_names
        ]
    return []


def told(strays: list[Stray]) -> Iterator[str]:
    """A line for each, but not for too many."""
    yield from map(str, strays[:MOST_TOLD])
    if len(strays) > MOST_TOLD:
        yield f"… and {len(strays) - MOST_TOLD} more files in {strays[-1].path.parent}"
