"""Designate: zones that go from one project to another, and zones that other projects may use.

Source: designate's `central/service.py` (`create_zone_transfer_request`, `create_zone_transfer_accept`, `share_zone`,
`unshare_zone`) and `objects/adapters/api_v2/zone_transfer_request.py`.
"""

from __future__ import annotations

import string
from typing import Any

from msgspec.structs import replace

from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.making import check_taken, check_types
from cloudtape.synthesis.engine.plans import Verb
from cloudtape.synthesis.engine.quotas import check_quota
from cloudtape.synthesis.engine.scene import Outcome, Scene
from cloudtape.synthesis.engine.showing import list_all, shown
from cloudtape.synthesis.engine.views import item_path
from cloudtape.synthesis.errors import Refused
from cloudtape.synthesis.services.dns.kinds import (
    ACCEPTS,
    REQUESTS,
    SHARES,
    ZONES,
    bad_request,
    check_alive,
    check_new,
    check_owner,
    own_zone,
    zone_of,
)
from cloudtape.synthesis.services.dns.names import below
from cloudtape.synthesis.services.dns.serials import records_of, zones
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()

KEY_LENGTH, KEY_LETTERS = 8, string.ascii_uppercase + string.digits
OF_OWNERS = ("project_id", "target_project_id", "key", "created_at", "updated_at")
"""Members of a request that only who has made it is told."""

# --- requests -----------------------------------------------------------------------------------------------------


@HOOKS.answer("dns.zones.transfer-requests.create")
def _offered(scene: Scene) -> Answer:
    zone, kind, sent = own_zone(scene), scene.kind(REQUESTS), scene.call.sent
    check_taken(kind, sent)
    check_types(kind, sent)
    check_alive(zone)
    if any(scene.where(REQUESTS, zone_id=zone.id, status="ACTIVE")):
        raise Refused(409, "Duplicate ZoneTransferRequest", "DuplicateZoneTransferRequest")
    target = sent.get("target_project_id")
    about = {"zone_id": zone.id, "zone_name": zone.members["name"], "key": scene.world.secret(KEY_LENGTH, KEY_LETTERS)}
    one = scene.add(REQUESTS, {**about, **sent, "_shared_with": [target] if target else []}, project=zone.project)
    told = shown(scene, one)
    return Answer(told.status, told.body, (("Location", scene.call.base + item_path(kind, one)),))


@HOOKS.answer("dns.zones.tasks.transfer-requests.list", "dns.zones.tasks.transfer-requests.show")
def _offers(scene: Scene) -> Answer:
    """To whom it is offered is not told the key, nor whose it is."""
    plan = scene.call.plan
    if plan.verb is Verb.LIST:
        scene.in_json = False
        made = list_all(scene)
        told = [_protected(scene, one) for one in made.body["transfer_requests"]]
        return replace(made, body={**made.body, "transfer_requests": told}, whole=True)
    one = item(scene, REQUESTS, scene.call.id)
    return Answer(plan.status, _protected(scene, shown(scene, one).body), whole=True)


def _protected(scene: Scene, told: Members) -> Members:
    if told["project_id"] == scene.call.project or scene.call.sees_all:
        return told
    return {name: value for name, value in told.items() if name not in OF_OWNERS}


@HOOKS.on(REQUESTS, "UPDATE", "DELETE")
def _withdrawn(scene: Scene, one: Resource, _: Members) -> None:
    check_owner(scene, one)


# --- accepts ------------------------------------------------------------------------------------------------------


@HOOKS.on(ACCEPTS, "CREATE")
def _accepted(scene: Scene, one: Resource, sent: Members) -> Outcome:
    request = scene.need(REQUESTS, sent["zone_transfer_request_id"])
    target: Any = request.members["target_project_id"]
    if request.members["status"] != "ACTIVE":
        raise Refused(400, "Zone Transfer Request has been used", "InvalidZoneTransferRequest")
    if request.members["key"] != sent["key"]:
        raise Refused(403, "Key does not match stored key for request", "InvalidKey")
    if target not in (None, scene.call.project):
        raise Refused(403, "Forbidden", "Forbidden")
    zone = scene.need(ZONES, request.members["zone_id"])
    check_alive(zone)
    check_quota(scene, scene.kind(ZONES), scene.call.project)
    _hand_over(scene, zone, scene.call.project)
    request.set(status="COMPLETE", updated_at=scene.now())
    one.set(zone_id=zone.id, key=None)
    return Outcome(more={"key": sent["key"]})


def _hand_over(scene: Scene, zone: Resource, project: str) -> None:
    scene.world.hand_over(zone, project, scene.call.region)
    zone.set(project_id=project, updated_at=scene.now())
    for one in records_of(scene, zone):
        one.set(project_id=project)


# --- shares -------------------------------------------------------------------------------------------------------


@HOOKS.on(SHARES, "CREATE")
def _shared(scene: Scene, one: Resource, sent: Members) -> None:
    zone = own_zone(scene)
    if sent["target_project_id"] == zone.project:
        raise bad_request("Cannot share the zone with the zone owner.")
    shares = scene.world.shelf(SHARES, scene.call.region, (zone.id,))
    one.members.update(zone_id=zone.id, project_id=zone.project)
    check_new(shares, one, ("target_project_id",), "SharedZone")
    _note(zone, [share.members["target_project_id"] for share in shares])


@HOOKS.on(SHARES, "DELETE")
def _unshared(scene: Scene, one: Resource, _: Members) -> None:
    zone, target = own_zone(scene), one.members["target_project_id"]
    if any(below(other.members["name"], zone.members["name"]) for other in zones(scene) if other.project == target):
        raise Refused(400, "The zone has a subzone of that project", "SharedZoneHasSubZone")
    if any(record.members["project_id"] == target for record in records_of(scene, zone)):
        raise Refused(400, "The zone has recordsets of that project", "SharedZoneHasRecordsets")
    shares = scene.world.shelf(SHARES, scene.call.region, (zone.id,))
    _note(zone, [share.members["target_project_id"] for share in shares if share is not one])


@HOOKS.choose(SHARES)
def _seen(scene: Scene) -> Any:
    """Who only uses a zone sees the share that lets it."""
    mine, owner = scene.call.project, zone_of(scene).project
    return lambda one: scene.call.sees_all or mine in (owner, one.members["target_project_id"])


def _note(zone: Resource, projects: list[str]) -> None:
    """Write at a zone who may see it."""
    zone.set(shared=bool(projects), _shared_with=projects)
