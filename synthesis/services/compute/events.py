"""Nova: the record of what was done to servers. Source: nova's `api/openstack/compute/instance_actions.py`."""

from __future__ import annotations

from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import LOGGED, Scene
from cloudtape.synthesis.services.compute.parts import EVENTS, SERVERS
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

TIMES = "%Y-%m-%dT%H:%M:%S.%f"


def log_event(scene: Scene, server: Resource, action: str) -> None:
    """Record an action under the id of the request that asked for it."""
    now = scene.world.clock.text(TIMES)
    event = {
        "event": f"compute_{action}",
        "start_time": now,
        "finish_time": now,
        "result": "Success",
        "traceback": None,
    }
    members = {
        "action": action,
        "instance_uuid": server.id,
        "request_id": scene.request_id,
        "start_time": now,
        "updated_at": now,
        "user_id": scene.call.token.user,
        "events": [event],
    }
    scene.add(EVENTS, members, project=server.project, parents=(server.id,))


@HOOKS.on(SERVERS, "VOLUME_EXTENDED")
def _extended(scene: Scene, server: Resource, _: Members) -> None:
    log_event(scene, server, "extend_volume")


@HOOKS.on(SERVERS, LOGGED)
def _log(scene: Scene, server: Resource, begun: Members) -> None:
    log_event(scene, server, begun["action"])
