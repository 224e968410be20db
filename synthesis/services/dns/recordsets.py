"""Designate: recordsets, in a zone and of all zones.

Source: designate's `central/service.py` (`_validate_recordset`, `_enforce_record_quota`) and
`api/v2/controllers/zones/recordsets.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.finding import is_there, item, sees
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.lists import page_of
from cloudtape.synthesis.engine.paging import write_links
from cloudtape.synthesis.engine.quotas import limits_of
from cloudtape.synthesis.engine.scene import Scene, not_found
from cloudtape.synthesis.engine.showing import shown
from cloudtape.synthesis.engine.verbs import delete
from cloudtape.synthesis.engine.views import render
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.dns.kinds import (
    RECORDSETS,
    SERVICE,
    asks_for,
    bad_request,
    check_alive,
    check_new,
    is_managed,
    owns,
    zone_of,
)
from cloudtape.synthesis.services.dns.names import below, lies_in
from cloudtape.synthesis.services.dns.records import check_recordset
from cloudtape.synthesis.services.dns.serials import next_version, records_of, touch, zones
from cloudtape.synthesis.worlds.shelves import Members, Resource, Shelf

HOOKS = Hooks()

MANAGED_HEADER = "x-designate-edit-managed-records"


@HOOKS.on(RECORDSETS, "CREATE")
def _made(scene: Scene, one: Resource, _: Members) -> None:
    zone, members = zone_of(scene), one.members
    members.update(zone_id=zone.id, zone_name=zone.members["name"], project_id=scene.call.project)
    if members["type"] == "SOA":
        raise bad_request("Creating a SOA recordset is not allowed")
    _check(scene, zone, one)
    if zone.members["type"] == "SECONDARY" and not scene.call.token.is_admin:
        raise Refused(403, "Forbidden", "Forbidden")
    check_new(records_of(scene, zone), one, ("name", "type"), "RecordSet")
    touch(scene, zone)


@HOOKS.on(RECORDSETS, "UPDATE")
def _changed(scene: Scene, one: Resource, _: Members) -> None:
    zone, members = zone_of(scene), one.members
    if is_managed(one) and not asks_for(scene, MANAGED_HEADER):
        raise bad_request("Managed records may not be updated")
    if members["type"] == "SOA":
        raise bad_request("Updating SOA recordsets is not allowed")
    if members["type"] == "NS" and members["name"] == zone.members["name"]:
        raise bad_request("Updating a root zone NS record is not allowed")
    _check_keeper(scene, zone, one)
    _check(scene, zone, one)
    members["version"] = next_version(one)
    touch(scene, zone)


@HOOKS.on(RECORDSETS, "DELETE")
def _goes(scene: Scene, one: Resource, _: Members) -> None:
    zone = zone_of(scene)
    if one.members["type"] == "SOA":
        raise bad_request("Deleting a SOA recordset is not allowed")
    check_alive(zone)
    if is_managed(one) and not asks_for(scene, MANAGED_HEADER):
        raise bad_request("Managed records may not be deleted")
    _check_keeper(scene, zone, one)
    touch(scene, zone)


def _check_keeper(scene: Scene, zone: Resource, one: Resource) -> None:
    """Raises Refused for who owns neither the zone nor the recordset."""
    if not owns(scene, zone) and one.members["project_id"] != scene.call.project:
        raise Refused(403, "Forbidden", "Forbidden")


def _check(scene: Scene, zone: Resource, one: Resource) -> None:
    check_alive(zone)
    members = one.members
    members["records"] = list(dict.fromkeys(members["records"] or ()))
    check_recordset(members["type"], members["name"], members["records"])
    _check_place(scene, zone, one)
    if members["type"] == "CNAME" and len(members["records"]) > 1:
        raise bad_request("CNAME recordsets may not have more than 1 record")
    _check_quotas(scene, zone, one)


def _check_place(scene: Scene, zone: Resource, one: Resource) -> None:
    """In its zone, in none below it, and no CNAME beside anything else."""
    name, apex = one.members["name"], zone.members["name"]
    if not lies_in(name, apex):
        raise _wrong_place("RecordSet is not contained within it's parent zone")
    is_alias = one.members["type"] == "CNAME"
    if is_alias and name.lower() == apex.lower():
        raise _wrong_place("CNAME recordsets may not be created at the zone apex")
    for other in records_of(scene, zone):
        beside = other is not one and other.members["name"].lower() == name.lower()
        if beside and is_alias is not (other.members["type"] == "CNAME"):
            raise _wrong_place("CNAME recordsets may not share a name with any other records")
    for other in zones(scene):
        child = other.members["name"]
        if below(child, apex) and lies_in(name, child):
            raise _wrong_place(f"RecordSet belongs in a child zone: {child}")


def _wrong_place(why: str) -> Refused:
    return Refused(400, why, "InvalidRecordsetLocation")


def _check_quotas(scene: Scene, zone: Resource, one: Resource) -> None:
    """Raises Refused for more than a zone, or a recordset, may have."""
    limits, all_ = limits_of(scene, SERVICE, zone.project), list(records_of(scene, zone))
    theirs = [other for other in all_ if not is_managed(other)]
    wanted = {
        "zone_recordsets": len(all_),
        "zone_records": sum(len(other.members["records"]) for other in theirs),
        "recordset_records": len(one.members["records"]),
    }
    over = sorted((name for name, count in wanted.items() if 0 <= limits[name] < count), key=len)
    if over:
        raise Refused(413, f"Quota exceeded for {', '.join(over)}.", "OverQuota")


@HOOKS.answer("dns.zones.recordsets.delete")
def _deleted(scene: Scene) -> Answer:
    zone = zone_of(scene)
    one = item(scene, RECORDSETS, scene.call.id, (zone.id,))
    delete(scene, one)
    one.set(status="PENDING", action="DELETE")
    return shown(scene, one)


# --- lists --------------------------------------------------------------------------------------------------------


@HOOKS.choose(RECORDSETS)
def _with_data(scene: Scene) -> Callable[[Resource], bool]:
    """Those with a record that says what is asked for."""
    wanted = scene.call.asked("data")
    if wanted is None:
        return lambda _: True
    pattern = wanted.lower().replace("[", "[[]").replace("?", "[?]")
    return lambda one: any(fnmatchcase(text.lower(), pattern) for text in one.members["records"])


@HOOKS.answer("dns.recordsets.list")
def _of_all_zones(scene: Scene) -> Answer:
    call, kind, shelf = scene.call, scene.kind(RECORDSETS), Shelf()
    for one in _seen(scene):
        shelf.add(one)
    page = page_of(shelf, kind, call, _with_data(scene), None)
    plan, clock = call.plan, scene.world.clock
    body: Members = {kind.many: [render(kind, one, call, plan, clock) for one in page.items]}
    write_links(body, kind.many, call, page)
    return Answer(plan.status, body)


def _seen(scene: Scene) -> Iterator[Resource]:
    """The recordsets of all zones of who asks."""
    for zone in list(zones(scene)):
        if is_there(scene, zone) and sees(scene, zone) and owns(scene, zone):
            yield from (one for one in list(records_of(scene, zone)) if is_there(scene, one))


@HOOKS.answer("dns.recordsets.show")
def _where(scene: Scene) -> Answer:
    """Where a recordset is, whichever zone it is in."""
    found: Any = next((one for one in _seen(scene) if one.id == scene.call.id), None)
    if found is None:
        raise not_found(scene.kind(RECORDSETS), scene.call.id)
    return Answer(301, headers=(("Location", f"{scene.call.base}/zones/{found.parents[0]}/recordsets/{found.id}"),))
