"""What can go wrong with a cassette.

    CassetteError
    ├── CassetteNotFound       there is no such file
    ├── CassetteExists         record would overwrite it
    ├── CassetteFormatError    it is there, but not a cassette that this version reads
    ├── CassetteWriteError     the disk refused what was to be kept
    │   └── CassetteBusy        another recorder is writing it
    ├── BodyMissing            a body file that the cassette names is not there, or not what it was
    ├── ScrubError             secrets could not be removed, so nothing was kept
    └── ScrubRulesError        a user's rules for what is a secret cannot be read

Each carries its facts as attributes; `str()` is one line for a person.
"""

from __future__ import annotations

from pathlib import Path

MOST_SAID = 1_000
"""Characters of what a library says of a file, which may quote all of it."""


def brief(why: str) -> str:
    """Why something is wrong, in so many characters that a person reads it."""
    return why if len(why) <= MOST_SAID else f"{why[: MOST_SAID - 1]}…"


class CassetteError(Exception):
    """Base of all errors of this package."""


class CassetteNotFound(CassetteError):
    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path}: no such cassette")


class CassetteExists(CassetteError):
    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path}: this cassette exists already; `refresh` makes a new take, `fill` adds to it")


class CassetteFormatError(CassetteError):
    """`where` is a place that a person finds: `line 12`, `interaction 3`."""

    def __init__(self, path: Path, why: str, where: str = "") -> None:
        self.path, self.why, self.where = path, brief(why), where
        super().__init__(f"{path}{', ' + where if where else ''}: {self.why}")


class CassetteWriteError(CassetteError):
    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"{path}: cannot be written: {why}")


class CassetteBusy(CassetteWriteError):
    def __init__(self, path: Path) -> None:
        super().__init__(path, "another recorder is writing it")


class BodyMissing(CassetteError):
    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"{path}: {why}")


class ScrubError(CassetteError):
    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"secrets could not be removed, nothing was kept: {why}")


class ScrubRulesError(CassetteError):
    """`where` is a line or a rule."""

    def __init__(self, path: Path, why: str, where: str = "") -> None:
        self.path, self.why, self.where = path, brief(why), where
        super().__init__(f"{path}{', ' + where if where else ''}: {self.why}")
