"""Asks trove in a world of its own."""

from __future__ import annotations

from typing import Any

from tests.synthesis.services.teller import NamedAsker

CLIENT = ("User-Agent", "python-troveclient keystoneauth1")


class Trove(NamedAsker):
    """`say` asks for something and gives the status and the document; `make` makes something, `show` shows it."""

    service, base = "database", "/v1.0/{project}"

    def __init__(self, polls: int = 0) -> None:
        super().__init__(polls)
        self.flavor = next(self.world.all("compute/flavors")).id

    def fields(self) -> tuple[tuple[str, str], ...]:
        return (CLIENT,)

    def instance(self, **members: Any) -> str:
        """One of two gigabytes."""
        whole = {"name": "i", "flavorRef": self.flavor, "volume": {"size": 2}, **members}
        return str(self.make("instances", **whole)["id"])

    def unmade(self, **members: Any) -> tuple[int, str]:
        """How it is refused to make an instance of this."""
        whole = {"name": "i", "flavorRef": self.flavor, "volume": {"size": 2}, **members}
        return self.refused("POST", "/instances", {"instance": whole})

    def replica(self, of: str) -> str:
        return str(self.make("instances", name="r", replica_of=of)["id"])

    def act(self, instance: str, action: str, sent: Any) -> int:
        return self.status("POST", f"/instances/{instance}/action", {action: sent})

    def refusal(self, instance: str, action: str, sent: Any) -> tuple[int, str]:
        return self.refused("POST", f"/instances/{instance}/action", {action: sent})

    def change(self, instance: str, **members: Any) -> int:
        return self.status("PUT", f"/instances/{instance}", {"instance": members})
