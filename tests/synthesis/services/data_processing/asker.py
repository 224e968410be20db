"""Asks sahara in a world of its own."""

from __future__ import annotations

from typing import Any

from tests.synthesis.services.teller import ServiceAsker

WRAPPERS = {"job-binaries": "job_binary"}
"""By what it is called in a path, what wraps one, where that is not its singular."""
OF_VANILLA = {"plugin_name": "vanilla", "hadoop_version": "2.7.1"}


class Sahara(ServiceAsker):
    """`say` asks for something and gives the status and the document; `make` makes something, `show` shows it."""

    service, base = "data-processing", "/v1.1/{project}"

    def __init__(self, polls: int = 0) -> None:
        super().__init__(polls)
        self.flavor = next(self.world.all("compute/flavors")).id
        self.network = next(self.world.all("network/networks")).id
        self.image = next(self.world.all("image/images")).id

    def fields(self) -> tuple[tuple[str, str], ...]:
        return (("User-Agent", "python-saharaclient keystoneauth1"),)

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


def wrapper_of(kind: str) -> str:
    return WRAPPERS.get(kind) or kind.removesuffix("s").replace("-", "_")
