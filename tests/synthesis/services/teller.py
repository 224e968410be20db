"""What all have in common that ask one service in a world of their own."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from cloudtape.synthesis.services.identity.core import token_for
from cloudtape.synthesis.stocking.bootstrap import add_user
from cloudtape.synthesis.worlds.clock import Pace
from tests.synthesis.requests import Asker

NONE = "a1b2c3d4-0000-4000-8000-000000000000"
"""The id of nothing."""


class ServiceAsker(Asker):
    """`say` asks for something and gives the status and the document; `show` shows it.

    `service` is asked below `base`, in which `{project}` is the project of who asks.
    """

    service: str
    base: str

    def __init__(self, polls: int = 0) -> None:
        super().__init__()
        self.world.pace = Pace(polls)

    def fields(self) -> tuple[tuple[str, str], ...]:
        """What the service's client sends along."""
        return ()

    def say(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        sent = msgspec.json.encode(body) if body is not None else b""
        target = self.base.format(project=self.project) + path
        answer = self.ask(method, self.service, target, sent, self.fields())
        assert isinstance(answer.body, bytes)
        return answer.status, msgspec.json.decode(answer.body) if answer.body else None

    def status(self, method: str, path: str, body: Any = None) -> int:
        return self.say(method, path, body)[0]

    def show(self, path: str) -> Any:
        status, told = self.say("GET", path)
        assert status == 200, told
        return next(iter(told.values()))

    def become(self, name: str) -> None:
        """Ask as a user who is no admin, in a project of its own, from now on."""
        user = add_user(self.world, name, "secret", name, ["member"])
        self.project = str(user.members["default_project_id"])
        scene = self.synthesizer.scene_of(self.world)
        self.token = token_for(scene, user, ["password"], {"project": {"id": self.project}}, {})


class NamedAsker(ServiceAsker):
    """Of a service whose faults have a name with a code and a message in it, and whose things stand in a wrapper.

    `make` makes something.
    """

    wrappers: ClassVar[dict[str, str]] = {}
    """By what it is called in a path, what wraps one, where that is not its singular."""

    def wrapper_of(self, kind: str) -> str:
        return self.wrappers.get(kind) or kind.rpartition("/")[2].removesuffix("s").replace("-", "_")

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        status, told = self.say(method, path, body)
        assert status >= 400, told
        (fault,) = told.values()
        assert fault["code"] == status, told
        return status, fault["message"]

    def make(self, kind: str, **members: Any) -> Any:
        wrapper = self.wrapper_of(kind)
        status, told = self.say("POST", f"/{kind}", {wrapper: members})
        assert status in (200, 202), told
        return told[wrapper]

    def names(self, path: str) -> list[str]:
        """Those of a list, in its order."""
        return [one["name"] for one in self.show(path)]
