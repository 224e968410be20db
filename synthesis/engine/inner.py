"""What a service asks another one for while it answers: the same user, the same region, no HTTP between.

Heat makes servers, placement is told of them. The answer is what a client would get.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from cloudtape.cassettes.messages import Headers, Request
from cloudtape.synthesis.engine.calls import Answer, Call
from cloudtape.synthesis.engine.kinds import Kind
from cloudtape.synthesis.engine.plans import Plan, Verb
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.engine.verbs import answer
from cloudtape.synthesis.errors import Refused


def ask(scene: Scene, operation: str, ids: Sequence[str] = (), body: Any = None, data: bytes = b"") -> Answer:
    """The answer to an operation with these values for its template's variables; `data` is a body of bytes.

    Raises Refused.
    """
    plan = scene.cloud.kinds.planner.plan(operation)
    return answer(Scene(scene.cloud, scene.world, _call(scene, plan, tuple(ids), body, data), others=scene.others))


def ask_other(scene: Scene, service: str, method: str, path: str, headers: Headers = ()) -> None:
    """Ask a service that has a responder for itself, without a body. Raises Refused for an error."""
    responder = scene.others.get(service)
    if responder is None:
        raise Refused(404, f"There is no service {service}.", "EndpointNotFound")
    address = scene.cloud.services[service].address(scene.call.region)
    request = Request(method, address + quote(path), (("X-Auth-Token", scene.call.token.id), *headers))
    # Nothing is read or sent on the way, so that it never waits.
    try:
        responder(scene.world, request).__await__().send(None)
    except StopIteration as done:
        response = done.value
    else:
        raise RuntimeError(f"{service} waits for something")
    if response is None or response.status >= 400:
        raise Refused(response.status if response else 404, response.reason if response else "Not Found")


def operation_of(kind: Kind, verb: Verb) -> str:
    """The operation that does this to a kind, that of the newest version; empty where there is none."""
    return next((plan.operation.id for plan in kind.plans if plan.verb is verb), "")


def _call(scene: Scene, plan: Plan, ids: tuple[str, ...], body: Any, data: bytes) -> Call:
    outer, one = scene.call, plan.operation
    service = scene.cloud.services[one.service]
    values = iter(ids)
    path = tuple(next(values) if segment.startswith("{") else segment for segment in plan.segments)
    base = f"{service.address(outer.region)}/{one.version}"
    if any(part.startswith(("{tenant", "{project", "{account")) for part in one.path.split("/")[:3]):
        base += f"/{outer.project}"
    uri = "/".join([base, *(quote(part, safe="") for part in path)])
    kind = "application/octet-stream" if data else "application/json"
    request = Request(one.method, uri, (("Content-Type", kind),), data)
    micro = (service.micro.inner or service.micro.min) if service.micro else (0, 0)
    return Call(request, service, outer.region, one.version, base, path, (), outer.token, micro, plan, tuple(ids), body)
