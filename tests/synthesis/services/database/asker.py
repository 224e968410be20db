"""Asks trove in a world of its own."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudtape.synthesis.services.identity.core import token_for
from cloudtape.synthesis.stocking.bootstrap import add_user
from cloudtape.synthesis.worlds.clock import Pace
from tests.synthesis.requests import Asker

NONE = "a1b2c3d4-0000-4000-8000-000000000000"
"""The id of nothing."""
CLIENT = ("User-Agent", "python-troveclient keystoneauth1")


class Trove(Asker):
    """`say` asks for something and gives the status and the document; `make` makes something, `show` shows it."""

    def __init__(self, polls: int = 0) -> None:
        super().__init__()
        self.world.pace = Pace(polls)
        self.flavor = next(self.world.all("compute/flavors")).id

    def say(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        sent = msgspec.json.encode(body) if body is not None else b""
        answer = self.ask(method, "database", f"/v1.0/{self.project}{path}", sent, (CLIENT,))
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
        wrapper = kind.removesuffix("s")
        status, told = self.say("POST", f"/{kind}", {wrapper: members})
        assert status in (200, 202), told
        return told[wrapper]

    def show(self, path: str) -> Any:
        status, told = self.say("GET", path)
        assert status == 200, told
        return next(iter(told.values()))

    def names(self, path: str) -> list[str]:
        """Those of a list, in its order."""
        return [one["name"] for one in self.show(path)]

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

    def become(self, name: str) -> None:
        """Ask as a user who is no admin, in a project of its own, from now on."""
        user = add_user(self.world, name, "secret", name, ["member"])
        self.project = str(user.members["default_project_id"])
        scene = self.synthesizer.scene_of(self.world)
        self.token = token_for(scene, user, ["password"], {"project": {"id": self.project}}, {})
