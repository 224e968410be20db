"""Nova: how a server comes to be, with its image, flavor, key, ports and volumes, and how it goes.

Sources: nova's `api/openstack/compute/servers.py`, `views/servers.py`.
"""

from __future__ import annotations

import hashlib
from typing import Any

from cloudtape.synthesis.engine.finding import sees
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.making import make
from cloudtape.synthesis.engine.scene import SEEN, Outcome, Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.compute.checks import check_flavor, check_room, check_server, count_of
from cloudtape.synthesis.services.compute.events import log_event
from cloudtape.synthesis.services.compute.neighbours import FLOATING, IMAGES, PORTS, SECURITY_GROUPS, VOLUMES, networks
from cloudtape.synthesis.services.compute.parts import (
    ATTACHMENTS,
    EMBEDDED,
    FLAVORS,
    KEYS,
    SERVER_GROUPS,
    SERVERS,
    connect,
    disconnect,
    only_network,
    plug,
    ports_of,
    show_addresses,
)
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

# --- booting ------------------------------------------------------------------------------------------------------


def id_in(reference: Any) -> str:
    """The id in a reference, which may be a link."""
    return str(reference or "").rstrip("/").rpartition("/")[2]


@HOOKS.on(SERVERS, "CREATE")
def _boot(scene: Scene, server: Resource, sent: Members) -> Outcome:
    flavor = scene.find(FLAVORS, id_in(sent["flavorRef"]))
    if flavor is None or not sees(scene, flavor):
        raise Refused(400, f"Flavor {id_in(sent['flavorRef'])} could not be found.")
    check_flavor(scene, server, flavor)
    use_flavor(scene, server, flavor)
    use_image(scene, server, sent)
    check_server(scene, server, sent)
    _use_key(scene, sent)
    number = scene.world.new_id("int", "instance")
    name = server.members["name"]
    server.set(
        **{
            "OS-EXT-SRV-ATTR:instance_name": f"instance-{number:08x}",
            "OS-EXT-SRV-ATTR:reservation_id": "r-" + scene.world.secret(8, "abcdefghijklmnopqrstuvwxyz0123456789"),
            "OS-EXT-SRV-ATTR:hostname": sent.get("hostname") or _hostname(name),
            "OS-EXT-AZ:availability_zone": sent.get("availability_zone") or "nova",
            "OS-EXT-SRV-ATTR:user_data": sent.get("user_data"),
            "config_drive": "True" if sent.get("config_drive") else "",
            "OS-SRV-USG:launched_at": scene.world.clock.text("%Y-%m-%dT%H:%M:%S.%f"),
            "hostId": hashlib.sha224(f"{server.project}compute-1".encode()).hexdigest(),
            "OS-DCF:diskConfig": sent.get("OS-DCF:diskConfig") or "MANUAL",
            "tags": list(sent.get("tags") or ()),
        }
    )
    try:
        _plug_networks(scene, server, sent)
        _attach_volumes(scene, server, sent)
        _join_group(scene, server)
    except Refused:
        _unplug(scene, server, {})
        raise
    password = sent.get("adminPass") or scene.world.secret(12)
    log_event(scene, server, "create")
    _boot_more(scene, server, sent)
    if sent.get("return_reservation_id"):
        return Outcome({"reservation_id": server.members["OS-EXT-SRV-ATTR:reservation_id"]})
    return Outcome(more={"adminPass": password})


def _hostname(name: str) -> str:
    return "".join(one if one.isalnum() or one == "-" else "-" for one in name.lower())


def _boot_more(scene: Scene, server: Resource, sent: Members) -> None:
    """More servers of the same kind, where the request asks for several."""
    count = count_of(sent)
    name = server.members["name"]
    if count > 1:
        server.set(name=f"{name}-1")
    for number in range(2, count + 1):
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
        _disk=members.get("disk", 0),
    )


@HOOKS.on(SERVERS, SEEN)
def _work_out(scene: Scene, server: Resource, _: Members) -> None:
    """What a server that was made elsewhere is made of; newer answers name its flavor by name alone."""
    shown, image = server.members.get("_flavor"), server.members.get("image")
    named = shown or server.members.get("flavor") or {}
    name = named.get("original_name")
    flavor = scene.find(FLAVORS, named.get("id")) or next(
        (one for one in scene.where(FLAVORS, name=name) if name), None
    )
    if flavor:
        use_flavor(scene, server, flavor)
    else:
        about = {"_flavor_id": named.get("id") or name, "_vcpus": named.get("vcpus", 1), "_ram": named.get("ram", 0)}
        server.update({"flavor": {"id": about["_flavor_id"], "links": []}, **about})
    if shown:
        server.set(_flavor=shown)
    server.set(_image_id=image.get("id", "") if isinstance(image, dict) else "")


@HOOKS.on(PORTS, SEEN)
def _show_where_it_is(scene: Scene, port: Resource, _: Members) -> None:
    """A port that was named and addressed elsewhere, of a server that was made here: the server shows that address."""
    server = scene.find(SERVERS, port.members.get("device_id"))
    if server is not None and server.members["addresses"] and not server.is_whole:
        show_addresses(scene, server)


def use_image(scene: Scene, server: Resource, sent: Members) -> None:
    id_ = id_in(sent.get("imageRef"))
    mappings = sent.get("block_device_mapping_v2") or sent.get("block_device_mapping") or ()
    if not id_ and not mappings:
        raise Refused(400, "Invalid imageRef provided.")
    if not id_:
        server.set(image="", _image_id="")
        return
    image = scene.find(IMAGES, id_)
    if image is None:
        raise Refused(400, f"Image {id_} could not be found.")
    check_room(server, image)
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
        only = only_network(scene, server) or (_allocated(scene, server.project) if wanted == "auto" else None)
        wanted = [{"uuid": only.id}] if only else []
    for one in wanted:
        plug(scene, server, one if isinstance(one, dict) else {}, groups)


def _allocated(scene: Scene, project: str) -> Resource:
    try:
        return networks(scene).allocated(scene, project)
    except Refused as refused:
        raise Refused(400, f"Unable to automatically allocate a network for project {project}") from refused


def _groups(scene: Scene, server: Resource, sent: Members) -> list[Resource]:
    """The security groups that a request names, by id or by name; the project's default one where it names none."""
    named = [one.get("name") for one in sent.get("security_groups") or () if isinstance(one, dict)]
    shelf = scene.world.shelf(SECURITY_GROUPS, scene.call.region)
    found = []
    for name in named:
        if name == "default":
            found.append(networks(scene).default_group(scene, server.project))
            continue
        group = next((one for one in shelf.walk(server.project) if name in (one.id, one.members["name"])), None)
        if group is None:
            raise Refused(400, f"Security group {name} not found for project {server.project}.")
        found.append(group)
    found = found or [networks(scene).default_group(scene, server.project)]
    server.set(security_groups=[{"name": one.members["name"]} for one in found])
    return found


@HOOKS.on(FLOATING, "MOVED")
def _address_moved(scene: Scene, one: Resource, _: Members) -> None:
    port = scene.find(PORTS, one.members["port_id"])
    server = scene.find(SERVERS, port.members["device_id"]) if port else None
    if server is not None:
        show_addresses(scene, server)


@HOOKS.on(PORTS, "UNPLUGGED")
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
            if str(mapping.get("boot_index")) == "0" and volume.members.get("bootable") != "true":
                raise Refused(400, f"Block Device {volume.id} is not bootable.")
            connect(scene, server, volume, mapping)
        elif goal == "volume" and source in ("image", "snapshot", "blank"):
            size = mapping.get("volume_size") or 1
            volume = scene.add(VOLUMES, {"size": size, "status": "available", "name": ""}, project=server.project)
            connect(scene, server, volume, mapping)


@HOOKS.on(SERVERS, "DELETE")
def _unplug(scene: Scene, server: Resource, _: Members) -> None:
    for port in list(ports_of(scene, server)):
        if port.private.get("own"):
            port.set(device_id="", device_owner="", status="DOWN")
        else:
            port.members["device_id"] = ""
            networks(scene).drop(scene, port)
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


@HOOKS.on(SERVER_GROUPS, "CREATE")
def _policy(_: Scene, group: Resource, sent: Members) -> None:
    policies = sent.get("policies") or ([sent["policy"]] if sent.get("policy") else [])
    group.set(policies=policies, policy=policies[0] if policies else None, rules=sent.get("rules") or {}, members=[])
