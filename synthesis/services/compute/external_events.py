"""Events of other services that nova is told of: a port is plugged, a volume has grown.

Source: nova's `server_external_events.py` and `schemas/server_external_events.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from cloudtape.synthesis.engine.calls import Answer, Call
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.compute.parts import SERVERS
from cloudtape.synthesis.worlds.shelves import Members

HOOKS = Hooks()

# The microversion from which on nova knows an event.
SINCE = {
    "network-changed": (2, 1),
    "network-vif-plugged": (2, 1),
    "network-vif-unplugged": (2, 1),
    "network-vif-deleted": (2, 1),
    "volume-extended": (2, 51),
    "power-update": (2, 76),
    "accelerator-request-bound": (2, 82),
    "volume-reimaged": (2, 93),
}
TAGGED = frozenset({"volume-extended", "power-update", "accelerator-request-bound"})


@HOOKS.answer("compute.server-external-events.create")
def _tell(scene: Scene) -> Answer:
    """Each event with what became of it. Asked as the reference prints it, with an event of its own, all went well."""
    events = list(_events(scene.call))
    if scene.call.as_printed:
        return Answer(200, {"events": [{**event, "status": "completed", "code": 200} for event in events]}, whole=True)
    codes = [_code(scene, event) for event in events]
    told = [
        {**event, "status": "completed" if code == 200 else "failed", "code": code}
        for event, code in zip(events, codes, strict=True)
    ]
    return Answer(200 if set(codes) == {200} else 207, {"events": told}, whole=True)


def _events(call: Call) -> Iterator[Members]:
    """Raises Refused for what is no event."""
    sent = call.body.get("events") if isinstance(call.body, dict) else None
    if not isinstance(sent, list) or not sent:
        raise Refused(400, "Invalid input for field/attribute events. It must be a list of at least one event.")
    for event in sent:
        for name in ("name", "server_uuid"):
            if not isinstance(event, dict) or not isinstance(event.get(name), str):
                raise Refused(400, f"Invalid input for field/attribute events. '{name}' is a required property")
        if not call.as_printed and call.micro < SINCE.get(event["name"], (9999, 0)):
            known = [name for name, since in SINCE.items() if since <= call.micro]
            raise Refused(400, f"Invalid input for field/attribute name. '{event['name']}' is not one of {known}")
        yield event


def _code(scene: Scene, event: Members) -> int:
    if scene.find(SERVERS, event["server_uuid"]) is None:
        return 404
    return 400 if event["name"] in TAGGED and event.get("tag") is None else 200
