"""Cinder: its services, its hosts and its pools.

Sources: cinder's `api/contrib/hosts.py`, `services.py`, `scheduler_stats.py`.
"""

from __future__ import annotations

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.documents import stocked
from cloudtape.synthesis.engine.filters import TRUE
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

SERVICES = "block-storage/os-services"


@HOOKS.answer("block-storage.services.list")
def _services(scene: Scene) -> Answer:
    """A host is asked for with or without its back end."""
    host, binary = scene.call.asked("host"), scene.call.asked("binary")
    names = ("id", "cluster") if scene.call.micro < (3, 7) else ("id",)
    found = [one.members for one in stocked(scene, SERVICES)]
    found = [one for one in found if host in (None, one["host"], one["host"].partition("@")[0])]
    found = [one for one in found if binary in (None, one["binary"])]
    return Answer(200, {"services": [{name: one[name] for name in one if name not in names} for one in found]})


def _service(scene: Scene) -> Resource:
    sent = scene.call.sent
    binary = sent.get("binary") or sent.get("service")
    for one in stocked(scene, SERVICES):
        if (one.members["host"], one.members["binary"]) == (sent.get("host"), binary):
            return one
    raise Refused(404, f"Service {binary} could not be found on host {sent.get('host')}.")


@HOOKS.answer(
    "block-storage.services.enable.enable",
    "block-storage.services.disable.disable",
    "block-storage.services.disable-log-reason.disable-log-reason",
)
def _change_service(scene: Scene) -> Answer:
    how, reason = scene.call.path[-1], scene.call.sent.get("disabled_reason")
    if how == "disable-log-reason" and not reason:
        raise Refused(400, "Invalid input for field/attribute disabled_reason: it is a required property")
    one, is_on = _service(scene), how == "enable"
    one.set(status="enabled" if is_on else "disabled", disabled_reason=reason)
    answer = {name: one.members[name] for name in ("host", "binary", "status")}
    answer |= {"service": one.members["binary"], "disabled": not is_on}
    return Answer(200, {**answer, "disabled_reason": reason} if reason else answer)


@HOOKS.answer("block-storage.services.freeze", "block-storage.services.thaw")
def _freeze(scene: Scene) -> Answer:
    host = scene.call.sent.get("host")
    found = [
        one
        for one in stocked(scene, SERVICES)
        if one.members["host"] == host and one.members["binary"] == "cinder-volume"
    ]
    if not found:
        raise Refused(400, f"Host {host} could not be found.")
    found[0].set(frozen=scene.call.path[-1] == "freeze")
    return Answer(202)


@HOOKS.answer("block-storage.hosts.list")
def _volume_hosts(scene: Scene) -> Answer:
    hosts = [
        {
            "host_name": members["host"],
            "service": members["binary"],
            "zone": members["zone"],
            "service-status": "available",
            "service-state": members["status"],
            "last-update": members["updated_at"],
        }
        for members in (one.members for one in stocked(scene, SERVICES))
    ]
    return Answer(200, {"hosts": hosts})


@HOOKS.answer("block-storage.hosts.show")
def _volume_host(scene: Scene) -> Answer:
    name = scene.call.ids[0]
    volumes = [
        one.members
        for one in scene.where("block-storage/volumes")
        if one.members["os-vol-host-attr:host"].startswith(name)
    ]
    if not any(
        one.members["host"] == name and one.members["binary"] == "cinder-volume" for one in stocked(scene, SERVICES)
    ):
        raise Refused(404, f"Host {name} could not be found.")
    total = {"volume_count": str(len(volumes)), "total_volume_gb": str(sum(one["size"] for one in volumes))}
    row = {"host": name, "project": "(total)", **total, "snapshot_count": "0", "total_snapshot_gb": "0"}
    return Answer(200, {"host": [{"resource": row}]})


@HOOKS.answer("block-storage.scheduler-stats.get-pools.list")
def _pools(scene: Scene) -> Answer:
    found = [one.members for one in stocked(scene, "block-storage/scheduler-stats/get_pools")]
    if str(scene.call.asked("detail") or "").lower() not in TRUE:
        return Answer(200, {"pools": [{"name": one["name"]} for one in found]}, whole=True)
    sample = scene.cloud.kinds.planner.plan("block-storage.capabilities.show").sample
    told = {name: sample[name] for name in ("vendor_name", "volume_backend_name", "storage_protocol")}
    return Answer(200, {"pools": [{**one, "capabilities": {**_truths(one["capabilities"]), **told}} for one in found]})


def _truths(capabilities: Members) -> Members:
    return {name: value == "True" if value in ("True", "False") else value for name, value in capabilities.items()}
