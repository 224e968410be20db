"""Designate: what it keeps in each zone itself: the recordsets SOA and NS, and the serial that grows with each change.

Source: designate's `central/service.py` (`_create_soa`, `_create_ns`, `_update_soa`, `_update_zone_in_storage`).
"""

from __future__ import annotations

from cloudtape.synthesis.engine.documents import stocked
from cloudtape.synthesis.engine.scene import Scene
from cloudtape.synthesis.services.dns.kinds import MANAGED, POOLS, RECORDSETS, ZONES
from cloudtape.synthesis.worlds.lifecycle import begin
from cloudtape.synthesis.worlds.shelves import Members, Resource, Shelf

REFRESH, RETRY, EXPIRE, MINIMUM = (3500, 3600), 600, 86400, 3600
"""Designate's `default_soa_*`; the first is any number between two."""


def records_of(scene: Scene, zone: Resource) -> Shelf:
    """The recordsets of a zone."""
    return scene.world.shelf(RECORDSETS, scene.call.region, (zone.id,))


def nameservers(scene: Scene, zone: Resource) -> list[Members]:
    """Those of the pool of a zone."""
    pools: dict[str, list[Members]] = {one.id: one.members["ns_records"] or [] for one in stocked(scene, POOLS)}
    first = next(iter(pools.values()), [])
    return pools.get(str(zone.members.get("pool_id")), first)


def first_serial(scene: Scene) -> int:
    """The seconds since 1970."""
    return int(scene.world.clock.now().timestamp())


def furnish(scene: Scene, zone: Resource) -> None:
    """Make the recordsets that each zone has."""
    zone.members["_refresh"] = scene.world.choose(*REFRESH)
    hosts = [one["hostname"] for one in nameservers(scene, zone)]
    for kind, records in (("SOA", [_start(scene, zone)]), ("NS", hosts)):
        add_record(scene, zone, {"name": zone.members["name"], "type": kind, "records": records, MANAGED: True})


def add_record(scene: Scene, zone: Resource, members: Members) -> Resource:
    """A recordset that nobody has asked for."""
    whose = {"zone_id": zone.id, "zone_name": zone.members["name"], "project_id": zone.project}
    one = scene.add(RECORDSETS, {**whose, **members}, project="", parents=(zone.id,))
    start(scene, one, "create")
    return one


def start(scene: Scene, one: Resource, what: str) -> None:
    """Set a zone or a recordset on the way of its life."""
    life = scene.kind(one.kind).life
    assert life is not None, f"{one.kind} has no life"
    begin(life, getattr(life, what), one, scene.world.pace, scene.world.clock)


def grow(scene: Scene, zone: Resource) -> None:
    """Give a zone that is kept here its next serial, which its SOA says."""
    if zone.members.get("type") != "PRIMARY":
        return
    zone.set(serial=max((zone.members.get("serial") or 0) + 1, first_serial(scene)))
    for one in records_of(scene, zone):
        if one.members["type"] == "SOA":
            one.set(records=[_start(scene, zone)], version=next_version(one))


def next_version(one: Resource) -> int:
    return int(one.members.get("version") or 0) + 1


def touch(scene: Scene, zone: Resource) -> None:
    """Have a zone change because something in it did."""
    grow(scene, zone)
    zone.set(version=next_version(zone), updated_at=scene.now())
    start(scene, zone, "update")


def _start(scene: Scene, zone: Resource) -> str:
    """The data of a SOA record."""
    members = zone.members
    first = min(nameservers(scene, zone), key=lambda one: int(one["priority"]), default={"hostname": "."})
    name, _, domain = str(members["email"] or "").partition("@")
    numbers = (members["serial"], members.get("_refresh", REFRESH[0]), RETRY, EXPIRE, MINIMUM)
    mail = name.replace(".", "\\.") + "." + domain
    return f"{first['hostname']} {mail}. {' '.join(map(str, numbers))}"


def zones(scene: Scene) -> Shelf:
    """All zones, whoever's they are."""
    return scene.world.shelf(ZONES, scene.call.region)
