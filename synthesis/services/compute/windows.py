"""Nova's windows on other services: volumes, snapshots, images, networks, floating IPs, security groups.

Sources: nova's `volumes.py`, `images.py`, `image_metadata.py`, `networks.py`, `tenant_networks.py`, `floating_ips.py`,
`floating_ip_pools.py`, `security_groups.py`. All of them end with microversion 2.36.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any
from uuid import UUID

from cloudtape.openstack.numbers import whole
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.documents import check_map
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene, Window
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.compute.neighbours import (
    FLOATING,
    IMAGES,
    NETWORKS,
    PORTS,
    RULES,
    SECURITY_GROUPS,
    SNAPSHOTS,
    VOLUME_TYPES,
    VOLUMES,
)
from cloudtape.synthesis.worlds.shelves import Members

HOOKS = Hooks()

# --- volumes ---------------------------------------------------------------------------------------------------------

VOLUME = {
    "id": "id",
    "status": "status",
    "size": "size",
    "availabilityZone": "availability_zone",
    "createdAt": "created_at",
    "displayName": "name",
    "displayDescription": "description",
    "volumeType": "volume_type",
    "snapshotId": "snapshot_id",
    "metadata": "metadata",
}
ATTACHMENT = {"id": "id", "volumeId": "volume_id", "serverId": "server_id", "device": "device"}
SNAPSHOT = {
    "id": "id",
    "volumeId": "volume_id",
    "status": "status",
    "size": "size",
    "createdAt": "created_at",
    "displayName": "name",
    "displayDescription": "description",
}


# Both spellings of what a request may say.
NAMED = {
    "display_name": "name",
    "displayName": "name",
    "display_description": "description",
    "displayDescription": "description",
    "volumeId": "volume_id",
}


def _volume(_: Scene, theirs: Members) -> Members:
    attached = [{name: one[of] for name, of in ATTACHMENT.items()} for one in theirs.get("attachments") or ()]
    return {**{name: theirs.get(of) for name, of in VOLUME.items()}, "attachments": attached or [{}]}


def _snapshot(_: Scene, theirs: Members) -> Members:
    return {name: theirs.get(of) for name, of in SNAPSHOT.items()}


def _volume_type(_: Scene, theirs: Members) -> Members:
    return {name: theirs.get(name) for name in ("id", "name", "extra_specs")}


def _named(_: Scene, sent: Members) -> Members:
    return {NAMED.get(name, name): value for name, value in sent.items()}


HOOKS.windows["compute/os-volumes"] = Window(VOLUMES, _volume, _named)
HOOKS.windows["compute/os-snapshots"] = Window(SNAPSHOTS, _snapshot, _named)
HOOKS.windows["compute/os-volume-types"] = Window(VOLUME_TYPES, _volume_type)

# --- images ----------------------------------------------------------------------------------------------------------

STATES = {"queued": "SAVING", "saving": "SAVING", "active": "ACTIVE", "killed": "ERROR", "deleted": "DELETED"}
PROGRESS = {"queued": 25, "saving": 50, "active": 100}


def _properties(scene: Scene, members: Members) -> Members:
    """What a client has added to an image, and nova calls its metadata."""
    known = scene.kind(IMAGES).rule.members
    return {name: value for name, value in members.items() if name not in known and name[:1] != "_"}


def _image(scene: Scene, theirs: Members) -> Members:
    id_, call = theirs["id"], scene.call
    address, glance = call.service.address(call.region), f"http://image.cloud.invalid/images/{id_}"
    properties = _properties(scene, theirs)
    shown: Members = {
        "id": id_,
        "name": theirs.get("name"),
        "minRam": theirs.get("min_ram") or 0,
        "minDisk": theirs.get("min_disk") or 0,
        "metadata": properties,
        "created": theirs.get("created_at"),
        "updated": theirs.get("updated_at"),
        "status": STATES.get(str(theirs.get("status")), "UNKNOWN"),
        "progress": PROGRESS.get(str(theirs.get("status")), 0),
        "OS-EXT-IMG-SIZE:size": theirs.get("size") or 0,
        "links": [
            {"rel": "self", "href": f"{call.base}/images/{id_}"},
            {"rel": "bookmark", "href": f"{address}/images/{id_}"},
            {"rel": "alternate", "type": "application/vnd.openstack.image", "href": glance},
        ],
    }
    if server := properties.get("instance_uuid"):
        links = [{"rel": "self", "href": f"{call.base}/servers/{server}"}]
        shown["server"] = {"id": server, "links": [*links, {"rel": "bookmark", "href": f"{address}/servers/{server}"}]}
    return shown


HOOKS.windows["compute/images"] = Window(
    IMAGES,
    _image,
    short=("id", "name", "links"),
    asked={"server": "instance_uuid", "type": "image_type", "minDisk": "min_disk", "minRam": "min_ram"},
    pages=True,
)


def image_metadata(scene: Scene) -> Answer:
    """Its metadata read, merged (POST), replaced (PUT) or deleted, whole or one key of it."""
    call = scene.call
    image = scene.need(IMAGES, call.ids[0])
    key = call.ids[1] if len(call.ids) > 1 else None
    held, method = _properties(scene, image.members), call.request.method
    if key is not None and key not in held and method != "PUT":
        raise Refused(404, f"Image {image.id} has no metadata item {key}.")
    if method == "GET":
        return Answer(200, {"metadata": held} if key is None else {"meta": {key: held[key]}})
    body = call.body if isinstance(call.body, dict) else {}
    sent: Members = next((body[name] for name in ("metadata", "meta") if isinstance(body.get(name), dict)), {})
    check_map("metadata", sent)
    if key is not None and method == "PUT" and key not in sent:
        raise Refused(400, "Request body and URI mismatch")
    if method == "DELETE" or (method == "PUT" and key is None):
        for name in held if key is None else (key,):
            image.members.pop(name, None)
    image.update({name: value for name, value in sent.items() if key in (None, name)})
    if method == "DELETE":
        return Answer(204)
    return Answer(200, {"metadata": _properties(scene, image.members)} if key is None else {"meta": {key: sent[key]}})


HOOKS.answer(
    "compute.images.metadata.show",
    "compute.images.metadata.create",
    "compute.images.metadata.update",
    "compute.images.metadata.show-image-metadata-item-details",
    "compute.images.metadata.create-or-update-image-metadata-item",
    "compute.images.metadata.delete",
)(image_metadata)

# --- networks --------------------------------------------------------------------------------------------------------


def _network(_: Scene, theirs: Members) -> Members:
    return {"id": theirs["id"], "label": theirs["name"]}


def _tenant_network(_: Scene, theirs: Members) -> Members:
    # A network of neutron has no address of its own; nova writes what Python makes of that.
    return {"id": theirs["id"], "label": theirs["name"], "cidr": "None"}


HOOKS.windows["compute/os-networks"] = Window(NETWORKS, _network)
HOOKS.windows["compute/os-tenant-networks"] = Window(NETWORKS, _tenant_network)


def _pools(scene: Scene) -> list[Any]:
    return [one for one in scene.world.all(NETWORKS, scene.call.region) if one.members.get("router:external")]


@HOOKS.answer("compute.floating-ip-pools.list")
def _list_pools(scene: Scene) -> Answer:
    return Answer(200, {"floating_ip_pools": [{"name": one.members["name"]} for one in _pools(scene)]})


def _floating_ip(scene: Scene, theirs: Members) -> Members:
    pool, port = scene.find(NETWORKS, theirs["floating_network_id"]), scene.find(PORTS, theirs.get("port_id"))
    return {
        "id": theirs["id"],
        "ip": theirs["floating_ip_address"],
        "pool": pool.members["name"] if pool else None,
        "fixed_ip": theirs.get("fixed_ip_address"),
        "instance_id": (port.members["device_id"] or None) if port else None,
    }


def _wanted_ip(scene: Scene, sent: Members) -> Members:
    pool = sent.get("pool")
    found = [one for one in _pools(scene) if pool in (None, one.id, one.members["name"])]
    if not found:
        raise Refused(404, f"Floating IP pool {pool or ''} not found.")
    return {"floating_network_id": found[0].id}


HOOKS.windows["compute/os-floating-ips"] = Window(FLOATING, _floating_ip, _wanted_ip)

# --- security groups -------------------------------------------------------------------------------------------------


IN_USE = {409: 400}


def _rule(scene: Scene, theirs: Members) -> Members:
    group = scene.find(SECURITY_GROUPS, theirs.get("remote_group_id"))
    cidr = theirs.get("remote_ip_prefix")
    told = {"name": group.members["name"], "tenant_id": group.members["tenant_id"]} if group else {}
    return {
        "id": theirs["id"],
        "parent_group_id": theirs["security_group_id"],
        "ip_protocol": theirs.get("protocol"),
        "from_port": theirs.get("port_range_min"),
        "to_port": theirs.get("port_range_max"),
        "ip_range": {} if group or theirs.get("remote_group_id") else {"cidr": cidr or "0.0.0.0/0"},
        "group": told,
    }


def security_group(scene: Scene, theirs: Members) -> Members:
    """A security group of neutron in nova's words: only what comes in."""
    rules = [one for one in theirs.get("security_group_rules") or () if one["direction"] == "ingress"]
    shown = {name: theirs[name] for name in ("id", "name", "description", "tenant_id")}
    return {**shown, "rules": [_rule(scene, one) for one in rules]}


def _wanted_group(_: Scene, sent: Members) -> Members:
    for name in ("name", "description"):
        value = sent.get(name)
        if not isinstance(value, str) or len(value) > 255 or (name == "name" and not value.strip()):
            raise Refused(400, f"Security group {name} is no text of 1 to 255 letters.")
    return {name: sent[name] for name in ("name", "description")}


def _wanted_rule(scene: Scene, sent: Members) -> Members:
    parent, protocol = str(sent.get("parent_group_id")), str(sent.get("ip_protocol") or "").lower()
    _check_uuid(parent)
    scene.need(SECURITY_GROUPS, parent)
    ports = [_port(sent.get(name)) for name in ("from_port", "to_port")]
    if protocol not in ("tcp", "udp", "icmp", ""):
        raise Refused(400, f"Invalid IP protocol {protocol}.")
    if protocol in ("tcp", "udp") and not -1 < ports[0] <= ports[1] < 65536:
        raise Refused(400, f"Invalid port range {ports[0]}:{ports[1]}.")
    cidr = str(sent.get("cidr") or "0.0.0.0/0")
    wanted = {
        "security_group_id": parent,
        "direction": "ingress",
        "ethertype": "IPv6" if ":" in cidr else "IPv4",
        "protocol": protocol or None,
        "port_range_min": ports[0] if ports[0] >= 0 else None,
        "port_range_max": ports[1] if ports[1] >= 0 else None,
    }
    if sent.get("group_id"):
        return {**wanted, "remote_group_id": scene.need(SECURITY_GROUPS, sent["group_id"]).id}
    try:
        ip_network(cidr, strict=False)
        return {**wanted, "remote_ip_prefix": cidr}
    except ValueError:
        raise Refused(400, f"Invalid cidr {cidr}.") from None


def _port(value: Any) -> int:
    if value is None:
        return -1
    if (port := whole(value)) is None:
        raise Refused(400, f"Invalid input for port: {value}.")
    return port


def _check_uuid(value: str) -> None:
    try:
        UUID(value)
    except ValueError:
        raise Refused(400, f"Security group id {value} should be a UUID.") from None


HOOKS.windows["compute/os-security-groups"] = Window(SECURITY_GROUPS, security_group, _wanted_group, refused=IN_USE)
HOOKS.windows["compute/os-security-group-rules"] = Window(RULES, _rule, _wanted_rule, refused=IN_USE)
