"""What can be wrong with the reference document or with the catalog made from it.

OperationCatalogError
├── DocumentError       the text is not the reference, or not all of it
├── CatalogDataError    the committed data cannot be read
└── UnknownOperation    no operation has this id
"""

from __future__ import annotations

from collections.abc import Sequence


class OperationCatalogError(Exception):
    """Base of the errors of this package."""


class DocumentError(OperationCatalogError):
    """The text is not the *OpenStack API Complete Reference*, or not all of it. Says what was found, and where."""

    def __init__(self, found: str, line: int | None = None) -> None:
        super().__init__(f"line {line}: {found}" if line else found)
        self.line = line


class CatalogDataError(OperationCatalogError):
    """The catalog's own data cannot be read: the installation is damaged."""


class UnknownOperation(OperationCatalogError):
    """No operation has this id; `near` are ids like it."""

    def __init__(self, operation_id: str, near: Sequence[str] = ()) -> None:
        super().__init__(f"no operation has the id {operation_id}" + (f"; near it: {', '.join(near)}" if near else ""))
        self.operation_id, self.near = operation_id, near
