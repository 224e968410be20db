"""Asks octavia in a world of its own."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudtape.synthesis.services.identity.core import token_for
from cloudtape.synthesis.stocking.bootstrap import add_user
from cloudtape.synthesis.worlds.clock import Pace
from tests.synthesis.requests import Asker

NONE = "a1b2c3d4-0000-4000-8000-000000000000"
"""The id of nothing."""
# By what it is called in a path, what wraps one.
WRAPPERS = {"l7policies": "l7policy", "availabilityzones": "availability_zone"}


class Octavia(Asker):
    """`say` asks for something and gives the status and the document; `make` makes something, `show` shows it."""

    def __init__(self, polls: int = 0) -> None:
        super().__init__()
        self.world.pace = Pace(polls)
        self.subnet = str(next(self.world.all("network/subnets")).id)

    def say(self, method: str, path: str, body: Any = None, service: str = "load-balancer") -> tuple[int, Any]:
        sent = msgspec.json.encode(body) if body is not None else b""
        answer = self.ask(method, service, path if service != "load-balancer" else f"/v2.0/lbaas{path}", sent)
        assert isinstance(answer.body, bytes)
        return answer.status, msgspec.json.decode(answer.body) if answer.body else None

    def status(self, method: str, path: str, body: Any = None) -> int:
        return self.say(method, path, body)[0]

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        status, body = self.say(method, path, body)
        assert set(body) == {"faultcode", "faultstring", "debuginfo"}, body
        return status, body["faultstring"]

    def make(self, path: str, **members: Any) -> Any:
        wrapper = wrapper_of(path)
        status, body = self.say("POST", path, {wrapper: members})
        assert status == 201, body
        return body[wrapper]

    def show(self, path: str) -> Any:
        status, body = self.say("GET", path)
        assert status == 200, body
        return next(iter(body.values()))

    def balancer(self, **members: Any) -> Any:
        """A load balancer at whose making nobody has looked yet."""
        return self.make("/loadbalancers", **{"vip_subnet_id": self.subnet, **members})

    def listener(self, balancer: Any, **members: Any) -> Any:
        about = {"protocol": "HTTP", "protocol_port": 80, **members}
        return self.make("/listeners", loadbalancer_id=balancer["id"], **about)

    def pool(self, balancer: Any, **members: Any) -> Any:
        about = {"protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", **members}
        return self.make("/pools", loadbalancer_id=balancer["id"], **about)

    def become(self, name: str) -> None:
        """Ask as a user who is no admin from now on."""
        user = add_user(self.world, name, "secret", name, ["member"])
        self.project = str(user.members["default_project_id"])
        scene = self.synthesizer.scene_of(self.world)
        self.token = token_for(scene, user, ["password"], {"project": {"id": self.project}}, {})


def wrapper_of(path: str) -> str:
    name = path.rpartition("/")[2]
    return WRAPPERS.get(name, name.removesuffix("s"))


def ids(found: Any) -> list[str]:
    return [one["id"] for one in found]


def fully(octavia: Octavia) -> tuple[Any, dict[str, str]]:
    """A load balancer with one of everything, and their ids."""
    pool: dict[str, Any] = {"name": "p", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}
    pool["healthmonitor"] = {"type": "HTTP", "delay": 3, "timeout": 2, "max_retries": 2}
    pool["members"] = [{"address": "10.0.0.5", "protocol_port": 80}]
    rule = {"type": "PATH", "compare_type": "EQUAL_TO", "value": "/x"}
    policy = {"action": "REDIRECT_TO_URL", "redirect_url": "http://x.org/", "rules": [rule]}
    listener = {"protocol": "HTTP", "protocol_port": 80, "default_pool": pool, "l7policies": [policy]}
    made = octavia.balancer(listeners=[listener])
    (one,), (under,) = made["listeners"], made["pools"]
    (rules,) = one["l7policies"]
    found = {"lb": made, "listener": one, "pool": under, "policy": rules, "rule": rules["rules"][0]}
    found |= {"member": under["members"][0], "monitor": under["healthmonitor"]}
    return made, {name: each["id"] for name, each in found.items()}


def filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: filled(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, names) for one in value]
    return value.format(**names) if isinstance(value, str) else value
