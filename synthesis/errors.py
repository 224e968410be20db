"""What can go wrong while an answer is made up.

SynthesisError
├── SessionsFull       no room for another session's world, while somebody is logged in to each there is
├── Refused            the request cannot be done in this world; the service says so in its own envelope
├── ServiceDataError   a file of a service's folder is wrong (ours to mend)
└── WorldFileError     a file that describes a world is wrong (its author's to mend)
"""

from __future__ import annotations

from cloudtape.cassettes.errors import brief


class SynthesisError(Exception):
    """Base of all errors of this package."""


class Refused(SynthesisError):
    """`status` is the HTTP status, `kind` the service's own name for the fault, where its envelope has a place."""

    def __init__(self, status: int, message: str, kind: str = "") -> None:
        self.status, self.message, self.kind = status, message, kind
        super().__init__(f"{status}: {message}")


class SessionsFull(SynthesisError):
    """`seconds` until a place is free."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        super().__init__(f"{most} sessions are logged in, and there is room for no more")


class WorldFileError(SynthesisError):
    """`line` counts from 1."""

    def __init__(self, path: object, line: int, why: str) -> None:
        self.path, self.line, self.why = path, line, brief(why)
        super().__init__(f"{path}, line {line}: {self.why}")


class ServiceDataError(SynthesisError):
    """`line` counts from 1."""

    def __init__(self, path: object, line: int, why: str) -> None:
        self.path, self.line, self.why = path, line, why
        super().__init__(f"{path}, line {line}: {why}")
