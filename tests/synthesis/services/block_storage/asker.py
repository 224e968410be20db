"""Asks cinder in a world of its own."""

from __future__ import annotations

from typing import Any

from tests.synthesis.services.teller import NamedAsker

WRAPPERS = {
    "types": "volume_type",
    "qos-specs": "qos_specs",
    "volume-transfers": "transfer",
    "group_types": "group_type",
}


class Cinder(NamedAsker):
    """`say` asks for something and gives the status and the document; `make` makes something, `show` shows it."""

    service, base = "block-storage", "/v3/{project}"
    wrappers = WRAPPERS

    def __init__(self, polls: int = 0, micro: str = "3.71") -> None:
        super().__init__(polls)
        self.micro = micro

    def fields(self) -> tuple[tuple[str, str], ...]:
        return (("OpenStack-API-Version", f"volume {self.micro}"),) if self.micro else ()

    def volume(self, **members: Any) -> str:
        return str(self.make("volumes", **{"size": 1, **members})["id"])

    def snapshot(self, volume: str, **members: Any) -> str:
        return str(self.make("snapshots", volume_id=volume, **members)["id"])

    def act(self, path: str, action: str, sent: Any = None) -> int:
        return self.status("POST", f"{path}/action", {action: sent})

    def refusal(self, path: str, action: str, sent: Any = None) -> tuple[int, str]:
        """How an action is refused."""
        return self.refused("POST", f"{path}/action", {action: sent})

    def state(self, path: str) -> str:
        return str(self.show(path)["status"])
