"""What clouds run on: hosts and hypervisors of nova, services, hosts and pools of cinder, and who used how much.

Sources: nova's `hosts.py`, `hypervisors.py`, `simple_tenant_usage.py`; cinder's `api/contrib/hosts.py`, `services.py`,
`scheduler_stats.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from cloudtape.synthesis.calls import Answer
from cloudtape.synthesis.compute.parts import SERVERS
from cloudtape.synthesis.documents import stock
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.filters import TRUE
from cloudtape.synthesis.scene import Scene, answers
from cloudtape.synthesis.shelves import Members, Resource

NOVA, CINDER, HYPERVISORS = "compute/os-services", "block-storage/os-services", "compute/os-hypervisors"
RESOURCES = {"cpu": 32, "memory_mb": 128_000, "disk_gb": 1000}


def _stocked(scene: Scene, kind: str) -> list[Resource]:
    stock(scene, scene.kind(kind), ())
    return list(scene.world.shelf(kind, scene.call.region))


# --- nova ------------------------------------------------------------------------------------------------------------


@answers("compute.hosts.list")
def _hosts(scene: Scene) -> Answer:
    zone, service = scene.call.asked("zone"), scene.call.asked("service")
    found = [
        {"host_name": members["host"], "service": members["binary"].removeprefix("nova-"), "zone": members["zone"]}
        for members in (one.members for one in _stocked(scene, NOVA))
    ]
    return Answer(
        200, {"hosts": [one for one in found if zone in (None, "", one["zone"]) and service in (None, one["service"])]}
    )


def _compute_host(scene: Scene) -> str:
    name = scene.call.ids[0]
    if not any(one.members["host"] == name for one in _stocked(scene, NOVA)):
        raise Refused(404, f"Compute host {name} could not be found.")
    return name


@answers("compute.hosts.show")
def _host(scene: Scene) -> Answer:
    name = _compute_host(scene)
    here = [one.members for one in scene.where(SERVERS) if one.members["OS-EXT-SRV-ATTR:host"] == name]
    used = {
        "cpu": sum(one["_vcpus"] for one in here),
        "memory_mb": sum(one["_ram"] for one in here),
        "disk_gb": sum(one["_disk"] for one in here),
    }
    rows: list[tuple[str, Members]] = [("(total)", RESOURCES), ("(used_now)", used), ("(used_max)", used)]
    return Answer(200, {"host": [{"resource": {"host": name, "project": project, **of}} for project, of in rows]})


CHOICES = {"status": ("enable", "disable"), "maintenance_mode": ("enable", "disable")}


@answers("compute.hosts.enable")
def _change_host(scene: Scene) -> Answer:
    sent = {name.lower(): str(value).lower() for name, value in scene.call.sent.items()}
    if not sent:
        raise Refused(400, "Invalid input: a host is updated by its status or its maintenance_mode.")
    for name, value in sent.items():
        if value not in CHOICES.get(name, ()):
            raise Refused(400, f"Invalid input for field/attribute {name}. Value: {value}.")
    answer: Members = {"host": _compute_host(scene)}
    if "status" in sent:
        answer["status"] = f"{sent['status']}d"
    if "maintenance_mode" in sent:
        answer["maintenance_mode"] = "on_maintenance" if sent["maintenance_mode"] == "enable" else "off_maintenance"
    return Answer(200, answer)


@answers("compute.hosts.reboot.reboot", "compute.hosts.shutdown.shut", "compute.hosts.startup.start")
def _power(scene: Scene) -> Answer:
    return Answer(200, {"host": _compute_host(scene), "power_action": scene.call.path[-1]})


@answers("compute.hypervisors.search", "compute.hypervisors.servers")
def _search(scene: Scene) -> Answer:
    """Hypervisors by a part of their names, with their servers where they are asked for. Until 2.53."""
    pattern, whole = scene.call.ids[0], scene.call.path[-1] == "servers"
    found = [one for one in _stocked(scene, HYPERVISORS) if pattern in one.members["hypervisor_hostname"]]
    if not found:
        raise Refused(404, f"No hypervisor matching '{pattern}' could be found.")
    return Answer(200, {"hypervisors": [_hypervisor(scene, one, whole) for one in found]})


def _hypervisor(scene: Scene, one: Resource, whole: bool) -> Members:
    shown = {name: one.members[name] for name in ("id", "hypervisor_hostname", "state", "status")}
    name = shown["hypervisor_hostname"]
    here = [one for one in scene.where(SERVERS) if one.members["OS-EXT-SRV-ATTR:hypervisor_hostname"] == name]
    servers = [{"uuid": one.id, "name": one.members["OS-EXT-SRV-ATTR:instance_name"]} for one in here]
    return {**shown, "servers": servers} if whole and servers else shown


# --- who used how much -----------------------------------------------------------------------------------------------


@answers("compute.simple-tenant-usage.show")
def _usage_of_one(scene: Scene) -> Answer:
    project = scene.call.ids[0]
    if project != scene.call.project and not scene.call.token.is_admin:
        raise Refused(403, "Policy doesn't allow os_compute_api:os-simple-tenant-usage:show to be performed.")
    start, end = _period(scene)
    servers = list(scene.world.shelf(SERVERS, scene.call.region).walk(project))
    return Answer(200, {"tenant_usage": _usage(project, servers, start, end, True) if servers else {}})


@answers("compute.simple-tenant-usage.list")
def _usages(scene: Scene) -> Answer:
    start, end = _period(scene)
    detailed = scene.call.asked("detailed") == "1"
    owners = dict.fromkeys(one.project for one in scene.world.shelf(SERVERS, scene.call.region))
    shelf = scene.world.shelf(SERVERS, scene.call.region)
    return Answer(200, {"tenant_usages": [_usage(one, list(shelf.walk(one)), start, end, detailed) for one in owners]})


def _period(scene: Scene) -> tuple[datetime, datetime]:
    now = scene.world.clock.now().replace(tzinfo=None)
    times = [_time(scene.call.asked("start")), _time(scene.call.asked("end"))]
    start, end = times[0] or now - timedelta(weeks=4), times[1] or now
    if start >= end:
        raise Refused(400, "Invalid start time. The start time cannot occur after the end time.")
    return start, end


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise Refused(400, f"Datetime is in invalid format: {text}") from None


def _usage(project: str, servers: list[Resource], start: datetime, end: datetime, detailed: bool) -> Members:
    each = list(_server_usages(servers, start, end))
    totals = {
        f"total_{name}": sum(one["hours"] * one[member] for one in each)
        for name, member in (("local_gb_usage", "local_gb"), ("memory_mb_usage", "memory_mb"), ("vcpus_usage", "vcpus"))
    }
    period = {"tenant_id": project, "start": start.isoformat(), "stop": end.isoformat()}
    answer = {**period, "total_hours": sum(one["hours"] for one in each), **totals}
    return {**answer, "server_usages": each} if detailed else answer


def _server_usages(servers: list[Resource], start: datetime, end: datetime) -> Iterator[dict[str, Any]]:
    for one in servers:
        members = one.members
        began = datetime.fromisoformat(members["created"]).replace(tzinfo=None)
        seconds = max((end - max(began, start)).total_seconds(), 0.0)
        yield {
            "instance_id": one.id,
            "name": members["name"],
            "hours": seconds / 3600,
            "tenant_id": one.project,
            "flavor": members["_flavor"]["original_name"],
            "started_at": began.isoformat(),
            "ended_at": None,
            "memory_mb": members["_ram"],
            "local_gb": members["_disk"],
            "vcpus": members["_vcpus"],
            "uptime": int(seconds),
            "state": members["OS-EXT-STS:vm_state"],
        }


# --- cinder ----------------------------------------------------------------------------------------------------------


@answers("block-storage.services.list")
def _services(scene: Scene) -> Answer:
    """A host is asked for with or without its back end."""
    host, binary = scene.call.asked("host"), scene.call.asked("binary")
    names = ("id", "cluster") if scene.call.micro < (3, 7) else ("id",)
    found = [one.members for one in _stocked(scene, CINDER)]
    found = [one for one in found if host in (None, one["host"], one["host"].partition("@")[0])]
    found = [one for one in found if binary in (None, one["binary"])]
    return Answer(200, {"services": [{name: one[name] for name in one if name not in names} for one in found]})


def _service(scene: Scene) -> Resource:
    sent = scene.call.sent
    binary = sent.get("binary") or sent.get("service")
    for one in _stocked(scene, CINDER):
        if (one.members["host"], one.members["binary"]) == (sent.get("host"), binary):
            return one
    raise Refused(404, f"Service {binary} could not be found on host {sent.get('host')}.")


@answers(
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


@answers("block-storage.services.freeze", "block-storage.services.thaw")
def _freeze(scene: Scene) -> Answer:
    host = scene.call.sent.get("host")
    found = [
        one
        for one in _stocked(scene, CINDER)
        if one.members["host"] == host and one.members["binary"] == "cinder-volume"
    ]
    if not found:
        raise Refused(400, f"Host {host} could not be found.")
    found[0].set(frozen=scene.call.path[-1] == "freeze")
    return Answer(202)


@answers("block-storage.hosts.list")
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
        for members in (one.members for one in _stocked(scene, CINDER))
    ]
    return Answer(200, {"hosts": hosts})


@answers("block-storage.hosts.show")
def _volume_host(scene: Scene) -> Answer:
    name = scene.call.ids[0]
    volumes = [
        one.members
        for one in scene.where("block-storage/volumes")
        if one.members["os-vol-host-attr:host"].startswith(name)
    ]
    if not any(
        one.members["host"] == name and one.members["binary"] == "cinder-volume" for one in _stocked(scene, CINDER)
    ):
        raise Refused(404, f"Host {name} could not be found.")
    total = {"volume_count": str(len(volumes)), "total_volume_gb": str(sum(one["size"] for one in volumes))}
    row = {"host": name, "project": "(total)", **total, "snapshot_count": "0", "total_snapshot_gb": "0"}
    return Answer(200, {"host": [{"resource": row}]})


@answers("block-storage.scheduler-stats.get-pools.list")
def _pools(scene: Scene) -> Answer:
    found = [one.members for one in _stocked(scene, "block-storage/scheduler-stats/get_pools")]
    if str(scene.call.asked("detail") or "").lower() not in TRUE:
        return Answer(200, {"pools": [{"name": one["name"]} for one in found]}, whole=True)
    sample = scene.world.kinds.planner.plan("block-storage.capabilities.show").sample
    told = {name: sample[name] for name in ("vendor_name", "volume_backend_name", "storage_protocol")}
    return Answer(200, {"pools": [{**one, "capabilities": {**_truths(one["capabilities"]), **told}} for one in found]})


def _truths(capabilities: Members) -> Members:
    return {name: value == "True" if value in ("True", "False") else value for name, value in capabilities.items()}
