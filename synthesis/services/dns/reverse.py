"""Designate: the reverse records of floating IPs, which are the network service's.

Source: designate's `central/service.py` (`list_floatingips`, `_set_floatingip_reverse`) and `network_api/base.py`.
"""

from __future__ import annotations

import ipaddress
import re

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.finding import is_there
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.inner import ask
from cloudtape.synthesis.engine.making import check_taken, check_types
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.dns.kinds import MANAGED, MANAGERS, RECORDSETS, ZONES, bad_request, invalid
from cloudtape.synthesis.services.dns.names import is_domain
from cloudtape.synthesis.services.dns.serials import add_record, start, touch, zones
from cloudtape.synthesis.services.dns.zones import MANAGED_EMAIL, establish
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

REVERSE = "dns/reverse/floatingips"
KEY = re.compile(r"(?P<region>[A-Za-z0-9.\-_]{1,100}):(?P<id>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")
FLOATING = "_floating_ip"
"""The member of a recordset that says for which floating IP it was made."""
WHOSE = "_floating_ip_of"
"""The one that says which project has made it."""
LABELS_OF_HOST = {4: 1, 6: 3}
"""How many labels of an address a reverse zone does not have (prefixes of 24 and 116 bits)."""


@HOOKS.answer("dns.reverse.floatingips.list")
def _list(scene: Scene) -> Answer:
    found = [_looked_at(scene, one) for one in _floating_ips(scene)]
    return Answer(200, {"floatingips": found, "links": {"self": scene.call.request.uri}})


@HOOKS.answer("dns.reverse.floatingips.show")
def _show(scene: Scene) -> Answer:
    return Answer(200, _looked_at(scene, _floating_ip(scene)))


@HOOKS.answer("dns.reverse.floatingips.update")
def _set(scene: Scene) -> Answer:
    kind, sent = scene.kind(REVERSE), scene.call.sent
    check_taken(kind, sent)
    check_types(kind, sent)
    found = _floating_ip(scene)
    if "ptrdname" not in sent:
        raise invalid("'ptrdname' is a required property")
    name = sent["ptrdname"]
    if name is None:
        record = _record(scene, found)
        if record is None:
            raise Refused(404, f"No such FloatingIP {scene.call.id}", "NotFound")
        _drop(scene, record)
        return Answer(scene.call.plan.status)
    if not is_domain(name):
        raise invalid(f"Domain {name} is invalid")
    _point(scene, found, sent)
    return Answer(scene.call.plan.status, _told(scene, found))


def _point(scene: Scene, found: Members, sent: Members) -> None:
    """Have the address of a floating IP lead to a name."""
    address = ipaddress.ip_address(found["floating_ip_address"])
    name = address.reverse_pointer + "."
    zone = _zone(scene, ".".join(name.split(".")[LABELS_OF_HOST[address.version] :]))
    if (before := _record(scene, found, anybodys=True)) is not None:
        _drop(scene, before)
    members = {
        "name": name,
        "type": "PTR",
        "records": [sent["ptrdname"]],
        "ttl": sent.get("ttl"),
        "description": sent.get("description"),
    }
    managed = {MANAGED: True, FLOATING: found["id"], WHOSE: scene.call.project}
    add_record(scene, zone, {**members, **managed})
    touch(scene, zone)


def _zone(scene: Scene, name: str) -> Resource:
    """The zone in which reverse records stand: designate's own, unless there is one already."""
    for one in zones(scene):
        if one.members["name"] == name:
            return one
    zone = scene.add(ZONES, {"name": name, "email": MANAGED_EMAIL}, project=MANAGERS)
    establish(scene, zone)
    start(scene, zone, "create")
    return zone


def _drop(scene: Scene, record: Resource) -> None:
    zone = scene.need(ZONES, record.parents[0])
    scene.remove(record)
    touch(scene, zone)


def _record(scene: Scene, found: Members, anybodys: bool = False) -> Resource | None:
    """The reverse record of a floating IP; one that another project has made, before the address was ours, is none."""
    for one in scene.where(RECORDSETS, **{FLOATING: found["id"]}):
        if anybodys or one.members[WHOSE] == scene.call.project:
            return one
    return None


def _floating_ips(scene: Scene) -> list[Members]:
    """What the network service tells of those of the project."""
    told = ask(scene, "network.floatingips.list").body["floatingips"]
    return [one for one in told if scene.call.project in (one.get("project_id"), one.get("tenant_id"))]


def _floating_ip(scene: Scene) -> Members:
    key = KEY.fullmatch(scene.call.id)
    if key is None:
        raise bad_request(f"Floating IP {scene.call.id} is not in the format of <region>:<uuid>")
    for one in _floating_ips(scene):
        if one["id"] == key["id"] and key["region"] == _region(scene):
            return one
    where, project = key["region"], scene.call.project
    why = f'FloatingIP {key["id"]} in {where} is not associated for project "{project}"'
    raise Refused(404, why, "NotFound")


def _region(scene: Scene) -> str:
    """The name of the region that is asked, as the service catalog has it."""
    address = scene.call.service.address(scene.call.region)
    endpoints = (one.members for one in scene.world.all("identity/endpoints"))
    return next((one["region_id"] for one in endpoints if one["url"].startswith(address)), scene.call.region)


def _looked_at(scene: Scene, found: Members) -> Members:
    """What is told of a floating IP, as time has made of it."""
    if record := _record(scene, found):
        is_there(scene, record)
    return _told(scene, found)


def _told(scene: Scene, found: Members) -> Members:
    record, id_ = _record(scene, found), f"{_region(scene)}:{found['id']}"
    told: Members = {
        "id": id_,
        "address": found["floating_ip_address"],
        "ptrdname": None,
        "description": None,
        "ttl": None,
        "status": "INACTIVE",
        "action": "NONE",
        "links": {"self": f"{scene.call.base}/reverse/floatingips/{id_}"},
    }
    if record is None:
        return told
    members, zone = record.members, scene.need(ZONES, record.parents[0])
    ttl = zone.members["ttl"] if members["ttl"] is None else members["ttl"]
    state = {name: members[name] for name in ("description", "status", "action")}
    return {**told, **state, "ptrdname": members["records"][0], "ttl": ttl}
