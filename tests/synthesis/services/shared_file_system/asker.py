"""Asks manila in a world of its own."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudtape.synthesis.services.identity.core import token_for
from cloudtape.synthesis.stocking.bootstrap import add_user
from cloudtape.synthesis.worlds.clock import Pace
from tests.synthesis.requests import Asker

NONE = "a1b2c3d4-0000-4000-8000-000000000000"
"""The id of nothing."""
WRAPPERS = {"types": "share_type"}
"""By what it is called in a path, what wraps one, where that is not its singular."""
CLIENT = ("User-Agent", "python-manilaclient")
PLAIN = {"driver_handles_share_servers": "False"}
"""The specs of a type that asks for nothing."""


class Manila(Asker):
    """`say` asks for something and gives the status and the document; `make` makes something, `show` shows it."""

    def __init__(self, polls: int = 0, micro: str = "2.80") -> None:
        super().__init__()
        self.world.pace, self.micro = Pace(polls), micro

    def say(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        sent = msgspec.json.encode(body) if body is not None else b""
        answer = self.ask(
            method, "shared-file-system", f"/v2{path}", sent, (("X-OpenStack-Manila-API-Version", self.micro), CLIENT)
        )
        assert isinstance(answer.body, bytes)
        return answer.status, msgspec.json.decode(answer.body) if answer.body else None

    def status(self, method: str, path: str, body: Any = None) -> int:
        return self.say(method, path, body)[0]

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        status, told = self.say(method, path, body)
        assert status >= 400, told
        (fault,) = told.values()
        assert fault["code"] == status, told
        return status, fault["message"]

    def make(self, kind: str, **members: Any) -> Any:
        wrapper = wrapper_of(kind)
        status, told = self.say("POST", f"/{kind}", {wrapper: members})
        assert status in (200, 202), told
        return told[wrapper]

    def unmade(self, kind: str, **members: Any) -> tuple[int, str]:
        """How it is refused to make one."""
        return self.refused("POST", f"/{kind}", {wrapper_of(kind): members})

    def show(self, path: str) -> Any:
        status, told = self.say("GET", path)
        assert status == 200, told
        return next(iter(told.values()))

    def names(self, path: str) -> list[str]:
        """Those of a list, in its order."""
        return [one["name"] for one in self.show(path)]

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

    def become(self, name: str) -> None:
        """Ask as a user who is no admin, in a project of its own, from now on."""
        user = add_user(self.world, name, "secret", name, ["member"])
        self.project = str(user.members["default_project_id"])
        scene = self.synthesizer.scene_of(self.world)
        self.token = token_for(scene, user, ["password"], {"project": {"id": self.project}}, {})


def wrapper_of(kind: str) -> str:
    return WRAPPERS.get(kind) or kind.removesuffix("s").replace("-", "_")
