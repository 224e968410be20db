"""What can be wrong with the reference document."""

from __future__ import annotations

from cloudtape.openstack.errors import OperationCatalogError


class DocumentError(OperationCatalogError):
    """The text is not the *OpenStack API Complete Reference*, or not all of it. Says what was found, and where."""

    def __init__(self, found: str, line: int | None = None) -> None:
        super().__init__(f"line {line}: {found}" if line else found)
        self.line = line
