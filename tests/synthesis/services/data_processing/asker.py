"""Asks sahara in a world of its own."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudtape.synthesis.services.identity.core import token_for
from cloudtape.synthesis.stocking.bootstrap import add_user
from cloudtape.synthesis.worlds.clock import Pace
from tests.synthesis.requests import Asker

NONE = "a1b2c3d4-0000-4000-8000-000000000000"
"""The id of nothing."""
WRAPPERS = {"job-binaries": "job_binary"}
"""By what it is called in a path, what wraps one, where that is not its singular."""
OF_VANILLA = {"plugin_name": "vanilla", "hadoop_version": "2.7.1"}


class Sahara(Asker):
    """`say` asks for something and gives the status and the document; `make` makes something, `show` shows it."""

    def __init__(self, polls: int = 0) -> None:
        super().__init__()
        self.world.pace = Pace(polls)
        self.flavor = next(self.world.all("compute/flavors")).id
        self.network = next(self.world.all("network/networks")).id
        self.image = next(self.world.all("image/images")).id

    def say(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        sent = msgspec.json.encode(body) if body is not None else b""
        client = (("User-Agent", "python-saharaclient keystoneauth1"),)
        answer = self.ask(method, "data-processing", f"/v1.1/{self.project}{path}", sent, client)
        assert isinstance(answer.body, bytes)
        return answer.status, msgspec.json.decode(answer.body) if answer.body else None

    def status(self, method: str, path: str, body: Any = None) -> int:
        return self.say(method, path, body)[0]

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str, str]:
        """The status, sahara's name for what is wrong, and what it says of it."""
        status, told = self.say(method, path, body)
        assert status >= 400, told
        assert told.keys() == {"error_code", "error_name", "error_message"}
        assert told["error_code"] == status, told
        return status, told["error_name"], told["error_message"]

    def make(self, kind: str, **members: Any) -> Any:
        status, told = self.say("POST", f"/{kind}", members)
        assert status == 202, told
        return told[wrapper_of(kind)]

    def unmade(self, kind: str, **members: Any) -> tuple[int, str, str]:
        """How it is refused to make one."""
        return self.refused("POST", f"/{kind}", members)

    def show(self, path: str) -> Any:
        status, told = self.say("GET", path)
        assert status == 200, told
        return next(iter(told.values()))

    def names(self, path: str) -> list[str]:
        """Those of a list, in its order."""
        return [one["name"] for one in self.show(path)]

    def nodes(self, name: str = "workers", **members: Any) -> dict[str, Any]:
        """What is sent to make a template of nodes."""
        return {"name": name, **OF_VANILLA, "flavor_id": self.flavor, "node_processes": ["datanode"], **members}

    def template(self, name: str = "pile", **members: Any) -> str:
        return str(self.make("cluster-templates", name=name, **{**OF_VANILLA, **members})["id"])

    def registered(self) -> str:
        assert self.status("POST", f"/images/{self.image}", {"username": "ubuntu"}) == 202
        return self.image

    def cluster(self, name: str = "c", **members: Any) -> str:
        whole = {**OF_VANILLA, "default_image_id": self.registered(), "neutron_management_network": self.network}
        return str(self.make("clusters", name=name, **{**whole, **members})["id"])

    def binary(self, name: str = "script.pig") -> str:
        return str(self.make("job-binaries", name=name, url="swift://box/script")["id"])

    def become(self, name: str) -> None:
        """Ask as a user who is no admin, in a project of its own, from now on."""
        user = add_user(self.world, name, "secret", name, ["member"])
        self.project = str(user.members["default_project_id"])
        scene = self.synthesizer.scene_of(self.world)
        self.token = token_for(scene, user, ["password"], {"project": {"id": self.project}}, {})


def wrapper_of(kind: str) -> str:
    return WRAPPERS.get(kind) or kind.removesuffix("s").replace("-", "_")
