"""Nova: a server has an image, a flavor, ports in its networks and volumes; what happens to it shows on the other side.

Sources: nova's `api/openstack/compute` (servers, views/servers, attach_interfaces, volumes, keypairs, limits).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from cloudtape.synthesis.calls import Answer
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.keys import fingerprint, new_key
from cloudtape.synthesis.network import FLOATING, NETWORKS, PORTS, default_group, drop, fixed_ips, mac
from cloudtape.synthesis.network import GROUPS as SECURITY_GROUPS
from cloudtape.synthesis.quotas import BUDGETS, detailed, limits_of, used_of
from cloudtape.synthesis.scene import Scene, answers, on
from cloudtape.synthesis.shelves import Members, Resource
from cloudtape.synthesis.volumes import VOLUMES, attach, detach

SERVERS, FLAVORS, IMAGES = "compute/servers", "compute/flavors", "image/images"
ATTACHMENTS, INTERFACES = "compute/servers/os-volume_attachments", "compute/servers/os-interface"
KEYS, SERVER_GROUPS, AGGREGATES = "compute/os-keypairs", "compute/os-server-groups", "compute/os-aggregates"
EVENTS = "compute/servers/os-instance-actions"
OWNER = "compute:nova"
MOST_AT_ONCE = 1000
EMBEDDED = (
    ("vcpus", "vcpus"),
    ("ram", "ram"),
    ("disk", "disk"),
    ("ephemeral", "OS-FLV-EXT-DATA:ephemeral"),
    ("original_name", "name"),
)


# --- booting ---------------------------------------------------------------------------------------------------------


def _id_in(reference: Any) -> str:
    """The id in a reference, which may be a link."""
    return str(reference or "").rstrip("/").rpartition("/")[2]


@on(SERVERS, "CREATE")
def _boot(scene: Scene, server: Resource, sent: Members) -> None:
    flavor = scene.find(FLAVORS, _id_in(sent["flavorRef"]))
    if flavor is None:
        raise Refused(400, f"Flavor {_id_in(sent['flavorRef'])} could not be found.")
    use_flavor(scene, server, flavor)
    _use_image(scene, server, sent)
    _use_key(scene, sent)
    number = scene.world.new_id("int", "instance")
    name = server.members["name"]
    server.set(
        **{
            "OS-EXT-SRV-ATTR:instance_name": f"instance-{number:08x}",
            "OS-EXT-SRV-ATTR:reservation_id": "r-" + scene.world.secret(8, "abcdefghijklmnopqrstuvwxyz0123456789"),
            "OS-EXT-SRV-ATTR:hostname": "".join(one if one.isalnum() or one == "-" else "-" for one in name.lower()),
            "OS-EXT-AZ:availability_zone": sent.get("availability_zone") or "nova",
            "OS-EXT-SRV-ATTR:user_data": sent.get("user_data"),
            "config_drive": "True" if sent.get("config_drive") else "",
            "OS-SRV-USG:launched_at": scene.world.clock.text("%Y-%m-%dT%H:%M:%S.%f"),
            "hostId": hashlib.sha224(f"{server.project}compute-1".encode()).hexdigest(),
            "OS-DCF:diskConfig": sent.get("OS-DCF:diskConfig") or "MANUAL",
            "tags": list(sent.get("tags") or ()),
        }
    )
    _plug_networks(scene, server, sent)
    _attach_volumes(scene, server, sent)
    _join_group(scene, server)
    password = sent.get("adminPass") or scene.world.secret(12)
    server.private["told_once"] = {"adminPass": password}
    _log_event(scene, server, "create")
    _boot_more(scene, server, sent)
    if sent.get("return_reservation_id"):
        server.private["told_instead"] = {"reservation_id": server.members["OS-EXT-SRV-ATTR:reservation_id"]}


def _boot_more(scene: Scene, server: Resource, sent: Members) -> None:
    """More servers of the same kind, where the request asks for several."""
    from cloudtape.synthesis.engine import make

    count = sent.get("max_count") or sent.get("min_count") or 1
    if not isinstance(count, int | str) or not str(count).isdigit() or not 0 < int(count) <= MOST_AT_ONCE:
        raise Refused(400, f"Invalid input for field/attribute max_count. Value: {count}.")
    name = server.members["name"]
    if int(count) > 1:
        server.set(name=f"{name}-1")
    for number in range(2, int(count) + 1):
        one = {**sent, "name": f"{name}-{number}", "min_count": 1, "max_count": 1, "return_reservation_id": False}
        make(scene, scene.kind(SERVERS), one)


def use_flavor(scene: Scene, server: Resource, flavor: Resource) -> None:
    members = flavor.members
    inside = {name: members.get(theirs) for name, theirs in EMBEDDED}
    inside |= {"swap": int(members.get("swap") or 0), "extra_specs": dict(members.get("extra_specs") or {})}
    link = {"rel": "bookmark", "href": f"{scene.call.service.address(scene.call.region)}/flavors/{flavor.id}"}
    server.set(
        flavor={"id": flavor.id, "links": [link]},
        _flavor=inside,
        _flavor_id=flavor.id,
        _vcpus=members.get("vcpus", 1),
        _ram=members.get("ram", 0),
    )


def _use_image(scene: Scene, server: Resource, sent: Members) -> None:
    id_ = _id_in(sent.get("imageRef"))
    mappings = sent.get("block_device_mapping_v2") or sent.get("block_device_mapping") or ()
    if not id_ and not mappings:
        raise Refused(400, "Invalid imageRef provided.")
    if not id_:
        server.set(image="", _image_id="")
        return
    if scene.find(IMAGES, id_) is None:
        raise Refused(400, f"Image {id_} could not be found.")
    link = {"rel": "bookmark", "href": f"{scene.call.service.address(scene.call.region)}/images/{id_}"}
    server.set(image={"id": id_, "links": [link]}, _image_id=id_)


def _use_key(scene: Scene, sent: Members) -> None:
    name = sent.get("key_name")
    if name and not any(one.user == scene.call.token.user for one in scene.where(KEYS, name=name)):
        raise Refused(400, "Invalid key_name provided.")


def _plug_networks(scene: Scene, server: Resource, sent: Members) -> None:
    wanted = sent.get("networks")
    groups = [group.id for group in _groups(scene, server, sent)]
    if wanted == "none":
        return
    if not isinstance(wanted, list):
        mine = [one for one in scene.world.all(NETWORKS, scene.call.region) if _is_usable(one, server)]
        if len(mine) > 1 and wanted != "auto":
            raise Refused(409, "Multiple possible networks found, use a Network ID to be more specific.")
        wanted = [{"uuid": one.id} for one in mine[:1]]
    for one in wanted:
        plug(scene, server, one if isinstance(one, dict) else {}, groups)


def _is_usable(network: Resource, server: Resource) -> bool:
    return bool(network.project == server.project and network.members["subnets"])


def _groups(scene: Scene, server: Resource, sent: Members) -> list[Resource]:
    """The security groups that a request names, by id or by name; the project's default one where it names none."""
    named = [one.get("name") for one in sent.get("security_groups") or () if isinstance(one, dict)]
    shelf = scene.world.shelf(SECURITY_GROUPS, scene.call.region)
    found = []
    for name in named:
        if name == "default":
            found.append(default_group(scene, server.project))
            continue
        group = next((one for one in shelf.walk(server.project) if name in (one.id, one.members["name"])), None)
        if group is None:
            raise Refused(400, f"Security group {name} not found for project {server.project}.")
        found.append(group)
    found = found or [default_group(scene, server.project)]
    server.set(security_groups=[{"name": one.members["name"]} for one in found])
    return found


def plug(scene: Scene, server: Resource, wanted: Members, groups: list[str]) -> Resource:
    """Give a server a port: one that is there, or a new one in a network."""
    if wanted.get("port"):
        port = scene.find(PORTS, wanted["port"])
        if port is None:
            raise Refused(400, f"Port id {wanted['port']} could not be found.")
        if port.members["device_id"]:
            raise Refused(409, f"Port {port.id} is still in use.")
        port.private["own"] = True
    else:
        network = scene.find(NETWORKS, wanted.get("uuid") or wanted.get("net_id"))
        if network is None:
            raise Refused(400, f"Network {wanted.get('uuid') or wanted.get('net_id')} could not be found.")
        fixed = [{"ip_address": wanted["fixed_ip"]}] if wanted.get("fixed_ip") else wanted.get("fixed_ips")
        ips = fixed_ips(scene, network, fixed)
        members = {"network_id": network.id, "mac_address": mac(scene), "fixed_ips": ips, "security_groups": groups}
        port = scene.add(PORTS, members, project=server.project)
        port.private["fixed_ips"] = list(ips)
    host = server.members["OS-EXT-SRV-ATTR:host"]
    port.set(
        **{
            "device_id": server.id,
            "device_owner": OWNER,
            "status": "ACTIVE",
            "binding:host_id": host,
            "binding:vif_type": "ovs",
        }
    )
    show_addresses(scene, server)
    return port


def ports_of(scene: Scene, server: Resource) -> Iterator[Resource]:
    return scene.where(PORTS, device_id=server.id)


def show_addresses(scene: Scene, server: Resource) -> None:
    """Write the addresses of a server's ports, and the floating ones, into it."""
    found: dict[str, list[Members]] = {}
    for port in ports_of(scene, server):
        network = scene.find(NETWORKS, port.members["network_id"])
        name = network.members["name"] if network else port.members["network_id"]
        entries = found.setdefault(name, [])
        more = {"OS-EXT-IPS-MAC:mac_addr": port.members["mac_address"]}
        for ip in port.members["fixed_ips"]:
            version = 6 if ":" in ip["ip_address"] else 4
            entries.append({"version": version, "addr": ip["ip_address"], "OS-EXT-IPS:type": "fixed", **more})
        for one in scene.where(FLOATING, port_id=port.id):
            address = one.members["floating_ip_address"]
            entries.append({"version": 4, "addr": address, "OS-EXT-IPS:type": "floating", **more})
    server.set(addresses=found)


@on(FLOATING, "MOVED")
def _address_moved(scene: Scene, one: Resource, _: Members) -> None:
    port = scene.find(PORTS, one.members["port_id"])
    server = scene.find(SERVERS, port.members["device_id"]) if port else None
    if server is not None:
        show_addresses(scene, server)


@on(PORTS, "UNPLUGGED")
def _port_unplugged(scene: Scene, port: Resource, _: Members) -> None:
    server = scene.find(SERVERS, port.members["device_id"])
    if server is not None:
        port.members["device_id"] = ""
        show_addresses(scene, server)


def _attach_volumes(scene: Scene, server: Resource, sent: Members) -> None:
    for mapping in sent.get("block_device_mapping_v2") or ():
        if not isinstance(mapping, dict):
            raise Refused(400, "Invalid input for field/attribute block_device_mapping_v2.")
        source, goal = mapping.get("source_type"), mapping.get("destination_type")
        if source == "volume":
            volume = scene.find(VOLUMES, mapping.get("uuid"))
            if volume is None:
                raise Refused(400, f"Block Device Mapping is Invalid: failed to get volume {mapping.get('uuid')}.")
            connect(scene, server, volume, mapping)
        elif goal == "volume" and source in ("image", "snapshot", "blank"):
            size = mapping.get("volume_size") or 1
            volume = scene.add(VOLUMES, {"size": size, "status": "available", "name": ""}, project=server.project)
            connect(scene, server, volume, mapping)


@on(SERVERS, "DELETE")
def _unplug(scene: Scene, server: Resource, _: Members) -> None:
    if server.members.get("locked") and not scene.call.token.is_admin:
        raise Refused(409, f"Instance {server.id} is locked")
    for port in list(ports_of(scene, server)):
        if port.private.get("own"):
            port.set(device_id="", device_owner="", status="DOWN")
        else:
            port.members["device_id"] = ""
            drop(scene, port)
    for one in scene.world.shelf(ATTACHMENTS, scene.call.region, (server.id,)):
        disconnect(scene, server, one)
    for group in scene.where(SERVER_GROUPS):
        if server.id in group.members["members"]:
            group.set(members=[one for one in group.members["members"] if one != server.id])


def _join_group(scene: Scene, server: Resource) -> None:
    hints = scene.call.body if isinstance(scene.call.body, dict) else {}
    hints = hints.get("os:scheduler_hints") or hints.get("OS-SCH-HNT:scheduler_hints") or {}
    id_ = hints.get("group") if isinstance(hints, dict) else None
    if not id_:
        return
    group = scene.find(SERVER_GROUPS, id_)
    if group is None:
        raise Refused(400, f"Instance group {id_} could not be found.")
    group.set(members=[*group.members["members"], server.id])
    server.set(server_groups=[group.id])


@on(SERVER_GROUPS, "CREATE")
def _policy(_: Scene, group: Resource, sent: Members) -> None:
    policies = sent.get("policies") or ([sent["policy"]] if sent.get("policy") else [])
    group.set(policies=policies, policy=policies[0] if policies else None, rules=sent.get("rules") or {}, members=[])


# --- what happened ---------------------------------------------------------------------------------------------------


def _log_event(scene: Scene, server: Resource, action: str) -> None:
    """A record of what was done (`os-instance-actions`)."""
    now = scene.world.clock.text("%Y-%m-%dT%H:%M:%S.%f")
    name = scene.world.new_id()
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
        "message": None,
        "project_id": server.project,
        "request_id": f"req-{name}",
        "start_time": now,
        "updated_at": now,
        "user_id": scene.call.token.user,
        "events": [event],
    }
    scene.add(EVENTS, members, parents=(server.id,))


LOGGED = (
    "os-start",
    "os-stop",
    "reboot",
    "pause",
    "unpause",
    "suspend",
    "resume",
    "shelve",
    "unshelve",
    "rescue",
    "unrescue",
    "resize",
    "migrate",
    "rebuild",
    "lock",
    "unlock",
)


@on(SERVERS, *LOGGED)
def _log(scene: Scene, server: Resource, _: Members) -> None:
    _log_event(scene, server, scene.call.plan.operation.action.removeprefix("os-"))


# --- actions ---------------------------------------------------------------------------------------------------------


@on(SERVERS, "resize")
def _resize(scene: Scene, server: Resource, sent: Members) -> None:
    flavor = scene.find(FLAVORS, _id_in(sent.get("flavorRef")))
    if flavor is None:
        raise Refused(400, f"Flavor {_id_in(sent.get('flavorRef'))} could not be found.")
    server.private["old_flavor"] = server.members["_flavor_id"]
    use_flavor(scene, server, flavor)


@on(SERVERS, "revertResize")
def _revert(scene: Scene, server: Resource, _: Members) -> None:
    flavor = scene.find(FLAVORS, server.private.get("old_flavor"))
    if flavor is not None:
        use_flavor(scene, server, flavor)


@on(SERVERS, "rebuild")
def _rebuild(scene: Scene, server: Resource, sent: Members) -> None:
    _use_image(scene, server, sent)
    changed = {
        name: sent[name] for name in ("name", "metadata", "description", "accessIPv4", "accessIPv6") if name in sent
    }
    server.update({name: value for name, value in changed.items() if value is not None})
    server.private["told_now"] = {"adminPass": sent.get("adminPass") or scene.world.secret(12)}


@on(SERVERS, "lock")
def _lock(_: Scene, server: Resource, sent: Members) -> None:
    server.set(locked_reason=sent.get("locked_reason"))


@on(SERVERS, "unlock")
def _unlock(_: Scene, server: Resource, __: Members) -> None:
    server.set(locked_reason=None)


@on(SERVERS, "os-resetState")
def _reset_state(_: Scene, server: Resource, sent: Members) -> None:
    state = str(sent.get("state") or "error")
    server.pending = None
    server.set(**{"status": "ACTIVE" if state == "active" else "ERROR", "OS-EXT-STS:vm_state": state})


@on(SERVERS, "createImage", "createBackup")
def _create_image(scene: Scene, server: Resource, sent: Members) -> Answer:
    now = scene.world.clock.text("%Y-%m-%dT%H:%M:%SZ")
    members = {
        "name": sent.get("name"),
        "status": "active",
        "visibility": "private",
        "disk_format": "qcow2",
        "container_format": "bare",
        "size": 0,
        "created_at": now,
        "updated_at": now,
        "image_type": "snapshot",
        "instance_uuid": server.id,
        **{str(key): value for key, value in (sent.get("metadata") or {}).items()},
    }
    image = scene.add(IMAGES, members)
    image.update({"self": f"/v2/images/{image.id}", "file": f"/v2/images/{image.id}/file"})
    where = f"http://image.cloud.invalid/v2/images/{image.id}"
    if scene.call.micro >= (2, 45):
        return Answer(202, {"image_id": image.id}, (("Location", where),))
    return Answer(202, None, (("Location", where),))


@on(SERVERS, "os-getConsoleOutput")
def _console(_: Scene, server: Resource, sent: Members) -> Members:
    name = server.members["name"]
    lines = [f"[    0.000000] Linux version 6.8.0 ({name})", f"{name} login: "]
    length = sent.get("length")
    return {"output": "\n".join(lines[-length:] if isinstance(length, int) and length > 0 else lines)}


@on(SERVERS, "addSecurityGroup", "removeSecurityGroup")
def _security_group(scene: Scene, server: Resource, sent: Members) -> None:
    adds = scene.call.plan.operation.action == "addSecurityGroup"
    shelf = scene.world.shelf(SECURITY_GROUPS, scene.call.region)
    name = sent.get("name")
    group = next((one for one in shelf.walk(server.project) if name in (one.id, one.members["name"])), None)
    if group is None:
        raise Refused(404, f"Security group {name} not found.")
    shown = [one for one in server.members["security_groups"] if one["name"] != group.members["name"]]
    if not adds and len(shown) == len(server.members["security_groups"]):
        raise Refused(404, f"Security group {name} is not associated with the instance {server.id}")
    server.set(security_groups=[*shown, {"name": group.members["name"]}] if adds else shown)
    for port in ports_of(scene, server):
        held = [one for one in port.members["security_groups"] if one != group.id]
        port.set(security_groups=[*held, group.id] if adds else held)


@answers("compute.servers.security-groups.list")
def _security_groups(scene: Scene) -> Answer:
    server = scene.need(SERVERS, scene.call.ids[0])
    names = {one["name"] for one in server.members["security_groups"]}
    shelf = scene.world.shelf(SECURITY_GROUPS, scene.call.region)
    mine = [one for one in shelf.walk(server.project) if one.members["name"] in names]
    return Answer(200, {"security_groups": [_as_nova(one) for one in mine]})


def _as_nova(group: Resource) -> Members:
    members = group.members
    shown = {name: members[name] for name in ("id", "name", "description", "tenant_id")}
    return {**shown, "rules": []}


@on(SERVERS, "addFloatingIp", "removeFloatingIp")
def _floating_ip(scene: Scene, server: Resource, sent: Members) -> None:
    one = next(scene.where(FLOATING, floating_ip_address=sent.get("address")), None)
    port = next(ports_of(scene, server), None)
    if one is None or port is None:
        raise Refused(404, "floating IP not found")
    adds = scene.call.plan.operation.action == "addFloatingIp"
    one.set(port_id=port.id if adds else None, status="ACTIVE" if adds else "DOWN")
    show_addresses(scene, server)


@on(SERVERS, "addFixedIp")
def _fixed_ip(scene: Scene, server: Resource, sent: Members) -> None:
    network = scene.find(NETWORKS, sent.get("networkId"))
    if network is not None:
        plug(scene, server, {"uuid": network.id}, [])


# --- interfaces and volumes ------------------------------------------------------------------------------------------


def _interface(port: Resource) -> Members:
    members = port.members
    return {
        "port_id": port.id,
        "net_id": members["network_id"],
        "mac_addr": members["mac_address"],
        "port_state": members["status"],
        "fixed_ips": members["fixed_ips"],
    }


def _server(scene: Scene) -> Resource:
    return scene.need(SERVERS, scene.call.ids[0])


@answers("compute.servers.os-interface.list", "compute.servers.attach-interfaces.list")
def _list_interfaces(scene: Scene) -> Answer:
    return Answer(200, {"interfaceAttachments": [_interface(port) for port in ports_of(scene, _server(scene))]})


@answers("compute.servers.os-interface.create", "compute.servers.attach-interfaces.create")
def _attach_interface(scene: Scene) -> Answer:
    server, sent = _server(scene), scene.call.sent
    wanted = {"port": sent.get("port_id"), "net_id": sent.get("net_id"), "fixed_ips": sent.get("fixed_ips")}
    if not wanted["port"] and not wanted["net_id"]:
        first = next((one.id for one in scene.world.all(NETWORKS, scene.call.region) if _is_usable(one, server)), None)
        wanted["net_id"] = first
    groups = [default_group(scene, server.project).id]
    return Answer(200, {"interfaceAttachment": _interface(plug(scene, server, wanted, groups))})


def _port_of(scene: Scene) -> Resource:
    port = scene.find(PORTS, scene.call.id)
    if port is None or port.members["device_id"] != _server(scene).id:
        raise Refused(404, f"Interface {scene.call.id} is not attached to the instance.")
    return port


@answers("compute.servers.os-interface.show", "compute.servers.attach-interfaces.show")
def _show_interface(scene: Scene) -> Answer:
    return Answer(200, {"interfaceAttachment": _interface(_port_of(scene))})


@answers("compute.servers.os-interface.delete", "compute.servers.attach-interfaces.detach")
def _detach_interface(scene: Scene) -> Answer:
    port, server = _port_of(scene), _server(scene)
    if port.private.get("own"):
        port.set(device_id="", device_owner="", status="DOWN")
    else:
        drop(scene, port)
    show_addresses(scene, server)
    return Answer(202)


def connect(scene: Scene, server: Resource, volume: Resource, sent: Members) -> Resource:
    """Attach a volume to a server: it shows on both sides."""
    device = sent.get("device") or sent.get("device_name") or _next_device(scene, server)
    members = {
        "id": volume.id,
        "volumeId": volume.id,
        "serverId": server.id,
        "device": device,
        "tag": sent.get("tag"),
        "delete_on_termination": bool(sent.get("delete_on_termination")),
        "attachment_id": scene.world.new_id(),
        "bdm_uuid": scene.world.new_id(),
    }
    attach(scene, volume, server.id, device, members["attachment_id"])
    one = scene.add(ATTACHMENTS, members, parents=(server.id,))
    show_volumes(scene, server)
    return one


def _next_device(scene: Scene, server: Resource) -> str:
    return "/dev/vd" + chr(ord("b") + len(scene.world.shelf(ATTACHMENTS, scene.call.region, (server.id,))))


def show_volumes(scene: Scene, server: Resource) -> None:
    shelf = scene.world.shelf(ATTACHMENTS, scene.call.region, (server.id,))
    found = [{"id": one.id, "delete_on_termination": one.members["delete_on_termination"]} for one in shelf]
    server.set(**{"os-extended-volumes:volumes_attached": found})


def disconnect(scene: Scene, server: Resource, attachment: Resource) -> None:
    volume = scene.find(VOLUMES, attachment.id)
    if volume is not None:
        detach(scene, volume, server.id)
    scene.remove(attachment)
    show_volumes(scene, server)


@answers("compute.servers.os-volume-attachments.create")
def _attach_volume(scene: Scene) -> Answer:
    server, sent = _server(scene), scene.call.sent
    volume = scene.find(VOLUMES, sent.get("volumeId"))
    if volume is None:
        raise Refused(404, f"Volume {sent.get('volumeId')} could not be found.")
    one = connect(scene, server, volume, sent)
    shown = dict(one.members)
    for name in ("attachment_id", "bdm_uuid"):
        if scene.call.micro < (2, 89):
            shown.pop(name)
    return Answer(200, {"volumeAttachment": shown})


@answers("compute.servers.os-volume-attachments.delete")
def _detach_volume(scene: Scene) -> Answer:
    server = _server(scene)
    one = scene.find(ATTACHMENTS, scene.call.id, (server.id,))
    if one is None:
        raise Refused(404, f"Instance {server.id} is not attached to volume {scene.call.id}")
    disconnect(scene, server, one)
    return Answer(202)


@on(SERVERS, "attach")
def _attach_action(scene: Scene, server: Resource, sent: Members) -> None:
    volume = scene.find(VOLUMES, sent.get("volume_id"))
    if volume is not None:
        connect(scene, server, volume, sent)


# --- tags, addresses, console ----------------------------------------------------------------------------------------


@answers("compute.servers.tags.list")
def _tags(scene: Scene) -> Answer:
    return Answer(200, {"tags": _server(scene).members["tags"]})


@answers("compute.servers.tags.replace")
def _replace_tags(scene: Scene) -> Answer:
    body = scene.call.body if isinstance(scene.call.body, dict) else {}
    _server(scene).set(tags=list(body.get("tags") or ()))
    return _tags(scene)


@answers("compute.servers.tags.clear")
def _clear_tags(scene: Scene) -> Answer:
    _server(scene).set(tags=[])
    return Answer(204)


@answers("compute.servers.tags.show")
def _has_tag(scene: Scene) -> Answer:
    if scene.call.id not in _server(scene).members["tags"]:
        raise Refused(404, f"Instance has no tag '{scene.call.id}'")
    return Answer(204)


@answers("compute.servers.tags.add")
def _add_tag(scene: Scene) -> Answer:
    server = _server(scene)
    had = scene.call.id in server.members["tags"]
    server.set(tags=[*dict.fromkeys([*server.members["tags"], scene.call.id])])
    return Answer(204 if had else 201)


@answers("compute.servers.tags.remove")
def _remove_tag(scene: Scene) -> Answer:
    _has_tag(scene)
    server = _server(scene)
    server.set(tags=[tag for tag in server.members["tags"] if tag != scene.call.id])
    return Answer(204)


@answers("compute.servers.ips.list")
def _addresses(scene: Scene) -> Answer:
    return Answer(200, {"addresses": {name: _plain(ips) for name, ips in _server(scene).members["addresses"].items()}})


def _plain(ips: list[Members]) -> list[Members]:
    return [{"version": ip["version"], "addr": ip["addr"]} for ip in ips]


@answers("compute.servers.ips.show")
def _addresses_in(scene: Scene) -> Answer:
    found = _server(scene).members["addresses"].get(scene.call.id)
    if found is None:
        raise Refused(404, "Network does not exist on this instance.")
    return Answer(200, {scene.call.id: _plain(found)})


@answers("compute.servers.remote-consoles.create")
def _remote_console(scene: Scene) -> Answer:
    _server(scene)
    sent = scene.call.sent
    url = f"http://console.cloud.invalid:6080/vnc_lite.html?path=%3Ftoken%3D{scene.world.new_id()}"
    kind, protocol = sent.get("type") or "novnc", sent.get("protocol") or "vnc"
    return Answer(200, {"remote_console": {"type": kind, "protocol": protocol, "url": url}})


# --- flavors, keys, aggregates ---------------------------------------------------------------------------------------


@on(FLAVORS, "CREATE")
def _flavor(scene: Scene, flavor: Resource, sent: Members) -> None:
    id_ = sent.get("id") or sent.get("flavorid")
    if id_ and id_ != "auto" and scene.find(FLAVORS, id_) not in (None, flavor):
        raise Refused(409, f"Flavor with ID {id_} already exists.")
    swap = sent.get("swap")
    flavor.set(swap=swap or "")
    flavor.members["links"] = [{"rel": "self"}, {"rel": "bookmark"}]


@answers("compute.flavors.access.list", "compute.flavors.flavor-access.show")
def _access(scene: Scene) -> Answer:
    flavor = scene.need(FLAVORS, scene.call.ids[0])
    if flavor.members["os-flavor-access:is_public"] and "flavor-access" not in scene.call.plan.operation.id:
        raise Refused(404, "Access list not available for public flavors.")
    return Answer(200, {"flavor_access": _access_list(flavor)})


def _access_list(flavor: Resource) -> list[Members]:
    return [{"flavor_id": flavor.id, "tenant_id": one} for one in flavor.members.get("_shared_with", ())]


@on(FLAVORS, "addTenantAccess", "removeTenantAccess")
def _change_access(_: Scene, flavor: Resource, sent: Members) -> Members:
    project = str(sent.get("tenant") or sent.get("tenant_id"))
    held = [one for one in flavor.members.get("_shared_with", ()) if one != project]
    adds = sent is not None and "remove" not in str(_.call.plan.operation.action)
    flavor.set(_shared_with=[*held, project] if adds else held)
    return {"flavor_access": _access_list(flavor)}


@on(KEYS, "CREATE")
def _key(scene: Scene, key: Resource, sent: Members) -> None:
    public = sent.get("public_key")
    if not public:
        public, private = new_key(scene.world.secret(8))
        key.private["told_once"] = {"private_key": private}
    now = scene.world.clock.text("%Y-%m-%dT%H:%M:%S.%f")
    number = scene.world.new_id("int", KEYS)
    key.set(
        public_key=public,
        fingerprint=fingerprint(str(public)),
        type=sent.get("type") or "ssh",
        user_id=scene.call.token.user,
        created_at=now,
        id=number,
    )


@on(AGGREGATES, "CREATE", "UPDATE")
def _zone(_: Scene, one: Resource, sent: Members) -> None:
    if "availability_zone" in sent:
        zone = sent["availability_zone"]
        metadata = {name: value for name, value in one.members["metadata"].items() if name != "availability_zone"}
        one.set(metadata={**metadata, **({"availability_zone": zone} if zone else {})})
    if not one.members.get("uuid"):
        one.set(uuid=_.world.new_id())


@on(AGGREGATES, "DELETE")
def _aggregate_goes(_: Scene, one: Resource, __: Members) -> None:
    if one.members["hosts"]:
        raise Refused(400, f"Cannot remove host aggregate {one.id}: it has hosts.")


@on(AGGREGATES, "add_host", "remove_host")
def _host(scene: Scene, one: Resource, sent: Members) -> None:
    host, hosts = sent.get("host"), one.members["hosts"]
    adds = scene.call.plan.operation.action == "add_host"
    if adds and host in hosts:
        raise Refused(409, f"Host {host} is already in aggregate {one.id}.")
    if not adds and host not in hosts:
        raise Refused(404, f"Host {host} is not in aggregate {one.id}.")
    one.set(hosts=[*hosts, host] if adds else [name for name in hosts if name != host])


@on(AGGREGATES, "set_metadata")
def _aggregate_metadata(_: Scene, one: Resource, sent: Members) -> None:
    changed = {**one.members["metadata"], **(sent.get("metadata") or {})}
    one.set(metadata={name: value for name, value in changed.items() if value is not None})
    if "availability_zone" in (sent.get("metadata") or {}):
        one.set(availability_zone=sent["metadata"]["availability_zone"])


# --- limits and quotas -----------------------------------------------------------------------------------------------

ABSOLUTE = {
    "maxTotalInstances": "instances",
    "maxTotalCores": "cores",
    "maxTotalRAMSize": "ram",
    "maxTotalKeypairs": "key_pairs",
    "maxServerMeta": "metadata_items",
    "maxImageMeta": "metadata_items",
    "maxPersonality": "injected_files",
    "maxPersonalitySize": "injected_file_content_bytes",
    "maxServerGroups": "server_groups",
    "maxServerGroupMembers": "server_group_members",
    "maxTotalFloatingIps": "floating_ips",
    "maxSecurityGroups": "security_groups",
    "maxSecurityGroupRules": "security_group_rules",
}
USED = {
    "totalInstancesUsed": "instances",
    "totalCoresUsed": "cores",
    "totalRAMUsed": "ram",
    "totalServerGroupsUsed": "server_groups",
    "totalFloatingIpsUsed": "floating_ips",
    "totalSecurityGroupsUsed": "security_groups",
}


@answers("compute.limits.show")
def _limits(scene: Scene) -> Answer:
    project = scene.call.asked("tenant_id") or scene.call.project
    limits, used = limits_of(scene, "compute", project), used_of(scene, "compute", project)
    absolute = {name: limits[quota] for name, quota in ABSOLUTE.items()}
    absolute |= {name: used.get(quota, 0) for name, quota in USED.items()}
    return Answer(200, {"limits": {"rate": [], "absolute": absolute}})


@on("compute/os-quota-sets", "READ")
def _quota_set(scene: Scene, shown: Resource, _: Members) -> Members:
    project = scene.call.ids[0] if scene.call.ids else scene.call.project
    return {**shown.members, **limits_of(scene, "compute", project), "id": project}


@answers("compute.quota-sets.show-detail", "compute.quota-sets.detail.show")
def _quota_detail(scene: Scene) -> Answer:
    project = scene.call.ids[0]
    return Answer(200, {"quota_set": {"id": project, **detailed(scene, "compute", project)}})


@answers("compute.quota-sets.defaults.show", "compute.quota-sets.project.defaults.show")
def _quota_defaults(scene: Scene) -> Answer:
    return Answer(200, {"quota_set": {"id": scene.call.ids[0] if scene.call.ids else "", **BUDGETS["compute"].limits}})


@on("compute/os-quota-sets", "WRITE")
def _set_quota(scene: Scene, _: Resource, sent: Members) -> Members:
    project = scene.call.ids[0] if scene.call.ids else scene.call.project
    if not scene.call.token.is_admin:
        raise Refused(403, "Policy doesn't allow os_compute_api:os-quota-sets:update to be performed.")
    kept = scene.world.documents.setdefault((scene.call.region, "compute/os-quota-sets", (project,)), {})
    kept.update({name: value for name, value in sent.items() if name in BUDGETS["compute"].limits})
    return {"quota_set": limits_of(scene, "compute", project)}


# --- DNS of floating IPs ---------------------------------------------------------------------------------------------


@answers("compute.floating-ip-dns.entries.show", "compute.floating-ip-dns.entries.list")
def _dns(scene: Scene) -> Answer:
    """By name one entry, by address all that lead there."""
    domain, name = scene.call.ids[:2]
    kept = scene.world.documents.get((scene.call.region, "compute/os-floating-ip-dns/entries", (domain, name)), {})
    entry = {"domain": domain, "id": None, "ip": kept.get("ip"), "name": name, "type": kept.get("dns_type", "A")}
    if name.replace(".", "").isdigit() or ":" in name:
        return Answer(200, {"dns_entries": [{**entry, "ip": name, "name": ""}]})
    return Answer(200, {"dns_entry": entry})
