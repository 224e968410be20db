"""Asks manila in a world of its own."""

from __future__ import annotations

from typing import Any

from tests.synthesis.services.teller import NamedAsker

WRAPPERS = {"types": "share_type"}
CLIENT = ("User-Agent", "python-manilaclient")
PLAIN = {"driver_handles_share_servers": "False"}
"""The specs of a type that asks for nothing."""


class Manila(NamedAsker):
    """`say` asks for something and gives the status and the document; `make` makes something, `show` shows it."""

    service, base = "shared-file-system", "/v2"
    wrappers = WRAPPERS

    def __init__(self, polls: int = 0, micro: str = "2.80") -> None:
        super().__init__(polls)
        self.micro = micro

    def fields(self) -> tuple[tuple[str, str], ...]:
        return (("X-OpenStack-Manila-API-Version", self.micro), CLIENT)

    def unmade(self, kind: str, **members: Any) -> tuple[int, str]:
        """How it is refused to make one."""
        return self.refused("POST", f"/{kind}", {self.wrapper_of(kind): members})

    def share(self, **members: Any) -> str:
        return str(self.make("shares", **{"share_proto": "NFS", "size": 1, **members})["id"])

    def snapshot(self, share: str, **members: Any) -> str:
        return str(self.make("snapshots", share_id=share, **members)["id"])

    def type_(self, name: str, **specs: str) -> str:
        return str(self.make("types", name=name, extra_specs={**PLAIN, **specs})["id"])

    def secret(self, name: str) -> str:
        """A type that is not public."""
        members = {"name": name, "extra_specs": PLAIN, "share_type_access:is_public": False}
        return str(self.make("types", **members)["id"])

    def act(self, path: str, action: str, sent: Any = None) -> int:
        return self.status("POST", f"{path}/action", {action: sent})

    def refusal(self, path: str, action: str, sent: Any = None) -> tuple[int, str]:
        """How an action is refused."""
        return self.refused("POST", f"{path}/action", {action: sent})

    def state(self, path: str) -> str:
        return str(self.show(path)["status"])

    def put_into(self, path: str, state: str) -> None:
        """Into a state that an administrator may say."""
        assert self.act(path, "reset_status", {"status": state}) == 202

    def hold(self, share: str, state: str) -> None:
        """Into a state that nobody may say."""
        found = self.world.find("shared-file-system/shares", share)
        assert found is not None
        found.pending = None
        found.set(status=state)
