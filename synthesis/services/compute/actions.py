"""Nova: what is done to servers. Source: nova's `api/openstack/compute/servers.py` and its extensions."""

from __future__ import annotations

from typing import Any

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.compute.attachments import server_of
from cloudtape.synthesis.services.compute.boot import id_in, use_flavor, use_image
from cloudtape.synthesis.services.compute.checks import check_flavor, check_server, invalid
from cloudtape.synthesis.services.compute.neighbours import FLOATING, IMAGES, NETWORKS, SECURITY_GROUPS
from cloudtape.synthesis.services.compute.parts import FLAVORS, SERVERS, plug, ports_of, show_addresses
from cloudtape.synthesis.services.compute.windows import security_group
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

OF_THE_FLAVOR = ("flavor", "_flavor", "_flavor_id", "_vcpus", "_ram", "_disk")
"""What a server keeps of its flavor, which may be gone when it is led back to it."""
BOOTED = "[    0.000000] Linux version 6.8.0\n[    0.000000] Command line: root=/dev/vda console=ttyS0\n" + "".join(
    f"[    {at}.000000] Starting {what}\n"
    for at, what in enumerate(("kernel", "clocks", "memory", "devices", "drives", "network", "users", "services"), 1)
)

# --- actions ------------------------------------------------------------------------------------------------------


@HOOKS.on(SERVERS, "resize")
def _resize(scene: Scene, server: Resource, sent: Members) -> None:
    flavor = scene.find(FLAVORS, id_in(sent.get("flavorRef")))
    if flavor is None:
        raise Refused(400, f"Flavor {id_in(sent.get('flavorRef'))} could not be found.")
    check_flavor(scene, server, flavor)
    server.private["old_flavor"] = {name: server.members[name] for name in OF_THE_FLAVOR}
    use_flavor(scene, server, flavor)
    _use_disk(server, sent)


@HOOKS.on(SERVERS, "revertResize")
def _revert(_: Scene, server: Resource, __: Members) -> None:
    server.update(server.private.pop("old_flavor", {}))


@HOOKS.on(SERVERS, "rebuild")
def _rebuild(scene: Scene, server: Resource, sent: Members) -> Outcome:
    use_image(scene, server, sent)
    check_server(scene, server, sent)
    _use_disk(server, sent)
    if server.members["status"] == "ERROR":
        # It runs again when it is rebuilt, whatever it was before.
        server.set(status="ACTIVE")
    changed = {
        name: sent[name] for name in ("name", "metadata", "description", "accessIPv4", "accessIPv6") if name in sent
    }
    server.update({name: value for name, value in changed.items() if value is not None})
    told = {"adminPass": sent.get("adminPass") or scene.world.secret(12)}
    if scene.call.micro >= (2, 57):
        told["user_data"] = sent.get("user_data")
    return Outcome(more=told)


@HOOKS.on(SERVERS, "rescue")
def _rescue(scene: Scene, _: Resource, sent: Members) -> Outcome:
    return Outcome({"adminPass": sent.get("adminPass") or scene.world.secret(12)})


def _use_disk(server: Resource, sent: Members) -> None:
    if how := sent.get("OS-DCF:diskConfig"):
        server.set(**{"OS-DCF:diskConfig": how})


@HOOKS.on(SERVERS, "lock")
def _lock(_: Scene, server: Resource, sent: Members) -> None:
    server.set(locked_reason=sent.get("locked_reason"))


@HOOKS.on(SERVERS, "unlock")
def _unlock(_: Scene, server: Resource, __: Members) -> None:
    server.set(locked_reason=None)


@HOOKS.on(SERVERS, "os-resetState")
def _reset_state(_: Scene, server: Resource, sent: Members) -> None:
    state = str(sent.get("state") or "error")
    server.pending = None
    server.set(**{"status": "ACTIVE" if state == "active" else "ERROR", "OS-EXT-STS:vm_state": state})


@HOOKS.on(SERVERS, "createImage")
def _create_image(scene: Scene, server: Resource, sent: Members) -> Outcome:
    return Outcome(answer=_image_made(scene, _image_of(scene, server, sent)))


@HOOKS.on(SERVERS, "createBackup")
def _create_backup(scene: Scene, server: Resource, sent: Members) -> Outcome:
    """A backup, in place of the oldest of its kind where there would be more than `rotation`."""
    kind = {"image_type": "backup", "backup_type": sent.get("backup_type")}
    held = list(scene.where(IMAGES, instance_uuid=server.id, **kind))
    most = _rotation(sent.get("rotation") or 0)
    for one in held[: len(held) + 1 - most]:
        scene.remove(one)
    image = _image_of(scene, server, sent)
    image.update(kind)
    return Outcome(answer=_image_made(scene, image))


def _rotation(value: Any) -> int:
    count = whole(value)
    if count is None or count < 0:
        raise invalid("rotation", value, f"{value!r} is no number of backups to keep")
    return count


@HOOKS.on(SERVERS, "shelve")
def _shelve(scene: Scene, server: Resource, _: Members) -> None:
    server.private["shelved_as"] = _image_of(scene, server, {"name": f"{server.members['name']}-shelved"}).id


@HOOKS.on(SERVERS, "unshelve")
def _unshelve(scene: Scene, server: Resource, _: Members) -> None:
    if image := scene.find(IMAGES, server.private.pop("shelved_as", None)):
        scene.remove(image)


def _image_of(scene: Scene, server: Resource, sent: Members) -> Resource:
    now = scene.world.clock.text("%Y-%m-%dT%H:%M:%SZ")
    members = {
        "name": sent.get("name"),
        "status": "active",
        "visibility": "private",
        "disk_format": "qcow2",
        "container_format": "bare",
        "size": 0,
        "min_disk": server.members.get("_disk", 0),
        "created_at": now,
        "updated_at": now,
        "image_type": "snapshot",
        "instance_uuid": server.id,
        **{str(key): value for key, value in (sent.get("metadata") or {}).items()},
    }
    image = scene.add(IMAGES, members)
    image.update({"self": f"/v2/images/{image.id}", "file": f"/v2/images/{image.id}/file"})
    return image


def _image_made(scene: Scene, image: Resource) -> Answer:
    where = f"http://image.cloud.invalid/v2/images/{image.id}"
    if scene.call.micro >= (2, 45):
        return Answer(202, {"image_id": image.id}, (("Location", where),))
    return Answer(202, None, (("Location", where),))


@HOOKS.on(SERVERS, "os-getConsoleOutput")
def _console(_: Scene, server: Resource, sent: Members) -> Outcome:
    name = server.members["name"]
    lines = [*BOOTED.splitlines(), f"{name} login: "]
    length = sent.get("length")
    return Outcome({"output": "\n".join(lines[-length:] if isinstance(length, int) and length > 0 else lines)})


@HOOKS.on(SERVERS, "addSecurityGroup", "removeSecurityGroup")
def _security_group(scene: Scene, server: Resource, sent: Members) -> None:
    adds = scene.call.plan.operation.action == "addSecurityGroup"
    shelf = scene.world.shelf(SECURITY_GROUPS, scene.call.region)
    name = sent.get("name")
    group = next((one for one in shelf.walk(server.project) if name in (one.id, one.members["name"])), None)
    if group is None:
        raise Refused(404, f"Security group {name} not found.")
    had = server.members.get("security_groups", [])
    shown = [one for one in had if one["name"] != group.members["name"]]
    if not adds and len(shown) == len(had):
        raise Refused(404, f"Security group {name} is not associated with the instance {server.id}")
    server.set(security_groups=[*shown, {"name": group.members["name"]}] if adds else shown)
    if not server.members["security_groups"]:
        del server.members["security_groups"]
    for port in ports_of(scene, server):
        held = [one for one in port.members["security_groups"] if one != group.id]
        port.set(security_groups=[*held, group.id] if adds else held)


@HOOKS.answer("compute.servers.security-groups.list")
def _security_groups(scene: Scene) -> Answer:
    server = scene.need(SERVERS, scene.call.ids[0])
    names = {one["name"] for one in server.members.get("security_groups", ())}
    shelf = scene.world.shelf(SECURITY_GROUPS, scene.call.region)
    mine = [one for one in shelf.walk(server.project) if one.members["name"] in names]
    return Answer(200, {"security_groups": [security_group(scene, one.members) for one in mine]})


@HOOKS.on(SERVERS, "addFloatingIp", "removeFloatingIp")
def _floating_ip(scene: Scene, server: Resource, sent: Members) -> None:
    one = next(scene.where(FLOATING, floating_ip_address=sent.get("address")), None)
    port = next(ports_of(scene, server), None)
    if one is None or port is None:
        raise Refused(404, "floating IP not found")
    adds = scene.call.plan.operation.action == "addFloatingIp"
    if not adds and one.members["port_id"] not in [its.id for its in ports_of(scene, server)]:
        raise Refused(409, f"Floating IP {sent.get('address')} is not associated with instance {server.id}.")
    if adds and any(scene.where(FLOATING, port_id=port.id)):
        raise Refused(400, f"Unable to associate floating IP {sent.get('address')}: the fixed IP has one already.")
    one.set(port_id=port.id if adds else None, status="ACTIVE" if adds else "DOWN")
    show_addresses(scene, server)


@HOOKS.on(SERVERS, "addFixedIp")
def _fixed_ip(scene: Scene, server: Resource, sent: Members) -> None:
    network = scene.find(NETWORKS, sent.get("networkId"))
    if network is not None:
        plug(scene, server, {"uuid": network.id}, [])


# --- addresses, console -------------------------------------------------------------------------------------------


@HOOKS.answer("compute.servers.ips.list")
def _addresses(scene: Scene) -> Answer:
    return Answer(
        200, {"addresses": {name: _plain(ips) for name, ips in server_of(scene).members["addresses"].items()}}
    )


def _plain(ips: list[Members]) -> list[Members]:
    return [{"version": ip["version"], "addr": ip["addr"]} for ip in ips]


@HOOKS.answer("compute.servers.ips.show")
def _addresses_in(scene: Scene) -> Answer:
    found = server_of(scene).members["addresses"].get(scene.call.id)
    if found is None:
        raise Refused(404, "Network does not exist on this instance.")
    return Answer(200, {scene.call.id: _plain(found)})
