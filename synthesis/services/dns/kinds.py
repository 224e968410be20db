"""Designate: the names of its kinds, and how it refuses."""

from __future__ import annotations

from collections.abc import Iterable

from cloudtape.cassettes.messages import header
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.worlds.lifecycle import is_going
from cloudtape.synthesis.worlds.shelves import Resource

ZONES, RECORDSETS, SHARES = "dns/zones", "dns/zones/recordsets", "dns/zones/shares"
REQUESTS, ACCEPTS = "dns/zones/tasks/transfer_requests", "dns/zones/tasks/transfer_accepts"
EXPORTS, IMPORTS = "dns/zones/tasks/exports", "dns/zones/tasks/imports"
TLDS, BLACKLISTS, TSIG_KEYS, POOLS = "dns/tlds", "dns/blacklists", "dns/tsigkeys", "dns/pools"
SERVICE = "dns"

MANAGED = "_managed"
"""The member of a recordset that designate itself keeps; never shown."""
MANAGERS = "00000000-0000-0000-0000-000000000000"
"""The project of what designate makes for itself (`managed_resource_tenant_id`)."""
YES = ("true", "1", "t", "yes", "on", "y")


def zone_of(scene: Scene) -> Resource:
    """The zone that a path names. Raises Refused."""
    return item(scene, ZONES, scene.call.ids[0])


def own_zone(scene: Scene) -> Resource:
    """The same, for who may change it. Raises Refused."""
    zone = zone_of(scene)
    check_owner(scene, zone)
    return zone


def check_owner(scene: Scene, one: Resource) -> None:
    """Raises Refused where it is only shared with who asks."""
    if not owns(scene, one):
        raise Refused(403, "Forbidden", "Forbidden")


def owns(scene: Scene, one: Resource) -> bool:
    return one.project == scene.call.project or scene.call.sees_all


def check_alive(zone: Resource) -> None:
    """Raises Refused for a zone that is being deleted."""
    if is_going(zone):
        raise bad_request("Can not update a deleting zone")


def check_new(others: Iterable[Resource], itself: Resource, members: tuple[str, ...], kind: str) -> None:
    """Raises Refused where another one has the same values, whatever their letters' case."""
    wanted = [str(itself.members[name]).lower() for name in members]
    for one in others:
        if one is not itself and [str(one.members[name]).lower() for name in members] == wanted:
            raise Refused(409, f"Duplicate {kind}", f"Duplicate{kind}")


def is_managed(recordset: Resource) -> bool:
    """Whether designate itself keeps a recordset: those that each zone has, and reverse records of floating IPs."""
    members = recordset.members
    is_apex = members["name"] == members.get("zone_name")
    return bool(members.get(MANAGED)) or members["type"] == "SOA" or (members["type"] == "NS" and is_apex)


def asks_for(scene: Scene, name: str) -> bool:
    """Whether a header of the request asks for something."""
    return (header(scene.call.request.headers, name) or "").lower() in YES


def bad_request(why: str) -> Refused:
    return Refused(400, why)


def invalid(why: str) -> Refused:
    """For an object that does not match designate's schema."""
    return Refused(400, f"Provided object does not match schema: {why}", "InvalidObject")
