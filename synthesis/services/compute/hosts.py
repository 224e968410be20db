"""Nova: the hosts and hypervisors that it runs on, and who used how much of them.

Sources: nova's `hosts.py`, `hypervisors.py`, `simple_tenant_usage.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.documents import stocked
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.compute.parts import SERVERS
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

SERVICES, HYPERVISORS = "compute/os-services", "compute/os-hypervisors"
RESOURCES = {"cpu": 32, "memory_mb": 128_000, "disk_gb": 1000}


# --- nova ------------------------------------------------------------------------------------------------------------


@HOOKS.answer("compute.hosts.list")
def _hosts(scene: Scene) -> Answer:
    zone, service = scene.call.asked("zone"), scene.call.asked("service")
    found = [
        {"host_name": members["host"], "service": members["binary"].removeprefix("nova-"), "zone": members["zone"]}
        for members in (one.members for one in stocked(scene, SERVICES))
    ]
    return Answer(
        200, {"hosts": [one for one in found if zone in (None, "", one["zone"]) and service in (None, one["service"])]}
    )


def _compute_host(scene: Scene) -> str:
    name = scene.call.ids[0]
    if not any(one.members["host"] == name for one in stocked(scene, SERVICES)):
        raise Refused(404, f"Compute host {name} could not be found.")
    return name


@HOOKS.answer("compute.hosts.show")
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


@HOOKS.answer("compute.hosts.enable")
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


@HOOKS.answer("compute.hosts.reboot.reboot", "compute.hosts.shutdown.shut", "compute.hosts.startup.start")
def _power(scene: Scene) -> Answer:
    return Answer(200, {"host": _compute_host(scene), "power_action": scene.call.path[-1]})


@HOOKS.answer("compute.hypervisors.search", "compute.hypervisors.servers")
def _search(scene: Scene) -> Answer:
    """Hypervisors by a part of their names, with their servers where they are asked for. Until 2.53."""
    pattern, whole = scene.call.ids[0], scene.call.path[-1] == "servers"
    found = [one for one in stocked(scene, HYPERVISORS) if pattern in one.members["hypervisor_hostname"]]
    if not found:
        raise Refused(404, f"No hypervisor matching '{pattern}' could be found.")
    return Answer(200, {"hypervisors": [_hypervisor(scene, one, whole) for one in found]})


@HOOKS.on("compute/os-hypervisors/statistics", "READ")
def _statistics(scene: Scene, shown: Resource, _: Members) -> Outcome:
    """What all hypervisors have together."""
    all_ = stocked(scene, HYPERVISORS)
    sums = {name: sum(one.members.get(name) or 0 for one in all_) for name in shown.members if name != "count"}
    return Outcome({"count": len(all_), **sums})


def _hypervisor(scene: Scene, one: Resource, whole: bool) -> Members:
    shown = {name: one.members[name] for name in ("id", "hypervisor_hostname", "state", "status")}
    name = shown["hypervisor_hostname"]
    here = [one for one in scene.where(SERVERS) if one.members["OS-EXT-SRV-ATTR:hypervisor_hostname"] == name]
    servers = [{"uuid": one.id, "name": one.members["OS-EXT-SRV-ATTR:instance_name"]} for one in here]
    return {**shown, "servers": servers} if whole and servers else shown


# --- who used how much -----------------------------------------------------------------------------------------------


@HOOKS.answer("compute.simple-tenant-usage.show")
def _usage_of_one(scene: Scene) -> Answer:
    project = scene.call.ids[0]
    if project != scene.call.project and not scene.call.token.is_admin:
        raise Refused(403, "Policy doesn't allow os_compute_api:os-simple-tenant-usage:show to be performed.")
    start, end = _period(scene)
    servers = list(scene.world.shelf(SERVERS, scene.call.region).walk(project))
    if not servers:
        return Answer(200, {"tenant_usage": {}}, whole=True)
    return Answer(200, {"tenant_usage": _usage(project, servers, start, end, True)})


@HOOKS.answer("compute.simple-tenant-usage.list")
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
