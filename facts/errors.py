"""What can be wrong with the operation catalog.

OperationCatalogError
├── CatalogDataError    the committed data cannot be read
└── UnknownOperation    no operation has this id
"""

from __future__ import annotations

from collections.abc import Sequence


class OperationCatalogError(Exception):
    """Base of the errors of this package."""


class CatalogDataError(OperationCatalogError):
    """The catalog's own data cannot be read: the installation is damaged."""


class UnknownOperation(OperationCatalogError):
    """No operation has this id; `near` are ids like it."""

    def __init__(self, operation_id: str, near: Sequence[str] = ()) -> None:
        super().__init__(f"no operation has the id {operation_id}" + (f"; near it: {', '.join(near)}" if near else ""))
        self.operation_id, self.near = operation_id, near
